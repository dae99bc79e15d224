"""The day that a report is as of: each advertiser's figures, and what is usual for them."""

from dataclasses import dataclass
from decimal import Decimal

from signalroom.report.figures import BY_ADVERTISER, select
from signalroom.report.subject import Subject
from signalroom.report.words.spelling import named

COLUMNS = (
    *("advertiser_id", "advertiser_label", "metric", "metric_value", "mean_7_days_before"),
    "metric_reason",
)


@dataclass(frozen=True)
class Metric:
    """A figure of the day, the mean of the 7 days before, and why there is no figure."""

    value: Decimal | None
    usual: Decimal | None
    reason: str | None

    @property
    def change(self) -> Decimal | None:
        """By what part it is above (below: negative) the usual; None where that is no part."""
        if self.value is None or self.usual is None or self.usual <= 0:
            return None
        return self.value / self.usual - 1


@dataclass(frozen=True)
class AdvertiserDay:
    """An advertiser's day; metrics by their name in marts.summary_comparisons."""

    advertiser_id: int
    label: str
    metrics: dict[str, Metric]

    @property
    def is_busy(self) -> bool:
        """Whether anything was counted or spent."""
        return any(self.metrics[name].value for name in ("conversions", "spend"))


@dataclass(frozen=True)
class Mover:
    """An affiliate and its part of an advertiser's change of CPA, in money."""

    label: str
    part: Decimal


def advertisers(subject: Subject) -> list[AdvertiserDay]:
    """The advertisers that have figures on the report's day; unmapped spend is none."""
    rows = select(
        subject.warehouse,
        COLUMNS,
        "marts.summary_comparisons where client_id = %s and report_date = %s "
        f"and advertiser_id > 0 order by {BY_ADVERTISER}",
        (subject.client_id, subject.as_of.day),
    )
    found: dict[int, AdvertiserDay] = {}
    for row in rows:
        id_, label, name, *metric = row.values()
        known = found.setdefault(id_, AdvertiserDay(id_, named(label), {}))
        known.metrics[name] = Metric(*metric)
    return [advertiser for advertiser in found.values() if advertiser.is_busy]


def movers(subject: Subject) -> dict[int, list[Mover]]:
    """By advertiser, the affiliates that moved its CPA in the direction in which it went.

    The one that moved it most comes first. Against the 7 days before; the parts are those of
    marts.cpa_change_by_affiliate. Whose cost is not known moved nothing that is known.
    """
    rows = subject.warehouse.query(
        "select advertiser_id, affiliate_label, change_part from marts.cpa_change_by_affiliate "
        "where client_id = %s and report_date = %s and comparison = 'mean_7_days_before' "
        "and change_part * advertiser_cpa_change > 0 "
        "and coalesce(effective_cpa_reason, '') <> 'no cost row' "
        "and coalesce(effective_cpa_before_reason, '') <> 'no cost row' "
        "order by advertiser_id, abs(change_part) desc, affiliate_label",
        (subject.client_id, subject.as_of.day),
    )
    found: dict[int, list[Mover]] = {}
    for advertiser, label, part in rows:
        found.setdefault(advertiser, []).append(Mover(named(label), part))
    return found
