"""Which days of a source are whole, told from the ledger's rows."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from tests.expected.client import Client

GOOD = ("ok", "expected-empty")
# the tables that a day of a source needs
TABLES = {
    "everflow": ("daily_stats",),
    "redtrack": ("daily_spend",),
    "posthog": ("events",),
    "mautic": ("email_stats", "page_hits", "lead_donotcontact"),
}
ONE_DAY = timedelta(days=1)
Row = dict[str, Any]
Days = dict[str, set[date]]


@dataclass(frozen=True)
class Ledger:
    """The runs of one client, and what they did not understand and nobody accepted."""

    client: Client
    runs: Collection[Row]
    issues: Collection[Row] = ()  # rejected rows have no kind
    known: bool = field(default=True)  # nobody's client has no whole day

    @cached_property
    def closed(self) -> Days:
        """By source, the days that its tables were read on after they were over."""
        return self._by_source("complete_through")

    @cached_property
    def settled(self) -> Days:
        return self._by_source("settled_through")

    @cached_property
    def spoiled(self) -> dict[str, dict[date, set[str]]]:
        """By source and day, the kinds of what the newest read did not understand."""
        found: dict[str, dict[date, set[str]]] = {source: {} for source in TABLES}
        for source, tables in TABLES.items():
            for day, kind in (one for table in tables for one in self._spoiled(source, table)):
                found[source].setdefault(day, set()).add(kind)
        return found

    @cached_property
    def complete(self) -> Days:
        return {source: self.closed[source] - self.spoiled[source].keys() for source in TABLES}

    @cached_property
    def loaded(self) -> set[date]:
        """All days from the first to the last that network and tracker were asked for."""
        whole = [
            run
            for source in ("everflow", "redtrack")
            for run in self._reads(source, *TABLES[source])
            if run.get("advertiser_id") is None
        ]
        if not whole:
            return set()
        last = max(run["window_end"] for run in whole)
        return set(_days(min(run["window_start"] for run in whole), last))

    def _by_source(self, through: str) -> Days:
        return {
            source: set.intersection(
                *(set(self._through(source, table, through)) for table in tables)
            )
            for source, tables in TABLES.items()
        }

    def _reads(self, source: str, table: str) -> list[Row]:
        reads = [
            run
            for run in self.runs
            if (run["source"], run["table_name"]) == (source, table) and run["verdict"] in GOOD
        ]
        return sorted(reads, key=lambda run: run["started_at"])

    def _covered(self, source: str, table: str) -> dict[date, list[Row]]:
        """Each day's reads, the newest last."""
        covered: defaultdict[date, list[Row]] = defaultdict(list)
        for run in self._reads(source, table):
            for day in _days(run["window_start"], run["window_end"]):
                covered[day].append(run)
        return covered

    def _through(self, source: str, table: str, through: str) -> Iterator[date]:
        ours = self.client.timezone, self.client.currency
        for day, runs in self._covered(source, table).items() if self.known else ():
            since: list[Row] = []  # nothing before a read in other settings counts
            for run in runs:
                since = [*since, run] if (run["timezone"], run["currency"]) == ours else []
            if any((run.get(through) or date.min) >= day for run in since):
                yield day

    def _spoiled(self, source: str, table: str) -> Iterator[tuple[date, str]]:
        for day, runs in self._covered(source, table).items():
            for number, run in enumerate(runs):
                one = run.get("advertiser_id")
                mended = (None,) if one is None else (None, one)
                if any(later.get("advertiser_id") in mended for later in runs[number + 1 :]):
                    continue
                for issue in self.issues:
                    if issue.get("holds_back", True) and _is_of(issue, run, day):
                        yield day, issue.get("kind", "rejected rows")


def _is_of(issue: Row, run: Row, day: date) -> bool:
    names = ("run_id", "source", "table_name")
    if any(issue[name] != run[name] for name in names):
        return False
    if issue["date"] is not None:
        return bool(issue["date"] == day)
    return bool(issue["window_start"] <= day <= issue["window_end"])


def _days(first: date, last: date) -> Iterator[date]:
    for number in range((last - first).days + 1):
        yield first + number * ONE_DAY
