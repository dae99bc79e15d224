"""The report marts of a client, computed from its facts in plain Python."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from tests.expected.client import Pair
from tests.expected.figures import Figures, Row, ratio
from tests.expected.merge import NO_AFFILIATE, ONE_DAY, UNMAPPED, Computation
from tests.expected.order_marts import Shop
from tests.expected.pace import Summed, Targets, target_of

SUMMARY_FIGURES = (
    "clicks conversions internal_conversions external_conversions revenue payout internal_payout "
    "external_payout events event_revenue scrubbed_conversions view_through_conversions "
    "media_buying_cost spend spend_rows tracker_clicks tracker_conversions uncosted_conversions "
    "effective_cost margin network_profit buyer_profit cpa cpa_reason effective_cpa "
    "effective_cpa_reason spend_per_conversion epc cvr"
)
LEADERBOARD_FIGURES = (
    "clicks conversions revenue payout spend spend_rows effective_cost margin cpa effective_cpa "
    "effective_cpa_reason epc cvr"
)
NO_ORDERS: Row = {
    **{"orders": 0, "approved_orders": 0, "order_revenue": Decimal(0)},
    **{"aov": None, "approval_rate": None, "decline_rate": None},
}
COMPARED = "clicks conversions revenue payout spend effective_cost margin cpa effective_cpa"
RATIOS = ("cpa", "effective_cpa")
ONE_WEEK = timedelta(days=7)


def summed(of: Computation) -> Summed:
    """Every day of each configured advertiser, other advertisers on days with rows or orders."""
    parts: defaultdict[tuple[date, int], list[Figures]] = defaultdict(list)
    for (day, _, advertiser), figures in of.merged.items():
        parts[day, advertiser].append(figures)
    always = ((day, advertiser.id) for day in of.days for advertiser in of.client.advertisers)
    return {key: Figures.total(parts.get(key, ())) for key in {*parts, *always, *of.order_days}}


def fct_advertiser_daily(of: Computation) -> Iterator[Row]:
    for (day, advertiser), figures in summed(of).items():
        yield {
            "client_id": of.client.id,
            "report_date": day,
            "advertiser_id": advertiser,
            "advertiser_label": of.advertiser_labels[advertiser],
            **figures.row(SUMMARY_FIGURES),
        }


def daily_summary(of: Computation, shop: Shop, targets: Targets) -> Iterator[Row]:
    """The day of each advertiser, with its orders and targets, and whether it is complete."""
    orders = {(row["report_date"], row["advertiser_id"]): row for row in shop.order_days()}
    report_names = {advertiser.id: advertiser.report_name for advertiser in of.client.advertisers}
    figures = summed(of)
    for row in fct_advertiser_daily(of):
        day, advertiser = key = row["report_date"], row["advertiser_id"]
        yield {
            **row,
            "report_name": report_names.get(advertiser),
            "currency": of.client.currency,
            **target_of(targets, day, advertiser, figures[key]),
            **orders.get(key, NO_ORDERS),
            "is_complete": day in of.complete,
            "incomplete_reason": of.reasons.get(day) if day in of.days else "not loaded",
            "is_settled": of.is_settled(day),
            "orders_complete": day in shop.complete_days,
            "orders_incomplete_reason": shop.doubts.get(day, "not loaded") or None,
        }


def summary_comparisons(of: Computation) -> Iterator[Row]:
    summary = summed(of)

    def compared(metric: str, advertiser: int, days: list[date]) -> Decimal | None:
        """The metric's mean over some days; a complete day without rows counts as zero."""
        if not of.complete.issuperset(days):
            return None
        figures = Figures.total(summary.get((day, advertiser), Figures()) for day in days)
        value: Decimal | None = getattr(figures, metric)
        return value if value is None or metric in RATIOS else ratio(value, len(days))

    for (day, advertiser), figures in summary.items():
        for metric in COMPARED.split():
            yield {
                "client_id": of.client.id,
                "report_date": day,
                "advertiser_id": advertiser,
                "metric": metric,
                "advertiser_label": of.advertiser_labels[advertiser],
                "metric_value": getattr(figures, metric),
                "metric_reason": getattr(figures, f"{metric}_reason", None),
                "day_before": compared(metric, advertiser, [day - ONE_DAY]),
                "same_weekday_last_week": compared(metric, advertiser, [day - ONE_WEEK]),
                "mean_7_days_before": compared(
                    metric, advertiser, [day - n * ONE_DAY for n in range(1, 8)]
                ),
                "is_complete": day in of.complete,
            }


@dataclass(frozen=True)
class Window:
    """Some days, both ends included."""

    name: str
    first: date
    last: date

    @property
    def before(self) -> "Window":
        """As many days directly before."""
        start = self.first - (self.last - self.first + ONE_DAY)
        return Window(self.name, start, self.first - ONE_DAY)

    @property
    def days(self) -> list[date]:
        return [self.first + n * ONE_DAY for n in range((self.last - self.first).days + 1)]

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last


def windows(of: Computation) -> Iterator[Window]:
    """They end on the newest complete day, whatever the clock says."""
    if of.complete:
        last = max(of.complete)
        yield Window("yesterday", last, last)
        yield Window("7_days", last - 6 * ONE_DAY, last)
        yield Window("month_to_date", last.replace(day=1), last)
        yield Window("all", of.days[0], last)


def affiliate_leaderboard(of: Computation) -> Iterator[Row]:
    for window in windows(of):
        standing = _standing(of, window)
        ranks = _ranks(of, standing)
        goes_back = window.name != "all" and window.before.first >= of.days[0]
        previous = _ranks(of, _standing(of, window.before)) if goes_back else {}
        for (affiliate, advertiser), figures in standing.items():
            rank = ranks.get((affiliate, advertiser))
            rank_before = previous.get((affiliate, advertiser))
            yield {
                "client_id": of.client.id,
                "window_name": window.name,
                "advertiser_id": advertiser,
                "affiliate_id": affiliate,
                "advertiser_label": of.advertiser_labels[advertiser],
                "affiliate_label": of.affiliate_labels[affiliate],
                "is_internal": (affiliate, advertiser) in of.internal,
                "window_start_date": window.first,
                "window_end_date": window.last,
                "is_complete": of.complete.issuperset(window.days),
                "affiliate_rank": rank,
                "previous_rank": rank_before,
                "rank_change": rank_before - rank if rank and rank_before else None,
                **figures.of_affiliate(LEADERBOARD_FIGURES),
            }


def _standing(of: Computation, window: Window) -> dict[Pair, Figures]:
    parts: defaultdict[Pair, list[Figures]] = defaultdict(list)
    for (day, *pair), figures in of.merged.items():
        if day in window:
            parts[pair[0], pair[1]].append(figures)
    return {pair: Figures.total(found) for pair, found in parts.items()}


def _ranks(of: Computation, standing: dict[Pair, Figures]) -> dict[Pair, int]:
    """One more than are better, among the advertiser's internal or external affiliates."""
    ranked = {pair: f for pair, f in standing.items() if pair[0] not in (UNMAPPED, NO_AFFILIATE)}

    def is_better(rival: Pair, pair: Pair) -> bool:
        if rival[1] != pair[1] or (rival in of.internal) != (pair in of.internal):
            return False
        ours, theirs = ranked[pair], ranked[rival]
        return (theirs.revenue, theirs.conversions) > (ours.revenue, ours.conversions)

    return {pair: 1 + sum(is_better(rival, pair) for rival in ranked) for pair in ranked}
