"""The channels of the sandbox, and an outbox that sends by them."""

import time
from datetime import UTC, datetime

import pytest

from sandbox.messages import Messages
from sandbox.server import Sandbox

NOW = datetime(2025, 12, 19, 12, tzinfo=UTC)


def variables(sandbox: Sandbox, *services: str) -> dict[str, str]:
    """The environment of the sandbox's services; `bot` is Slack's other way."""
    found: dict[str, str] = {}
    for service in services:
        if service == "bot":
            found |= sandbox.slack.bot(sandbox.url("slack"), "713")
        else:
            found |= sandbox.environ(service)
    return found


def service_of(sandbox: Sandbox, name: str) -> Messages:
    """The sandbox's service behind a channel."""
    return {"bot": sandbox.slack, "slack": sandbox.slack, "email": sandbox.resend,
            "sms": sandbox.twilio}[name]  # fmt: skip


def took_at_last(service: Messages, count: int) -> None:
    """Wait for messages that a slow service takes late: the next test's are not to be mixed in."""
    end = time.monotonic() + 5
    while len(service.messages) < count and time.monotonic() < end:
        time.sleep(0.05)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits long for an answer."""
    monkeypatch.setattr("signalroom.operations.notify.outcome.TIMEOUT", (0.5, 0.3))
