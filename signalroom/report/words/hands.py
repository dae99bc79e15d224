"""What needs a hand, the most costly first: each with the command or the file to go to."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from loaders.windows import local_day
from signalroom import review
from signalroom.overview import troubles
from signalroom.report.day import advertisers
from signalroom.report.figures import BY_ADVERTISER, listed
from signalroom.report.subject import Subject
from signalroom.report.unmapped import unmapped_spend
from signalroom.report.words.chance import is_chance
from signalroom.report.words.hand import Hand
from signalroom.report.words.spelling import counted, money, named, percent

WEEK = 7
CERTAIN = 3  # where so many conversions are expected, none is one night in twenty
OFF_PLAN = Decimal("0.1")
APART = Decimal("0.1")  # how far network and tracker may be apart


def hands(subject: Subject, now: datetime) -> list[Hand]:
    """What somebody should do about the report's inputs and about what they say."""
    return [
        *_inputs(subject, now),
        *_unmapped(subject),
        *_without_conversions(subject),
        *_nothing_converts(subject),
        *_uncosted(subject),
        *_pace(subject),
        *_network_against_tracker(subject),
        *_not_understood(subject),
    ]


def _inputs(subject: Subject, now: datetime) -> Iterator[Hand]:
    target = subject.warehouse.target
    for trouble in troubles(subject.warehouse, [subject.client], target=target, now=now):
        yield Hand(str(trouble), f"signalroom doctor --client {subject.client_id}")
    load = f"signalroom load --client {subject.client_id}"
    later = subject.as_of.later_days
    if later:
        yield Hand(f"{counted(later, 'later day')} not complete yet", load)
    today = local_day(now, subject.client.timezone)
    unloaded = (today - subject.as_of.day).days - 1 - later
    if unloaded > 0:
        yield Hand(f"{counted(unloaded, 'day')} since not loaded", load)


def _unmapped(subject: Subject) -> Iterator[Hand]:
    found = unmapped_spend(subject.warehouse, subject.client_id, subject.window)
    if found:
        some, total = (money(sum_, subject.client.currency) for sum_ in (found.spend, found.total))
        titles = ", ".join(named(source.title) for source in found.named)
        sources = f"{counted(len(found.sources), 'source')} ({titles})"
        yield Hand(f"{some} of {total} spend belongs to no affiliate: {sources}", found.file)


def _without_conversions(subject: Subject) -> Iterator[Hand]:
    """Sources whose spend would have brought some conversions at what their advertiser pays."""
    rows = subject.warehouse.query(
        "select source, spend, cpa from ("  # noqa: S608
        "select max(redtrack_source) as source, sum(tracker_conversions) as conversions, "
        "sum(spend) as spend, ("
        "select sum(summed.spend) / nullif(sum(summed.internal_conversions), 0) "
        "from marts.daily_summary as summed "
        "where summed.client_id = %s and summed.advertiser_id = sources.advertiser_id "
        "and summed.report_date between %s and %s) as cpa "
        "from marts.fct_source_daily as sources "
        "where client_id = %s and report_date between %s and %s and is_mapped "
        "group by redtrack_source_id, advertiser_id) as of_week "
        f"where conversions <= 0 and spend > {CERTAIN} * cpa order by spend desc",
        (subject.client_id, *subject.as_of.window(WEEK)) * 2,
    )
    for source, spend, cpa in rows:
        currency = subject.client.currency
        expected = counted(int(spend / Decimal(cpa)), "conversion")
        yield Hand(
            f"{named(source)} spent {money(spend, currency)} in {WEEK} days without a conversion, "
            f"where {expected} were to be expected",
            "the source's landing page and postback, in Redtrack",
        )


def _nothing_converts(subject: Subject) -> Iterator[Hand]:
    """Advertisers that have no CPA at all, by which their sources could be judged."""
    rows = subject.warehouse.query(
        "select advertiser_id, sum(spend) from marts.daily_summary "
        "where client_id = %s and report_date between %s and %s "
        "group by advertiser_id having sum(internal_conversions) <= 0 and sum(spend) > 0 "
        "and bool_and(is_complete)",  # else conversions may be missing that there were
        (subject.client_id, *subject.as_of.window(WEEK)),
    )
    spent = dict(rows)
    for advertiser in advertisers(subject):
        if spend := spent.get(advertiser.advertiser_id):
            yield Hand(
                f"{advertiser.label} spent {money(spend, subject.client.currency)} in {WEEK} days "
                "without a conversion of an internal affiliate",
                "the advertiser's sources and postback, in Redtrack",
            )


def _uncosted(subject: Subject) -> Iterator[Hand]:
    """A conversion without a cost makes the CPA of its day too low."""
    rows = subject.warehouse.query(
        "select advertiser_label, affiliate_label, sum(uncosted_conversions) as uncosted "
        "from marts.fct_affiliate_daily where client_id = %s and report_date between %s and %s "
        "group by advertiser_label, affiliate_label having sum(uncosted_conversions) > 0 "
        "order by uncosted desc, advertiser_label, affiliate_label",
        (subject.client_id, *subject.window),
    )
    found: dict[str, Counter[str]] = {}
    for advertiser, affiliate, conversions in rows:
        found.setdefault(named(advertiser), Counter())[named(affiliate)] += int(conversions)
    for advertiser, affiliates in found.items():
        yield Hand(
            f"{advertiser}: {counted(affiliates.total(), 'conversion')} of "
            f"{listed(list(affiliates))} without a cost row: the CPA of their days is too low or "
            "unknown",
            "the cost of the source, in Redtrack",
        )


def _pace(subject: Subject) -> Iterator[Hand]:
    rows = subject.warehouse.query(
        "select advertiser_label, pace, projected_cost, budget from marts.budget_pace "  # noqa: S608
        "where client_id = %s and last_complete_date = %s and pace is not null "
        f"order by {BY_ADVERTISER}",
        (subject.client_id, subject.as_of.day),
    )
    for advertiser, pace, projected, budget in rows:
        if abs(pace - 1) > OFF_PLAN:
            cost, plan = (money(sum_, subject.client.currency) for sum_ in (projected, budget))
            way = "over" if pace > 1 else "under"
            yield Hand(
                f"{named(advertiser)} is {percent(pace - 1)} {way} plan: {cost} at the end of the "
                f"month, {plan} planned",
                "the budgets of the running campaigns",
            )


def _network_against_tracker(subject: Subject) -> Iterator[Hand]:
    """Everflow and Redtrack count the same conversions of internal affiliates."""
    rows = subject.warehouse.query(
        "select advertiser_label, sum(conversions), sum(tracker_conversions) "  # noqa: S608
        "from marts.fct_affiliate_daily where client_id = %s and report_date between %s and %s "
        "and is_internal and spend_rows > 0 "
        f"group by advertiser_id, advertiser_label order by {BY_ADVERTISER}",
        (subject.client_id, *subject.as_of.window(WEEK)),
    )
    for advertiser, network, tracker in rows:
        apart = abs(network - tracker) > max(network, tracker) * APART
        if apart and not is_chance(int(network), int(tracker), days=1):
            yield Hand(
                f"{named(advertiser)}: Everflow has {int(network):,} conversions of internal "
                f"affiliates in {WEEK} days, where they have a cost, Redtrack {int(tracker):,}",
                "the postback between Redtrack and Everflow",
            )


def _not_understood(subject: Subject) -> Iterator[Hand]:
    command = f"signalroom review --client {subject.client_id}"
    for line in review.lines(subject.warehouse, subject.client_id):
        yield Hand(f"not understood: {line.removeprefix(subject.client_id).strip(' :')}", command)
