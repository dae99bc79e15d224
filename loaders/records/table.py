"""Tables of records, what of them is asked for, and how it comes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from loaders.table import Rejected, Row, Table


@dataclass(frozen=True)
class RecordTable:
    """A table of records and how far back a run reads.

    `cursor` is an SQL expression over the raw columns, a moment; without one, every run reads
    everything. With one, a run begins `look_back` before the newest that stands in the warehouse.
    `is_dated`: the cursor is a column that says when the record happened, not when it changed; then
    the dates that a user asks for hold, and nothing before the client's start date is read.
    `full_every`: how often everything is read all the same: only that tells what vanished of what
    did not change. `in_order`: records come by their cursor and may be many, and are landed in
    groups.
    """

    table: Table
    cursor: str | None = None
    look_back: timedelta = timedelta(0)
    full_every: timedelta | None = None
    is_dated: bool = False
    in_order: bool = False

    @property
    def name(self) -> str:
        return self.table.name

    def __post_init__(self) -> None:
        if (self.is_dated or self.in_order) and not self.cursor:
            raise ValueError(f"{self.name}: without a cursor it is neither dated nor in order")
        if self.is_dated and self.cursor not in self.table.columns:
            raise ValueError(f"{self.name}: {self.cursor} is no column of it")
        if not all(self.table.columns[name].required for name in self.table.key):
            raise ValueError(f"{self.name}: the columns of its key must be required")


@dataclass(frozen=True)
class Span:
    """What to read of a table: moments in UTC, the first included, the last not; None is open."""

    since: datetime | None = None
    until: datetime | None = None

    def __str__(self) -> str:
        since = f" since {self.since:%Y-%m-%d %H:%M} UTC" if self.since else ""
        until = f" until {self.until:%Y-%m-%d %H:%M} UTC" if self.until else ""
        return f"{since}{until}"


@dataclass(frozen=True)
class Page:
    """Rows by our column names, as one answer held them; `origin` says to a person which."""

    origin: str
    rows: Sequence[Row]
    rejected: Sequence[Rejected] = ()
