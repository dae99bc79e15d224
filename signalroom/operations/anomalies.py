"""What was out of the usual, as the mart `fct_anomalies` has it, in words, and as problems of now.

An anomaly that stands for several days is one. What another one explains is nobody's news.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, time
from decimal import Decimal
from typing import Literal
from zoneinfo import ZoneInfo

from loaders.warehouse import Warehouse
from signalroom.config.clients import Client
from signalroom.operations.problem import Problem
from signalroom.report.words.spelling import counted, money, named, named_day
from signalroom.tables import Part

MART = "fct_anomalies"
RULES = ("volume", "freshness", "schema", "postback", "spend", "cost", "conversions", "cpa")
NEW_COLUMNS = "new columns"
FOUND = ("day", "rule", "what", "since")
SENT = ("since", "to", "rule", "what")


@dataclass(frozen=True)
class Anomaly:
    """A row of the mart; its fields are the mart's columns."""

    report_date: date
    rule_name: str
    subject: str
    subject_label: str
    advertiser_label: str | None
    reason: str
    severity: Literal["warning", "critical"]
    since_date: date
    observed: Decimal | None
    expected_low: Decimal | None
    expected_high: Decimal | None
    is_standing: bool

    @property
    def label(self) -> str:
        """`Meta of CCW`."""
        label = named(self.subject_label)
        if self.advertiser_label in (None, self.subject_label):
            return label
        return f"{label} of {named(self.advertiser_label)}"

    def title(self) -> str:
        """What is wrong, in a line without numbers."""
        said = {
            "volume": {"none": "no rows", "fewer": "few rows", "more": "many rows"},
            "conversions": {
                "none": "no conversions",
                "fewer": "few conversions",
                "more": "many conversions",
            },
            "cpa": {"dearer": "CPA far above the usual", "cheaper": "CPA far below the usual"},
        }.get(self.rule_name, {})
        return f"{self.label}: {said.get(self.reason, self.reason)}"

    def sentence(self, currency: str) -> str:
        """What was observed, and what was to be expected."""
        return f"{self.label}: {self.observation(currency)}"

    def observation(self, currency: str) -> str:
        """The same without what it is about."""
        number, usual = int(self.observed or 0), self._usual(currency)
        amount = money(self.observed or Decimal(0), currency)
        match self.rule_name:
            case "volume":
                said = f"{counted(number, 'row')}, usual are {usual}"
            case "conversions":
                said = f"{counted(number, 'conversion')}, usual are {usual}"
            case "cpa" if self.observed is None:
                said = "spend without a conversion, where some are usual"
            case "cpa":
                said = f"a CPA of {amount}, usual is {usual}"
            case "postback":
                expected = counted(int(self.expected_low or 0), "conversion")
                said = f"clicks without a conversion, where {expected} were to be expected by now"
            case "spend":
                said = f"{amount} spent in 7 days without a conversion, where less buys some"
            case "cost":
                said = "clicks without a cost, which it usually has"
            case "schema" if self.reason == NEW_COLUMNS:
                said = f"{counted(number, 'column')} that no file had before"
            case "schema":
                said = "no value in any row, where each day had some"
            case _:
                state = "not there" if self.reason == "not there" else "there only"
                said = f"{state} {counted(number, 'day')} later"
        return said

    def _usual(self, currency: str) -> str:
        is_money = self.rule_name in ("cpa", "spend")
        low, high = (
            None if bound is None else money(bound, currency) if is_money else f"{int(bound):,}"
            for bound in (self.expected_low, self.expected_high)
        )
        if high is None:
            return f"{low} and more"
        return f"up to {high}" if low in (None, "0") else f"{low} to {high}"


@dataclass(frozen=True)
class Alert:
    """An anomaly as people would have been told of it: from its first day to its last."""

    first: Anomaly
    last_date: date


def anomalies(warehouse: Warehouse, client_id: str, *, since: date) -> list[Anomaly]:
    """What people are told of, from a day on, oldest first; nothing where no mart is built."""
    if MART not in warehouse.columns("marts"):
        return []
    names = ", ".join(field.name for field in fields(Anomaly))
    rows = warehouse.query(
        f"select {names} from marts.{MART} "  # noqa: S608
        "where client_id = %s and report_date >= %s and explained_by is null "
        "order by report_date, rule_name, subject",
        (client_id, since),
    )
    return [Anomaly(*row) for row in rows]


def problems(warehouse: Warehouse, clients: Sequence[Client], target: str) -> list[Problem]:
    """What stands on the newest day that could be judged."""
    return [
        _problem(anomaly, client, target)
        for client in clients
        for anomaly in _newest(anomalies(warehouse, client.client_id, since=date.min))
    ]


def _newest(found: Iterable[Anomaly]) -> Iterator[Anomaly]:
    """What stands, once each: of days that are missing the oldest says since when."""
    standing = {(one.rule_name, one.subject): one for one in found if one.is_standing}
    yield from standing.values()


def _problem(anomaly: Anomaly, client: Client, target: str) -> Problem:
    command = f"signalroom anomalies list --client {client.client_id}"
    return Problem(
        key=f"anomaly {client.client_id} {anomaly.rule_name} {anomaly.subject}",
        client_id=client.client_id,
        severity=anomaly.severity,
        title=anomaly.title(),
        text=f"{named_day(anomaly.report_date)}: {anomaly.observation(client.currency)}",
        since=datetime.combine(anomaly.since_date, time(), ZoneInfo(client.timezone)),
        command=command + (f" --target {target}" if target != "dev" else ""),
        is_over=anomaly.reason == NEW_COLUMNS,  # they are there, which is no trouble that ends
    )


def alerts(found: Iterable[Anomaly]) -> list[Alert]:
    """The alerts that would have been sent of these, in the order of their first days."""
    made: dict[tuple[str, str, date], Alert] = {}
    for one in found:
        key = one.rule_name, one.subject, one.since_date
        first = made[key].first if key in made else one
        made[key] = Alert(first, one.report_date)
    return sorted(made.values(), key=lambda alert: alert.first.since_date)


def as_list(found: Iterable[Anomaly], client: Client, days: int) -> Part:
    """Anomalies as a table, newest first."""
    rows = [
        (one.report_date, one.rule_name, one.sentence(client.currency), one.since_date)
        for one in found
    ]
    return Part(f"{client.client_id}: {counted(days, 'day')}", FOUND, rows[::-1], ("what",))


def backtested(found: Iterable[Anomaly], client: Client, first: date, last: date) -> Iterator[Part]:
    """How many alerts each rule would have sent in each month, and which."""
    sent = [one for one in alerts(found) if first <= one.first.since_date <= last]
    months = [first.replace(day=1)]
    while (following := _next_month(months[-1])) <= last:
        months.append(following)
    rows = []
    for month in months:
        of_month = [
            one.first.rule_name for one in sent if one.first.since_date.replace(day=1) == month
        ]
        counts = [of_month.count(rule) for rule in RULES]
        rows.append((f"{month:%Y-%m}", *counts, sum(counts)))
    yield Part(f"{client.client_id}: alerts of {first}..{last}", ("month", *RULES, "all"), rows)
    listed = [
        (
            one.first.since_date,
            one.last_date,
            one.first.rule_name,
            one.first.sentence(client.currency),
        )
        for one in sent
    ]
    yield Part("", SENT, listed, ("what",))


def _next_month(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)
