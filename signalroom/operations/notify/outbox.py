"""The outbox, `ops.notifications`: what is to be sent is written before, and what came of it after.

So none is lost and none is sent twice, whenever the process dies. A row of another process that was
about to be sent may have arrived: by e-mail it is sent again with its key, of others the service is
asked where it can be, and otherwise it stays `unknown` and is told on another channel. All of this
happens under the warehouse's lock: a row that is being sent is nobody else's.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from time import monotonic, sleep
from typing import Any

from loaders.ops import OpsTable, make
from loaders.redaction import redact
from loaders.warehouse import Warehouse
from loaders.warehouse.base import Say
from signalroom.operations.notify.channels import Channel, Channels
from signalroom.operations.notify.message import Message
from signalroom.operations.notify.outcome import SENT, Outcome

KEPT = timedelta(hours=24)  # that a message is tried again; so long Resend knows its key
TRIES = 3  # of a message in one run
LONGEST_WAIT = 20.0  # seconds between two of them; for longer the next run comes back
REST = 60.0  # seconds before that at the least
LONGEST = 120.0  # seconds in which messages are begun, as whoever loads waits meanwhile


@dataclass(frozen=True)
class Notification:
    """One row: a message on a channel to one recipient, or to all where they share one.

    `topic` is what it is about, and the same when it is made again. `state` is an outcome's, or
    before one: waiting, not tried yet; sending, somebody is about to. The payload is there as long
    as it is to be tried.
    """

    notification_id: str
    topic: str
    client_id: str
    channel: str
    recipient: str
    title: str
    payload: str | None
    state: str
    reason: str | None
    tries: int
    created_at: datetime
    tried_at: datetime | None
    not_before: datetime | None

    @property
    def is_sent(self) -> bool:
        """Whether the service has taken it."""
        return self.state == "sent"

    @property
    def is_open(self) -> bool:
        """Whether it will be tried again."""
        return self.payload is not None


NOTIFICATIONS = OpsTable("notifications", Notification, ("notification_id",))


def notifications(
    message: Message, channels: Iterable[Channel], *, topic: str, client_id: str, now: datetime
) -> Iterator[Notification]:
    """The rows of a message, not tried yet."""
    for channel in channels:
        for recipient, payload in channel.payloads(message):
            identity = json.dumps([topic, client_id, channel.kind, recipient])
            yield Notification(
                notification_id=hashlib.sha256(identity.encode()).hexdigest()[:32],
                topic=topic,
                client_id=client_id,
                channel=channel.kind,
                recipient=recipient,
                title=redact(message.title),
                payload=redact(json.dumps(payload)),
                state="waiting",
                reason=None,
                tries=0,
                created_at=now,
                tried_at=None,
                not_before=None,
            )


@contextmanager
def outbox_of(warehouse: Warehouse, say: Say, *tables: OpsTable) -> Iterator[None]:
    """The tables of the outbox, and others beside it, for this process alone to write."""
    with warehouse.lock("signalroom notify", say), warehouse.session(read_only=False):
        make(warehouse, [NOTIFICATIONS, *tables])
        yield


def known(warehouse: Warehouse, where: str, *values: Any) -> list[Notification]:
    """Rows of the outbox, in the order in which they were written."""
    order = "order by created_at, client_id, channel, notification_id"
    return NOTIFICATIONS.read(warehouse, f"where {where} {order}", values)


@dataclass(frozen=True)
class Outbox:
    """Sends what is written and due, by the channels of each client."""

    warehouse: Warehouse
    channels: Mapping[str, Channels]
    now: datetime
    say: Say
    until: float = field(default_factory=lambda: monotonic() + LONGEST)

    def deliver(self) -> list[Notification]:
        """Try whatever is open; how each of them stands then.

        After a failure the channel's later messages wait for the next run, so that they do not
        overtake it; so does what is left when it takes too long.
        """
        stuck: set[tuple[str, str]] = set()
        after = []
        for row in known(self.warehouse, "payload is not null"):
            if row.client_id not in self.channels:  # of a client that this run is not about
                continue
            place = (row.client_id, row.channel)
            waits = place in stuck or monotonic() > self.until
            tried = row if waits else self._settle(row)
            if tried.is_open:
                stuck.add(place)
            after.append(tried)
            if not tried.is_sent and (tried is not row or row.state == "waiting"):
                why = tried.reason or "waits for the next run"
                self.say(f"{said_of(tried)}: {tried.state}, {why}")
        return after

    def _settle(self, row: Notification) -> Notification:
        channel = self.channels[row.client_id].on.get(row.channel)
        if channel is None:
            return self._note(row, Outcome("refused", "the channel is not set up any more"))
        if self.now - row.created_at >= KEPT:
            reason = f"given up after a day: {row.reason or 'the process that sent it died'}"
            may_be_there = row.state in ("sending", "unknown")
            given_up = Outcome("unknown" if may_be_there else "refused", reason)
            return self._note(row, given_up, is_final=True)
        if row.state == "sending" and not channel.repeats:
            return self._uncertain(row, channel, "the process died before it had the answer")
        if row.not_before and row.not_before > self.now:
            return row
        return self._send(row, channel)

    def _send(self, row: Notification, channel: Channel) -> Notification:
        """Try it some times, as far as another try can do no harm."""
        payload = json.loads(row.payload or "{}")
        may_be_there = row.state in ("sending", "unknown")
        for number in range(TRIES):
            row = self._update(row, state="sending", tries=row.tries + 1, tried_at=self.now)
            outcome = channel.send(payload, row.notification_id)
            may_be_there |= outcome.state == "unknown"
            again = outcome.state == "failed" or (outcome.state == "unknown" and channel.repeats)
            wait = outcome.wait or 2.0**number
            if not again or number == TRIES - 1 or wait > LONGEST_WAIT:
                break
            sleep(wait)
        if outcome.state == "unknown" and not channel.repeats:
            return self._uncertain(row, channel, outcome.reason)
        if may_be_there and outcome.state != "sent":  # of an earlier try nobody knows more now
            is_final = outcome.state == "refused"
            return self._note(row, replace(outcome, state="unknown"), is_final=is_final)
        return self._note(row, outcome)

    def _uncertain(self, row: Notification, channel: Channel, reason: str) -> Notification:
        """Ask the service for a message that may have arrived."""
        found = channel.found(json.loads(row.payload or "{}"))
        return self._note(row, SENT if found else Outcome("unknown", reason), is_final=True)

    def _note(self, row: Notification, outcome: Outcome, *, is_final: bool = False) -> Notification:
        is_final = is_final or outcome.state in ("sent", "refused")
        rest = timedelta(seconds=max(REST, outcome.wait))
        return self._update(
            row,
            state=outcome.state,
            reason=redact(outcome.reason) or None,
            payload=None if is_final else row.payload,
            not_before=None if is_final else self.now + rest,
        )

    def _update(self, row: Notification, **changes: Any) -> Notification:
        """Write it at once: what comes next may not be survived."""
        names = ", ".join(f"{name} = %s" for name in changes)
        self.warehouse.execute(
            f"update ops.notifications set {names} where notification_id = %s",  # noqa: S608
            [*changes.values(), row.notification_id],
        )
        return replace(row, **changes)


def said_of(row: Notification) -> str:
    """A message as people name it."""
    to = f" to {row.recipient}" if row.recipient else ""
    return f"{row.channel}{to}, {row.title!r}"
