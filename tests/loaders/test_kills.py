"""A load killed anywhere and run again gives what an undisturbed load of the new data gives."""

import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from sandbox.server import Sandbox
from tests.loaders.killed import POINTS
from tests.support import DECEMBER, Project

KILLED = ("-m", "tests.loaders.killed")


def restate(sandbox: Sandbox) -> None:
    """Other figures, a new row, a row less and a day less: what the killed load was reading."""
    everflow, redtrack = sandbox.everflow.restate, sandbox.redtrack.restate
    everflow("set", date="2025-12-05", affiliate_id="1", advertiser_id="1", cv=77, payout="1.25")
    everflow("add", date="2025-12-06", affiliate_id="999", advertiser_id="1", cv=3, payout="9.00")
    everflow("remove", date="2025-12-07", affiliate_id="12", advertiser_id="1")
    everflow("remove", date="2025-12-08")
    redtrack("set", date="2025-12-05", source_id="66c79f91be26fd4634569658", cost="12.50")
    redtrack("remove", date="2025-12-09", source_id="62b29551c6880d00014d8c73")


def state(project: Project) -> dict[str, Any]:
    """Everything that must be equal: raw rows, the marker column, and no left-over staging rows."""
    return {name: project.raw(name) for name in ("everflow", "redtrack")}


@pytest.fixture
def undisturbed(
    tmp_path: Path, sandbox: Sandbox, loaded_project: Project, monkeypatch: pytest.MonkeyPatch
) -> dict[str, Any]:
    """What a load of the new data gives that nobody disturbs; the sandbox holds the new data."""
    restate(sandbox)
    other = Project.at(tmp_path / "undisturbed", sandbox)
    with monkeypatch.context() as there:
        there.chdir(other.root)
        assert other.run("load", *DECEMBER).exit_code == 0
    expected = state(other)
    assert state(loaded_project) != expected
    return expected


@pytest.mark.parametrize("point", POINTS)
def test_a_load_killed_at_a_point_is_made_good_by_the_next(
    point: str, loaded_project: Project, undisturbed: dict[str, Any]
) -> None:
    runs = len(loaded_project.query("select 1 from ops.load_runs"))
    killed = loaded_project.start(point, "load", "everflow", *DECEMBER, program=KILLED)
    said, _ = killed.communicate(timeout=120)
    assert killed.returncode == -signal.SIGKILL, said
    written = len(loaded_project.query("select 1 from ops.load_runs")) - runs
    assert written == (1 if point == "after_ledger" else 0), "no row means not loaded"

    assert loaded_project.run("load", *DECEMBER).exit_code == 0
    assert state(loaded_project) == undisturbed


def kill_at_random(project: Project, expected: dict[str, Any], kills: int, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311  # a repeatable choice of moments, not a secret
    whole = _seconds_of_a_load(project)
    for _ in range(kills):
        load = project.start("load", *DECEMBER)
        try:
            load.communicate(timeout=chance.uniform(0.1, whole))
        except subprocess.TimeoutExpired:
            load.kill()
            load.communicate()
        assert load.returncode in (0, -signal.SIGKILL)
    assert project.run("load", *DECEMBER).exit_code == 0
    assert state(project) == expected


def _seconds_of_a_load(project: Project) -> float:
    began = time.monotonic()
    project.start("load", "--dry-run").communicate(timeout=120)
    return (time.monotonic() - began) * 2.5


@pytest.mark.slow
def test_five_random_kills(loaded_project: Project, undisturbed: dict[str, Any]) -> None:
    kill_at_random(loaded_project, undisturbed, kills=5, seed=713)


@pytest.mark.soak
@pytest.mark.timeout(1200)
def test_thirty_random_kills(loaded_project: Project, undisturbed: dict[str, Any]) -> None:
    kill_at_random(loaded_project, undisturbed, kills=30, seed=int(time.time()))


def test_the_points_are_reached(loaded_project: Project) -> None:
    """The script itself loads when its point is never passed: its patches change nothing else."""
    listed = subprocess.run(
        [sys.executable, *KILLED, "after_extract", "load", "--dry-run"],
        cwd=loaded_project.root,
        env=loaded_project.process_environ,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert listed.returncode == 0, listed.stderr
