"""What `signalroom alerts` shows and changes."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from loaders.warehouse import Warehouse
from loaders.warehouse.base import Say
from signalroom.operations.alerts.alert import ALERTS
from signalroom.operations.alerts.reconcile import alerts
from signalroom.operations.alerts.telling import about
from signalroom.operations.notify.outbox import NOTIFICATIONS, known, outbox_of
from signalroom.tables import Part

OPEN = ("key", "client", "severity", "state", "since (UTC)", "told (UTC)", "what", "look at it")
UNSENT = ("written (UTC)", "client", "channel", "state", "message", "reason")
DAYS = 7  # of messages that are listed


def listed(warehouse: Warehouse, now: datetime) -> Iterator[Part]:
    """The alerts that are open, and the messages of the last days that did not arrive."""
    tables = warehouse.columns("ops")
    rows = alerts(warehouse, "resolved_at is null") if ALERTS.name in tables else []
    if rows:
        yield Part(
            f"Open in {warehouse.name}",
            OPEN,
            [
                (
                    *(one.key, one.client_id, one.severity, one.state(now), _minute(one.since)),
                    *(_minute(one.told_at), about(one), one.command),
                )
                for one in rows
            ],
            texts=("what",),
            expendable=("severity", "client", "told (UTC)", "look at it"),
            notes=[
                f"{one.key} is snoozed until {_minute(one.snoozed_until)} UTC"
                for one in rows
                if one.is_snoozed(now)
            ],
        )
    elif ALERTS.name in tables:
        yield Part(f"No alert is open in {warehouse.name}")
    else:
        yield Part(f"No run has looked for alerts in {warehouse.name} yet")
    if NOTIFICATIONS.name in tables:
        unsent = known(warehouse, "state <> 'sent' and created_at > %s", now - timedelta(DAYS))
        if unsent:
            yield Part(
                f"Messages of the last {DAYS} days that did not arrive, or may not have",
                UNSENT,
                [
                    (_minute(row.created_at), row.client_id, row.channel, row.state, row.title,
                     row.reason or "")
                    for row in unsent
                ],
                texts=("message", "reason"),
                expendable=("client",),
            )  # fmt: skip


def snooze(warehouse: Warehouse, key: str, until: datetime, say: Say) -> bool:
    """Say nothing more of an alert until then; false where no such alert is open."""
    if ALERTS.name not in warehouse.columns("ops"):
        return False
    with outbox_of(warehouse, say, ALERTS):
        if key not in {one.key for one in alerts(warehouse, "resolved_at is null")}:
            return False
        warehouse.execute("update ops.alerts set snoozed_until = %s where key = %s", [until, key])
    return True


def _minute(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M}" if at else ""
