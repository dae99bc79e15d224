"""Which channels there are for a client: each is on or off by its credentials.

A client's own variable (SLACK_WEBHOOK_URL__713) wins over the one for all, and recipients in its
client.toml over those of the environment. What is about no client goes by the environment alone.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from signalroom.config.clients import Client
from signalroom.config.config_file import Form
from signalroom.config.notifications import ADDRESS, CHANNEL, KINDS, NOWHERE, NUMBER, Notifications
from signalroom.config.settings import InvalidSetting, Settings
from signalroom.operations.notify.message import Message
from signalroom.operations.notify.outcome import Outcome
from signalroom.operations.notify.resend import MOST_RECIPIENTS, Mail
from signalroom.operations.notify.slack import Bot, Webhook
from signalroom.operations.notify.twilio import Sms

SENDER: Form = (r".*[^\s@<>]+@[^\s@<>]+>?", "must be an address, such as Reports <me@example.com>")


class Channel(Protocol):
    """One way to people; `repeats` says that a second try of the same key does nothing."""

    kind: str
    repeats: bool

    def payloads(self, message: Message) -> Iterable[tuple[str, dict[str, Any]]]:
        """What is sent, by recipient; each is a request, or several that are one to people."""

    def send(self, payload: dict[str, Any], key: str) -> Outcome:
        """Send it; never raises for what a service does."""

    def found(self, payload: dict[str, Any]) -> bool:
        """Whether the service has it, after an answer that was lost."""


@dataclass(frozen=True)
class Channels:
    """Those that are on, and of those that are set up wrongly the reason, by kind."""

    on: Mapping[str, Channel]
    broken: Mapping[str, str]

    @classmethod
    def of(cls, settings: Settings, client: Client | None) -> "Channels":
        """Those of a client, or without one of the platform itself."""
        make: dict[str, Callable[[_Variables, Notifications], Channel | None]]
        make = {"slack": _slack, "email": _email, "sms": _sms}
        own = client.notifications if client else NOWHERE
        variables = _Variables(settings.environ, client.client_id if client else "")
        on, broken = {}, {}
        for kind in KINDS:
            try:
                if channel := make[kind](variables, own):
                    on[kind] = channel
            except InvalidSetting as error:
                broken[kind] = error.message
        return cls(on, broken)


def channels_by_client(settings: Settings, clients: Iterable[Client]) -> dict[str, Channels]:
    """Those of each client by its id, and under '' the platform's own."""
    own = {client.client_id: Channels.of(settings, client) for client in clients}
    return {"": Channels.of(settings, None), **own}


@dataclass(frozen=True)
class _Variables:
    environ: Mapping[str, str]
    client_id: str

    def get(self, name: str, default: str = "") -> str:
        own = self.environ.get(f"{name}__{self.client_id}", "").strip()
        return own or self.environ.get(name, "").strip() or default

    def given(self, *names: str) -> dict[str, str]:
        return {name: value for name in names if (value := self.get(name))}

    def address(self, name: str, default: str = "") -> str:
        """An address; it is not repeated, as it may be a secret."""
        url = self.get(name, default)
        if not re.fullmatch(r"https?://[!-~]+", url):
            raise InvalidSetting(f"{name} must start with https://")
        return url


def _slack(variables: _Variables, own: Notifications) -> Channel | None:
    given = variables.given("SLACK_WEBHOOK_URL", "SLACK_BOT_TOKEN", "SLACK_CHANNEL")
    if not given:
        return None
    if "SLACK_WEBHOOK_URL" not in given:
        channel = own.slack_channel or given.get("SLACK_CHANNEL", "")
        _check_all(
            given, {"SLACK_BOT_TOKEN": given.get("SLACK_BOT_TOKEN"), "SLACK_CHANNEL": channel}
        )
        base_url = variables.address("SLACK_BASE_URL", "https://slack.com/api")
        _check("SLACK_CHANNEL", channel, CHANNEL)
        return Bot(base_url, given["SLACK_BOT_TOKEN"], channel)
    if "SLACK_BOT_TOKEN" in given:
        raise InvalidSetting(
            "SLACK_WEBHOOK_URL and SLACK_BOT_TOKEN are both set; leave one of them blank"
        )
    if own.slack_channel or "SLACK_CHANNEL" in given:
        raise InvalidSetting(
            "SLACK_WEBHOOK_URL posts to the one channel that it was made for; to name a channel "
            f"({own.slack_channel or given['SLACK_CHANNEL']}), set SLACK_BOT_TOKEN in its place"
        )
    return Webhook(variables.address("SLACK_WEBHOOK_URL"))


def _email(variables: _Variables, own: Notifications) -> Channel | None:
    given = variables.given("RESEND_API_KEY", "RESEND_FROM", "RESEND_TO")
    if not given:
        return None
    to = own.email or _listed(given.get("RESEND_TO", ""))
    needed = {name: given.get(name) for name in ("RESEND_API_KEY", "RESEND_FROM")}
    _check_all(given, needed | {"RESEND_TO": to})
    _check("RESEND_FROM", given["RESEND_FROM"], SENDER)
    for address in to:
        _check("RESEND_TO", address, ADDRESS)
    if len(to) > MOST_RECIPIENTS:
        raise InvalidSetting(f"RESEND_TO names more than {MOST_RECIPIENTS} addresses")
    base_url = variables.address("RESEND_BASE_URL", "https://api.resend.com")
    return Mail(base_url, given["RESEND_API_KEY"], given["RESEND_FROM"], to)


def _sms(variables: _Variables, own: Notifications) -> Channel | None:
    senders = {"TWILIO_FROM_NUMBER": "From", "TWILIO_MESSAGING_SERVICE_SID": "MessagingServiceSid"}
    account = ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN")
    given = variables.given(*account, *senders, "TWILIO_TO")
    if not given:
        return None
    to = own.sms or _listed(given.get("TWILIO_TO", ""))
    sender = {field: given[name] for name, field in senders.items() if name in given}
    needed = {name: given.get(name) for name in account}
    _check_all(given, needed | {" or ".join(senders): sender, "TWILIO_TO": to})
    if len(sender) > 1:
        raise InvalidSetting(f"{' and '.join(senders)} are both set; leave one of them blank")
    for name, number in [("TWILIO_TO", one) for one in to] + [
        ("TWILIO_FROM_NUMBER", number) for field, number in sender.items() if field == "From"
    ]:
        _check(name, number, NUMBER)
    base_url = variables.address("TWILIO_BASE_URL", "https://api.twilio.com")
    return Sms(base_url, given[account[0]], given[account[1]], sender, to)


def _check_all(given: Mapping[str, str], needed: Mapping[str, object]) -> None:
    """InvalidSetting names what is missing beside that which is given."""
    missing = [name for name, value in needed.items() if not value]
    if missing:
        raise InvalidSetting(
            f"{', '.join(missing)} not set, but {', '.join(given)}: set them all, or none"
        )


def _check(name: str, value: str, form: Form) -> None:
    pattern, reason = form
    if not re.fullmatch(pattern, value):
        raise InvalidSetting(f"{name} {reason}, not {value!r}")


def _listed(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
