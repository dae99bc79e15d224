"""The affiliates' parts of a change of CPA add up to it, whatever the figures, on both engines."""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from operator import itemgetter
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.dbt.warehouses import Pair

pytestmark = pytest.mark.slow

MODEL = "dbt_project/target/compiled/signalroom/models/marts/reports/cpa_change_by_affiliate.sql"
RELATION = re.compile(r'"\w+"\."\w+"\."(\w+)"')
DAY = date(2025, 12, 8)
UNIT = Fraction(1, 10_000)
TABLES = {
    "int_days__completeness": "client_id text, report_date date, is_complete boolean",
    "fct_advertiser_daily": (
        "client_id text, report_date date, advertiser_id bigint, advertiser_label text"
    ),
    "fct_affiliate_daily": (
        "client_id text, report_date date, advertiser_id bigint, affiliate_id bigint, "
        "affiliate_label text, is_internal boolean, conversions bigint, spend_rows bigint, "
        "effective_cost decimal(18, 4)"
    ),
}
Days = tuple[bool, list[tuple[int, Decimal]]]  # internal or not; conversions and cost, by days back
Rows = list[dict[str, Any]]
Ask = Callable[[list[list[Days]]], Rows]

_cost = st.decimals(min_value=-50, max_value=90_000, places=4) | st.just(Decimal(0))
_day = st.tuples(st.integers(min_value=-3, max_value=400), _cost)
_affiliate = st.tuples(st.booleans(), st.lists(_day, min_size=2, max_size=8))
_advertisers = st.lists(st.lists(_affiliate, min_size=1, max_size=12), min_size=1, max_size=5)


@pytest.fixture(scope="module", params=["dev", "prod"])
def ask(request: pytest.FixtureRequest, pair: Pair) -> Iterator[Ask]:
    """The mart as dbt compiled it for an engine, of other rows, some advertisers at a time."""
    project = getattr(pair, request.param)
    statement = RELATION.sub(r"\1", (project.root / MODEL).read_text())
    with ExitStack() as stack:
        if project.database is None:
            cursor: Any = stack.enter_context(duckdb.connect())
        else:
            cursor = stack.enter_context(project.database.connect()).cursor()
        for table, columns in TABLES.items():
            cursor.execute(f"create temporary table {table} ({columns})")
        days = [DAY - timedelta(n) for n in range(8)]
        cursor.execute(_insert("int_days__completeness", [("713", day, True) for day in days]))

        def query(advertisers: list[list[Days]]) -> Rows:
            with_row = [("713", DAY, number, "") for number, _ in enumerate(advertisers)]
            rows = [
                ("713", days[back], number, place, "", is_internal, *figures[:1], 1, *figures[1:])
                for number, affiliates in enumerate(advertisers)
                for place, (is_internal, by_day) in enumerate(affiliates)
                for back, figures in enumerate(by_day)
            ]
            for table, some in (("fct_advertiser_daily", with_row), ("fct_affiliate_daily", rows)):
                cursor.execute(f"delete from {table}")
                cursor.execute(_insert(table, some))
            cursor.execute(statement)
            names = [column[0] for column in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

        yield query


def _insert(table: str, rows: Sequence[tuple[Any, ...]]) -> str:
    def literal(value: object) -> str:
        if isinstance(value, str | date):
            return f"'{value}'"
        return format(value, "f") if isinstance(value, Decimal) else str(value).lower()

    values = ", ".join(f"({', '.join(map(literal, row))})" for row in rows)
    return f"insert into {table} values {values}"


@settings(
    deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(advertisers=_advertisers)
@example(advertisers=[[(False, [(8, Decimal("0.57")), (3, Decimal("0.1"))])]])
@example(advertisers=[[(False, [(1, Decimal("10.0001")), (1, Decimal(10))])] * 3])
def test_parts_add_up_and_each_is_the_definition(ask: Ask, advertisers: list[list[Days]]) -> None:
    rows = ask(advertisers)
    for comparison in ("day_before", "mean_7_days_before"):
        for number, affiliates in enumerate(advertisers):
            found = [
                row
                for row in rows
                if (row["comparison"], row["advertiser_id"]) == (comparison, number)
            ]
            if any(row["change_part"] is not None for row in found):
                _check(sorted(found, key=itemgetter("affiliate_id")), affiliates, comparison)


def _check(found: Rows, affiliates: list[Days], comparison: str) -> None:
    after, before, change = (
        found[0][f"advertiser_{name}"]
        for name in ("effective_cpa", "effective_cpa_before", "cpa_change")
    )
    assert sum(row["change_part"] for row in found) == change == after - before
    assert all(row["rate_part"] + row["mix_part"] == row["change_part"] for row in found)
    earlier = slice(1, 2) if comparison == "day_before" else slice(1, 8)
    now, then = ([_summed(days[part]) for _, days in affiliates] for part in (slice(1), earlier))
    (n1, _), (n0, c0) = (tuple(map(sum, zip(*period, strict=True))) for period in (now, then))
    for row, (n1_i, c1_i), (n0_i, c0_i) in zip(found, now, then, strict=True):
        exact = (c1_i - c0 / n0 * n1_i) / n1 - (c0_i - c0 / n0 * n0_i) / n0
        shares = abs(n1_i / n1 - n0_i / n0)
        assert abs(Fraction(row["change_part"]) - exact) <= (Fraction(3, 2) + shares) * UNIT
        rate = (c1_i - c0_i / n0_i * n1_i) / n1 if n0_i > 0 else 0
        assert abs(Fraction(row["rate_part"]) - rate) <= UNIT


def _summed(days: list[tuple[int, Decimal]]) -> tuple[Fraction, Fraction]:
    return (
        Fraction(sum(conversions for conversions, _ in days)),
        sum((Fraction(cost) for _, cost in days), Fraction(0)),
    )
