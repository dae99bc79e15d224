"""The daily summary of a client: once when its day is complete, or provisional at the deadline.

What left provisional is followed by the final one, also where the day is complete days later. After
some days without a source these are one message.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

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
COMPLETE, PROVISIONAL = "complete", "provisional"
EVER = datetime(2000, 1, 1, tzinfo=UTC)
SEVERAL = 2  # days whose final summaries are one message
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

    def message() -> Message | None:
        left = _left(warehouse, client)[gate.day]
        if left & {COMPLETE, state}:
            return None
        say(f"{whose} leaves: {gate.sentence}")
        return daily_message(warehouse, client, gate, now, is_final=PROVISIONAL in left)

    state = COMPLETE if gate.is_complete else PROVISIONAL
    outbox = _Daily(settings, warehouse, client, now, say)
    return outbox.send(f"{whose} is", _topic(client, [gate.day], state), message)


def send_finals(
    settings: Settings,
    warehouse: Warehouse,
    client: Client,
    gates: Sequence[Gate],
    *,
    now: datetime,
    say: Say,
) -> bool:
    """Send what days came to in the end that had left provisional: several of them as one message.

    The gates are of days that are complete now; otherwise as `send_daily`.
    """
    if len(gates) < SEVERAL:
        sent = (send_daily(settings, warehouse, client, one, now=now, say=say) for one in gates)
        return all(sent)
    days = [gate.day for gate in gates]
    whose = f"{client.client_id}: the final summaries of {', '.join(map(str, days))}"

    def message() -> Message:
        say(f"{whose} leave")
        return finals_message(warehouse, client, gates)

    outbox = _Daily(settings, warehouse, client, now, say)
    return outbox.send(f"{whose} are", _topic(client, days, COMPLETE), message)


@dataclass(frozen=True)
class _Daily:
    """Sends a client's summaries."""

    settings: Settings
    warehouse: Warehouse
    client: Client
    now: datetime
    say: Say

    def send(self, whose: str, topic: str, make: Callable[[], Message | None]) -> bool:
        """Send a message, unless there is none to make; whether all of the client's has left."""
        client_id = self.client.client_id
        channels = Channels.of(self.settings, self.client)
        on = [channel for kind, channel in channels.on.items() if kind in KINDS]
        if not on:
            self.say(f"{whose} not sent: neither Slack nor e-mail is set up")
            return not set(KINDS) & channels.broken.keys()
        with outbox_of(self.warehouse, self.say):
            if message := make():
                rows = notifications(message, on, topic=topic, client_id=client_id, now=self.now)
                with self.warehouse.transaction() as execute:
                    NOTIFICATIONS.insert(execute, list(rows))
            outbox = Outbox(self.warehouse, {client_id: channels}, self.now, self.say)
            unsent = outbox.deliver()
        return all(row.is_sent for row in unsent)


def not_final(warehouse: Warehouse, client: Client, now: datetime) -> list[date]:
    """The days whose summary left provisional and no other since; months later it is no news."""
    if NOTIFICATIONS.name not in warehouse.columns("ops"):
        return []
    left = _left(warehouse, client, since=now - timedelta(RESTATED_DAYS))
    return sorted(day for day, states in left.items() if states == {PROVISIONAL})


def _left(warehouse: Warehouse, client: Client, since: datetime = EVER) -> Mapping[date, set[str]]:
    """In which states the summary of each day has left."""
    which = "client_id = %s and topic like 'daily %%' and created_at > %s"
    left: dict[date, set[str]] = defaultdict(set)
    for row in known(warehouse, which, client.client_id, since):
        _, _, *days, state = row.topic.split()
        for day in days:
            left[date.fromisoformat(day)].add(state)
    return left


def _topic(client: Client, days: Sequence[date], state: str) -> str:
    return f"daily {client.client_id} {' '.join(map(str, days))} {state}"


def finals_message(warehouse: Warehouse, client: Client, gates: Sequence[Gate]) -> Message:
    """What each of some days came to, in the sentences that its own summary begins with."""
    first, last = (named_day(gate.day) for gate in (gates[0], gates[-1]))
    title = f"{client.name}, {counted(len(gates), 'day')} (final): {first} to {last}"
    whole = f"all of a day: signalroom report --client {client.client_id} --date {gates[0].day}"
    whole += f" --target {warehouse.target}" if warehouse.target != "dev" else ""
    sections = [Section("", ["Final: what was sent before was provisional.", whole])]
    for gate in gates:
        subject = Subject(warehouse, client, _as_of(warehouse, gate), USUAL_REPORT.days)
        sections.append(Section(named_day(gate.day), headline(subject)))
    return Message(title, sections)


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
