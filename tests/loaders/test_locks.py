"""One loader at a time, on either target: who comes second waits, is told for whom, and goes on."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from loaders.errors import LockLostError, WarehouseError
from loaders.warehouse import DuckDB, Postgres, Warehouse
from sandbox.server import Sandbox
from tests.postgres import Database, Server
from tests.support import DECEMBER, Project, on_both_targets

IMPATIENT = "tests.loaders.impatient"
HOLD = """
import os, sys, time
from pathlib import Path
from loaders.warehouse import DuckDB, Postgres
path, seconds = sys.argv[1:]
warehouse = DuckDB(Path(path)) if path else Postgres(os.environ)
with warehouse.lock("signalroom load", print):
    print("held", flush=True)
    time.sleep(float(seconds))
"""


def hold(warehouse: Warehouse, seconds: float) -> subprocess.Popen[str]:
    """Another process that has the lock."""
    path = str(warehouse.path) if isinstance(warehouse, DuckDB) else ""
    environ = warehouse.environ if isinstance(warehouse, Postgres) else {}
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, path, str(seconds)],
        env=dict(os.environ) | dict(environ),
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline().strip() == "held"
    return process


@pytest.fixture
def holder(warehouse: Warehouse) -> Iterator[subprocess.Popen[str]]:
    process = hold(warehouse, 60)
    yield process
    process.kill()
    process.wait()


@on_both_targets
def test_the_second_waits_says_for_whom_and_gives_up(
    warehouse: Warehouse, holder: subprocess.Popen[str]
) -> None:
    said: list[str] = []
    whom = f"signalroom load (pid {holder.pid}"
    with pytest.raises(WarehouseError) as given_up, warehouse.lock("second", said.append, wait=0.3):
        pytest.fail("two loaders at once")
    assert f"{warehouse.name} is still in use by {whom}" in str(given_up.value)
    assert "after 0.3 s; run again when it has ended" in str(given_up.value)
    assert len(said) == 1
    assert said[0].startswith(f"waiting for {whom}")
    assert said[0].endswith(f", which is working on {warehouse.name}")


@on_both_targets
def test_the_second_goes_on_when_the_first_has_ended(warehouse: Warehouse) -> None:
    first = hold(warehouse, 0.5)
    said: list[str] = []
    with warehouse.lock("second", said.append, wait=30):
        assert len(said) == 1
    first.wait()


@on_both_targets
def test_a_killed_loader_lets_go(warehouse: Warehouse, holder: subprocess.Popen[str]) -> None:
    holder.kill()
    holder.wait()
    with warehouse.lock("second", lambda _: None, wait=5):
        assert warehouse.exists()


@on_both_targets
@pytest.mark.slow
def test_two_loads_at_once_are_one_after_the_other(
    loaded_project: Project, sandbox: Sandbox
) -> None:
    before = loaded_project.state()
    sandbox.everflow.faults.on("slow", seconds=4, times=1)
    first = loaded_project.start("load", "everflow", *DECEMBER)
    assert first.stdout is not None
    assert "713 everflow: reading" in first.stdout.readline()

    impatient = loaded_project.start("load", "redtrack", *DECEMBER, program=IMPATIENT)
    patient = loaded_project.start("load", "redtrack", *DECEMBER)
    gave_up, _ = impatient.communicate(timeout=60)
    waited, _ = patient.communicate(timeout=60)
    said, _ = first.communicate(timeout=60)

    whom = f"signalroom load (pid {first.pid}"
    assert impatient.returncode == 1
    assert f"waiting for {whom}" in gave_up
    assert f"is still in use by {whom}" in gave_up
    assert "Traceback" not in gave_up
    assert (patient.returncode, first.returncode) == (0, 0), waited + said
    assert waited.startswith(f"waiting for {whom}")
    assert "713 redtrack: 2025-12-01..2025-12-18: 145 rows, ok" in waited
    assert loaded_project.state() == before
    loads = loaded_project.query(
        "select source, started_at, finished_at from ops.load_runs order by started_at desc limit 2"
    )
    assert [source for source, *_ in loads] == ["redtrack", "everflow"]
    assert loads[0][1] >= loads[1][2], "the second began when the first had ended"


def test_the_socket_and_tcp_lead_to_one_lock(database: Database) -> None:
    with (
        Postgres(database.environ).lock("first", pytest.fail),
        pytest.raises(WarehouseError, match=f"still in use by first .pid {os.getpid()}"),
        Postgres(database.tcp_environ).lock("second", lambda _: None, wait=0),
    ):
        pytest.fail("two loaders at once")


def test_another_database_has_a_lock_of_its_own(database: Database, postgres: Server) -> None:
    other = postgres.create()
    with (
        Postgres(database.environ).lock("first", pytest.fail),
        Postgres(other.environ).lock("elsewhere", pytest.fail, wait=0),
        pytest.raises(WarehouseError, match="still in use by first"),
        Postgres(database.environ).lock("second", lambda _: None, wait=0),
    ):
        pytest.fail("two loaders at once")
    other.drop()


def test_a_lock_that_was_lost_is_noticed(database: Database) -> None:
    warehouse = Postgres(database.environ)
    with ExitStack() as locked:
        locked.enter_context(warehouse.lock("first", pytest.fail))
        warehouse.check_lock()
        assert database.cut("first%") == 1
        with pytest.raises(LockLostError, match="another load may have begun; run again"):
            warehouse.check_lock()
        with Postgres(database.environ).lock("second", pytest.fail, wait=0):
            pass
        with pytest.raises(LockLostError):
            locked.close()
