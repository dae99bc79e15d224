"""What all tests of a run share, and projects of one's own.

One Postgres server, a sandbox in each process, and warehouses that are filled once in a run, by the
process that needs one first (`prepared`); tests work on copies of them.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import copy
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from filelock import FileLock
from xdist.scheduler import LoadScopeScheduling

from loaders.redaction import _REDACTION
from sandbox.s3 import S3Exports
from sandbox.server import Sandbox
from tests.postgres import Database, Server, running_server
from tests.support import DECEMBER, QUICK_RETRIES, Project

FOLDER = Path(__file__).parent
SHARING = {"dbt", "prod"}  # folders whose files share a built warehouse
SERVER = pytest.StashKey[Server]()
Prepared = Callable[[str, str, Callable[[Project], object]], Project]
MEMORY = Path("/dev/shm")  # noqa: S108  # pytest makes a folder there that is the user's alone
ENOUGH = 4 << 30  # bytes: the tests' folders take one


def pytest_configure(config: pytest.Config) -> None:
    """Projects stand in memory where there is room: DuckDB waits for the disk at each commit."""
    if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ENOUGH:
        runs_programs = not os.statvfs(MEMORY).f_flag & os.ST_NOEXEC
        if runs_programs:
            os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))
    config.addinivalue_line(
        "markers", "from_nothing: the project's warehouse does not exist, not even its tables"
    )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What reads the marts that dbt built (fixture `pair`) is slow."""
    for item in items:
        if "pair" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.slow)


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Bytes are not part of a test's name: a packer puts the time in, and workers would differ."""
    return argname if isinstance(val, bytes) else None


class ByWarehouse(LoadScopeScheduling):  # type: ignore[misc]  # xdist is not typed
    """Keeps on one worker what shares what is costly: a file, or a folder with one warehouse.

    xdist's own loadgroup does nothing under pytest 9.2: it renames tests in a place that pytest no
    longer reads.
    """

    def _split_scope(self, nodeid: str) -> str:
        file = Path(nodeid.partition("::")[0])
        return str(file.parent if file.parent.name in SHARING else file)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByWarehouse:
    return ByWarehouse(config, log)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """xdist's controller starts the Postgres server that its workers share."""
    stash = node.config.stash
    if SERVER not in stash:
        server = temporary_server()
        stash[SERVER] = server.__enter__()
        node.config.add_cleanup(lambda: server.__exit__(None, None, None))
    node.workerinput["postgres"] = stash[SERVER].address


@contextmanager
def temporary_server() -> Iterator[Server]:
    """A server out of pytest's folder: any pytest that starts closes that to the server's user."""
    with (
        TemporaryDirectory(prefix="postgres-", ignore_cleanup_errors=True) as folder,
        running_server(Path(folder)) as server,
    ):
        yield server


@pytest.fixture(autouse=True)
def secrets_of_one_test(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a test calls a secret, such as a whole file of settings, is shown in the next."""
    for name, known in vars(_REDACTION).items():
        monkeypatch.setattr(_REDACTION, name, copy(known))


@pytest.fixture(scope="session")
def postgres(request: pytest.FixtureRequest) -> Iterator[Server]:
    """The run's Postgres server; without xdist it is started when the first test asks for it."""
    worker = getattr(request.config, "workerinput", None)
    if worker is None:
        with temporary_server() as server:
            yield server
    else:
        yield Server(**worker["postgres"], prefix=f"test_{worker['workerid']}")


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


@pytest.fixture
def demo_bucket(sandbox: Sandbox) -> Iterator[S3Exports]:
    """The sandbox's bucket with the demo's files."""
    bucket = sandbox.s3_exports
    bucket.reset()
    yield bucket
    bucket.faults.clear()
    bucket.requests.clear()
    bucket.reset()


@pytest.fixture
def database(postgres: Server) -> Database:
    """An empty database of its own; it goes with the server, as dropping costs a checkpoint."""
    return postgres.create()


@pytest.fixture(scope="session", autouse=True)
def shared(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Path:
    """The folder of the run, which all workers share."""
    root = tmp_path_factory.getbasetemp()
    Project.parsed = root.parent if hasattr(request.config, "workerinput") else root
    return Project.parsed


@pytest.fixture(scope="session")
def prepared(sandbox_server: Sandbox, shared: Path, request: pytest.FixtureRequest) -> Prepared:
    """Gives, by name and target, a project whose warehouse `fill` filled once in the run."""

    def prepare(name: str, target: str, fill: Callable[[Project], object]) -> Project:
        folder, done = shared / f"{name}-{target}", shared / f"{name}-{target}.done"
        database = None
        if target == "prod":
            database = Database(request.getfixturevalue("postgres"), f"prepared_{name}")
        with FileLock(f"{folder}.lock"):
            if done.exists():
                return Project(folder, database=database)
            shutil.rmtree(folder, ignore_errors=True)
            if database is not None:
                database.copy_from(Database(database.server, "template1"))
            made = Project.at(folder, sandbox_server, database=database)
            fill(made)
            done.touch()
        return made

    return prepare


def make_tables(project: Project) -> None:
    """What a load does where no source is configured."""
    project.environ = QUICK_RETRIES | (project.database.environ if project.database else {})
    running = project.start("load", without=("DUCKDB_PATH", "DBT_PROJECT_DIR"))
    said, _ = running.communicate(timeout=240)
    assert "failed: EVERFLOW_API_KEY is not set" in said
    assert running.returncode == 1, said


def load_december(project: Project) -> None:
    project.succeed("load", *DECEMBER)


@pytest.fixture
def target() -> str:
    """Where a test's project stands; see `on_both_targets`."""
    return "dev"


@pytest.fixture
def project(  # noqa: PLR0917  # pytest passes them by name
    tmp_path: Path,
    sandbox: Sandbox,
    target: str,
    prepared: Prepared,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> Project:
    """Client 713's configuration, pointed at the sandbox, and a warehouse whose tables are empty.

    With the mark `from_nothing` there are no tables either.
    """
    database = request.getfixturevalue("database") if target == "prod" else None
    made = Project.at(tmp_path / "project", sandbox, database=database)
    if request.node.get_closest_marker("from_nothing") is None:
        made.copy_warehouse(prepared("empty", target, make_tables))
    monkeypatch.chdir(made.root)
    for name in ("DUCKDB_PATH", "DBT_PROJECT_DIR"):
        monkeypatch.delenv(name, raising=False)
    for name, value in made.environ.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("loaders.http.sleep", lambda _seconds: None)
    return made


@pytest.fixture
def loaded_project(project: Project, target: str, prepared: Prepared) -> Project:
    """A project with December 1-18 loaded."""
    project.copy_warehouse(prepared("december", target, load_december))
    return project
