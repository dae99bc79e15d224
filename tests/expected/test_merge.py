"""The computation itself gives the specification's numbers."""

from decimal import Decimal

import pytest

from tests.clients import worked_example
from tests.clients.worked_example import AFFILIATE_DAILY, DAILY_SUMMARY, plain, table
from tests.expected.figures import Figures, Row, landed, ratio
from tests.expected.marts import Expected, answers
from tests.expected.reports import summed


@pytest.fixture(scope="module")
def example() -> Expected:
    rows = worked_example.rows()
    return Expected(worked_example.CLIENT, answers(worked_example.CLIENT, rows), rows=rows)


def lines(rows: list[Row], names: str) -> list[list[str]]:
    return sorted([plain(row[name]) for name in names.split()] for row in rows)


def test_affiliates_of_the_worked_example(example: Expected) -> None:
    rows = [
        row | {"pair": f"{row['affiliate_id']}/{row['advertiser_id']}"}
        for row in example.mart("fct_affiliate_daily")
    ]
    assert table(AFFILIATE_DAILY) == lines(
        rows,
        "report_date pair clicks conversions revenue payout spend spend_rows is_internal"
        " effective_cost cpa effective_cpa margin match_status tracker_conversions",
    )


def test_summary_of_the_worked_example(example: Expected) -> None:
    assert table(DAILY_SUMMARY) == lines(
        example.mart("daily_summary"),
        "report_date advertiser_label clicks conversions internal_conversions revenue payout"
        " internal_payout external_payout spend effective_cost cpa effective_cpa margin"
        " uncosted_conversions is_complete incomplete_reason",
    )


def test_totals_of_the_worked_example(example: Expected) -> None:
    for figures in (
        Figures.total(example.merge.merged.values()),
        Figures.total(summed(example.merge).values()),
    ):
        assert [figures.conversions, figures.revenue, figures.payout] == [22, 1100, 645]
        assert (figures.spend, figures.effective_cost) == (Decimal("347.44"), Decimal("512.44"))
        assert figures.margin == figures.network_profit + figures.buyer_profit
        assert figures.margin == Decimal("587.56")
        assert [figures.network_profit, figures.internal_payout] == [455, 480]
        assert figures.buyer_profit == Decimal("132.56")


def test_both_days_of_the_worked_example(example: Expected) -> None:
    ccw = Figures.total(
        f for (_, advertiser), f in summed(example.merge).items() if advertiser == "1"
    )
    assert (ccw.cpa, ccw.effective_cpa) == (Decimal("16.8813"), Decimal("19.0955"))


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
