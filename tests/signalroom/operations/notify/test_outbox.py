"""None is sent twice and none is lost, whenever the process dies and whatever the service does."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from loaders.warehouse import Warehouse
from sandbox.server import Sandbox
from signalroom.config.settings import Settings
from signalroom.operations.notify import outbox
from signalroom.operations.notify.channels import Channels
from signalroom.operations.notify.message import Message, Section
from signalroom.operations.notify.outbox import NOTIFICATIONS, Notification, Outbox, outbox_of
from signalroom.operations.notify.outcome import Outcome
from tests.signalroom.operations.notify.conftest import NOW, service_of, variables
from tests.signalroom.operations.notify.test_outcomes import SERVICES
from tests.support import Project, on_both_targets

MESSAGE = Message("Load failed", [Section("713", ["Everflow answered HTTP 500"])])
from_nothing = pytest.mark.from_nothing


class Dead(BaseException):
    """The process is gone, in place of what it would have done next."""


class Sender:
    """Writes messages into a project's outbox and sends them."""

    def __init__(self, project: Project, sandbox: Sandbox, *services: str) -> None:
        self.settings = Settings(project.root, project.environ | variables(sandbox, *services))
        self.said: list[str] = []

    @property
    def warehouse(self) -> Warehouse:
        return self.settings.warehouse("prod" if "PGHOST" in self.settings.environ else "dev")

    def write(self, topic: str, message: Message = MESSAGE, now: datetime = NOW) -> None:
        channels = Channels.of(self.settings, None).on.values()
        rows = outbox.notifications(message, channels, topic=topic, client_id="", now=now)
        with outbox_of(self.warehouse, print), self.warehouse.transaction() as execute:
            NOTIFICATIONS.insert(execute, list(rows))

    def deliver(self, now: datetime = NOW) -> list[Notification]:
        channels = {"": Channels.of(self.settings, None)}
        with outbox_of(warehouse := self.warehouse, print):
            return Outbox(warehouse, channels, now, self.said.append).deliver()

    def states(self) -> list[tuple[str, str]]:
        return [(row.channel, row.state) for row in outbox.known(self.warehouse, "1 = 1")]


@pytest.fixture
def sender(project: Project, sandbox: Sandbox) -> Callable[..., Sender]:
    return lambda *services: Sender(project, sandbox, *services)


@from_nothing
@on_both_targets
def test_each_is_sent_once_on_every_channel(
    sender: Callable[..., Sender], sandbox: Sandbox
) -> None:
    one = sender("slack", "resend", "twilio")
    one.write("first")
    assert [row.is_sent for row in one.deliver()] == [True] * 3
    assert one.deliver() == []
    assert one.states() == [("email", "sent"), ("slack", "sent"), ("sms", "sent")]
    assert [len(service.messages) for service in sandbox.messaging] == [1, 1, 1]
    assert not one.said


# what became of the request that the process did not live to note, and of the message in the end
DEATHS = [
    ("slack", True, "unknown", 1),
    ("slack", False, "unknown", 0),
    ("email", True, "sent", 1),
    ("email", False, "sent", 1),
    ("sms", True, "sent", 1),
    ("sms", False, "unknown", 0),
]


@from_nothing
@on_both_targets
@pytest.mark.parametrize(("name", "arrived", "state", "messages"), DEATHS)
def test_a_process_that_dies_between_sending_and_noting_sends_nothing_twice(
    sender: Callable[..., Sender],
    sandbox: Sandbox,
    monkeypatch: pytest.MonkeyPatch,
    *,
    name: str,
    arrived: bool,
    state: str,
    messages: int,
) -> None:
    one = sender(SERVICES[name])
    one.write("first")
    kind = type(Channels.of(one.settings, None).on[name])
    real = kind.send

    def send(self: Any, payload: Any, key: str) -> Outcome:
        if arrived:
            assert real(self, payload, key).state == "sent"
        raise Dead

    with monkeypatch.context() as patched:
        patched.setattr(kind, "send", send)
        with pytest.raises(Dead):
            one.deliver()
    assert one.states() == [(name, "sending")]
    one.deliver(NOW + timedelta(hours=1))
    one.deliver(NOW + timedelta(hours=2))
    assert one.states() == [(name, state)]
    assert len(service_of(sandbox, name).messages) == messages


