"""Every figure of the marts equals a computation in plain Python, on untidy data."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.dbt.conftest import RANDOM_CLIENT, Query
from tests.dbt.random_client import CLIENT, DAYS
from tests.dbt.recomputed import (
    INTERNAL,
    INTERNAL_OF,
    Figures,
    advertiser_days,
    affiliate_days,
    clean,
    complete_days,
    match_status,
    ranks,
    ratio,
    total,
)

FIGURES = affiliate_days(RANDOM_CLIENT)
SUMMARY = advertiser_days(FIGURES)
COMPLETE = complete_days(RANDOM_CLIENT)
NEWEST = max(COMPLETE)
DAY = timedelta(days=1)


def _rows(query: Query, columns: str, mart: str) -> list[tuple[Any, ...]]:
    return query(f"select {columns} from marts.{mart} where client_id = '{CLIENT}'")


def test_the_made_days_hold_every_case() -> None:
    assert {match_status(key, figures) for key, figures in FIGURES.items()} == {
        *("matched", "spend_only", "no_spend_row", "external", "external_here"),
        *("no_affiliate", "unmapped"),
    }
    assert 25 < len(COMPLETE) < len(DAYS) - 5


def test_fct_affiliate_daily(warehouse: Query) -> None:
    rows = _rows(
        warehouse,
        "report_date, affiliate_id, advertiser_id, clicks, conversions, revenue, payout, spend,"
        " spend_rows, tracker_conversions, uncosted_conversions, is_internal, match_status,"
        " effective_cost, margin, cpa, effective_cpa, epc, cvr",
        "fct_affiliate_daily",
    )
    expected = {
        (
            *(*key, it.clicks, it.conversions, it.revenue, it.payout, it.spend, it.spend_rows),
            *(it.tracker_conversions, it.uncosted_conversions, key[1:] in INTERNAL),
            *(match_status(key, it), it.effective_cost, it.margin, it.own_cpa, it.effective_cpa),
            *(ratio(it.revenue, it.clicks), ratio(Decimal(it.conversions), it.clicks)),
        )
        for key, it in FIGURES.items()
    }
    assert set(rows) == expected
    assert len(rows) == len(expected)


def test_daily_summary(warehouse: Query) -> None:
    rows = _rows(
        warehouse,
        "report_date, advertiser_id, clicks, conversions, internal_conversions, revenue, payout,"
        " internal_payout, spend, spend_rows, uncosted_conversions, effective_cost, margin, cpa,"
        " effective_cpa, is_complete",
        "daily_summary",
    )
    expected = {
        (
            *(*key, it.clicks, it.conversions, it.internal_conversions, it.revenue, it.payout),
            *(it.internal_payout, it.spend, it.spend_rows, it.uncosted_conversions),
            *(it.effective_cost, it.margin, it.cpa, it.effective_cpa, key[0] in COMPLETE),
        )
        for key, it in SUMMARY.items()
    }
    assert set(rows) == expected
    assert len(rows) == len(expected)


def test_fct_source_daily(warehouse: Query) -> None:
    rows = _rows(
        warehouse,
        "report_date, redtrack_source_id, is_mapped, spend, tracker_conversions, tracker_cpa,"
        " estimated_conversions",
        "fct_source_daily",
    )
    sources: dict[tuple[date, str], Figures] = {}
    for spent in RANDOM_CLIENT.tracker:
        key = (spent.day, clean(spent.source))
        sources[key] = sources.get(key, Figures()) + Figures(
            spend=spent.cost or Decimal(0),
            spend_rows=0 if spent.cost is None else 1,
            tracker_conversions=spent.conversions,
        )
    expected = set()
    for (day, source), it in sources.items():
        estimate = None
        if source in INTERNAL_OF:
            affiliate = FIGURES[day, *INTERNAL_OF[source]]
            product = Decimal(affiliate.conversions * it.tracker_conversions)
            estimate = ratio(product, affiliate.tracker_conversions)
        tracker_cpa = ratio(it.spend, it.tracker_conversions) if it.spend_rows else None
        expected.add(
            (
                *(day, source, source in INTERNAL_OF, it.spend, it.tracker_conversions),
                *(tracker_cpa, estimate),
            )
        )
    assert set(rows) == expected
    assert len(rows) == len(expected)


@pytest.mark.parametrize("metric", ["conversions", "revenue", "margin", "cpa", "effective_cpa"])
def test_summary_comparisons(warehouse: Query, metric: str) -> None:
    rows = warehouse(
        "select report_date, advertiser_id, metric_value, day_before, same_weekday_last_week,"
        " mean_7_days_before from marts.summary_comparisons"
        f" where client_id = '{CLIENT}' and metric = '{metric}'"
    )

    def compared(day: date, advertiser: str, *back: int) -> Any:
        needed = [day - back_days * DAY for back_days in back]
        if back != (0,) and not COMPLETE.issuperset(needed):
            return None
        sums = total(SUMMARY.get((needed_day, advertiser), Figures()) for needed_day in needed)
        value = getattr(sums, metric)
        return value if "cpa" in metric else ratio(Decimal(value), len(back))

    expected = {
        (
            *key,
            *(compared(*key, 0), compared(*key, 1), compared(*key, 7)),
            compared(*key, *range(1, 8)),
        )
        for key in SUMMARY
    }
    assert set(rows) == expected
    assert len(rows) == len(expected)


@pytest.mark.parametrize(
    ("window", "first"),
    [
        ("yesterday", NEWEST),
        ("7_days", NEWEST - 6 * DAY),
        ("month_to_date", NEWEST.replace(day=1)),
        ("all", DAYS[0]),
    ],
)
def test_affiliate_leaderboard(warehouse: Query, window: str, first: date) -> None:
    rows = warehouse(
        "select advertiser_id, affiliate_id, affiliate_rank, previous_rank, rank_change,"
        " window_start_date, window_end_date from marts.affiliate_leaderboard"
        f" where client_id = '{CLIENT}' and window_name = '{window}'"
    )
    present = ranks(FIGURES, first, NEWEST)
    before = first - (NEWEST - first) - DAY
    previous = ranks(FIGURES, before, first - DAY) if window != "all" else {}
    expected = set()
    for day, affiliate, advertiser in FIGURES:
        if first <= day <= NEWEST:
            pair = (advertiser, affiliate)
            place, earlier = present.get(pair), previous.get(pair)
            change = earlier - place if earlier and place else None
            expected.add((*pair, place, earlier, change, first, NEWEST))
    assert set(rows) == expected
    assert len(rows) == len(expected)
