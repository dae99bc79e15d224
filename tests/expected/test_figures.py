"""How the computation rounds; that it gives the specification's numbers, tests/dbt shows."""

from decimal import Decimal

import pytest

from tests.expected.figures import landed, ratio


@pytest.mark.parametrize(
    ("above", "below", "rounded"),
    [("0.57", 8, "0.0713"), ("-0.57", 8, "-0.0713"), ("1", 3, "0.3333"), ("0.00005", 1, "0.0001")],
)
def test_a_ratio_is_rounded_once_halves_away_from_zero(
    above: str, below: int, rounded: str
) -> None:
    assert ratio(Decimal(above), below) == Decimal(rounded)
    assert ratio(Decimal(above), 0) is None


def test_money_lands_with_halves_away_from_zero() -> None:
    assert landed(Decimal("12.34565")) == Decimal("12.3457")
    assert landed(Decimal("-33.33335")) == Decimal("-33.3334")
