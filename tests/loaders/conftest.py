"""An empty warehouse; other data than December's, and what an undisturbed load of it leaves."""

from pathlib import Path

import pytest

from loaders.warehouse import DuckDB, Postgres, Warehouse
from sandbox.server import Sandbox
from tests.postgres import Database
from tests.support import DECEMBER, Project, State


def restate(sandbox: Sandbox) -> None:
    """Other figures, a new row, a row less and a day less: what a disturbed load was reading."""
    everflow, redtrack = sandbox.everflow.restate, sandbox.redtrack.restate
    everflow("set", date="2025-12-05", affiliate_id="1", advertiser_id="1", cv=77, payout="1.25")
    everflow("add", date="2025-12-06", affiliate_id="999", advertiser_id="1", cv=3, payout="9.00")
    everflow("remove", date="2025-12-07", affiliate_id="12", advertiser_id="1")
    everflow("remove", date="2025-12-08")
    redtrack("set", date="2025-12-05", source_id="66c79f91be26fd4634569658", cost="12.50")
    redtrack("remove", date="2025-12-09", source_id="62b29551c6880d00014d8c73")


@pytest.fixture
def warehouse(target: str, tmp_path: Path, request: pytest.FixtureRequest) -> Warehouse:
    """An empty warehouse of the target."""
    if target == "dev":
        return DuckDB(tmp_path / "w.duckdb")
    database: Database = request.getfixturevalue("database")
    return Postgres(database.environ)


@pytest.fixture(scope="session")
def restated_state(tmp_path_factory: pytest.TempPathFactory) -> State:
    """The raw rows after a load of the restated data, on whichever target."""
    with Sandbox() as sandbox:
        for service in sandbox.services.values():
            service.lift_limits()
        restate(sandbox)
        project = Project.at(tmp_path_factory.mktemp("restated") / "project", sandbox)
        project.succeed("load", *DECEMBER)
        return project.state()


@pytest.fixture
def undisturbed(sandbox: Sandbox, loaded_project: Project, restated_state: State) -> State:
    """What a load must leave that was disturbed and run again; the sandbox holds the new data."""
    restate(sandbox)
    assert loaded_project.state() != restated_state
    return restated_state
