"""A step in its own process: its limit, its death, and ours."""

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from signalroom.operations.running.process import attempt_apart
from signalroom.operations.running.step import Context, Step, StepResult
from tests.signalroom.operations.running.conftest import step

pytestmark = pytest.mark.slow


def test_it_hands_over_its_result(context: Context) -> None:
    mine = os.getpid()
    result = attempt_apart(step("x", lambda _: StepResult("ok", str(os.getpid() != mine))), context)
    assert result == StepResult("ok", "True")


def test_one_that_hangs_is_ended_at_its_limit_and_its_own_processes_too(
    context: Context, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    pid = tmp_path / "pid"

    def hang(_: Context) -> StepResult:
        from signalroom.stopping import ending_with_us

        child = subprocess.Popen(["sleep", "60"])
        pid.write_text(str(child.pid))
        with ending_with_us(child):
            child.wait()
        raise AssertionError

    begun = time.monotonic()
    result = attempt_apart(Step("x", hang, "", minutes=0.01), context)
    assert result == StepResult("failed", "ended after 0.01 min, its limit")
    assert capfd.readouterr().err == ""
    assert time.monotonic() - begun < 10
    assert not Path(f"/proc/{pid.read_text()}").exists()


def test_one_that_takes_no_signal_is_killed(
    context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("signalroom.stopping.GRACE", 0.2)

    def deaf(_: Context) -> StepResult:
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
        monkeypatch.setattr("signalroom.stopping.os._exit", lambda _: None)
        time.sleep(60)
        raise AssertionError

    begun = time.monotonic()
    assert attempt_apart(Step("x", deaf, "", minutes=0.01), context).status == "failed"
    assert time.monotonic() - begun < 10


def test_one_that_is_killed_may_be_tried_again(context: Context) -> None:
    def die(_: Context) -> StepResult:
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError

    result = attempt_apart(step("x", die), context)
    said = "its process was killed by signal 9"
    assert result == StepResult("failed", said, is_transient=True)
