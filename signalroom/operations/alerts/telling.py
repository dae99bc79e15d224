"""What is said of alerts: one message a channel and client, and an SMS where somebody must wake."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from signalroom.config.clients import Client
from signalroom.operations.alerts.alert import Alert, Kind, News
from signalroom.operations.notify.message import Message, Section

NAMES: dict[Kind, str] = {
    "new": "New",
    "again": "Back again",
    "open": "Still open",
    "recovered": "Recovered",
}


def message(client: Client | None, news: Sequence[News]) -> Message:
    """All that is new of a client's alerts, or of those about none, the worst first."""
    ordered = sorted(news, key=lambda one: (list(NAMES).index(one.kind), not one.alert.is_critical))
    whose = client.name if client else "SignalRoom"
    return Message(f"{whose}{_title(ordered)}", [_section(client, one) for one in ordered])


def urgent(news: Sequence[News]) -> list[News]:
    """What an SMS is for: critical and said for the first time."""
    return [one for one in news if one.kind == "new" and one.alert.is_critical]


def lines(client: Client | None, news: Sequence[News]) -> Iterator[str]:
    """The same for a log."""
    for one in news:
        yield f"{NAMES[one.kind].lower()}: {one.alert.title} ({_times(client, one)})"


def _title(news: Sequence[News]) -> str:
    if len(news) == 1:
        (one,) = news
        return f": {'' if one.kind == 'new' else NAMES[one.kind].lower() + ': '}{one.alert.title}"
    kinds = [one.kind for one in news]
    counts = [f"{kinds.count(kind)} {NAMES[kind].lower()}" for kind in NAMES if kind in kinds]
    return f", problems: {', '.join(counts)}"


def _section(client: Client | None, one: News) -> Section:
    alert = one.alert
    mark = "critical, " if alert.is_critical and one.kind != "recovered" else ""
    title = f"{NAMES[one.kind]}, {mark}{alert.title}"
    if one.kind == "recovered":
        return Section(title, [_times(client, one)])
    said = [*alert.text.splitlines(), _times(client, one), f"look at it: {alert.command}"]
    if one.kind == "again":
        said.append("it comes and goes: its recovery is told when it has stayed away for 12 hours")
    return Section(title, [line for line in said if line])


def _times(client: Client | None, one: News) -> str:
    since = moment(one.alert.since, client)
    if one.kind != "recovered":
        return f"since {since}"
    return f"from {since} to {moment(one.alert.resolved_at or one.alert.last_seen_at, client)}"


def moment(at: datetime, client: Client | None) -> str:
    """A time in the client's zone."""
    local = at.astimezone(ZoneInfo(client.timezone if client else "UTC"))
    return f"{local:%Y-%m-%d %H:%M %Z}"


def about(alert: Alert) -> str:
    """An alert in one line, for who lists them."""
    return f"{alert.title}: {alert.text}" if alert.text else alert.title
