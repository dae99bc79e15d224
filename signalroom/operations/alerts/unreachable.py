"""Where the warehouse cannot be reached nothing is remembered, so one channel alone tells of it.

E-mail does: its key is that of the day, and Resend takes a second one with it for the first.
"""

from collections.abc import Mapping
from datetime import datetime

from loaders.errors import LoadError
from loaders.redaction import redact
from loaders.warehouse import Warehouse
from loaders.warehouse.base import Say
from signalroom.operations.notify.channels import Channels
from signalroom.operations.notify.message import Message, Section


def tell_unreachable(
    channels: Mapping[str, Channels],
    warehouse: Warehouse,
    error: LoadError,
    *,
    now: datetime,
    say: Say,
) -> None:
    """Say it by e-mail, once a day; what becomes of that is said in the log."""
    mail = channels[""].on.get("email")
    if mail is None:
        say("nobody is told that alerts cannot be remembered: there is no e-mail for it")
        return
    said = Section("", [redact(str(error)), "look at it: signalroom doctor"])
    message = Message(f"SignalRoom: no alerts, as {warehouse.name} cannot be used", [said])
    for _, payload in mail.payloads(message):
        key = f"unreachable {warehouse.fingerprint} {now:%Y-%m-%d}"
        outcome = mail.send(payload, key)
        say(f"email, {message.title!r}: {outcome.state} {outcome.reason}".rstrip())
