"""safe_divide is Python's ROUND_HALF_UP to four decimals, exactly, on both engines."""

from collections.abc import Callable, Iterator
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any

import duckdb
import pytest
import sqlglot
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from jinja2 import Environment

from tests.postgres import Server
from tests.support import REPOSITORY

Case = tuple[Decimal, Decimal]
Divide = Callable[[list[Case], str], list[Decimal | None]]

UNIT = Decimal("0.0001")
EXACT = Context(prec=60, rounding=ROUND_HALF_UP)
LARGEST = Decimal("99999999999999.9999")  # decimal(18, 4)


def _sql(engine: str, numerator: str, denominator: str) -> str:
    """What the macro renders to on an engine, without starting dbt."""
    source = (REPOSITORY / "dbt_project/macros/safe_divide.sql").read_text()
    macros: Any = Environment().from_string(source).module  # noqa: S701
    return str(getattr(macros, f"{engine}__safe_divide")(numerator, denominator))


def _query(engine: str, cases: list[Case], column_type: str) -> str:
    values = ", ".join(
        f"({number}, cast({n} as {column_type}), cast({d} as {column_type}))"
        for number, (n, d) in enumerate(cases)
    )
    ratio = _sql(engine, "n", "d")
    return f"select {ratio} from (values {values}) as cases (number, n, d) order by number"


@pytest.fixture(scope="module", params=["duckdb", "postgres"])
def divide(request: pytest.FixtureRequest, postgres: Server) -> Iterator[Divide]:
    """Many divisions in one query."""

    def divide_all(cases: list[Case], column_type: str) -> list[Decimal | None]:
        cursor.execute(_query(request.param, cases, column_type))
        return [ratio for (ratio,) in cursor.fetchall()]

    with postgres.admin.connect() as connection:
        cursor: Any = duckdb.connect() if request.param == "duckdb" else connection.cursor()
        yield divide_all


def _expected(numerator: Decimal, denominator: Decimal) -> Decimal | None:
    if denominator <= 0:
        return None
    # exact at the half: compare twice the remainder with the divisor instead of dividing twice
    scaled = EXACT.multiply(abs(numerator), 10_000)
    units, rest = EXACT.divmod(scaled, denominator)
    if EXACT.multiply(rest, 2) >= denominator:
        units += 1
    return EXACT.multiply(units * (-1 if numerator < 0 else 1), UNIT)


def _fits(case: Case) -> bool:
    ratio = _expected(*case)
    return ratio is None or abs(ratio) <= LARGEST


_money = st.decimals(min_value=-LARGEST, max_value=LARGEST, places=4)
_small = st.decimals(min_value=-1000, max_value=1000, places=2)
_count = st.integers(min_value=-(10**6), max_value=10**6).map(Decimal)
# exact halves: an odd number of half units, times the divisor
_halves = st.builds(
    lambda divisor, half_units: ((2 * half_units + 1) * divisor * UNIT, Decimal(2 * divisor)),
    st.integers(min_value=1, max_value=50_000),
    st.integers(min_value=-50_000, max_value=50_000),
)
_cases = (
    st.tuples(_money, _money)
    | st.tuples(_small, _count)
    | st.tuples(_small, _small)
    | st.tuples(_money, _count)
    | _halves
).filter(_fits)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cases=st.lists(_cases, min_size=1, max_size=100))
@example(cases=[(Decimal("0.57"), Decimal(8)), (Decimal("-0.57"), Decimal(8))])
@example(cases=[(Decimal(0), Decimal(-3)), (Decimal(-3), Decimal(-3)), (Decimal(3), Decimal(0))])
@example(cases=[(LARGEST, Decimal(1)), (-LARGEST, Decimal(1)), (LARGEST, LARGEST)])
def test_money_is_divided_exactly(divide: Divide, cases: list[Case]) -> None:
    expected = [_expected(n, d) for n, d in cases]
    assert divide(cases, "decimal(18, 4)") == expected


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cases=st.lists(st.tuples(_count, _count), min_size=1, max_size=100))
def test_counts_are_divided_exactly(divide: Divide, cases: list[Case]) -> None:
    expected = [_expected(n, d) for n, d in cases]
    assert divide(cases, "bigint") == expected


def test_the_half_that_a_double_rounds_down(divide: Divide) -> None:
    assert divide([(Decimal("0.57"), Decimal(8))], "decimal(18, 4)") == [Decimal("0.0713")]


def test_null_divides_to_null(divide: Divide) -> None:
    null: Any = "null"
    cases = [(null, Decimal(1)), (Decimal(1), null), (Decimal(1), Decimal(0))]
    assert divide(cases, "decimal(18, 4)") == [None, None, None]


def test_spark_has_a_spelling_of_its_own() -> None:
    assert sqlglot.parse_one(f"select {_sql('spark', 'n', 'd')}", read="spark")
