"""What the documents tell people to type and to open exists; what people can type is explained."""

import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from loaders.registry import SOURCES
from signalroom.cli import main
from signalroom.config.postgres import NEEDED as POSTGRES_NEEDS

ROOT = Path(__file__).parents[1]
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")), ROOT / ".env.example"]
MAKEFILE = (ROOT / "Makefile").read_text()
TARGETS = dict(re.findall(r"^([a-z-]+):.*## (.+)$", MAKEFILE, re.MULTILINE))

CODE = re.compile(r"```\w*\n((?:.|\n)*?)```|`([^`\n]+)`|^ {4,}(\S.*)$", re.MULTILINE)
END_OF_COMMAND = re.compile(r"\s{2,}|\s#|&&|[;|`…]|──")
ENV_EXAMPLE = (ROOT / ".env.example").read_text()


def code(document: Path) -> Iterator[str]:
    """Each line of code of a document, whether in a block or in a sentence."""
    for match in CODE.finditer(document.read_text()):
        yield from next(part for part in match.groups() if part is not None).splitlines()


def typed(program: str) -> Iterator[tuple[str, list[str]]]:
    """Where the documents call a program, and the words they put behind it."""
    call = re.compile(rf"(?<![\w./-])(?:\.venv/bin/)?{program} (?=\S)")
    for document in DOCUMENTS:
        for line in code(document):
            for match in call.finditer(line):
                call_alone = END_OF_COMMAND.split(line[match.end() :], maxsplit=1)[0]
                words = shlex.split(call_alone) if '"' in call_alone else call_alone.split()
                yield f"{document.relative_to(ROOT)}: {line.strip()}", words


def commands(group: click.Group, *path: str) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command below a group with the words that call it, without mere groups."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            if command.invoke_without_command:
                yield (*path, name), command
            yield from commands(command, *path, name)
        else:
            yield (*path, name), command


COMMANDS = dict(commands(main))


def test_the_two_commands_come_first() -> None:
    start = (ROOT / "README.md").read_text()[:1000]
    assert "make demo" in start
    assert "make test" in start


def test_every_make_target_named_exists() -> None:
    calls = list(typed("make"))
    assert len(calls) > 5
    for where, words in calls:
        for word in (word for word in words if word != "-k"):  # make's own: keep going
            name, is_variable, _ = word.partition("=")
            known = rf"^(export )?{name} \?=" if is_variable else rf"^{name}:"
            assert re.search(known, MAKEFILE, re.MULTILINE), f"{where}: no {word!r} in the Makefile"


def test_load_and_build_is_written_in_one_way() -> None:
    """With -k: `make load build` and `load && build` do not build where one source failed."""
    places = [*DOCUMENTS, *(ROOT / "signalroom").rglob("*.py"), *(ROOT / ".github").rglob("*.yml")]
    found = []
    for place in places:
        text = place.read_text()
        found += re.findall(r"make[ \w-]*\bload build", text)
        assert not re.search(r"\bload\b[^|`\n]*&&[^|`\n]*\bbuild\b", text), place
    assert set(found) == {"make -k load build"}
    assert len(found) > 5


@pytest.mark.parametrize("options", ["-k", "-kj4"])
def test_it_builds_also_when_a_source_failed(tmp_path: Path, options: str) -> None:
    (tmp_path / "Makefile").write_text(MAKEFILE)
    for path, does in (
        (".ci/setup", ""),
        (".venv/bin/signalroom", 'sleep 0.1; echo "$1" >> log; [[ $1 != load ]]'),
    ):
        program = tmp_path / path
        program.parent.mkdir(parents=True)
        program.write_text(f"#!/bin/bash\n{does}\n")
        program.chmod(0o755)
    done = subprocess.run(
        ["make", options, "load", "build"], cwd=tmp_path, capture_output=True, check=False
    )
    assert done.returncode == 2  # make's own, red for whoever watches
    assert (tmp_path / "log").read_text().split() == ["load", "dbt", "build"]


def test_every_command_named_exists_with_its_options() -> None:
    calls = [call for call in typed("signalroom") if not call[1][0].startswith("-")]
    assert len(calls) > 10
    for where, words in calls:
        path = next((p for n in (3, 2, 1) if (p := tuple(words[:n])) in COMMANDS), ())
        assert path in COMMANDS, f"{where}: there is no such command"
        if path != ("dbt",):  # whose arguments are dbt's own
            COMMANDS[path].make_context(" ".join(path), words[len(path) :])


def test_every_option_named_alone_exists() -> None:
    known = {
        name
        for command in (main, *COMMANDS.values())
        for parameter in command.get_params(click.Context(command))
        for name in parameter.opts
    }
    for document in DOCUMENTS:
        for option in re.findall(r"`(--[a-z-]+)[ `]", document.read_text()):
            assert option in known, f"{document.name}: no command has {option}"


def test_every_link_leads_somewhere() -> None:
    for document in DOCUMENTS:
        for target in re.findall(r"\]\(([^)#]+)", document.read_text()):
            if "://" not in target:
                path = document.parent / target
                assert path.exists(), f"{document.relative_to(ROOT)}: {target} is not there"


