"""No eight characters of a secret in a row are written or shown, whatever goes wrong.

Each credential of every source is a canary. Services repeat what they were sent, settings are in
the wrong places; then all that the commands have said and left behind is searched.
"""

import json
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from string import ascii_uppercase, digits
from typing import Any

import pytest

from loaders.registry import SOURCES
from sandbox.server import Sandbox
from tests.sources.conftest import behind
from tests.sources.faults import HTML
from tests.sources.proxy import Answer, Asked, Spoil, as_it_is
from tests.support import DECEMBER, Project

chance = Random(713)  # noqa: S311  # made, of what is odd in addresses, forms and JSON


def canary(odd: str = "") -> str:
    return "".join(chance.choices(ascii_uppercase + digits + odd, k=41))


SECRETS = {
    "EVERFLOW_API_KEY": canary(),
    "REDTRACK_API_KEY": canary("+/=&"),
    "POSTHOG_API_KEY": f"phx_{canary()}",
    "MAUTIC_CLIENT_SECRET": canary('+/=&"\\<'),
    "AWS_SECRET_ACCESS_KEY": canary("+/"),
    "AWS_SESSION_TOKEN": canary("+/="),
    "PGPASSWORD": canary('@:/"\\% '),
}
KEY_FILE = "GOOGLE_SHEETS_CREDENTIALS_JSON"


class Search:
    """All that was said and written, and the secrets that it must not hold."""

    def __init__(self, project: Project, home: Path, caplog: pytest.LogCaptureFixture) -> None:
        self.project, self.home, self.caplog = project, home, caplog
        self.said: list[str] = []
        key = json.loads(project.environ[f"{KEY_FILE}__713"])
        lines = key["private_key"].splitlines()[1:-1]
        self.secrets = [*SECRETS.values(), key["private_key_id"], *chance.sample(lines, 3)]

    def run(self, *arguments: str) -> str:
        self.said.append(self.project.run(*arguments).output)
        return self.said[-1]

    def places(self) -> Iterator[tuple[str, str]]:
        yield from ((f"command {number}", said) for number, said in enumerate(self.said))
        yield "log", self.caplog.text
        for folder in (self.project.root, self.home):
            for path in folder.rglob("*"):
                if path.is_file():
                    yield str(path), path.read_bytes().decode("latin-1")
        tables = "select table_schema, table_name from information_schema.tables"
        for schema, table in self.project.query(tables):
            if not table.startswith("_dlt"):
                yield (
                    f"{schema}.{table}",
                    str(self.project.query(f'select * from {schema}."{table}"')),
                )

    def nothing_is_found(self) -> None:
        parts = {s[at : at + 8] for s in self.secrets for at in range(len(s) - 7)}
        for place, text in self.places():
            found = [part for part in parts if part in text]
            where = text.find(found[0]) if found else 0
            assert not found, f"{place}: {text[max(0, where - 300) : where + 100]}"


