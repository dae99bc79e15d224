"""One warehouse on each engine, built once a session, and what its marts must hold."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.dbt.warehouses import Pair, built
from tests.postgres import Rows, Server
from tests.support import Project

Query = Callable[[str], Rows]
ENGINES = pytest.mark.parametrize("engine", ["dev", "prod"])


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All on one worker, since each would build the warehouses for itself."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.xdist_group("warehouses"))


@pytest.fixture(scope="session")
def pair(postgres: Server, tmp_path_factory: pytest.TempPathFactory) -> Pair:
    return built(tmp_path_factory.mktemp("pair"), postgres, seed=1)


@pytest.fixture(params=["dev", "prod"])
def project(request: pytest.FixtureRequest, pair: Pair) -> Project:
    """Each engine's in turn."""
    made: Project = getattr(pair, request.param)
    return made


@pytest.fixture
def warehouse(project: Project) -> Query:
    return project.query
