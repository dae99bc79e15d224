"""Where settings come from, and what the files beside the database may be instead."""

import os
import struct
import subprocess
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from sandbox.server import Sandbox
from tests.forks import command_forks
from tests.support import REPOSITORY, Project

FIRST_BLOCK = 4096
READING = (("status",), ("summary",), ("doctor",), ("review",))
COMMANDS = (("load", "everflow"), ("build",), *READING)


def refused(project: Project, *command: str) -> str:
    """The one sentence of a command that ends with 1; doctor's other lines aside."""
    result = project.run(*command)
    assert result.exit_code == 1, result.output
    said = [line for line in result.output.splitlines() if line.startswith(("Error: ", "FAIL"))]
    assert len(said) == 1 or command == ("doctor",), result.output
    return said[0]


def under_a_file(root: Path) -> tuple[Path, str]:
    (root / "file").touch()
    return root / "file" / "deeper" / "x.duckdb", "Not a directory"


def a_folder(root: Path) -> tuple[Path, str]:
    (root / "x.duckdb").mkdir()
    return root / "x.duckdb", "Is a directory"


def no_duckdb(root: Path) -> tuple[Path, str]:
    (root / "x.duckdb").write_text("client,spend\n" * 2000)
    return root / "x.duckdb", "not a valid DuckDB database"


def cut_short(root: Path) -> tuple[Path, str]:
    path = root / "x.duckdb"
    duckdb.connect(path).close()
    path.write_bytes(path.read_bytes()[: FIRST_BLOCK + 10])
    return path, "Could not read enough bytes"


def of_a_newer_version(root: Path) -> tuple[Path, str]:
    path = root / "x.duckdb"
    duckdb.connect(path).close()
    whole = bytearray(path.read_bytes())
    whole[12:20] = struct.pack("<Q", 9999)
    checksum = 5381
    for (word,) in struct.iter_unpack("<Q", whole[8:FIRST_BLOCK]):
        checksum ^= word * 0xBF58476D1CE4E5B9 % 2**64
    whole[:8] = struct.pack("<Q", checksum)
    path.write_bytes(whole)
    return path, "version number 9999"


@pytest.mark.parametrize("make", [under_a_file, a_folder, no_duckdb, cut_short, of_a_newer_version])
def test_a_warehouse_that_cannot_be_opened_is_one_sentence(
    project: Project,
    monkeypatch: pytest.MonkeyPatch,
    make: Callable[[Path], tuple[Path, str]],
) -> None:
    path, reason = make(project.root)
    monkeypatch.setenv("DUCKDB_PATH", str(path))
    for command in COMMANDS:
        said = refused(project, *command)
        assert f"cannot open {path}: " in said
        assert reason in said
        assert said.endswith("look at DUCKDB_PATH")


NOT_TOML = "api_key = not quoted"
NOT_UTF8 = "# M\u00fcller\nNAME=x".encode("latin-1")


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        (
            ".dlt/secrets.toml",
            b"[sources]\napi_key = no quotes",
            "not valid TOML: Invalid value (at line 2",
        ),
        (".dlt/config.toml", b"[runtime\n", "not valid TOML"),
        (".dlt/secrets.toml", NOT_UTF8, "line 1: is not in UTF-8"),
        (".dlt/secrets.toml", None, "cannot be read (Is a directory)"),
        ("data/clients/713/config/client.toml", b"client_id = 713, 714", "not valid TOML"),
        ("data/clients/713/config/client.toml", None, "cannot be read (Is a directory)"),
        (".env", b"A=1\n\nEVERFLOW_API_KEY 'x'\n", "line 3: is not of the form NAME=value"),
        (".env", NOT_UTF8, "line 1: is not in UTF-8"),
        (".env", b"A=1\nB=x\0y\n", "line 2: is not of the form NAME=value"),
        (".env", None, "cannot be read (Is a directory)"),
    ],
)
def test_a_file_of_settings_that_cannot_be_read_is_one_sentence(
    project: Project, name: str, content: bytes | None, says: str
) -> None:
    path = project.root / name
    path.unlink(missing_ok=True)
    path.mkdir() if content is None else path.write_bytes(content)
    compiling = [("mappings", "sync", "--all", "--check")] if path.name == "client.toml" else []
    for command in (*COMMANDS, *compiling):
        said = refused(project, *command)
        assert name in said
        assert says in said
        assert "no quotes" not in said


