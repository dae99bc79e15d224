"""The computation itself gives the specification's numbers."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from tests.dbt.test_worked_example import AFFILIATE_DAILY, DAILY_SUMMARY
from tests.dbt.worked_example import EVERFLOW, REDTRACK
from tests.facts.answers import Answers, NetworkRow, SpendRow
from tests.facts.computation import Advertiser, Client, Computation, Mapped
from tests.facts.figures import Figures, Row, landed, ratio
from tests.facts.reports import daily_summary, summed


def network_row(row: tuple[str, str, str, str, str, int, int, int, int]) -> NetworkRow:
    day, affiliate, label, advertiser, advertiser_label, clicks, conversions, *money = row
    revenue, payout = map(Decimal, money)
    return NetworkRow(
        date.fromisoformat(day),
        affiliate,
        label,
        advertiser,
        advertiser_label,
        Figures(clicks=clicks, conversions=conversions, revenue=revenue, payout=payout),
    )


def spend_row(row: tuple[str, str, str, int, int, str]) -> SpendRow:
    day, source_id, title, clicks, conversions, cost = row
    figures = Figures(
        spend=Decimal(cost), spend_rows=1, tracker_clicks=clicks, tracker_conversions=conversions
    )
    return SpendRow(date.fromisoformat(day), source_id, title, figures)


@pytest.fixture(scope="module")
def example() -> Computation:
    """The two days, read when Everflow had closed the second and Redtrack had not."""
    client = Client(
        "713",
        "America/New_York",
        "USD",
        ("everflow", "redtrack"),
        tuple(
            Advertiser(id_, label, label, label, f"daily_{label.lower()}_summary")
            for id_, label in (("1", "CCW"), ("2", "EXP"))
        ),
        tuple(
            Mapped(source, source.upper(), (affiliate, advertiser), "G2 - mapped")
            for source, affiliate, advertiser in (
                *(("fb", "1", "1"), ("gg", "1", "1")),
                *(("bing", "1", "2"), ("tiktok", "5", "2")),
            )
        ),
    )
    answers = Answers(
        date(2025, 12, 1),
        date(2025, 12, 2),
        datetime(2025, 12, 3, 10, 59, tzinfo=UTC),  # 05:59 in New York
        tuple(map(network_row, EVERFLOW)),
        tuple(map(spend_row, REDTRACK)),
    )
    return Computation(client, answers)


def plain(value: object) -> str:
    """A value as the specification writes it: no zeros at the end, - for none, yes and no."""
    match value:
        case None:
            return "-"
        case bool():
            return "yes" if value else "no"
        case _:
            text = str(value)
            return text.rstrip("0").rstrip(".") if "." in text else text


def lines(rows: list[Row], names: str) -> list[list[str]]:
    return sorted([plain(row[name]) for name in names.split()] for row in rows)


def table(text: str) -> list[list[str]]:
    rows = [line.split() for line in text.strip().splitlines()]
    return [[c.rstrip("0").rstrip(".") if "." in c else c for c in row] for row in rows]


def test_affiliates_of_the_worked_example(example: Computation) -> None:
    rows = [
        row | {"pair": f"{row['affiliate_id']}/{row['advertiser_id']}"}
        for row in example.fct_affiliate_daily()
    ]
    assert table(AFFILIATE_DAILY) == lines(
        rows,
        "report_date pair clicks conversions revenue payout spend spend_rows is_internal"
        " effective_cost cpa effective_cpa margin match_status tracker_conversions",
    )


def test_summary_of_the_worked_example(example: Computation) -> None:
    assert table(DAILY_SUMMARY) == lines(
        list(daily_summary(example)),
        "report_date advertiser_label clicks conversions internal_conversions revenue payout"
        " internal_payout external_payout spend effective_cost cpa effective_cpa margin"
        " uncosted_conversions is_complete incomplete_reason",
    )


def test_totals_of_the_worked_example(example: Computation) -> None:
    for figures in (
        Figures.total(example.merged.values()),
        Figures.total(summed(example).values()),
    ):
        assert [figures.conversions, figures.revenue, figures.payout] == [22, 1100, 645]
        assert (figures.spend, figures.effective_cost) == (Decimal("347.44"), Decimal("512.44"))
        assert figures.margin == figures.network_profit + figures.buyer_profit
        assert figures.margin == Decimal("587.56")
        assert [figures.network_profit, figures.internal_payout] == [455, 480]
        assert figures.buyer_profit == Decimal("132.56")


def test_both_days_of_the_worked_example(example: Computation) -> None:
    ccw = Figures.total(f for (_, advertiser), f in summed(example).items() if advertiser == "1")
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