@pytest.fixture
def search(
    everything: Project,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> Search:
    for name, secret in SECRETS.items():
        monkeypatch.setenv(name, secret)
        if not name.startswith("PG"):
            monkeypatch.setenv(f"{name}__713", secret)
    monkeypatch.setattr("sandbox.s3_auth.SECRET_KEY", SECRETS["AWS_SECRET_ACCESS_KEY"])
    monkeypatch.setenv("RUNTIME__REQUEST_MAX_ATTEMPTS", "1")
    (home := tmp_path / "home").mkdir()
    monkeypatch.setenv("HOME", str(home))
    caplog.set_level(logging.DEBUG)
    return Search(everything, home, caplog)


def test_the_keys_of_every_source_are_canaries(sandbox: Sandbox) -> None:
    variables = {name for source in SOURCES for name in sandbox.environ(source)}
    named = {name for name in variables if name.endswith(("KEY", "SECRET", "TOKEN", "PASSWORD"))}
    assert named <= set(SECRETS)


def repeated(asked: Asked) -> str:
    """What was sent, behind 140 other characters."""
    sent = f"{asked.path} {asked.headers} {asked.body.decode()}"
    return "Sorry, we cannot do that. " * 6 + sent


def answered(make: Callable[[str], Any], status: int = 200) -> Spoil:
    """JSON of what was sent."""
    headers = {"Content-Type": "application/json"}
    return lambda asked, _: Answer(status, headers, json.dumps(make(repeated(asked))).encode())


def named(sent: str) -> dict[str, Any]:
    """As what doctor shows of an account."""
    shown = ("name", "timezone", "default_currency_id", "reporting_timezone_id")
    return dict.fromkeys(shown, sent) | {"items": [{"id": 1, "title": sent, "currency": sent}]}


ANSWERS: dict[str, Spoil] = {
    "good": as_it_is,
    "refused in text": lambda asked, _: Answer(403, {}, repeated(asked).encode()),
    "refused in JSON": answered(lambda sent: {"error": {"message": sent}}, 401),
    "refused in HTML": lambda asked, _: Answer(500, HTML, f"<p>{repeated(asked)}".encode()),
    "HTML": lambda asked, _: Answer(200, HTML, f"<p>{repeated(asked)}".encode()),
    "a list": answered(lambda sent: [sent]),
    "an error": answered(lambda sent: {"errors": [{"message": sent}]}),
    "rows": answered(lambda sent: {"table": [sent], "results": [sent], "items": [sent]}),
    "names": answered(named),
    "a token that is none": answered(lambda sent: {"access_token": [sent], "expires_in": sent}),
    "a redirect": lambda asked, _: Answer(302, {"Location": f"http://{asked.path[-60:]}/"}),
}


def test_answers_that_repeat_what_was_sent(
    search: Search, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = {
        SECRETS[name]: value
        for source in SOURCES
        for name, value in sandbox.environ(source).items()
        if name in SECRETS
    }
    for name, spoil in ANSWERS.items():
        with behind(sandbox, spoil, search.project, monkeypatch, real):
            for words in (["doctor"], ["load", *DECEMBER]):
                said = search.run(*words, "--client", "713")
                assert "FAIL  713" in said or "failed" in said or name == "good", said
    for command in ("status", "summary", "review"):
        search.run(command)
    search.nothing_is_found()


WRONG: dict[str, dict[str, str]] = {
    "nobody there": dict.fromkeys(
        ("EVERFLOW_BASE_URL", "REDTRACK_BASE_URL", "MAUTIC_BASE_URL", "AWS_ENDPOINT_URL"),
        "http://127.0.0.1:9",
    ),
    "keys for addresses": {
        "EVERFLOW_BASE_URL": SECRETS["EVERFLOW_API_KEY"],
        "MAUTIC_BASE_URL": SECRETS["MAUTIC_CLIENT_SECRET"],
        "POSTHOG_HOST": SECRETS["POSTHOG_API_KEY"],
        "AWS_ENDPOINT_URL": SECRETS["AWS_SECRET_ACCESS_KEY"],
        "REDTRACK_BASE_URL": f"http://127.0.0.1:9/?api_key={SECRETS['REDTRACK_API_KEY']}",
    },
    "keys for names": {
        "POSTHOG_PROJECT_ID": SECRETS["POSTHOG_API_KEY"],
        "S3_BUCKET_NAME": SECRETS["AWS_SECRET_ACCESS_KEY"],
        "S3_PREFIXES": SECRETS["AWS_SESSION_TOKEN"],
        "GOOGLE_SHEETS_CREDENTIALS_JSON": SECRETS["EVERFLOW_API_KEY"],
        "AWS_REGION": SECRETS["AWS_SECRET_ACCESS_KEY"],
    },
    "passwords in addresses": dict.fromkeys(
        ("EVERFLOW_BASE_URL", "POSTHOG_HOST", "AWS_ENDPOINT_URL", "GOOGLE_SHEETS_BASE_URL"),
        f"http://me:{SECRETS['REDTRACK_API_KEY']}@127.0.0.1:9",
    )
    | {"PGHOST": f"postgresql://me:{SECRETS['PGPASSWORD']}@db.example/x"},
    "the key file for a path": {
        "GOOGLE_SHEETS_CREDENTIALS_PATH": KEY_FILE,
        "GOOGLE_SHEETS_CREDENTIALS_JSON": "",
    },
    "the key file for all else": dict.fromkeys(
        ("EVERFLOW_API_KEY", "S3_PREFIXES", "S3_COLUMNS", "POSTHOG_PROJECT_ID", "POSTHOG_HOST"),
        KEY_FILE,
    ),
}


def test_settings_in_the_wrong_places(search: Search, monkeypatch: pytest.MonkeyPatch) -> None:
    key_file = search.project.environ[f"{KEY_FILE}__713"]
    for settings in WRONG.values():
        with monkeypatch.context() as patched:
            for name, value in settings.items():
                for variable in (name, *([] if name.startswith("PG") else [f"{name}__713"])):
                    patched.setenv(variable, key_file if value == KEY_FILE else value)
            for words in (["doctor"], ["load", *DECEMBER], ["status", "--target", "prod"]):
                assert search.run(*words)
    search.nothing_is_found()
