"""The few figures of an advertiser's day that pictures and mails show, each beside the usual."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from signalroom.report.day import AdvertiserDay
from signalroom.report.words.chance import is_chance
from signalroom.report.words.spelling import money, percent

SHOWN = {
    "conversions": "Conversions",
    "effective_cpa": "Effective CPA",
    "effective_cost": "Effective cost",
    "spend": "Media spend",
    "revenue": "Revenue",
    "margin": "Margin",
}
# where there is room for one more
WITH_MEDIA_CPA = {**SHOWN, "cpa": "Media CPA"}


@dataclass(frozen=True)
class Tile:
    """A figure as people read it: its name, its value, and how far it is from the usual."""

    name: str
    value: str
    note: str


def tiles(advertiser: AdvertiserDay, currency: str, names: Mapping[str, str] = SHOWN) -> list[Tile]:
    """The figures of one advertiser; the usual is the mean of the 7 days before."""
    found = []
    for metric, name in names.items():
        value = advertiser.metrics[metric].value
        if value is None:
            shown = "–"
        else:
            shown = f"{int(value):,}" if metric == "conversions" else money(value, currency)
        found.append(Tile(name, shown, _note(advertiser, metric)))
    return found


def _note(advertiser: AdvertiserDay, metric: str) -> str:
    figure = advertiser.metrics[metric]
    if figure.value is None:
        return figure.reason or ""
    if figure.change is None:
        return ""
    if _by_chance(advertiser, metric):
        return "as usual"
    return f"{percent(figure.change)} {'above' if figure.change > 0 else 'below'} usual"


def _by_chance(advertiser: AdvertiserDay, metric: str) -> bool:
    """Whether chance explains the change; of money nobody knows the chance."""
    count, cost = advertiser.metrics["conversions"], advertiser.metrics["effective_cost"]
    if metric not in ("conversions", "effective_cpa") or count.value is None or not count.usual:
        return False
    days = Decimal(7)
    if metric == "effective_cpa":
        if not cost.value or not cost.usual:
            return False
        days = days * cost.usual / cost.value
    return is_chance(int(count.value), round(count.usual * 7), days=float(days))
