"""Nights of random faults and deaths: nothing is sent twice, and what is noted is what happened."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from loaders.warehouse import DuckDB
from sandbox.server import Sandbox
from signalroom.config.settings import Settings
from signalroom.operations.notify.channels import Channels
from signalroom.operations.notify.message import Message
from signalroom.operations.notify.outbox import (
    NOTIFICATIONS,
    Outbox,
    known,
    notifications,
    outbox_of,
)
from signalroom.operations.notify.outcome import Outcome
from signalroom.operations.notify.resend import Mail
from signalroom.operations.notify.slack import Webhook
from signalroom.operations.notify.twilio import Sms
from tests.signalroom.operations.notify.conftest import NOW, variables

FAULTS: dict[str, dict[str, Any]] = {
    "rate_limited": {},
    "server_error": {},
    "error_page": {"status": 504},
    "answer_lost": {},
    "connection_dropped": {},
    "half_accepted": {"body": "<html>"},
    "refused": {"status": 400, "reason": "21610"},
}
DEATHS = ("dies before", "dies after")
NIGHT = st.sampled_from(["nothing", *FAULTS, *DEATHS])


class Dead(BaseException):
    """The process is gone."""


@contextmanager
def going_wrong(sandbox: Sandbox, what: str, times: int) -> Iterator[None]:
    """The next messages meet a fault, or the process dies at the first of them."""
    with pytest.MonkeyPatch.context() as patched:
        for kind in (Webhook, Mail, Sms) if what in DEATHS else ():
            real = kind.send

            def send(self: Any, payload: Any, key: str, real: Any = real) -> Outcome:
                if what == "dies after":
                    real(self, payload, key)
                raise Dead

            patched.setattr(kind, "send", send)
        for service in sandbox.messaging if what in FAULTS else ():
            service.faults.on(what, times=times, **FAULTS[what])
        try:
            yield
        except Dead:
            pass
        finally:
            for service in sandbox.messaging:
                service.faults.clear()


def texts(sandbox: Sandbox) -> dict[str, list[str]]:
    """What each service has accepted, by channel."""
    return {
        "slack": [one["text"] for one in sandbox.slack.messages],
        "email": [one["subject"] for one in sandbox.resend.messages],
        "sms": [one["Body"] for one in sandbox.twilio.messages],
    }


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@example([("dies after", 1), ("refused", 1)])  # what was refused then had arrived before
@given(st.lists(st.tuples(NIGHT, st.integers(1, 4)), min_size=1, max_size=6))
def test_nothing_is_sent_twice(
    sandbox: Sandbox, waits: list[float], nights: list[tuple[str, int]]
) -> None:
    for service in sandbox.messaging:
        service.reset()
    environ = variables(sandbox, "slack", "resend", "twilio")
    channels = {"": Channels.of(Settings(Path(), environ), None)}
    quiet = [("nothing", 1)] * 2
    with TemporaryDirectory() as folder:
        warehouse = DuckDB(Path(folder) / "w.duckdb")
        for number, (what, times) in enumerate([*nights, *quiet]):
            now = NOW + timedelta(hours=number)
            rows = notifications(
                Message(f"message {number}"), channels[""].on.values(), topic=str(number),
                client_id="", now=now,
            )  # fmt: skip
            with outbox_of(warehouse, print):
                with warehouse.transaction() as execute:
                    NOTIFICATIONS.insert(execute, list(rows))
                with going_wrong(sandbox, what, times):
                    Outbox(warehouse, channels, now, lambda _: None).deliver()
        found = known(warehouse, "1 = 1")
    accepted = texts(sandbox)
    assert len(found) == 3 * (len(nights) + 2)
    for row in found:
        arrived = accepted[row.channel].count(row.title)
        assert arrived <= 1, row
        assert row.state in ("sent", "refused", "unknown"), row  # two quiet nights settle all
        if row.state == "sent":
            assert arrived == 1, row
        if row.state == "refused":  # Slack's answer to what it took may be anything but `ok`
            assert not arrived or row.channel == "slack", row
