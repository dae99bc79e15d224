"""Values pass a check before dlt sees them: exact, in their column's type, or rejected."""

import math
import re
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loaders.fitting import fit_date, fit_json, fit_text
from loaders.table import Column, Table, fit
from loaders.verify import Answer

TABLE = Table(
    "t",
    {
        "date": Column("date", required=True),
        "id": Column("text"),
        "clicks": Column("bigint"),
        "owner": Column("bigint", is_id=True),
        "cost": Column("decimal", required=True),
    },
    key=("date", "id"),
    replaces="day",
)
DAY = date(2025, 12, 1)


def row(**values: Any) -> dict[str, Any]:
    return {"date": DAY, "id": "a", "clicks": 1, "cost": "1.50"} | values


@given(st.decimals(-(10**13), 10**13, allow_nan=False, places=6))
def test_money_is_exact_in_every_spelling(value: Decimal) -> None:
    expected = value.quantize(Decimal("0.0001"), ROUND_HALF_UP)
    for spelling in (value, str(value), f" {value} "):
        assert fit(TABLE, row(cost=spelling))["cost"] == expected


@given(st.integers(-(2**63) + 1, 2**63 - 1))
def test_counts_are_whole_in_every_spelling(value: int) -> None:
    for spelling in (value, str(value), Decimal(value), f"{value}.0"):
        assert fit(TABLE, row(clicks=spelling))["clicks"] == value


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"cost": "n/a"}, "cost: 'n/a' is not a number"),
        ({"cost": None}, "cost: missing"),
        ({"cost": ""}, "cost: missing"),
        ({"cost": True}, "cost: True is not a number"),
        ({"cost": [1]}, "cost: [1] is not a number"),
        ({"cost": math.nan}, "cost: nan is not a number"),
        ({"cost": "Infinity"}, "cost: 'Infinity' is not a number"),
        ({"cost": "1e1000000"}, "cost: '1e1000000' is not a number"),
        ({"clicks": Decimal("1e-1000000")}, "is not a number"),
        ({"cost": "100000000000000"}, "does not fit decimal(18,4)"),
        ({"clicks": "1_0"}, "clicks: '1_0' is not a number"),
        ({"owner": "-1"}, "owner: -1 is no id"),
        ({"clicks": 1.5}, "clicks: 1.5 is not a whole number"),
        ({"clicks": 2**63}, "does not fit bigint"),
        ({"date": "2025-12-01"}, "date: '2025-12-01' is not a date"),
        ({"date": None}, "date: missing"),
        ({"id": {"a": 1}}, "id: a dict is not text"),
    ],
)
def test_what_does_not_fit_says_why(values: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValueError, match=re.escape(reason)):
        fit(TABLE, row(**values))


def test_unknown_is_not_zero_and_a_blank_key_is_no_null() -> None:
    fitted = fit(TABLE, row(clicks=None, id=None))
    assert fitted["clicks"] is None
    assert fitted["id"] == ""


def test_control_characters_leave_text_and_blanks_alone_are_nothing() -> None:
    assert fit(TABLE, row(id="a\x00\x01b\n\x7f\x85"))["id"] == "ab"
    assert fit_text(" a\u00a0") == " a\u00a0"
    for nothing in ("\n", "\t", " \r\n ", "\u00a0", "\u2003 ", "\x1f", ""):
        assert fit_text(nothing) is None


@pytest.mark.parametrize(
    ("spelled", "written"),
    [
        ("1e16", "10000000000000000"),
        ("1E+2", "100"),
        ("1.0", "1"),
        ("-0", "0"),
        ("-0.0", "0"),
        ("123456789012345678.0", "123456789012345678"),
        ("123456789012345678901234567890", "123456789012345678901234567890"),
        ("1.50", "1.5"),
        ("1e-7", "1e-07"),
    ],
)
def test_a_number_is_written_one_way(spelled: str, written: str) -> None:
    """Whether the service answers JSON or a text of JSON; and where it is to be text."""
    assert fit_json(f'{{"a": {spelled}}}') == f'{{"a": {written}}}'
    assert fit_json({"a": Decimal(spelled)}) == f'{{"a": {written}}}' or len(spelled) > 20
    if "." not in written and "-" not in written:
        assert fit_text(Decimal(spelled)) == written or len(spelled) > 20


def test_a_number_that_no_engine_holds_is_no_json() -> None:
    with pytest.raises(ValueError, match="16 characters that are not JSON"):
        fit_json('{"a": 1e1000000}')
    assert fit_text(Decimal("1e1000000")) == "1E+1000000"


def test_midnight_is_a_day_and_another_time_is_none() -> None:
    assert fit_date(datetime(2025, 12, 1)) == DAY  # noqa: DTZ001
    with pytest.raises(ValueError, match="is a moment, and not a date"):
        fit_date(datetime(2025, 12, 1, 8, tzinfo=UTC))


def test_fields_nobody_declared_are_left_out() -> None:
    assert set(fit(TABLE, row(more=1))) == set(TABLE.columns)


def test_a_second_row_for_a_key_is_rejected_not_dropped() -> None:
    checked = Answer()
    for line, cost in enumerate(("1", "2"), start=1):
        checked.add(TABLE, row(cost=cost), origin="report", line=line)
    assert [r["cost"] for r in checked.rows] == [Decimal(1)]
    (rejected,) = checked.rejected
    assert (rejected.line, rejected.day) == (2, DAY)
    assert "a second row for 2025-12-01, a" in rejected.reason


def test_a_table_refuses_a_key_it_lacks() -> None:
    with pytest.raises(ValueError, match="are no columns"):
        Table("t", TABLE.columns, key=("nothing",))
    with pytest.raises(ValueError, match="must be required"):
        Table("t", TABLE.columns, key=("date", "clicks"), replaces="day")
