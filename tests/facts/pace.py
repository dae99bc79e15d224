"""The targets that people typed for a client, and its pace, in plain Python."""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from tests.facts.answers import clean_id
from tests.facts.computation import Computation
from tests.facts.figures import Figures, Row, ratio

NOVEMBER, DECEMBER, JANUARY = date(2025, 11, 1), date(2025, 12, 1), date(2026, 1, 1)

Summed = dict[tuple[date, str], Figures]  # by day and advertiser
Month = tuple[date, str]  # its first day, and the advertiser


@dataclass(frozen=True)
class Target:
    """A line of the sheet of targets."""

    client: str
    advertiser: str
    month: date
    budget: Decimal | None
    basis: str
    target_cpa: Decimal | None = None

    @property
    def statement(self) -> str:
        """What lands it."""
        numbers = ("null" if n is None else n for n in (self.budget, self.target_cpa))
        values = "'{}', '{}', {}, {}, '{}', '{}', now()".format(
            self.advertiser, self.month, *numbers, self.basis, self.client
        )
        return (
            "insert into google_sheets.targets (advertiser, month, budget, target_cpa, basis,"
            f" _client_id, _loaded_at, _dlt_load_id, _dlt_id) values ({values}, '1', '1')"
        )


TARGETS = (
    Target("713", "CCW", NOVEMBER, Decimal(70_000), "spend", Decimal(24)),
    Target("713", "CCW", DECEMBER, Decimal(72_000), "spend", Decimal("23.5")),
    Target("713", " 2 ", DECEMBER, Decimal(2_000), "Effective Cost", Decimal(30)),
    Target("713", "Unmapped", DECEMBER, Decimal(10), "spend", Decimal(1)),
    Target("713", "ccw", JANUARY, Decimal(170_000), "effective_cost", Decimal("27.5")),
    Target("cti", "CLAYS", DECEMBER, Decimal("3100.5"), "effective-cost", Decimal("9.75")),
    Target("cti", "quiet", DECEMBER, Decimal(100), "spend"),
    Target("cti", "Quiet", DECEMBER, Decimal(200), "spend"),
    Target("cti", "Clays", JANUARY, Decimal(100), "margin"),
)


def _targets(of: Computation) -> dict[Month, list[Target]]:
    """The lines by whom they mean: a label, else an id, else nobody."""
    names = {advertiser.id: advertiser.id for advertiser in of.client.advertisers}
    names |= {clean_id(advertiser.label): advertiser.id for advertiser in of.client.advertisers}
    found: dict[Month, list[Target]] = {}
    for target in TARGETS:
        if target.client == of.client.id:
            name = clean_id(target.advertiser)
            key = target.month, names.get(name, f"label:{name}")
            found.setdefault(key, []).append(target)
    return found


def _target(lines: list[Target]) -> Row:
    """What they say, where they say one thing."""
    if len(lines) != 1:
        return dict.fromkeys(("target_basis", "budget", "target_cpa"))
    basis = lines[0].basis.lower().replace(" ", "_").replace("-", "_")
    return {
        "target_basis": basis,
        "budget": lines[0].budget,
        "target_cpa": lines[0].target_cpa,
    }


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


def target_of(of: Computation, day: date, advertiser: str, figures: Figures) -> Row:
    """The target beside a row of the summary."""
    target = _target(_targets(of).get((day.replace(day=1), advertiser), []))
    _, cpa = _on(target["target_basis"], figures)
    return {
        "target_basis": target["target_basis"],
        "target_cpa": target["target_cpa"],
        "cpa_distance": _less(cpa, target["target_cpa"]),
    }


def budget_pace(of: Computation, summary: Summed) -> Iterator[Row]:
    """A row for each target, and for each advertiser with cost in a month."""
    targets = _targets(of)
    parts: dict[Month, list[Figures]] = {}
    for (day, advertiser), figures in summary.items():
        if day not in of.reasons:
            parts.setdefault((day.replace(day=1), advertiser), []).append(figures)
    costly = {
        key
        for key, days in parts.items()
        if any(figures.spend or figures.effective_cost for figures in days)
    }
    for key in {*targets, *costly}:
        yield _row(of, key, targets.get(key, []), Figures.total(parts.get(key, ())))


def _row(of: Computation, key: Month, lines: list[Target], figures: Figures) -> Row:
    month, advertiser = key
    complete = [day for day in of.days if day not in of.reasons and day.replace(day=1) == month]
    days = monthrange(month.year, month.month)[1]
    read_on = of.answers.read_at.astimezone(ZoneInfo(of.client.timezone)).date()
    last_over = min(of.answers.last, read_on - timedelta(1))
    dates = [month + timedelta(n) for n in range(days)]
    missing = {day for day in dates if of.days[0] <= day <= last_over} - set(complete)
    to_come = [day for day in dates if day > last_over]
    is_unknown = advertiser.startswith("label:")
    target = _target(lines)
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
        "match_status": _match_status(is_unknown, lines),
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
        "cpa_distance": _less(cpa, target["target_cpa"]),
    }


def _label(of: Computation, advertiser: str, lines: list[Target]) -> str:
    if advertiser in of.advertiser_labels:
        return of.advertiser_labels[advertiser]
    return min(line.advertiser.strip() for line in lines)


def _match_status(is_unknown: bool, lines: list[Target]) -> str:
    if not lines:
        return "no_target"
    if is_unknown:
        return "unknown_advertiser"
    if len(lines) > 1:
        return "duplicate_target"
    basis = _target(lines)["target_basis"]
    return "matched" if basis in ("spend", "effective_cost") else "unknown_basis"
