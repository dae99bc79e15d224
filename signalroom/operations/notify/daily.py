"""The daily summary of a client: once when its day is complete, or provisional at the deadline.

What left provisional is followed by the final one, also where the day is complete days later.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta

from loaders.warehouse import Warehouse
from loaders.warehouse.base import Say
from loaders.windows import RESTATED_DAYS
from signalroom.config.clients import Client
from signalroom.config.settings import Settings
from signalroom.operations.gate import Gate
from signalroom.operations.notify.channels import Channels
from signalroom.operations.notify.message import Message, Picture, Section, one_line
from signalroom.operations.notify.outbox import (
    NOTIFICATIONS,
    Outbox,
    known,
    notifications,
    outbox_of,
)
from signalroom.options import USUAL_REPORT
from signalroom.overview import source_states
from signalroom.report.as_of import AsOf
from signalroom.report.day import AdvertiserDay, Mover, advertisers, movers
from signalroom.report.subject import Subject
from signalroom.report.tiles import WITH_MEDIA_CPA, tiles
from signalroom.report.unmapped import unmapped_spend
from signalroom.report.words.hands import hands
from signalroom.report.words.headline import headline
from signalroom.report.words.spelling import counted, money, named, named_day

MOVERS = 3  # of an advertiser
HANDS = "What needs a hand"
STATES = ("complete", "provisional")
KINDS = ("slack", "email")  # an SMS is for what cannot wait


def send_daily(
    settings: Settings, warehouse: Warehouse, client: Client, gate: Gate, *, now: datetime, say: Say
) -> bool:
    """Send the summary of a day once for each of provisional and complete.

    Whether all that was to be sent has left; a day that waits for something has nothing to send.
    Whatever a channel does is no error here; LoadError is the warehouse's. Call it while
    this process has no connection to the warehouse, and no lock on it.
    """
    whose = f"{client.client_id}: the summary of {gate.day}"
    if not gate.is_complete and not gate.is_provisional:
        say(f"{whose} waits for {', '.join(gate.waits_for)}")
        return True
    channels = Channels.of(settings, client)
    on = [channel for kind, channel in channels.on.items() if kind in KINDS]
    if not on:
        say(f"{whose} is not sent: neither Slack nor e-mail is set up")
        return not set(KINDS) & channels.broken.keys()
    complete, provisional = (_topic(client, gate.day, state) for state in STATES)
    topic = complete if gate.is_complete else provisional
    with outbox_of(warehouse, say):
        left = {row.topic for row in known(warehouse, "topic in (%s, %s)", complete, provisional)}
        if not left & {complete, topic}:
            message = daily_message(warehouse, client, gate, now, is_final=provisional in left)
            rows = notifications(message, on, topic=topic, client_id=client.client_id, now=now)
            with warehouse.transaction() as execute:
                NOTIFICATIONS.insert(execute, list(rows))
            say(f"{whose} leaves: {gate.sentence}")
        unsent = Outbox(warehouse, {client.client_id: channels}, now, say).deliver()
    return all(row.is_sent for row in unsent)


def not_final(warehouse: Warehouse, client: Client, now: datetime) -> list[date]:
    """The days whose summary left provisional and no other since; months later it is no news."""
    if NOTIFICATIONS.name not in warehouse.columns("ops"):
        return []
    rows = known(
        warehouse,
        "client_id = %s and topic like 'daily %%' and created_at > %s",
        client.client_id,
        now - timedelta(RESTATED_DAYS),
    )
    topics = {row.topic for row in rows}
    days = sorted({date.fromisoformat(topic.split()[2]) for topic in topics})
    states = {day: [_topic(client, day, state) in topics for state in STATES] for day in days}
    return [day for day in days if states[day] == [False, True]]


def _topic(client: Client, day: date, state: str) -> str:
    return f"daily {client.client_id} {day} {state}"


def daily_message(
    warehouse: Warehouse, client: Client, gate: Gate, now: datetime, *, is_final: bool = False
) -> Message:
    """The message; its figures are those of the marts."""
    from signalroom.report.mail import SUBJECT_LETTERS, mail
    from signalroom.report.pictures import picture

    subject = Subject(warehouse, client, _as_of(warehouse, gate), USUAL_REPORT.days)
    note = "" if gate.is_complete else gate.sentence
    said = [
        *([f"Provisional: {note}."] if note else []),
        *(["Final: what was sent before was provisional."] if is_final else []),
        *headline(subject),
    ]
    needs, shown, moved = hands(subject, now), advertisers(subject), movers(subject)
    pictures = {one.advertiser_id: picture(subject, one, note=note)[0] for one in shown}
    besides = {
        title: lines
        for title, lines in (
            ("What moved CPA", [line for one in shown for line in _moved(subject, one, moved)]),
            ("Unmapped spend", list(_unmapped(subject))),
            ("Inputs", list(_inputs(subject))),
        )
        if lines
    }
    written = mail(
        subject, shown, headline=said, hands=needs, pictures=pictures, note=note,
        names=WITH_MEDIA_CPA, besides=besides,
    )  # fmt: skip
    first = next(iter(said[1 + is_final :]), said[0])  # the state is said before it
    state = " (final)" if is_final else "" if gate.is_complete else " (provisional)"
    title = one_line(f"{client.name}, {named_day(gate.day)}{state}: {first}", SUBJECT_LETTERS)
    written.replace_header("Subject", title)
    day, to_do = named_day(gate.day), [f"{need.text} ({need.where})" for need in needs]
    return Message(
        title,
        [
            Section("", said),
            *(_figures(one, client.currency) for one in shown),
            *(Section(name, lines) for name, lines in {HANDS: to_do, **besides}.items() if lines),
        ],
        [
            Picture(f"advertiser-{one.advertiser_id}.png", f"{one.label}, {day}{state}",
                    pictures[one.advertiser_id])
            for one in shown
        ],
        written,
    )  # fmt: skip


def _as_of(warehouse: Warehouse, gate: Gate) -> AsOf:
    """As of the gate's day, whether or not the marts call it complete."""
    found = AsOf.of(warehouse, gate.client_id, through=gate.day)
    if found and found.day == gate.day:
        return found
    conversions = found.last_conversions if found else None
    return AsOf(gate.client_id, gate.day, False, 0, conversions)


