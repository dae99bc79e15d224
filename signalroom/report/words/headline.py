"""The day in a few sentences: is it complete, what each advertiser's CPA did, what sources did."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from signalroom.report.day import AdvertiserDay, Mover, advertisers, movers
from signalroom.report.figures import select
from signalroom.report.subject import Subject
from signalroom.report.words.chance import is_chance
from signalroom.report.words.spelling import counted, money, named, named_day, percent

USUAL = "the mean of the 7 days before"
DIVIDED = ("conversions", "effective_cost", "effective_cpa")
# a source is named when its spend moved by so much of what is usual for it, and of the day's spend
SOURCE_MOVED, OF_THE_DAY = Decimal("0.2"), Decimal("0.05")
SOURCES_NAMED = 2
Figures = Mapping[str, Any]  # of one source


def headline(subject: Subject) -> list[str]:
    """The sentences that a report begins with, the first the most important."""
    return [
        *_completeness(subject),
        *_advertisers(subject),
        *_sources(subject),
    ]


def _completeness(subject: Subject) -> Iterator[str]:
    as_of = subject.as_of
    day = named_day(as_of.day)
    if as_of.is_complete:
        yield f"{day} is complete."
    else:
        reasons = subject.warehouse.query(
            "select distinct incomplete_reason from marts.daily_summary "
            "where client_id = %s and report_date = %s and incomplete_reason is not null",
            (subject.client_id, as_of.day),
        )
        waiting = ", ".join(sorted(reason for (reason,) in reasons))
        yield f"{day} is not complete" + (f", waiting for {waiting}." if waiting else ".")


def _advertisers(subject: Subject) -> Iterator[str]:
    moved, uncosted = movers(subject), _uncosted(subject)
    for one in advertisers(subject):
        most = next(iter(moved.get(one.advertiser_id, ())), None)
        said = _of_advertiser(one, most, subject.client.currency)
        if unknown := uncosted.get(one.advertiser_id):
            conversions = counted(int(unknown), "conversion")
            said += f"; the cost of {conversions} of these 8 days is not known"
        yield f"{said}."


def _uncosted(subject: Subject) -> dict[int, int]:
    """By advertiser, conversions of the day and the 7 before that no cost is known of."""
    day = subject.as_of.day
    return dict(
        subject.warehouse.query(
            "select advertiser_id, sum(uncosted_conversions) from marts.fct_affiliate_daily "
            "where client_id = %s and report_date between %s and %s "
            "group by advertiser_id having sum(uncosted_conversions) > 0",
            (subject.client_id, day - timedelta(7), day),
        )
    )


def _of_advertiser(advertiser: AdvertiserDay, mover: Mover | None, currency: str) -> str:
    """`CCW: 269 conversions at $24.02 effective CPA, 7 % above the mean of the 7 days before`"""
    count, cost, cpa = (advertiser.metrics[name] for name in DIVIDED)
    conversions, spent = int(count.value or 0), cost.value or Decimal(0)
    said = f"{advertiser.label}: {counted(conversions, 'conversion')}"
    if cpa.value is None:
        why = "" if cpa.reason == "no conversions" else f", no CPA: {cpa.reason}"
        return f"{said} for {money(spent, currency)}{why}"
    said += f" at {money(cpa.value, currency)} effective CPA"
    if cpa.change is None or count.usual is None or cost.usual is None:
        return said
    before = round(count.usual * 7)
    said += f", {percent(cpa.change)} {'above' if cpa.change > 0 else 'below'} {USUAL}"
    if is_chance(conversions, before, days=float(cost.usual * 7 / spent) if spent else 0):
        said += ", which chance explains"
    elif mover:
        said += f", most of all by {mover.label} ({money(mover.part, currency, sign=True)})"
    if count.change is not None and not is_chance(conversions, before, days=7):
        said += f"; {percent(count.change)} {'more' if count.change > 0 else 'fewer'} conversions "
        said += "than usual"
    return said


def _sources(subject: Subject) -> Iterator[str]:
    """Sources whose spend moved, and whether their conversions moved with it.

    The tracker's conversions, whose clicks are its own; the network knows no source.
    """
    day = subject.as_of.day
    rows = select(
        subject.warehouse,
        (
            "max(redtrack_source) as source",
            *(
                f"coalesce(sum(case when report_date {when} then {what} end), 0) as {what}_{name}"
                for what in ("spend", "tracker_conversions")
                for name, when in (("today", "= %s"), ("before", "< %s"))
            ),
            "count(distinct case when report_date < %s and spend > 0 then report_date end) as days",
        ),
        "marts.fct_source_daily where client_id = %s and report_date between %s and %s "
        "and is_mapped group by redtrack_source_id",
        (day, day, day, day, day, subject.client_id, day - timedelta(7), day),
    )
    sources = [dict(zip(("source", *SUMS), row.values(), strict=True)) for row in rows]
    of_the_day = sum(source["spend"] for source in sources) * OF_THE_DAY
    moved = [s for s in sources if _moved(s, of_the_day)] if _usual_days(subject) else []
    moved.sort(key=lambda source: abs(source["spend"] * 7 - source["spend_before"]), reverse=True)
    for source in moved[:SOURCES_NAMED]:
        yield _of_source(source, subject.client.currency)


SUMS = ("spend", "spend_before", "conversions", "conversions_before", "days_before")


def _usual_days(subject: Subject) -> bool:
    """Whether the day and the seven before it are all complete: nothing else can be compared."""
    day = subject.as_of.day
    ((complete,),) = subject.warehouse.query(
        "select count(distinct report_date) from marts.daily_summary "
        "where client_id = %s and is_complete and report_date between %s and %s",
        (subject.client_id, day - timedelta(7), day),
    )
    return bool(complete == 8)


def _moved(source: Figures, of_the_day: Decimal) -> bool:
    """By much, where what is usual is known: a day without a cost is paused or lacks its row."""
    if source["days_before"] < 7:
        return False
    usual = source["spend_before"] / 7
    change = abs(source["spend"] - usual)
    return bool(usual and change >= usual * SOURCE_MOVED and change >= of_the_day)


def _of_source(source: Figures, currency: str) -> str:
    """`Google Ads spent 31 % more without more conversions.`"""
    name, spend, before = named(source["source"]), source["spend"], source["spend_before"]
    conversions, conversions_before = int(source["conversions"]), int(source["conversions_before"])
    if spend <= 0:
        return f"{name} spent nothing, after {money(before / 7, currency)} a day."
    change = spend * 7 / before - 1
    said = f"{name} spent {percent(change)} {'more' if change > 0 else 'less'}"
    in_step = is_chance(conversions, conversions_before, days=float(before / spend))
    unmoved = is_chance(conversions, conversions_before, days=7)
    if in_step and unmoved:  # too few to tell
        usual = round(conversions_before / 7)
        return f"{said} for {counted(conversions, 'conversion')}, usually {usual:,}."
    if in_step:
        return f"{said}, and its conversions moved with it."
    if unmoved:
        return f"{said} without {'more' if change > 0 else 'fewer'} conversions."
    if not conversions_before:
        return f"{said} with {counted(conversions, 'conversion')} after none."
    moved = Decimal(conversions * 7) / conversions_before - 1
    return f"{said} with {percent(moved)} {'more' if moved > 0 else 'fewer'} conversions."