def test_the_env_of_a_windows_editor_is_read(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    from signalroom.config.settings import Settings

    (project.root / ".env").write_bytes(b"\xef\xbb\xbfDUCKDB_PATH=mine.duckdb\r\n")
    monkeypatch.delenv("DUCKDB_PATH", raising=False)
    assert Settings.of_this_process().duckdb_path().name == "mine.duckdb"


@pytest.mark.parametrize("folder", ["dbt_project", "data/clients/713/config"])
def test_a_command_finds_the_project_from_a_folder_below(
    project: Project, monkeypatch: pytest.MonkeyPatch, folder: str
) -> None:
    (project.root / ".dlt/secrets.toml").write_text('[sources.everflow]\napi_key = "of-the-file"')
    environ = project.process_environ
    del environ["EVERFLOW_API_KEY"]
    loading = command_forks().start(
        "signalroom",
        ("load", "everflow", "--dry-run"),
        folder=project.root / folder,
        environ=environ,
    )
    said, _ = loading.communicate(timeout=60)
    assert "713 everflow: would read" in said
    monkeypatch.chdir(project.root / folder)
    assert project.run("mappings", "sync", "--all", "--check").exit_code == 0
    assert not list((project.root / folder).glob("*.duckdb*"))


@pytest.mark.slow
def test_a_bare_dbt_finds_profile_and_warehouse_from_its_folder(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    project = Project.at(tmp_path / "project", sandbox, with_dbt=True)
    unset = ("DUCKDB_PATH", "DBT_PROJECT_DIR", "DBT_PROFILES_DIR")
    environ = {name: value for name, value in os.environ.items() if name not in unset}
    dbt = REPOSITORY / ".venv/bin/dbt"
    seeded = subprocess.run(
        [dbt, "seed", "--select", "us_states"],
        check=False,
        cwd=project.root / "dbt_project",
        env=environ,
        capture_output=True,
        text=True,
    )
    assert seeded.returncode == 0, seeded.stdout
    assert project.query("select count(*) > 50 from public.us_states") == [(True,)]


def test_a_plain_key_stays_the_first_clients(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    cti = project.root / "data/clients/cti/config/client.toml"
    cti.write_text(cti.read_text().replace('status = "planned"', 'status = "active"'))
    both = project.run("load", "everflow", "--dry-run").output
    assert (
        "EVERFLOW_API_KEY__713 is not set, and EVERFLOW_API_KEY is another client's (cti)" in both
    )
    assert (
        "EVERFLOW_API_KEY__cti is not set, and EVERFLOW_API_KEY is another client's (713)" in both
    )

    monkeypatch.setenv("EVERFLOW_API_KEY__cti", "of-cti")
    planned = project.run("load", "everflow", "--dry-run").output
    assert "713 everflow: would read" in planned
    assert "cti everflow: would read" in planned


def test_a_plain_key_is_that_of_a_planned_client_where_no_active_one_has_the_source(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATA_LAKE_PATH", "lake")
    load = ("load", "music", "--client", "bedrot", "--dry-run")
    said = project.run(*load).output
    assert "bedrot music: would read what is new or changed below lake/" in said

    cti = project.root / "data/clients/cti/config/client.toml"
    cti.write_text(cti.read_text().replace("sources = [", 'sources = ["music", '))
    said = project.run(*load).output
    assert "DATA_LAKE_PATH__bedrot is not set, and DATA_LAKE_PATH is another client's (cti)" in said


def test_what_is_made_is_the_users_alone(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    def modes() -> set[str]:
        made = [*project.root.glob("signalroom.duckdb*"), project.root / ".dlt/pipelines"]
        return {oct(path.stat().st_mode & 0o077) for path in made}

    project.warehouse.chmod(0o644)  # of an earlier release
    (project.root / ".dlt/pipelines").mkdir(mode=0o755, exist_ok=True)
    assert project.run("load", "everflow").exit_code == 0
    assert modes() == {"0o0"}

    monkeypatch.setenv("SIGNALROOM_UMASK", "007")
    project.warehouse.unlink()
    assert project.run("load", "everflow").exit_code == 0
    assert oct(project.warehouse.stat().st_mode) == "0o100660"
    monkeypatch.setenv("SIGNALROOM_UMASK", "rwx")
    assert "SIGNALROOM_UMASK must be three digits" in refused(project, "load")
    monkeypatch.delenv("SIGNALROOM_UMASK")
    monkeypatch.setenv("SIGNALROOM_LOG", "xml")
    assert "SIGNALROOM_LOG must be json, or blank, not xml" in refused(project, "load")


def test_a_file_that_is_no_warehouse_keeps_its_mode(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = project.root / "hosts"
    path.write_text("127.0.0.1 localhost\n" * 9)
    path.chmod(0o644)
    monkeypatch.setenv("DUCKDB_PATH", str(path))
    assert "hosts" in refused(project, "status")
    assert oct(path.stat().st_mode) == "0o100644"
