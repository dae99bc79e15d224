"""Values pass a check before dlt sees them: exact, in their column's type, or rejected."""

import math
import re
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loaders.table import Column, Table, fit
from loaders.verify import Answer

TABLE = Table(
    "t",
    {
        "date": Column("date", required=True),
        "id": Column("text"),
        "clicks": Column("bigint"),
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
        ({"cost": "100000000000000"}, "does not fit decimal(18,4)"),
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


def test_control_characters_leave_text() -> None:
    assert fit(TABLE, row(id="a\x00\x01b\n"))["id"] == "ab"


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
