"""What is remembered of a problem, `ops.alerts`, and what to say when it comes, stays or goes.

New is said once, open again after a day, and recovered once. A problem that is back within some
hours of its recovery is unsteady: that is said, and from then on it counts as open until it has
stayed away for as long. So one that comes and goes every hour is three messages, and then one a
day.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from loaders.ops import OpsTable
from loaders.redaction import redact
from signalroom.operations.problem import Problem

REMIND = timedelta(hours=23)  # a day, less what a schedule may be early
STEADY = timedelta(hours=12)  # away for so long is gone; a nightly failure is each night's own

Kind = Literal["new", "again", "open", "recovered"]


@dataclass(frozen=True)
class Alert:
    """One row: a problem as it was last seen.

    `since` is when it began, `opened_at` when it was first seen, `told_at` when people were last
    told that it is there, `times` how often it came in a row without staying away.
    """

    key: str
    client_id: str
    severity: str
    title: str
    text: str
    command: str
    since: datetime
    opened_at: datetime
    last_seen_at: datetime
    told_at: datetime | None
    times: int
    resolved_at: datetime | None
    snoozed_until: datetime | None

    @property
    def is_critical(self) -> bool:
        """Whether it may wake somebody."""
        return self.severity == "critical"

    def is_snoozed(self, now: datetime) -> bool:
        """Whether nobody wants to hear of it yet."""
        return self.snoozed_until is not None and now < self.snoozed_until

    def state(self, now: datetime) -> str:
        """How it stands, in a word."""
        if self.resolved_at:
            return "resolved"
        return "snoozed" if self.is_snoozed(now) else "unsteady" if self.times > 1 else "open"


ALERTS = OpsTable("alerts", Alert, ("key",))


@dataclass(frozen=True)
class News:
    """What is to be said of an alert."""

    kind: Kind
    alert: Alert


def compare(
    known: Iterable[Alert], problems: Iterable[Problem], client_ids: Collection[str], now: datetime
) -> tuple[list[Alert], list[News]]:
    """The alerts as they are now, and the news; those of other clients stay as they are."""
    before = {alert.key: alert for alert in known}
    standing = {problem.key: problem for problem in problems if problem.client_id in client_ids}
    after, news = [], []
    for problem in standing.values():
        if problem.is_over:
            if problem.key not in before:
                alert = replace(_seen(None, problem, now), told_at=now, resolved_at=now)
                news.append(News("new", alert))
                after.append(alert)
            continue
        alert = _seen(before.get(problem.key), problem, now)
        if kind := _to_say(alert, now):
            alert = replace(alert, told_at=now)
            news.append(News(kind, alert))
        after.append(alert)
    for alert in before.values():
        if alert.key in standing or alert.resolved_at or alert.client_id not in client_ids:
            continue
        if alert.times > 1 and now - alert.last_seen_at < STEADY:
            continue
        resolved = replace(alert, resolved_at=now)
        if alert.told_at and not alert.is_snoozed(now):
            news.append(News("recovered", resolved))
        after.append(resolved)
    return after, news


def _seen(before: Alert | None, problem: Problem, now: datetime) -> Alert:
    """The alert of a problem that stands."""
    is_open = before is not None and before.resolved_at is None
    is_back = before is not None and before.resolved_at and now - before.resolved_at < STEADY
    is_worse = problem.severity == "critical" and before is not None and not before.is_critical
    return Alert(
        key=problem.key,
        client_id=problem.client_id,
        severity=problem.severity,
        title=redact(problem.title),
        text=redact(problem.text),
        command=problem.command,
        since=min(problem.since, before.since) if before and is_open else problem.since,
        opened_at=before.opened_at if before and is_open else now,
        last_seen_at=now,
        told_at=before.told_at if before and is_open and not is_worse else None,
        times=before.times + bool(is_back) if before and (is_open or is_back) else 1,
        resolved_at=None,
        snoozed_until=before.snoozed_until if before else None,
    )


def _to_say(alert: Alert, now: datetime) -> Kind | None:
    """What is to be said of an alert that stands."""
    if alert.is_snoozed(now):
        return None
    if alert.told_at is None:
        return "new" if alert.times == 1 else "again"
    was_snoozed = alert.snoozed_until is not None and alert.told_at < alert.snoozed_until
    return "open" if was_snoozed or now - alert.told_at >= REMIND else None
