"""A project whose client 713 has the sandbox's PostHog, empty or with all of it loaded."""

import pytest

from sandbox.server import Sandbox
from tests.conftest import Prepared
from tests.support import Project


@pytest.fixture
def posthog_project(project: Project, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Project:
    environ = sandbox.environ("posthog")
    project.environ |= environ
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    return project


@pytest.fixture
def posthog_loaded(
    posthog_project: Project, sandbox: Sandbox, target: str, prepared: Prepared
) -> Project:
    def fill(made: Project) -> None:
        made.environ |= sandbox.environ("posthog")
        made.succeed("load", "posthog")

    posthog_project.copy_warehouse(prepared("posthog", target, fill))
    return posthog_project
