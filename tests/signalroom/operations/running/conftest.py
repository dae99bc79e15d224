"""Steps that are not the chain's, and a context for them."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from loaders import clock
from signalroom.config.settings import Settings
from signalroom.operations.running.step import Context, Step, StepResult
from tests.support import Project

MORNING = datetime(2025, 12, 19, 12, tzinfo=UTC)  # 7:00 in New York
OK = StepResult("ok")
FAILED = StepResult("failed", "its key is wrong")
DOWN = StepResult("failed", "the service is down", is_transient=True)
Doing = Callable[[Context], StepResult]


def step(name: str, run: Doing = lambda _: OK, **more: object) -> Step:
    return Step(name, run, f"signalroom load {name}", 1, **more)  # type: ignore[arg-type]


@pytest.fixture
def morning(monkeypatch: pytest.MonkeyPatch) -> datetime:
    monkeypatch.setattr(clock, "now", lambda: MORNING)
    return MORNING


@pytest.fixture
def settings(project: Project) -> Settings:
    return Settings(project.root, project.process_environ)


@pytest.fixture
def context(settings: Settings, target: str) -> Context:
    clients = [one for one in settings.clients() if one.client_id == "713"]
    return Context(settings, target, clients, "daily", "1")
