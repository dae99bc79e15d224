"""Ctrl-C, a container's stop and a terminal that closes end the command within seconds."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from sandbox.server import Sandbox
from signalroom.config.settings import Settings
from tests.forks import Forked
from tests.support import DECEMBER, Project, on_both_targets, on_postgres

SECONDS = 4.0
SIGNALS = {
    signal.SIGINT: "Stopped by Ctrl-C: no table is half done; run the same command again",
    signal.SIGTERM: "Stopped by SIGTERM: no table is half done; run the same command again",
    signal.SIGHUP: "Stopped by SIGHUP: no table is half done; run the same command again",
}


def stop(running: Forked, number: signal.Signals, when: Callable[[], object]) -> str:
    """Send the signal as soon as something is so; what was said by the process that it ended."""
    until = time.monotonic() + 60
    while not when():
        assert running.poll() is None
        assert time.monotonic() < until
        time.sleep(0.02)
    running.send_signal(number)
    said, _ = running.communicate(timeout=SECONDS)
    assert running.returncode == 128 + number, said
    assert said.splitlines()[-1] == SIGNALS[number]
    return said


@on_both_targets
@pytest.mark.parametrize("number", SIGNALS)
def test_a_load_that_waits_for_a_service(
    number: signal.Signals, loaded_project: Project, sandbox: Sandbox
) -> None:
    before = loaded_project.state()
    sandbox.everflow.faults.on("slow", seconds=20)
    sandbox.everflow.requests.clear()
    load = loaded_project.start("load", *DECEMBER)
    said = stop(load, number, lambda: sandbox.everflow.requests)
    assert "Traceback" not in said
    assert loaded_project.state() == before


@on_postgres
def test_a_load_whose_rows_are_landing(loaded_project: Project) -> None:
    """dlt would take the signal, and go on until all has landed."""
    assert loaded_project.database is not None
    with loaded_project.database.connect() as somebody:
        somebody.cursor().execute("begin; lock table everflow.daily_stats in exclusive mode")
        load = loaded_project.start("load", "everflow", *DECEMBER)
        stop(load, signal.SIGTERM, lambda: waits_for_a_lock(loaded_project))
    loaded_project.succeed("load", *DECEMBER)


def waits_for_a_lock(project: Project) -> bool:
    """Whether somebody stands behind our lock."""
    return bool(project.query("select 1 from pg_locks where not granted and relation is not null"))


@pytest.mark.parametrize("number", SIGNALS)
@pytest.mark.parametrize("command", ["build", "dbt"])
def test_dbt_is_ended_too(
    command: str, number: signal.Signals, tmp_path: Path, sandbox: Sandbox
) -> None:
    project = Project.at(tmp_path / "project", sandbox, with_dbt=True)
    running = project.start(command, *["build"] * (command == "dbt"))
    stop(running, number, lambda: children(running.pid))


def test_nothing_is_said_of_what_a_stopped_dbt_leaves_to_the_system(project: Project) -> None:
    spawned = "left = multiprocessing.get_context('spawn').Semaphore()"
    died = f"import multiprocessing, os; {spawned}; os._exit(143)"
    said = {
        name: subprocess.run(
            [sys.executable, "-c", died], env=environ, capture_output=True, text=True, check=False
        ).stderr
        for name, environ in {
            "Python": project.process_environ,
            "dbt": Settings(project.root, project.process_environ).dbt_environ(),
        }.items()
    }
    assert ("leaked semaphore" in said["Python"], said["dbt"]) == (True, "")


def children(pid: int) -> list[str]:
    with suppress(FileNotFoundError):
        return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return []
