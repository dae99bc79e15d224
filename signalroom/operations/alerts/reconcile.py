"""Holding what is wrong now against what people know, and telling them the difference."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from loaders.errors import LoadError
from loaders.warehouse import Warehouse
from loaders.warehouse.base import Say
from signalroom.config.clients import Client
from signalroom.config.settings import Settings
from signalroom.operations.alerts.alert import ALERTS, Alert, News, compare
from signalroom.operations.alerts.channels import channel_problems, key_of
from signalroom.operations.alerts.telling import lines, message, urgent
from signalroom.operations.alerts.unreachable import tell_unreachable
from signalroom.operations.notify.channels import channels_by_client
from signalroom.operations.notify.outbox import (
    NOTIFICATIONS,
    Notification,
    Outbox,
    notifications,
    outbox_of,
)
from signalroom.operations.problem import Problem


def reconcile(
    settings: Settings,
    warehouse: Warehouse,
    clients: Sequence[Client],
    problems: Iterable[Problem],
    *,
    now: datetime,
    say: Say,
) -> int:
    """Tell people what is new, back, still open or gone; how many messages could not be sent.

    `problems` are all that stand now, of these clients and of none: what is not among them has
    recovered. Whatever a channel does is no error here; LoadError is the warehouse's. Call it while
    this process has no connection to the warehouse, and no lock on it.
    """
    standing = list(problems)
    channels = channels_by_client(settings, clients)
    try:
        with outbox_of(warehouse, say, ALERTS):
            by_id = {client.client_id: client for client in clients}
            run = _Run(by_id, Outbox(warehouse, channels, now, say))
            before = run.channel_problems()
            unsent = run.tell([*standing, *before])
            after = run.channel_problems()
            if {one.key for one in after} != {one.key for one in before}:
                unsent |= run.tell([*standing, *after])  # by the other channels, at once
    except LoadError as error:
        tell_unreachable(channels, warehouse, error, now=now, say=say)
        raise
    for one in after:
        say(f"{one.title}: {one.text}; {one.command}")
    return len(unsent)


@dataclass(frozen=True)
class _Run:
    clients: Mapping[str, Client]
    outbox: Outbox

    def channel_problems(self) -> list[Problem]:
        box = self.outbox
        return list(channel_problems(box.warehouse, box.channels, box.now))

    def tell(self, problems: Sequence[Problem]) -> set[str]:
        """Write what is known now and what is to be sent as one, then send; ids of what was not."""
        box = self.outbox
        after, news = compare(alerts(box.warehouse), problems, box.channels.keys(), box.now)
        rows = list(self._messages(news))
        with box.warehouse.transaction() as execute:
            ALERTS.replace(execute, after)
            NOTIFICATIONS.insert(execute, rows)
        return {row.notification_id for row in box.deliver() if not row.is_sent}

    def _messages(self, news: Sequence[News]) -> Iterator[Notification]:
        now = self.outbox.now
        for client_id, channels in self.outbox.channels.items():
            client = self.clients.get(client_id)
            ours = [one for one in news if one.alert.client_id == client_id]
            for line in lines(client, ours):
                self.outbox.say(line)
            for kind, channel in channels.on.items():
                # a channel does not carry the news of its own failure
                carried = [one for one in ours if one.alert.key != key_of(client_id, kind)]
                if kind == "sms":
                    carried = urgent(carried)
                if carried:
                    keys = " ".join(sorted(one.alert.key for one in carried))
                    topic = f"alerts {now.isoformat()} {keys}"
                    said = message(client, carried)
                    yield from notifications(
                        said, [channel], topic=topic, client_id=client_id, now=now
                    )


def alerts(warehouse: Warehouse, where: str = "1 = 1") -> list[Alert]:
    """What is remembered, the worst and oldest first."""
    return ALERTS.read(warehouse, f"where {where} order by severity, since, key")
