"""One warehouse on each engine, built once a session, and what its marts must hold."""

from collections.abc import Callable

import pytest

from tests.dbt.warehouses import Pair, built
from tests.postgres import Rows, Server
from tests.support import Project

Query = Callable[[str], Rows]


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
