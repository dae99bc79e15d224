"""A channel that does not carry messages is a problem like any other, told on the others."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from loaders.warehouse import Warehouse
from signalroom.operations.notify.channels import Channels
from signalroom.operations.notify.outbox import known
from signalroom.operations.problem import Problem

NAMES = {"slack": "Slack", "email": "E-mail", "sms": "SMS"}
# of each client's channel the rows of its newest message, whatever became of it
NEWEST = (
    "state <> 'waiting' and created_at = (select max(newer.created_at) from ops.notifications "
    "as newer where newer.client_id = notifications.client_id "
    "and newer.channel = notifications.channel and newer.state <> 'waiting')"
)


def key_of(client_id: str, kind: str) -> str:
    """The key of the problem that a channel is."""
    return " ".join(["notify", *filter(None, [client_id]), kind])


def channel_problems(
    warehouse: Warehouse, channels: Mapping[str, Channels], now: datetime
) -> Iterator[Problem]:
    """Channels that are set up wrongly, and those whose newest message did not arrive."""
    said: set[tuple[str, str]] = set()
    for client_id, of_client in channels.items():
        for kind, reason in of_client.broken.items():
            said.add((client_id, kind))
            if not client_id or channels[""].broken.get(kind) != reason:  # else it is told once
                yield _problem(client_id, kind, "is not set up right", reason, now)
    for row in known(warehouse, NEWEST):
        place = (row.client_id, row.channel)
        if row.client_id not in channels or place in said or row.is_sent:
            continue
        if row.channel in channels[row.client_id].on:
            said.add(place)
            text = f"{row.title}: {row.state}, {row.reason or 'no answer'}"
            yield _problem(*place, "did not take a message", text, row.created_at)


def _problem(client_id: str, kind: str, what: str, text: str, since: datetime) -> Problem:
    client = f" --client {client_id}" if client_id else ""
    return Problem(
        key=key_of(client_id, kind),
        client_id=client_id,
        severity="warning",
        title=f"{NAMES[kind]} {what}",
        text=text,
        since=since,
        command=f"signalroom notify test --channel {kind}{client}",
    )
