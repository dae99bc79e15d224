"""The manners' figures: how often, how long, and not at all."""

import json
from types import SimpleNamespace
from typing import Any

import pytest

from sandbox.server import Sandbox
from tests.support import DECEMBER, Project


@pytest.fixture
def waits(project: Project, monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that were waited between attempts, in the project's own configuration."""
    waited: list[float] = []
    monkeypatch.delenv("RUNTIME__REQUEST_BACKOFF_FACTOR")
    monkeypatch.setattr("tenacity.nap.time.sleep", waited.append)
    return waited


def test_five_attempts_with_doubled_waits(
    project: Project, sandbox: Sandbox, waits: list[float]
) -> None:
    sandbox.redtrack.faults.on("server_error", status=503)
    assert project.run("load", "redtrack", *DECEMBER).exit_code == 1
    assert waits == [1, 2, 4, 8]
    assert [request.status for request in sandbox.redtrack.requests] == [503] * 5


def test_retry_after_is_honoured(project: Project, sandbox: Sandbox, waits: list[float]) -> None:
    sandbox.redtrack.faults.on("rate_limited", retry_after=17, times=2)
    assert project.run("load", "redtrack", *DECEMBER).exit_code == 0
    assert waits == [17, 17]


def test_no_wait_is_longer_than_five_minutes(
    project: Project, sandbox: Sandbox, waits: list[float]
) -> None:
    sandbox.redtrack.faults.on("rate_limited", retry_after=86_400, times=1)
    assert project.run("load", "redtrack", *DECEMBER).exit_code == 0
    assert waits == [300]


@pytest.mark.parametrize("fault", ["invalid_key", "wrong_realm"])
def test_what_will_not_change_is_not_tried_again(
    fault: str, project: Project, sandbox: Sandbox, waits: list[float]
) -> None:
    sandbox.everflow.faults.on(fault, path="")
    assert project.run("load", "everflow", *DECEMBER).exit_code == 1
    assert waits == []
    assert len(sandbox.everflow.requests) == 1


def test_an_answer_is_taken_apart_once(
    project: Project, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Though it is asked whether it broke off before it is asked what it says."""
    taken: list[int] = []

    def loads(text: bytes, **how: Any) -> Any:
        taken.append(len(text))
        return json.loads(text, **how)

    monkeypatch.setattr("loaders.http.json", SimpleNamespace(loads=loads))
    assert project.run("load", "redtrack", *DECEMBER).exit_code == 0
    assert len(taken) == len(sandbox.redtrack.requests) > 0
