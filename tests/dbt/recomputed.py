"""The merge once more, in plain Python and for one client, written without looking at the SQL."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal, localcontext

from tests.dbt.random_client import CONFIGURED, DAYS, MAPPING, RandomClient

Key = tuple[date, str, str]
UNMAPPED = "-1"


def clean(text: str) -> str:
    return text.strip().lower()


INTERNAL_OF = {clean(s): (clean(a), clean(v)) for s, (a, v) in MAPPING.items()}
INTERNAL = set(INTERNAL_OF.values())


def ratio(numerator: Decimal, denominator: Decimal | int) -> Decimal | None:
    if denominator == 0:
        return None
    with localcontext() as context:
        context.prec = 60
        return (numerator / denominator).quantize(Decimal("0.0001"), ROUND_HALF_UP)


@dataclass
class Figures:
    """Sums of any set of affiliate days, and what follows from them."""

    clicks: int = 0
    conversions: int = 0
    internal_conversions: int = 0
    revenue: Decimal = Decimal(0)
    payout: Decimal = Decimal(0)
    internal_payout: Decimal = Decimal(0)
    spend: Decimal = Decimal(0)
    spend_rows: int = 0
    tracker_conversions: int = 0
    uncosted_conversions: int = 0
    network_rows: int = 0

    def __add__(self, other: "Figures") -> "Figures":
        mine, others = vars(self), vars(other)
        return Figures(**{name: mine[name] + others[name] for name in mine})

    @property
    def effective_cost(self) -> Decimal:
        return self.spend + self.payout - self.internal_payout

    @property
    def margin(self) -> Decimal:
        return self.revenue - self.effective_cost

    @property
    def is_cost_unknown(self) -> bool:
        return self.internal_conversions > 0 and self.spend_rows == 0

    @property
    def cpa(self) -> Decimal | None:
        return None if self.is_cost_unknown else ratio(self.spend, self.internal_conversions)

    @property
    def effective_cpa(self) -> Decimal | None:
        return None if self.is_cost_unknown else ratio(self.effective_cost, self.conversions)

    @property
    def own_cpa(self) -> Decimal | None:
        """An affiliate's own: its spend by its conversions."""
        return ratio(self.spend, self.conversions) if self.spend_rows else None


def total(figures: Iterable[Figures]) -> Figures:
    return sum(figures, Figures())


def affiliate_days(client: RandomClient) -> dict[Key, Figures]:
    """What every affiliate did for every advertiser on every day it did anything."""
    days: dict[Key, Figures] = defaultdict(Figures)
    for sold in client.network:
        pair = (clean(sold.affiliate) or "0", sold.advertiser)
        is_internal = pair in INTERNAL
        days[sold.day, *pair] += Figures(
            clicks=sold.clicks,
            conversions=sold.conversions,
            internal_conversions=sold.conversions if is_internal else 0,
            revenue=sold.revenue,
            payout=sold.payout,
            internal_payout=sold.payout if is_internal else Decimal(0),
            network_rows=1,
        )
    for spent in client.tracker:
        pair = INTERNAL_OF.get(clean(spent.source), (UNMAPPED, UNMAPPED))
        days[spent.day, *pair] += Figures(
            spend=spent.cost or Decimal(0),
            spend_rows=0 if spent.cost is None else 1,
            tracker_conversions=spent.conversions,
        )
    for figures in days.values():
        if figures.spend_rows == 0:
            figures.uncosted_conversions = figures.internal_conversions
    return dict(days)


def match_status(key: Key, figures: Figures) -> str:
    _, affiliate, advertiser = key
    if affiliate == UNMAPPED:
        return "unmapped"
    if (affiliate, advertiser) in INTERNAL:
        if figures.spend_rows == 0:
            return "no_spend_row"
        return "matched" if figures.network_rows else "spend_only"
    if affiliate == "0":
        return "no_affiliate"
    return "external_here" if affiliate in {own for own, _ in INTERNAL} else "external"


def complete_days(client: RandomClient) -> set[date]:
    """Closed at both sources, nothing rejected, and no usual cost missing."""
    cost: dict[tuple[str, date], Decimal] = defaultdict(Decimal)
    clicks: dict[tuple[str, date], int] = defaultdict(int)
    for spent in client.tracker:
        cost[clean(spent.source), spent.day] += spent.cost or 0
        clicks[clean(spent.source), spent.day] += spent.clicks
    uncosted = {
        day
        for (source, day), count in clicks.items()
        if source in INTERNAL_OF
        and count > 0
        and cost[source, day] == 0
        and any(cost.get((source, day - timedelta(days=back)), 0) != 0 for back in range(1, 8))
    }
    closed = {day for day in DAYS if day <= min(client.everflow_through, client.redtrack_through)}
    return closed - set(client.rejected) - uncosted


def advertiser_days(days: dict[Key, Figures]) -> dict[tuple[date, str], Figures]:
    """The summary: configured advertisers on every day, others on theirs."""
    summary = {(day, advertiser): Figures() for day in DAYS for advertiser in CONFIGURED}
    for (day, _, advertiser), figures in days.items():
        summary[day, advertiser] = summary.get((day, advertiser), Figures()) + figures
    return summary


def ranks(days: dict[Key, Figures], first: date, last: date) -> dict[tuple[str, str], int]:
    """Place of every (advertiser, affiliate) in a window, internal and external apart."""
    sums: dict[tuple[str, str], Figures] = defaultdict(Figures)
    for (day, affiliate, advertiser), figures in days.items():
        if first <= day <= last and affiliate not in (UNMAPPED, "0"):
            sums[advertiser, affiliate] += figures
    return {
        (advertiser, affiliate): 1
        + sum(
            (other.revenue, other.conversions) > (figures.revenue, figures.conversions)
            for (others_advertiser, other_affiliate), other in sums.items()
            if others_advertiser == advertiser
            and ((other_affiliate, advertiser) in INTERNAL) == ((affiliate, advertiser) in INTERNAL)
        )
        for (advertiser, affiliate), figures in sums.items()
    }
