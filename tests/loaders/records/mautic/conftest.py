"""A project pointed at client 713's Mautic, and one that holds its demo data."""

import pytest

from sandbox.server import Sandbox
from tests.conftest import Prepared
from tests.support import Project


@pytest.fixture
def project(project: Project, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Project:
    """The project of all tests, with Mautic's variables."""
    for name, value in sandbox.environ("mautic").items():
        project.environ[name] = value
        monkeypatch.setenv(name, value)
    return project


@pytest.fixture
def loaded(project: Project, sandbox: Sandbox, target: str, prepared: Prepared) -> Project:
    """The project with all of Mautic loaded."""

    def fill(made: Project) -> None:
        made.environ |= sandbox.environ("mautic")
        made.succeed("load", "mautic")

    project.copy_warehouse(prepared("mautic", target, fill))
    return project
