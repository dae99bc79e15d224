"""One loader at a time, and a clear word where the warehouse is in other hands."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from loaders.errors import WarehouseError
from loaders.warehouse import DuckDB, Postgres
from tests.support import DECEMBER, Project

HOLD_LOCK = """
import sys, time
from pathlib import Path
from loaders.warehouse import DuckDB
with DuckDB(Path(sys.argv[1])).lock("signalroom load", print):
    print("held", flush=True)
    time.sleep(float(sys.argv[2]))
"""
HOLD_FILE = """
import duckdb, sys, time
connection = duckdb.connect(sys.argv[1])
print("held", flush=True)
time.sleep(60)
"""


def start(script: str, *arguments: str) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", script, *arguments], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline().strip() == "held"
    return process


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "w.duckdb"


@pytest.fixture
def holder(path: Path) -> Iterator[subprocess.Popen[str]]:
    process = start(HOLD_LOCK, str(path), "60")
    yield process
    process.kill()
    process.wait()


def test_the_second_waits_says_for_whom_and_gives_up(
    path: Path, holder: subprocess.Popen[str]
) -> None:
    said: list[str] = []
    with (
        pytest.raises(
            WarehouseError, match=rf"still in use by signalroom load \(pid {holder.pid}\)"
        ),
        DuckDB(path).lock("second", said.append, wait=0.3),
    ):
        pytest.fail("two loaders at once")
    assert said == [f"waiting for signalroom load (pid {holder.pid}), which is loading into {path}"]


def test_the_second_goes_on_when_the_first_has_ended(path: Path) -> None:
    first = start(HOLD_LOCK, str(path), "0.5")
    said: list[str] = []
    with DuckDB(path).lock("second", said.append, wait=30):
        assert len(said) == 1
    first.wait()


def test_a_killed_loader_lets_go(path: Path, holder: subprocess.Popen[str]) -> None:
    holder.kill()
    holder.wait()
    with DuckDB(path).lock("second", pytest.fail, wait=0):
        assert path.exists()


def test_a_file_open_elsewhere_is_said_before_anything_is_read(project: Project) -> None:
    process = start(HOLD_FILE, str(project.warehouse))
    try:
        result = project.run("load", *DECEMBER)
    finally:
        process.kill()
        process.wait()
    assert result.exit_code == 1
    assert "is open in another program" in result.output
    assert f"PID {process.pid}" in result.output
    assert "Traceback" not in result.output


def test_something_else_than_a_warehouse_is_said(project: Project) -> None:
    project.warehouse.write_text("not a database, however long one looks at it" * 100)
    result = project.run("load", *DECEMBER)
    assert result.exit_code == 1
    assert "cannot open" in result.output
    assert "Traceback" not in result.output


def test_the_address_of_postgres() -> None:
    """A socket folder goes into the query, the only form that dlt reads; passwords are quoted."""
    environ = {"PGHOST": "db.example", "PGUSER": "u", "PGPASSWORD": "p@/ss", "PGDATABASE": "d"}
    assert Postgres(environ).url() == ("postgresql://u:p%40%2Fss@db.example:5432/d?sslmode=require")
    local = environ | {"PGHOST": "/var/run/pg", "PGSSLMODE": "disable", "PGPORT": "5433"}
    assert Postgres(local).url() == (
        "postgresql://u:p%40%2Fss@localhost:5433/d?host=/var/run/pg&sslmode=disable"
    )
    assert "p@/ss" not in Postgres(environ).name


def test_prod_names_the_variables_it_needs(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("PGHOST", "PGUSER", "PGPASSWORD", "PGDATABASE"):
        monkeypatch.delenv(name, raising=False)
    result = project.run("load", "--target", "prod", *DECEMBER)
    assert result.exit_code == 1
    assert "PGHOST, PGUSER, PGPASSWORD, PGDATABASE not set" in result.output


def test_a_postgres_that_is_not_there_is_one_sentence(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {
        "PGHOST": "127.0.0.1",
        "PGPORT": "9",
        "PGUSER": "u",
        "PGPASSWORD": "hidden",
        "PGDATABASE": "d",
    }.items():
        monkeypatch.setenv(name, value)
    result = project.run("load", "--target", "prod", *DECEMBER)
    assert result.exit_code == 1
    assert "cannot reach postgres d at 127.0.0.1:9" in result.output
    assert "Traceback" not in result.output
    assert "hidden" not in result.output
