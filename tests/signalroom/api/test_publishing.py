"""Publishing is all or nothing, and it is done where the API is used."""

import asyncio
import json
import os
import signal
import sqlite3
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import pytest
from psycopg2.errors import LockNotAvailable

from loaders.warehouse import DuckDB, Postgres
from signalroom import building
from signalroom.api.keys import key_store
from signalroom.api.service import Service
from signalroom.api.snapshots import KEPT, file_of, folder_of, publish, published
from signalroom.api.store import Store
from signalroom.config.settings import Settings
from tests.forks import command_forks
from tests.postgres import Database
from tests.signalroom.api.dying import STEPS
from tests.signalroom.api.served import MARTS
from tests.support import REPOSITORY, Project, on_both_targets


@pytest.fixture
def built(project: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A project with marts by hand, which its builds make."""
    project.execute(*MARTS)
    monkeypatch.setattr(building, "_build", lambda *_: (0, set()))
    return project


def bodies(folder: Path) -> dict[str, list[Any]]:
    """The rows of what is published newest, by endpoint."""
    with closing(sqlite3.connect(file_of(folder, published(folder)[0].version))) as file:
        names = [name for (name,) in file.execute("select distinct endpoint from columns")]
        return {
            name: [json.loads(body) for (body,) in file.execute(f'select body from "{name}"')]
            for name in names
        }


@on_both_targets
def test_a_build_publishes_where_the_api_was_started(built: Project, target: str) -> None:
    settings = Settings.of_this_process()
    warehouse = settings.warehouse(target)
    folder = folder_of(settings, warehouse)
    built.run("build")
    assert not folder.exists()
    folder.mkdir(parents=True)
    assert "Published for the API" in built.run("build").output  # though nothing is new
    assert "Published" not in built.run("build").output
    built.execute(
        "update marts.daily_summary set clicks = 7", "update ops.load_runs set error = ''"
    )
    assert {row["clicks"] for row in bodies(folder)["daily-summary"]} == {5_000_000_000}
    built.run("build", "--full-refresh")
    found = bodies(folder)
    assert {row["clicks"] for row in found["daily-summary"]} == {7}
    assert {name: len(rows) for name, rows in found.items()} == {
        **{"daily-summary": 180, "leaderboard": 9, "completeness": 60}
    }
    assert found["daily-summary"][0]["revenue"] == "-1.5000"


@pytest.mark.parametrize("target", ["prod"])
def test_on_postgres_the_api_itself_looks_for_newer_builds(built: Project) -> None:
    settings = Settings.of_this_process()
    warehouse = settings.warehouse("prod")
    store = Store(folder_of(settings, warehouse))
    refresh = partial(publish, warehouse, folder_of(settings, warehouse), only_new=True)
    keys = key_store(settings, warehouse)
    service = Service(store, keys, rate=1, seconds=1, refresh=refresh)

    def version() -> str:
        asyncio.run(service.look())
        assert store.current is not None
        return store.current.version

    first = version()
    assert version() == first
    built.run("build")
    second = version()
    assert version() == second != first


@pytest.mark.slow
@pytest.mark.parametrize("step", STEPS)
def test_a_publishing_that_is_killed_leaves_one_that_is_whole(tmp_path: Path, step: str) -> None:
    warehouse, folder = DuckDB(tmp_path / "made.duckdb"), tmp_path / "api"
    with duckdb.connect(str(warehouse.path)) as connection:
        for statement in MARTS:
            connection.execute(statement)
    publish(warehouse, folder)
    killed = command_forks().start(
        "tests.signalroom.api.dying",
        (step, str(warehouse.path), str(folder)),
        folder=tmp_path,
        environ=os.environ | {"PYTHONPATH": str(REPOSITORY)},
    )
    said, _ = killed.communicate(timeout=60)
    assert killed.returncode == -signal.SIGKILL, said
    known = published(folder)
    assert len(known) == 1 + (step == "before others are removed")
    assert len(bodies(folder)["daily-summary"]) == 180
    store = Store(folder)
    store.look()
    assert store.current
    assert store.current.version == known[0].version
    for _ in range(KEPT):
        publish(warehouse, folder)
    files = {file_of(folder, one.version) for one in published(folder)}
    assert set(folder.glob("*.sqlite*")) == files
    assert len(files) == KEPT
    assert store.current.query('select count(*) from "daily-summary"') == [(180,)]  # it is open


def test_no_other_table_takes_the_place_of_one_that_is_read(database: Database) -> None:
    database.execute("create table mart as select 1 as n")
    with Postgres(database.environ).as_of_now("mart"), pytest.raises(LockNotAvailable):
        database.execute("set lock_timeout = '50ms'", "drop table mart")
