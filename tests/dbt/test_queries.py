"""docs/queries.sql runs as it stands on both engines, and says what its comments say."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import duckdb
import pytest

from signalroom.questions import questions
from tests.dbt.conftest import Query
from tests.dbt.warehouses import Pair
from tests.postgres import Rows
from tests.support import REPOSITORY

pytestmark = pytest.mark.slow

TEXT = (REPOSITORY / "docs/queries.sql").read_text()
STATEMENTS = [statement.query for statement in duckdb.extract_statements(TEXT)]

DAILY = (
    "SELECT date, advertiser_label, SUM(conversions) as conversions,"
    " ROUND(SUM(payout)::numeric, 2) as payout FROM everflow.daily_stats"
    " GROUP BY date, advertiser_label ORDER BY date DESC, conversions DESC;"
)
MAPPED = (
    "SELECT e.*, m.everflow_affiliate_label FROM everflow.daily_stats e"
    " JOIN public.affiliate_mapping m ON e.affiliate_id = m.everflow_affiliate_id"
    " AND e._client_id = m.client_id WHERE e._client_id = '713';"
)
CORE = (
    "SELECT billing_state as state, COUNT(DISTINCT orders_id) as orders,"
    " ROUND(SUM(total_amount::numeric), 2) as revenue FROM s3_exports.orders_create"
    " WHERE order_status = 'NEW' AND total_amount::numeric > 85"
    " GROUP BY billing_state ORDER BY revenue DESC;"
)
CREATED = (
    "SELECT _file_date as date, COUNT(DISTINCT orders_id) as orders,"
    " ROUND(SUM(total_amount::numeric), 2) as revenue FROM s3_exports.orders_create"
    " GROUP BY _file_date ORDER BY _file_date;"
)


@pytest.fixture(scope="module", params=["dev", "prod"])
def warehouse(request: pytest.FixtureRequest, pair: Pair) -> Iterator[Query]:
    """Each engine's as if the worked example were its only client: nothing is committed."""
    project = getattr(pair, request.param)
    found = project.query(
        "select c.table_schema || '.' || c.table_name, c.column_name"
        " from information_schema.columns as c inner join information_schema.tables as t"
        " using (table_schema, table_name) where t.table_type = 'BASE TABLE'"
        " and c.table_schema in ('everflow', 's3_exports', 'public', 'marts')"
        " and c.column_name in ('client_id', '_client_id')"
    )
    with ExitStack() as stack:
        if project.database is None:
            cursor: Any = stack.enter_context(duckdb.connect(str(project.warehouse)))
        else:
            cursor = stack.enter_context(project.database.connect()).cursor()
        cursor.execute("begin")
        if project.database is not None:
            cursor.execute("set constraints all deferred")
        for table, column in found:
            cursor.execute(f"delete from {table} where {column} <> '713'")

        def query(sql: str) -> Rows:
            cursor.execute(sql)
            rows: Rows = cursor.fetchall()
            return rows

        yield query
        cursor.execute("rollback")


def test_every_statement_has_a_name_and_is_what_the_command_asks() -> None:
    named = questions(REPOSITORY)
    assert len({one.name for one in named}) == len(named) == len(STATEMENTS)
    for one, statement in zip(named, STATEMENTS, strict=True):
        assert one.sql in statement
        assert one.meaning


def _statement(part: str) -> str:
    (found,) = [statement for statement in STATEMENTS if part in statement]
    return found


def test_the_agreed_queries_are_in_the_file() -> None:
    assert DAILY in TEXT
    assert MAPPED in TEXT
    assert CORE in TEXT
    assert CREATED in TEXT


def test_every_statement_runs_and_finds_rows(warehouse: Query) -> None:
    for statement in STATEMENTS:
        assert warehouse(statement), statement


def test_the_join_through_the_mapping_fans_out_and_the_right_one_does_not(
    warehouse: Query,
) -> None:
    counted = "select count(*) from ({}) as counted"
    fanned_out = warehouse(counted.format(MAPPED.rstrip(";")))
    right = warehouse(counted.format(_statement("everflow_affiliate_labels").rstrip().rstrip(";")))
    # affiliate 1 has two CCW rows, each met by three mapping rows, and affiliate 5 one of EXP's
    assert fanned_out == [(7,)]
    assert right == [(2,)]


def test_a_window_is_a_ratio_of_sums(warehouse: Query) -> None:
    rows = warehouse(_statement("/ SUM(internal_conversions)"))
    ccw = next(row for row in rows if row[1] == "CCW")
    assert [str(round(float(value), 4)) for value in ccw[2:]] == ["16.8813", "19.0955", "6.0"]


def test_core_orders_tie_with_the_clients_own_query(warehouse: Query) -> None:
    raw, marts = warehouse(CORE), warehouse(_statement("SUM(core_revenue)"))
    assert [(state, orders, float(revenue)) for state, orders, revenue in raw] == [
        *(("GU", 1, 120), ("Texas", 1, 105), ("TX", 1, 95)),
    ]
    assert [(state, int(orders), float(revenue)) for state, orders, revenue in marts] == [
        *(("TX", 2, 200), ("GU", 1, 120)),
    ]


def test_created_orders_are_not_the_sales_of_their_day(warehouse: Query) -> None:
    raw, marts = warehouse(CREATED), warehouse(_statement("approval_rate, orders_complete"))
    assert [(str(day), orders, float(revenue)) for day, orders, revenue in raw] == [
        *(("2025-12-01", 4, 254.5), ("2025-12-02", 1, 120)),
    ]
    assert [(str(row[0]), row[1], row[2], float(row[4]), row[7]) for row in marts] == [
        ("2025-12-02", "CCW", 1, 120, False),  # no file of updates yet
        ("2025-12-01", "CCW", 3, 200, True),
        ("2025-12-01", "EXP", 1, 35.5, True),
    ]
