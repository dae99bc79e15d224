"""A project pointed at client 713's Mautic, and one that holds its demo data."""

import shutil
from pathlib import Path

import pytest

from sandbox.server import Sandbox
from tests.postgres import Database, Server
from tests.support import Project


@pytest.fixture
def project(project: Project, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Project:
    """The project of all tests, with Mautic's variables."""
    for name, value in sandbox.environ("mautic").items():
        project.environ[name] = value
        monkeypatch.setenv(name, value)
    return project


def stock(root: Path, sandbox: Sandbox, database: Database | None = None) -> Project:
    made = Project.at(root / "project", sandbox, database=database)
    made.environ |= sandbox.environ("mautic")
    made.succeed("load", "mautic")
    return made


@pytest.fixture(scope="session")
def stocked(sandbox_server: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A DuckDB file into which all of Mautic was loaded."""
    return stock(tmp_path_factory.mktemp("mautic"), sandbox_server).warehouse


@pytest.fixture(scope="session")
def stocked_database(
    sandbox_server: Sandbox, postgres: Server, tmp_path_factory: pytest.TempPathFactory
) -> Database:
    """The same in Postgres."""
    database = postgres.create()
    stock(tmp_path_factory.mktemp("mautic"), sandbox_server, database)
    return database


@pytest.fixture
def loaded(project: Project, request: pytest.FixtureRequest) -> Project:
    """The project with all of Mautic loaded."""
    if project.database is None:
        shutil.copy(request.getfixturevalue("stocked"), project.warehouse)
    else:
        project.database.copy_from(request.getfixturevalue("stocked_database"))
    return project
