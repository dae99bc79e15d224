"""A load that changes a table never keeps its readers waiting for long."""

import time

import pytest

from tests.postgres import Database
from tests.support import Project, on_postgres

pytestmark = [pytest.mark.slow, on_postgres]

BOUND = 3.0  # seconds: two in the queue, and what a busy machine adds
SEVERAL = 4.0  # seconds: in the queue, and out of it
TABLES = {"ops.load_runs": "missing", "everflow.daily_stats": "clicks"}


def longest_wait(database: Database, table: str, seconds: float) -> float:
    """How long a reader of a table had to wait at most, who comes again and again."""
    longest, until = 0.0, time.monotonic() + seconds
    with database.connect() as connection, connection.cursor() as cursor:
        while time.monotonic() < until:
            began = time.monotonic()
            cursor.execute(f"select count(*) from {table}")
            longest = max(longest, time.monotonic() - began)
            time.sleep(0.01)
    return longest


@pytest.mark.parametrize("table", TABLES)
def test_readers_of_a_table_that_is_changed_wait_two_seconds(project: Project, table: str) -> None:
    assert project.database is not None
    project.execute(f"alter table {table} drop column {TABLES[table]}")
    with project.database.connect() as resting, resting.cursor() as cursor:
        cursor.execute("set application_name = 'dashboard'")
        cursor.execute("begin")
        cursor.execute(f"select count(*) from {table}")
        load = project.start("load", without=("EVERFLOW_API_KEY", "REDTRACK_API_KEY"))
        while not project.query("select 1 from pg_locks where mode ~ 'Access.*Ex' and not granted"):
            assert load.poll() is None
            time.sleep(0.05)
        assert longest_wait(project.database, table, SEVERAL) < BOUND
        pid = resting.info.backend_pid
        cursor.execute("commit")
    said, _ = load.communicate(timeout=60)
    assert load.returncode == 1, said  # without keys there is nothing to load
    assert f"pid {pid} (dashboard, user postgres) on {table}" in said
    assert project.query(f"select count({TABLES[table]}) from {table}") == [(0,)]


def test_a_load_gives_up_in_the_end(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, seconds in {"SECONDS": 0.1, "PLACE": 0.1, "PAUSE": 0.1}.items():
        monkeypatch.setattr(f"loaders.warehouse.patience.{name}", seconds)
    assert project.database is not None
    for table, column in TABLES.items():
        project.execute(f"alter table {table} drop column {column}")
        with project.database.connect() as resting, resting.cursor() as cursor:
            cursor.execute("begin")
            cursor.execute(f"select count(*) from {table}")
            time.sleep(0.2)
            result = project.run("load", "everflow")
            cursor.execute("commit")
        assert result.exit_code == 1
        assert "a table cannot be changed, as it is read for 0.1 s now: pid" in result.output
        assert project.run("load", "redtrack").exit_code == 0
