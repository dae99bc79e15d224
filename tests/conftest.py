"""The sandbox and a Postgres server, shared by all tests of a run, and projects of one's own."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from sandbox.server import Sandbox
from tests.postgres import Database, Server
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
    sandbox_server.s3_exports.requests.clear()
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


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A Postgres server, started when the first test asks for it.

    Not in pytest's folder: any pytest that starts closes that one to the server's own user.
    """
    with TemporaryDirectory(prefix="postgres-", ignore_cleanup_errors=True) as folder:
        server = Server(Path(folder))
        yield server
        server.stop()


@pytest.fixture
def database(postgres: Server) -> Database:
    """An empty database of its own; it goes with the server, as dropping costs a checkpoint."""
    return postgres.create()


@pytest.fixture
def target() -> str:
    """Where a test's project stands; see `on_both_targets`."""
    return "dev"


@pytest.fixture
def project(
    tmp_path: Path,
    sandbox: Sandbox,
    target: str,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> Project:
    """An empty warehouse and client 713's configuration, pointed at the sandbox."""
    database = request.getfixturevalue("database") if target == "prod" else None
    made = Project.at(tmp_path / "project", sandbox, database=database)
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
    made.succeed("load", *DECEMBER)
    return made.warehouse


@pytest.fixture(scope="session")
def december_database(
    sandbox_server: Sandbox, postgres: Server, tmp_path_factory: pytest.TempPathFactory
) -> Database:
    """The same in Postgres; tests work on copies of it."""
    database = postgres.create()
    folder = tmp_path_factory.mktemp("december") / "project"
    Project.at(folder, sandbox_server, database=database).succeed("load", *DECEMBER)
    return database


@pytest.fixture
def loaded_project(project: Project, request: pytest.FixtureRequest) -> Project:
    """A project with December 1-18 loaded."""
    if project.database is None:
        shutil.copy(request.getfixturevalue("december"), project.warehouse)
    else:
        project.database.copy_from(request.getfixturevalue("december_database"))
    return project
