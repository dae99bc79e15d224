"""docs/queries.sql runs as it stands on both engines, and says what its comments say."""

import duckdb

from tests.dbt.conftest import Query
from tests.dbt.project import REPOSITORY

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


def _statement(part: str) -> str:
    (found,) = [statement for statement in STATEMENTS if part in statement]
    return found


def test_the_agreed_queries_are_in_the_file() -> None:
    assert DAILY in TEXT
    assert MAPPED in TEXT


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
    rows = warehouse(_statement("NULLIF(SUM(internal_conversions)"))
    ccw = next(row for row in rows if row[1] == "CCW")
    assert [str(round(float(value), 4)) for value in ccw[2:]] == ["16.8813", "19.0955", "6.0"]
