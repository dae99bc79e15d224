"""A load killed anywhere and run again gives what an undisturbed load of the new data gives."""

import random
import signal
import subprocess
import time
from collections.abc import Callable

import pytest

from sandbox.server import Sandbox
from tests.support import DECEMBER, Project, State, on_both_targets

KILLED = "tests.sources.killed"


@pytest.mark.slow
@on_both_targets
def test_a_run_and_the_rows_it_rejected_are_written_as_one(
    loaded_project: Project, sandbox: Sandbox
) -> None:
    """Without them, their day would pass as complete."""
    sandbox.everflow.faults.on("bad_metric", metric="cv", value="n/a")
    runs = len(loaded_project.query("select 1 from ops.load_runs"))
    killed = loaded_project.start("within_ledger", "load", "everflow", *DECEMBER, program=KILLED)
    killed.communicate(timeout=120)
    assert killed.returncode == -signal.SIGKILL
    assert len(loaded_project.query("select 1 from ops.load_runs")) == runs
    assert loaded_project.query("select 1 from ops.rejected_rows") == []


def kill_at_random(
    project: Project,
    *arguments: str,
    kills: int,
    seed: int,
    dry_runs: float,
    before_each: Callable[[int], object] = lambda _: None,
) -> None:
    """Kill loads, each at some moment of those it takes: as many dry runs."""
    chance = random.Random(seed)  # noqa: S311  # a repeatable choice of moments, not a secret
    began = time.monotonic()
    project.start("load", "--dry-run").communicate(timeout=120)
    whole = (time.monotonic() - began) * dry_runs
    for number in range(kills):
        before_each(number)
        load = project.start("load", *arguments)
        try:
            load.communicate(timeout=chance.uniform(0.1, whole))
        except subprocess.TimeoutExpired:
            load.kill()
            load.communicate()
        assert load.returncode in (0, -signal.SIGKILL)


def kill_december(project: Project, expected: State, kills: int, seed: int) -> None:
    kill_at_random(project, *DECEMBER, kills=kills, seed=seed, dry_runs=2.5)
    assert project.run("load", *DECEMBER).exit_code == 0
    assert project.state() == expected


@pytest.mark.slow
@on_both_targets
def test_five_random_kills(loaded_project: Project, undisturbed: State) -> None:
    kill_december(loaded_project, undisturbed, kills=5, seed=713)


@pytest.mark.soak
@pytest.mark.timeout(1200)
@on_both_targets
def test_thirty_random_kills(loaded_project: Project, undisturbed: State) -> None:
    kill_december(loaded_project, undisturbed, kills=30, seed=int(time.time()))


def test_the_points_are_reached(loaded_project: Project) -> None:
    """The script itself loads when its point is never passed: its patches change nothing else."""
    loading = loaded_project.start("after_extract", "load", "--dry-run", program=KILLED)
    said, _ = loading.communicate(timeout=120)
    assert loading.returncode == 0, said
