"""A test message through each channel, by way of the outbox, as everything else goes."""

from collections.abc import Sequence
from datetime import datetime

from loaders.warehouse import Warehouse
from loaders.warehouse.base import Say
from signalroom.config.clients import Client
from signalroom.config.settings import Settings
from signalroom.operations.notify.channels import Channels
from signalroom.operations.notify.message import Message, Section
from signalroom.operations.notify.outbox import (
    NOTIFICATIONS,
    Notification,
    Outbox,
    known,
    notifications,
    outbox_of,
)


def send_test(
    settings: Settings,
    warehouse: Warehouse,
    clients: Sequence[Client | None],
    kind: str | None,
    *,
    now: datetime,
    say: Say,
) -> bool:
    """Send it for each client, None being what is about none; whether each channel took it."""
    topic, wrong = f"test {now.isoformat()}", 0
    rows: list[Notification] = []
    by_client = {client.client_id if client else "": client for client in clients}
    channels = {id_: Channels.of(settings, client) for id_, client in by_client.items()}
    for id_, of_client in channels.items():
        for broken, reason in of_client.broken.items():
            if kind in (None, broken):
                say(f"{_named(id_)}, {broken}: {reason}")
                wrong += 1
        on = [channel for channel in of_client.on.values() if kind in (None, channel.kind)]
        message = _message(id_, now)
        rows += notifications(message, on, topic=topic, client_id=id_, now=now)
    if not rows:
        if not wrong:
            say(f"{kind or 'every channel'} is off: none of its variables is set; see .env.example")
        return False
    with outbox_of(warehouse, say):
        with warehouse.transaction() as execute:
            NOTIFICATIONS.insert(execute, rows)
        Outbox(warehouse, channels, now, lambda _: None).deliver()
        for row in known(warehouse, "topic = %s", topic):
            to = f" to {row.recipient}" if row.recipient else ""
            why = f", {row.reason}" if row.reason else ""
            say(f"{_named(row.client_id)}, {row.channel}{to}: {row.state}{why}")
            wrong += not row.is_sent
    return not wrong


def _named(client_id: str) -> str:
    return f"client {client_id}" if client_id else "SignalRoom itself"


def _message(client_id: str, now: datetime) -> Message:
    said = f"This is a test of the messages of {_named(client_id)}, {now:%Y-%m-%d %H:%M:%S} UTC."
    return Message("SignalRoom: a test", [Section("", [said, "Nothing is wrong."])])
