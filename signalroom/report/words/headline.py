"""The day in a few sentences: is it complete, what each advertiser's CPA did, what sources did."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from signalroom.report.figures import BY_ADVERTISER, select
from signalroom.report.subject import Subject
from signalroom.report.words.chance import is_chance
from signalroom.report.words.spelling import counted, money, named_day, percent

USUAL = "the mean of the 7 days before"
DIVIDED = ("conversions", "effective_cost", "effective_cpa")
METRICS = (*DIVIDED, "spend")
COMPARED = (
    *("advertiser_id", "advertiser_label", "metric", "metric_reason"),
    *("metric_value", "mean_7_days_before"),
)
# a source is named when its spend moved by so much of what is usual for it, and of the day's spend
SOURCE_MOVED, OF_THE_DAY = Decimal("0.2"), Decimal("0.05")
SOURCES_NAMED = 2
Figures = Mapping[str, Any]  # of one advertiser or source


def headline(subject: Subject) -> list[str]:
    """The sentences that a report begins with, the first the most important."""
    return [*_completeness(subject), *_advertisers(subject), *_sources(subject)]


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
    rows = select(
        subject.warehouse,
        COMPARED,
        "marts.summary_comparisons where client_id = %s and report_date = %s "
        f"order by {BY_ADVERTISER}",
        (subject.client_id, subject.as_of.day),
    )
    by_advertiser: dict[int, dict[str, Figures]] = {}
    for row in rows:
        if row["advertiser_id"] > 0 and row["metric"] in METRICS:
            by_advertiser.setdefault(row["advertiser_id"], {})[row["metric"]] = row
    for metrics in by_advertiser.values():
        if any(metrics[name]["metric_value"] for name in ("conversions", "spend")):
            yield _of_advertiser(metrics, subject.client.currency)


def _of_advertiser(metrics: Mapping[str, Figures], currency: str) -> str:
    """`CCW: 269 conversions at $24.02 effective CPA, 7 % above the mean of the 7 days before.`"""
    count, cost, cpa = (metrics[name] for name in DIVIDED)
    conversions = int(count["metric_value"])
    said = f"{count['advertiser_label']}: {counted(conversions, 'conversion')}"
    if cpa["metric_value"] is None:
        spent = money(cost["metric_value"], currency)
        reason = cpa["metric_reason"]
        why = "" if reason == "no conversions" else f", no CPA: {reason}"
        return f"{said} for {spent}{why}."
    said += f" at {money(cpa['metric_value'], currency)} effective CPA"
    if not cpa["mean_7_days_before"]:
        return f"{said}."
    before = round(count["mean_7_days_before"] * 7)
    times = cost["mean_7_days_before"] * 7 / cost["metric_value"] if cost["metric_value"] else 0
    change = cpa["metric_value"] / cpa["mean_7_days_before"] - 1
    said += f", {percent(change)} {'above' if change > 0 else 'below'} {USUAL}"
    if is_chance(conversions, before, days=float(times)):
        said += ", which chance explains"
    if not is_chance(conversions, before, days=7):
        fewer = conversions * 7 < before
        of_usual = Decimal(conversions * 7) / before - 1 if before else Decimal(1)
        said += f"; {percent(of_usual)} {'fewer' if fewer else 'more'} conversions than usual"
    return f"{said}."


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
        ),
        "marts.fct_source_daily where client_id = %s and report_date between %s and %s "
        "and is_mapped group by redtrack_source_id",
        (day, day, day, day, subject.client_id, day - timedelta(7), day),
    )
    sources = [dict(zip(("source", *SUMS), row.values(), strict=True)) for row in rows]
    of_the_day = sum(source["spend"] for source in sources) * OF_THE_DAY
    moved = [s for s in sources if _moved(s, of_the_day)] if _usual_days(subject) else []
    moved.sort(key=lambda source: abs(source["spend"] * 7 - source["spend_before"]), reverse=True)
    for source in moved[:SOURCES_NAMED]:
        yield _of_source(source, subject.client.currency)


SUMS = ("spend", "spend_before", "conversions", "conversions_before")


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
    usual = source["spend_before"] / 7
    change = abs(source["spend"] - usual)
    return bool(usual and change >= usual * SOURCE_MOVED and change >= of_the_day)


def _of_source(source: Figures, currency: str) -> str:
    """`Google Ads spent 31 % more without more conversions.`"""
    name, spend, before = source["source"], source["spend"], source["spend_before"]
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
