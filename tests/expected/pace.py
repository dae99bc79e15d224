"""The targets that people typed for a client, and its pace."""

from calendar import monthrange
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from hashlib import md5

from tests.expected.client import Client
from tests.expected.figures import Figures, Row, clean, ratio, trimmed
from tests.expected.merge import UNMAPPED, Computation

Summed = dict[tuple[date, int], Figures]  # by day and advertiser
Month = tuple[date, int]  # its first day, and the advertiser


@dataclass(frozen=True)
class Targets:
    """The lines of the sheet that mean an advertiser in a month: one counts, two say nothing."""

    lines: Mapping[Month, Sequence[Row]]

    @classmethod
    def of(cls, client: Client, typed: Iterable[Row]) -> "Targets":
        """The lines by whom they mean: a label, else an id, else nobody."""
        names = {str(advertiser.id): advertiser.id for advertiser in client.advertisers}
        names |= {clean(a.label): a.id for a in client.advertisers}
        lines = [line for line in typed if line.get("_removed_at") is None]
        nobody = {clean(line["advertiser"]) for line in lines} - set(names)
        for number, name in enumerate(sorted(nobody, key=_digest), start=2):
            names[name] = -number
        found: dict[Month, list[Row]] = {}
        for line in lines:
            key = line["month"].replace(day=1), names[clean(line["advertiser"])]
            found.setdefault(key, []).append(line)
        return cls(found)

    def only(self, key: Month) -> Row:
        """What they say, where they say one thing."""
        lines = self.lines.get(key, ())
        if len(lines) != 1:
            return dict.fromkeys(("target_basis", "budget", "target_cpa"))
        return {
            "target_basis": clean(lines[0]["basis"]).replace(" ", "_").replace("-", "_") or None,
            "budget": lines[0]["budget"],
            "target_cpa": lines[0]["target_cpa"],
        }


def _digest(text: str) -> str:
    return md5(text.encode(), usedforsecurity=False).hexdigest()


def _reason(status: str, basis: object, has_days: bool, figures: Figures) -> str | None:
    """Why there is no CPA to date; other lines say it by their status."""
    if status != "matched":
        return None
    if not has_days:
        return "not complete"
    return figures.cpa_reason if basis == "spend" else figures.effective_cpa_reason


def _on(basis: object, figures: Figures) -> tuple[Decimal | None, Decimal | None]:
    """Cost and CPA on a basis, where the cost is known."""
    if not figures.has_cost:
        return None, None
    if basis == "spend":
        return figures.spend, figures.cpa
    if basis == "effective_cost":
        return figures.effective_cost, figures.effective_cpa
    return None, None


def _less(value: Decimal | None, other: object) -> Decimal | None:
    return value - other if value is not None and isinstance(other, Decimal) else None


def target_of(targets: Targets, day: date, advertiser: int, figures: Figures) -> Row:
    """The target beside a row of the summary."""
    target = targets.only((day.replace(day=1), advertiser))
    _, cpa = _on(target["target_basis"], figures)
    return {
        "target_basis": target["target_basis"],
        "target_cpa": target["target_cpa"],
        "cpa_distance": _less(cpa, target["target_cpa"]),
    }


def budget_pace(of: Computation, summary: Summed, targets: Targets) -> Iterator[Row]:
    """A row for each target, and for each advertiser with cost in a month."""
    parts: dict[Month, list[Figures]] = {}
    for (day, advertiser), figures in summary.items():
        if day in of.complete:
            parts.setdefault((day.replace(day=1), advertiser), []).append(figures)
    costly = {
        key
        for key, days in parts.items()
        if any(figures.spend or figures.effective_cost for figures in days)
    }
    for key in {*targets.lines, *costly}:
        yield _row(of, key, targets, Figures.total(parts.get(key, ())))


def _row(of: Computation, key: Month, targets: Targets, figures: Figures) -> Row:
    month, advertiser = key
    lines = targets.lines.get(key, ())
    complete = sorted(day for day in of.complete if day.replace(day=1) == month)
    days = monthrange(month.year, month.month)[1]
    first = min([of.client.start_date, *of.days[:1]])  # there was nothing to spend before
    last_over = of.last_over or date.min
    dates = [month + timedelta(n) for n in range(days)]
    missing = {day for day in dates if first <= day <= last_over} - set(complete)
    to_come = [day for day in dates if day > last_over]
    is_unknown = advertiser < UNMAPPED
    target = targets.only(key)
    status = _match_status(is_unknown, lines, target["target_basis"])
    budget = target["budget"]
    cost, cpa = _on(target["target_basis"], figures)
    if is_unknown or not complete:
        cost = None
    measured: Row = {
        "spend_to_date": figures.spend,
        "effective_cost_to_date": figures.effective_cost,
        "uncosted_conversions": figures.uncosted_conversions,
    }
    paced: Row = dict.fromkeys(("budget_used_rate", "pace", "remaining_per_day"))
    if isinstance(budget, Decimal) and cost is not None:
        paced = {
            "budget_used_rate": ratio(cost, budget),
            "pace": ratio(cost * days, budget * len(complete)),
            "remaining_per_day": None if missing else ratio(budget - cost, len(to_come)),
        }
    return {
        "client_id": of.client.id,
        "report_month": month,
        "advertiser_id": advertiser,
        "advertiser_label": _label(of, advertiser, lines),
        "currency": of.client.currency,
        "match_status": status,
        "target_rows": len(lines),
        **target,
        "days_in_month": days,
        "complete_days": len(complete),
        "missing_days": len(missing),
        "last_complete_date": complete[-1] if complete else None,
        **(dict.fromkeys(measured) if is_unknown or not complete else measured),
        "cost_to_date": cost,
        "month_elapsed_rate": ratio(len(complete), days),
        **paced,
        "projected_cost": None if cost is None else ratio(cost * days, len(complete)),
        "cpa_to_date": cpa,
        "cpa_reason": _reason(status, target["target_basis"], bool(complete), figures),
        "cpa_distance": _less(cpa, target["target_cpa"]),
    }


def _label(of: Computation, advertiser: int, lines: Sequence[Row]) -> str | None:
    if advertiser in of.advertiser_labels:
        return of.advertiser_labels[advertiser]
    return min((trimmed(line["advertiser"]) or "").encode() for line in lines).decode()


def _match_status(is_unknown: bool, lines: Sequence[Row], basis: object) -> str:
    if not lines:
        return "no_target"
    if is_unknown:
        return "unknown_advertiser"
    if len(lines) > 1:
        return "duplicate_target"
    return "matched" if basis in ("spend", "effective_cost") else "unknown_basis"
