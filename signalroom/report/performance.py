"""Conversions, revenue, spend and CPA by day and advertiser, and the month against its targets."""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby

from loaders.warehouse import Warehouse
from signalroom.report.as_of import LOADED, AsOf
from signalroom.report.figures import (
    ADVERTISER,
    BY_ADVERTISER,
    Row,
    by_advertiser,
    listed,
    part,
    ratio,
    select,
    sums,
)
from signalroom.report.unmapped import unmapped_spend
from signalroom.report.words.spelling import counted
from signalroom.tables import Part

SUMMARY = {
    "date": "report_date",
    **ADVERTISER,
    "conversions": "conversions",
    "revenue": "revenue",
    "payout": "payout",
    "spend": "spend",
    "effective CPA": "effective_cpa",
    "CPA": "cpa",
    "complete?": "is_complete",
    "waiting for": "incomplete_reason",
}
MONEY = ("conversions", "revenue", "payout", "spend")
DIVIDED = {  # of each CPA: its name, and what it divides by what
    "effective_cpa": ("effective CPA", "effective_cost", "conversions"),
    "cpa": ("CPA", "spend", "internal_conversions"),
}
BEHIND = ("effective_cost", "internal_conversions", *(f"{cpa}_reason" for cpa in DIVIDED))
EXPENDABLE = ("payout", "id", "waiting for", "CPA", "revenue", "spend")
PACE = {
    "advertiser": "advertiser_label",
    "basis": "target_basis",
    "budget": "budget",
    "cost": "cost_to_date",
    "used": "budget_used_rate",
    "pace": "pace",
    "left a day": "remaining_per_day",
    "CPA": "cpa_to_date",
    "to target": "cpa_distance",
    "target line": "match_status",
}
OF_MONTH = ("report_month", "complete_days", "days_in_month", "month_elapsed_rate")


def performance(warehouse: Warehouse, as_of: AsOf, *, days: int) -> Part:
    """The rows of marts.daily_summary of so many days and of later ones, and their sums.

    Complete days of an advertiser without conversions and money are left out beside others that
    have some.
    """
    rows = select(
        warehouse,
        [*SUMMARY.values(), *BEHIND],
        "marts.daily_summary where client_id = %s and report_date >= %s "
        f"and {LOADED} order by report_date, {BY_ADVERTISER}",
        (as_of.client_id, as_of.start(days)),
    )
    shown = [row for _, day in groupby(rows, lambda row: row["report_date"]) for row in _busy(day)]
    added = [_sum(of_one) for of_one in by_advertiser(shown)]
    title = f"Daily summary of client {as_of.client_id}, money in the client's currency"
    notes = [line for of_one in by_advertiser(shown) for line in _reasons(of_one)]
    notes += [*_stopped(warehouse, as_of), *unmapped(warehouse, as_of, days=days)]
    return part(title, SUMMARY, [*shown, *added], expendable=EXPENDABLE, notes=notes)


def unmapped(warehouse: Warehouse, as_of: AsOf, *, days: int) -> Iterator[str]:
    """How much of the spend of so many days belongs to no affiliate, and where; or nothing."""
    found = unmapped_spend(warehouse, as_of.client_id, (as_of.start(days), date.max))
    if found:
        count = counted(len(found.sources), "source")
        yield (
            f"{found.spend:,.2f} of {found.total:,.2f} spend is unmapped; map {count} in "
            f"{found.file}:"
        )
        for source in found.named:
            yield f"    {source.spend:,.2f} of {source.title}, id {source.redtrack_source_id}"


def pace(warehouse: Warehouse, client_id: str) -> Iterator[Part]:
    """The newest month with a complete day against its targets; or nothing without any."""
    rows = select(
        warehouse,
        [*OF_MONTH, "uncosted_conversions", *PACE.values()],
        "marts.budget_pace as shown where client_id = %s and report_month = ("  # noqa: S608
        "select max(report_month) from marts.budget_pace "
        "where client_id = shown.client_id and complete_days > 0"
        ") and exists ("
        "select 1 from marts.budget_pace where client_id = shown.client_id and target_rows > 0"
        f") order by {BY_ADVERTISER}",
        (client_id,),
    )
    if rows:
        month, complete, days, elapsed = (rows[0][name] for name in OF_MONTH)
        title = (
            f"Pace of client {client_id} in {month:%Y-%m}: {complete} of {days} days are complete, "
            f"{elapsed:.1%} of the month; 1.00 is on plan"
        )
        dispensable = ("basis", "target line", "left a day", "CPA", "budget", "to target")
        note = "conversions of internal affiliates have no known cost"
        notes = [
            f"{row['advertiser_label']}: {uncosted:,} {note}"
            for row in rows
            if (uncosted := row["uncosted_conversions"])
        ]
        yield part(title, PACE, rows, shares=("used",), expendable=dispensable, notes=notes)


def _busy(day: Iterator[Row]) -> list[Row]:
    """The rows of a day that say something; all of a day on which nothing happened."""
    rows = list(day)
    return [r for r in rows if not r["is_complete"] or any(r[name] for name in MONEY)] or rows


def _sum(rows: Sequence[Row]) -> Row:
    """The sums of an advertiser, and its CPAs where no day lacks something."""
    added = sums(rows, [*MONEY, "effective_cost", "internal_conversions"])
    for cpa, (_, cost, conversions) in DIVIDED.items():
        lacking = _lacking(rows, cpa, added[conversions])
        added[cpa] = None if lacking else ratio(added[cost], added[conversions])
    return added | {"is_complete": all(row["is_complete"] for row in rows)}


def _reasons(rows: Sequence[Row]) -> Iterator[str]:
    """Where an advertiser has no CPA and why, where the table itself does not show it."""
    days: dict[tuple[str, str], list[object]] = {}
    of_sum: dict[str, list[str]] = {}
    for cpa, (name, _, conversions) in DIVIDED.items():
        for row in rows:
            if row[f"{cpa}_reason"] not in (None, "no conversions"):
                days.setdefault((name, row[f"{cpa}_reason"]), []).append(row["report_date"])
        total = sum(row[conversions] for row in rows)
        if total and (reason := _lacking(rows, cpa, total)):
            of_sum.setdefault(reason, []).append(name)
    advertiser = rows[-1]["advertiser_label"]
    for (name, reason), dates in days.items():
        yield f"{advertiser}: no {name} on {listed(dates)}: {reason}"
    for reason, names in of_sum.items():
        yield f"{advertiser}: no {' and '.join(names)} of the sum: {reason}"


def _lacking(rows: Sequence[Row], cpa: str, conversions: int) -> str | None:
    """Why the rows together have no CPA."""
    if days := [row["report_date"] for row in rows if not row["is_complete"]]:
        return f"{listed(days)} not complete"
    if days := [row["report_date"] for row in rows if row[f"{cpa}_reason"] == "no cost row"]:
        return f"no cost row on {listed(days)}"
    return "conversions below zero" if conversions < 0 else None


def _stopped(warehouse: Warehouse, as_of: AsOf) -> Iterator[str]:
    """The advertisers that have a row on the report's day, but no conversions for some days."""
    rows = warehouse.query(
        "select max(case when report_date = %s then advertiser_label end) as label, "  # noqa: S608
        "max(case when conversions <> 0 then report_date end) as newest "
        "from marts.daily_summary where client_id = %s and report_date <= %s "
        f"group by advertiser_id having max(report_date) = %s order by {BY_ADVERTISER}",
        (as_of.day, as_of.client_id, as_of.day, as_of.day),
    )
    for label, newest in rows:
        if newest and newest < as_of.day:
            yield f"{label}: no conversions since {newest}"