def _figures(one: AdvertiserDay, currency: str) -> Section:
    return Section(
        one.label,
        figures=[
            (tile.name, " – ".join(filter(None, (tile.value, tile.note))))
            for tile in tiles(one, currency, WITH_MEDIA_CPA)
        ],
    )


def _moved(
    subject: Subject, one: AdvertiserDay, moved: Mapping[int, Sequence[Mover]]
) -> Iterator[str]:
    parts = [
        f"{mover.label} ({money(mover.part, subject.client.currency, sign=True)})"
        for mover in moved.get(one.advertiser_id, ())[:MOVERS]
    ]
    if parts:
        yield f"{one.label}: {', '.join(parts)}"


def _unmapped(subject: Subject) -> Iterator[str]:
    """The day's spend that belongs to no affiliate."""
    found = unmapped_spend(subject.warehouse, subject.client_id, (subject.as_of.day,) * 2)
    if found:
        currency = subject.client.currency
        names = ", ".join(named(source.title) for source in found.named)
        yield (
            f"{money(found.spend, currency)} of {money(found.total, currency)}, of "
            f"{counted(len(found.sources), 'source')} ({names}): {found.file}"
        )


def _inputs(subject: Subject) -> Iterator[str]:
    """What is loaded: rows, and the day up to which all of them are there."""
    for _, source, at, rows, rejected, through, verdict in source_states(
        subject.warehouse, [subject.client]
    ):
        if at is None:
            yield f"{source}: never loaded"
            continue
        refused = f", {rejected:,} rejected" if rejected else ""
        yield f"{source}: {rows:,} rows{refused}, complete through {through or 'no day'}, {verdict}"
