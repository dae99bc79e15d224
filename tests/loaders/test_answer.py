"""Rows against the service's totals: counts exactly, money within the rounding of its rows."""

from decimal import Decimal

import pytest

from loaders.sources.redtrack import DAILY_SPEND
from loaders.verify import Answer, add_up, differing_total


def answer(rows: int, **totals: tuple[str, str]) -> Answer:
    added = {name: Decimal(pair[0]) for name, pair in totals.items()}
    said = {name: Decimal(pair[1]) for name, pair in totals.items()}
    return Answer(rows=[{}] * rows, totals=said, answered=added)


@pytest.mark.parametrize(
    ("rows", "totals", "differs"),
    [
        (3, {"cost": ("10.015", "10.00")}, False),
        (3, {"cost": ("10.016", "10.00")}, True),
        (0, {"cost": ("0", "0.01")}, True),
        (300, {"clicks": ("99", "100")}, True),
        (300, {"clicks": ("100", "100"), "cost": ("1", "9")}, True),
        (300, {"conversions": ("7.0", "7")}, False),
    ],
)
def test_totals(rows: int, totals: dict[str, tuple[str, str]], differs: bool) -> None:
    assert (differing_total(DAILY_SPEND, answer(rows, **totals)) is not None) == differs


def test_a_field_that_cannot_be_added_is_left_out() -> None:
    rows = [{"cost": "1.50", "clicks": 1}, {"cost": "n/a", "clicks": None}]
    assert add_up(rows, {"cost": "cost", "clicks": "clicks"}) == {"clicks": Decimal(1)}
