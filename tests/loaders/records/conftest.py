"""What tests of readers need, and projects pointed at the service their folder is named after."""

import pytest

from sandbox.server import Sandbox
from tests.conftest import Prepared
from tests.support import QUICK_RETRIES, Project


@pytest.fixture
def project(
    project: Project,
    sandbox: Sandbox,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> Project:
    """The project of all tests, with the service's variables."""
    environ = sandbox.environ(request.path.parent.name)
    project.environ |= environ
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    return project


@pytest.fixture
def loaded(
    project: Project,
    sandbox: Sandbox,
    target: str,
    prepared: Prepared,
    request: pytest.FixtureRequest,
) -> Project:
    """The project with all of the service loaded."""
    service = request.path.parent.name

    def fill(made: Project) -> None:
        made.environ |= sandbox.environ(service)
        made.succeed("load", service)

    project.copy_warehouse(prepared(f"all_of_{service}", target, fill))
    return project


@pytest.fixture
def quick_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    """Short waits before a request is tried again."""
    for name, value in QUICK_RETRIES.items():
        monkeypatch.setenv(name, value)