@from_nothing
@pytest.mark.parametrize("name", SERVICES)
def test_a_lost_answer_is_no_reason_to_say_it_twice(
    sender: Callable[..., Sender], sandbox: Sandbox, waits: list[float], name: str
) -> None:
    one = sender(SERVICES[name])
    one.write("first")
    service_of(sandbox, name).faults.on("answer_lost", times=1)
    (row,) = one.deliver()
    one.deliver(NOW + timedelta(hours=1))
    assert len(service_of(sandbox, name).messages) == 1
    assert row.state == ("sent" if name in ("email", "sms") else "unknown")
    assert waits == ([1] if name == "email" else [])
    assert (row.reason or "unknown").count("closed connection") == (row.state == "unknown")


@from_nothing
@pytest.mark.parametrize("name", SERVICES)
def test_what_failed_is_tried_again_now_and_in_the_next_run(
    sender: Callable[..., Sender], sandbox: Sandbox, waits: list[float], name: str
) -> None:
    one, service = sender(SERVICES[name]), service_of(sandbox, name)
    one.write("first")
    service.faults.on("rate_limited", retry_after=7, times=1)
    assert [row.state for row in one.deliver()] == ["sent"]
    one.write("second", now=NOW + timedelta(minutes=1))
    service.faults.on("server_error")
    assert [row.state for row in one.deliver()] == ["failed"]
    assert waits == [7, 1, 2]
    service.faults.on("rate_limited", retry_after=600, times=1)
    one.write("third", now=NOW + timedelta(minutes=2))
    service.faults.on("server_error", times=0, after=99)
    later = NOW + timedelta(hours=1)
    assert [row.state for row in one.deliver(later)] == ["failed", "waiting"]
    assert one.said[-1].endswith(", 'Load failed': waiting, waits for the next run")
    assert [row.state for row in one.deliver(later)] == ["failed", "waiting"]
    later += timedelta(minutes=11)
    assert [row.state for row in one.deliver(later)] == ["sent", "sent"]
    assert (len(service.messages), waits) == (3, [7, 1, 2])


@from_nothing
def test_after_a_day_it_is_given_up_and_told(
    sender: Callable[..., Sender], sandbox: Sandbox, waits: list[float]
) -> None:
    one = sender("slack", "resend")
    one.write("first")
    sandbox.slack.faults.on("server_error")
    sandbox.resend.faults.on("connection_dropped")
    one.deliver()
    assert one.states() == [("email", "unknown"), ("slack", "failed")]
    rows = one.deliver(NOW + timedelta(hours=24))
    assert [(row.channel, row.state) for row in rows] == [
        ("email", "unknown"),
        ("slack", "refused"),
    ]
    assert all("given up after a day" in str(row.reason) for row in rows)
    assert one.deliver(NOW + timedelta(hours=25)) == []


@from_nothing
def test_what_takes_too_long_waits_for_the_next_run(
    sender: Callable[..., Sender], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who loads waits five minutes for the warehouse, and must not do so in vain."""
    one = sender("slack", "resend")
    one.write("first")
    with monkeypatch.context() as patched:
        patched.setattr(outbox, "LONGEST", -1.0)
        assert [row.state for row in one.deliver()] == ["waiting"] * 2
    assert [row.state for row in one.deliver()] == ["sent"] * 2


@from_nothing
def test_a_channel_that_is_gone_takes_nothing(sender: Callable[..., Sender]) -> None:
    one = sender("slack")
    one.write("first")
    one.settings = Settings(one.settings.root, {})
    (row,) = one.deliver()
    assert (row.state, row.reason) == ("refused", "the channel is not set up any more")


@from_nothing
def test_no_secret_is_kept_or_sent(
    sender: Callable[..., Sender], sandbox: Sandbox, tmp_path: Path
) -> None:
    from loaders.redaction import conceal

    conceal("SUPERSECRET-0001")
    one = sender("slack")
    one.write("first", Message("Failed", [Section("", ["with the key SUPERSECRET-0001"])]))
    ((payload,),) = one.warehouse.query("select payload from ops.notifications")
    one.deliver()
    for text in (payload, repr(sandbox.slack.messages)):
        assert "with the key ***" in text
