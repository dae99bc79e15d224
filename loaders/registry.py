"""The sources, one explicit list: a new source is a module in `sources/` and a line here."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Protocol

from loaders.ops import Run
from loaders.source import Account, Finding, Job, Setting
from loaders.sources import everflow, google_sheets, mautic, music, posthog, redtrack, s3_exports
from loaders.table import Table
from loaders.warehouse import Warehouse


class Source(Protocol):
    """One outside service; its name is its raw schema."""

    @property
    def name(self) -> str: ...

    @property
    def settings(self) -> tuple[Setting, ...]: ...

    @property
    def tables(self) -> Sequence[Table]:
        """The tables that are there in any case."""

    def plan(self, job: Job, now: datetime) -> Iterator[str]:
        """What `load` would read and replace, in words; asks no service and writes nothing."""

    def load(self, job: Job) -> Iterator[Run]:
        """Load, and write the ledger; errors end in a run's verdict, not in an exception."""

    def examine(self, account: Account) -> Iterator[Finding]:
        """Whether the account is reachable and keeps the client's currency and time zone."""

    def complete_days(self, warehouse: Warehouse, account: Account) -> set[date]:
        """The days whose rows in the warehouse were read after they had ended.

        Asks the ledger alone: the account's settings may be empty.
        """


SOURCES: dict[str, Source] = {
    source.name: source
    for source in (
        everflow.SOURCE,
        redtrack.SOURCE,
        s3_exports.SOURCE,
        posthog.SOURCE,
        mautic.SOURCE,
        google_sheets.SOURCE,
        music.SOURCE,
    )
}


def complete_tables() -> list[tuple[str, str]]:
    """The tables that decide which days are complete, by source."""
    return [
        (source.name, table.name)
        for source in SOURCES.values()
        for table in source.tables
        if table.makes_days_complete
    ]
