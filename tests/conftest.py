"""The sandbox, shared by all tests of a run, and projects of one's own to load it into."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.server import Sandbox
from tests.support import DECEMBER, Project


@pytest.fixture(scope="session")
def sandbox_server() -> Iterator[Sandbox]:
    with Sandbox() as server:
        yield server


@pytest.fixture
def sandbox(sandbox_server: Sandbox) -> Iterator[Sandbox]:
    """The sandbox without faults, restatements or memory, its limits out of the way."""
    usual = {
        service.name: {name: limit.limit for name, limit in service.limits.items()}
        for service in sandbox_server.services.values()
    }
    for service in sandbox_server.services.values():
        service.requests.clear()
        for limit in service.limits.values():
            limit.limit = 10_000
    yield sandbox_server
    for service in sandbox_server.services.values():
        service.faults.clear()
        service.reset()
        for name, limit in service.limits.items():
            limit.limit = usual[service.name][name]


@pytest.fixture
def project(tmp_path: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Project:
    """An empty warehouse and client 713's configuration, pointed at the sandbox."""
    made = Project.at(tmp_path / "project", sandbox)
    monkeypatch.chdir(made.root)
    for name in ("DUCKDB_PATH", "DBT_PROJECT_DIR"):
        monkeypatch.delenv(name, raising=False)
    for name, value in made.environ.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("loaders.http.sleep", lambda _seconds: None)
    return made


@pytest.fixture(scope="session")
def december(sandbox_server: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A DuckDB file into which the sandbox's December 1-18 of client 713 was loaded."""
    made = Project.at(tmp_path_factory.mktemp("december") / "project", sandbox_server)
    load = made.start("load", *DECEMBER)
    said, _ = load.communicate(timeout=120)
    assert load.returncode == 0, said
    return made.warehouse


@pytest.fixture
def loaded_project(project: Project, december: Path) -> Project:
    """A project with December 1-18 loaded."""
    shutil.copy(december, project.warehouse)
    return project