def test_the_first_page_of_the_dbt_docs_links_to_what_is_there() -> None:
    page = (ROOT / "dbt_project/models/overview.md").read_text()
    links = re.findall(r"\[(\w+)\]\(#!/(model|seed)/\2\.signalroom\.(\w+)\)", page)
    assert len(links) == page.count("](") > 10
    for text, kind, name in links:
        assert text == name
        pattern = f"seeds/{name}.csv" if kind == "seed" else f"dbt_project/models/**/{name}.sql"
        assert list(ROOT.glob(pattern)), name


def test_the_readme_lists_every_mart() -> None:
    readme = (ROOT / "README.md").read_text()
    marts = [path.stem for path in (ROOT / "dbt_project/models/marts").rglob("*.sql")]
    assert len(marts) > 15
    assert [mart for mart in marts if f"`{mart}`" not in readme] == []


def test_every_table_is_whole() -> None:
    """A blank line or a missing cell breaks a table in two."""
    for document in DOCUMENTS:
        for block in re.split(r"\n\s*\n", re.sub(r"```(?:.|\n)*?```", "", document.read_text())):
            rows = [line.strip() for line in block.splitlines() if line.strip().startswith("|")]
            if rows:
                where = f"{document.relative_to(ROOT)}: {rows[0]}"
                assert set(rows[1]) <= set("|-: "), where
                assert len({row.replace("\\|", "").count("|") for row in rows}) == 1, where


def test_every_path_named_in_the_readme_exists() -> None:
    folders = "data|dbt_project|docs|loaders|sandbox|seeds|signalroom|tests"
    for line in code(ROOT / "README.md"):
        for path in re.findall(rf"(?<![\w./-])(?:{folders})/[\w./-]*", line):
            made = path.startswith("dbt_project/target/") or f"{path}<" in line
            assert made or (ROOT / path).exists(), f"README.md: {path} is not there"


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_every_command_is_explained_with_an_example(path: tuple[str, ...]) -> None:
    text = COMMANDS[path].help or ""
    assert text.splitlines()[0].endswith((".", ":"))
    assert f"signalroom {' '.join(path)}" in text


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_every_option_is_explained(path: tuple[str, ...]) -> None:
    options = [p for p in COMMANDS[path].params if isinstance(p, click.Option)]
    assert [option.name for option in options if not option.help] == []


def variables_read() -> set[str]:
    """The variables that the settings, the warehouse, dbt's profile and the sources read."""
    code = "".join(
        (ROOT / path).read_text()
        for path in (
            "signalroom/config/settings.py",
            "loaders/warehouse/postgres.py",
            "signalroom/api/serving.py",
            "signalroom/examination.py",
            "signalroom/operations/backups/kept.py",
            "signalroom/operations/telemetry/metrics.py",
            "signalroom/operations/telemetry/tell.py",
        )
    )
    messages = (ROOT / "signalroom/operations/notify/channels.py").read_text()
    return {
        *re.findall(r'"((?:SLACK|RESEND|TWILIO)_[A-Z_]+)"', messages),
        *re.findall(r'get\("([A-Z_]+)"', code),
        *re.findall(r"env_var\('([A-Z_]+)'", (ROOT / "profiles.yml").read_text()),
        *POSTGRES_NEEDS,
        *(setting.variable(s.name) for s in SOURCES.values() for setting in s.settings),
    }


def test_env_example_has_every_variable_that_is_read_and_no_other() -> None:
    active = re.findall(r"^([A-Z0-9_]+)=", ENV_EXAMPLE, re.MULTILINE)
    assert sorted(active) == sorted(variables_read())


def test_env_example_holds_no_secret() -> None:
    for name, value in re.findall(r"^([A-Z0-9_]+)=(.*)$", ENV_EXAMPLE, re.MULTILINE):
        if name.endswith(("_KEY", "_KEY_ID", "PASSWORD", "TOKEN", "SECRET")):
            assert value == "", name


def test_git_takes_no_secrets_and_no_data() -> None:
    private = (
        *(".env", ".dlt/secrets.toml", "google.pem", "service-account.json"),
        *("signalroom.duckdb", "demo.duckdb.wal", ".api/8f22c8c3/keys.json"),
    )
    ignored = subprocess.run(
        ["git", "check-ignore", *private], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert ignored.stdout.split() == [*private]


def test_the_makefile_is_a_menu() -> None:
    """Every target one line, explained by `make help`, and listed as no file."""
    rules = re.findall(r"^([a-z-]+):.*\n((?:\t.*\n)*)", MAKEFILE, re.MULTILINE)
    assert {name for name, _ in rules} == set(TARGETS)
    for name, recipe in rules:
        assert recipe.count("\n") <= 1, f"{name} has more than one line"
        assert "\\\n" not in recipe, f"{name} goes on over the end of its line"
    phony = re.search(r"^\.PHONY: (.+)$", MAKEFILE, re.MULTILINE)
    assert phony is not None
    assert set(phony[1].split()) == set(TARGETS)
