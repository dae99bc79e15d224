"""Where a client's messages go: the [notifications] of its client.toml."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

from signalroom.config.config_file import ConfigError, Form, check_keys, text_of

KINDS = ("slack", "email", "sms")  # of channels

CHANNEL: Form = (r"#?[^\s#<>&]{1,80}", "must be a channel, such as #reports or its id")
ADDRESS: Form = (r"[^\s@<>,]+@[^\s@<>,]+", "must be an address, such as team@example.com")
NUMBER: Form = (r"\+[1-9][0-9]{6,14}", "must be a number with its country, such as +15550100123")
MOST = 50  # recipients of a mail
WITHIN = "notifications, "


@dataclass(frozen=True)
class Notifications:
    """What is blank here is as the environment says; credentials are always from there."""

    slack_channel: str = ""
    email: tuple[str, ...] = ()
    sms: tuple[str, ...] = ()


NOWHERE = Notifications()  # of its own


def read_notifications(path: Path, table: object) -> Notifications:
    """The table of a client.toml."""
    if not isinstance(table, dict):
        raise ConfigError(path, "notifications", "must be written as a [notifications] table")
    known = [field.name for field in fields(Notifications)]
    check_keys(path, table, known, optional=known, within=WITHIN)
    channel = ""
    if "slack_channel" in table:
        channel = text_of(path, table, "slack_channel", CHANNEL, within=WITHIN)
    return Notifications(
        channel, _list(path, table, "email", ADDRESS), _list(path, table, "sms", NUMBER)
    )


def _list(path: Path, table: Mapping[str, object], key: str, form: Form) -> tuple[str, ...]:
    values = table.get(key, [])
    if not isinstance(values, list) or len(values) > MOST:
        raise ConfigError(path, WITHIN + key, f"must be a list in brackets, of {MOST} at most")
    found = tuple(text_of(path, {key: value}, key, form, within=WITHIN) for value in values)
    if len(set(found)) < len(found):
        raise ConfigError(path, WITHIN + key, "names one twice")
    return found
