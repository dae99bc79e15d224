"""A project whose client 713 has the sandbox's PostHog, empty or with all of it loaded."""

import shutil
from pathlib import Path

import pytest

from sandbox.server import Sandbox
from tests.support import Project


@pytest.fixture
def posthog_project(project: Project, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Project:
    environ = sandbox.environ("posthog")
    project.environ |= environ
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    return project


@pytest.fixture(scope="session")
def posthog_december(sandbox_server: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A DuckDB file into which all of it was loaded."""
    made = Project.at(tmp_path_factory.mktemp("posthog") / "project", sandbox_server)
    made.environ |= sandbox_server.environ("posthog")
    made.succeed("load", "posthog")
    return made.warehouse


@pytest.fixture
def posthog_loaded(posthog_project: Project, posthog_december: Path) -> Project:
    shutil.copy(posthog_december, posthog_project.warehouse)
    return posthog_project
