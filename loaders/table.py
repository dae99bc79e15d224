"""Raw tables as data, and the check that every value passes before it is yielded to dlt.

A value that does not fit its column never reaches the warehouse, where dlt would fork the column
into variants; its row goes to `ops.rejected_rows` with the reason.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

from loaders.files.masking import hide
from loaders.fitting import FITTERS, ColumnType
from loaders.windows import Window

Row = dict[str, Any]


@dataclass(frozen=True)
class Column:
    """One column: its type, and whether a row without it is rejected.

    `is_id`: its numbers are nobody's below 0, where the marts have ids of their own.
    `was_text`: an earlier release had it as text, which the next load changes in place.
    Its description stands in the source's YAML, in dbt_project/models/staging/.
    """

    type: ColumnType
    required: bool = False
    is_id: bool = False
    was_text: bool = False


# what every raw table has beside its own columns
SYSTEM_COLUMNS = {
    "_client_id": Column("text", required=True),
    "_loaded_at": Column("timestamp", required=True),
    "_dlt_load_id": Column("text"),  # dlt makes these two, and leaves them empty in files
    "_dlt_id": Column("text"),
}
ROW_ID = "_row_id"
# the same by what a load replaces
SYSTEM_COLUMNS_OF = {
    "day": {"_deleted": Column("bool")},  # marks the day that dlt shall empty
    "key": {"_removed_at": Column("timestamp")},
    "file": {
        "_file_name": Column("text", required=True),
        ROW_ID: Column("bigint", required=True),
        "_file_date": Column("date", required=True),
    },
}


@dataclass(frozen=True)
class Table:
    """A raw table: its columns, its key, and what a load reads and replaces.

    `key` tells the rows of a client apart. `replaces`: the rows of a day that was read again take
    the place of all of that day; a record that of the one with its key; a file's of that file.

    `cursor` is an SQL expression over the columns, a moment: a run reads from `look_back` before
    the newest row on. Without one, every run reads everything.
    `is_dated`: the cursor is a column that says when a record happened, not when it changed; then
    the dates that a user asks for hold, and nothing before the client's start date is read.
    `full_every`: how often everything is read all the same: only that tells what was deleted from
    what did not change. `in_order`: records come by their cursor, may be many, and are landed in
    groups.
    `makes_days_complete`: a day of its source is complete when it and all tables like it are.
    `turns_over`: it is a relation or a queue, whose rows come and go freely; of a register, few go.
    `own_id`: the column of the key that should tell records apart alone; where two share it, both
    are kept and that is said.
    `asks_for`: the columns without which a file of it is refused. `hopes_for`: a file with none of
    them says nothing of what they are about, so it is told of. `identifiers`: the columns that tell
    things apart, in which a number that passes for a card's is none.
    `once`: the same bytes under another name are the same file, and their rows are there once.
    """

    name: str
    columns: Mapping[str, Column]
    key: tuple[str, ...]
    replaces: Literal["day", "key", "file"] = "key"
    cursor: str | None = None
    look_back: timedelta = timedelta(0)
    full_every: timedelta | None = None
    is_dated: bool = False
    in_order: bool = False
    makes_days_complete: bool = False
    turns_over: bool = False
    own_id: str | None = None
    asks_for: tuple[str, ...] = ()
    hopes_for: tuple[str, ...] = ()
    identifiers: frozenset[str] = frozenset()
    once: bool = False

    def __post_init__(self) -> None:
        if unknown := set(self.key) - set(self.all_columns):
            raise ValueError(f"{self.name}: {sorted(unknown)} are no columns of it")
        if blank := [name for name in self.key if not self._can_be_key(name)]:
            raise ValueError(f"{self.name}: key columns {blank} must be required")
        if (self.is_dated or self.in_order) and not self.cursor:
            raise ValueError(f"{self.name}: without a cursor it is neither dated nor in order")
        if self.is_dated and self.cursor not in self.columns:
            raise ValueError(f"{self.name}: {self.cursor} is no column of it")

    def _can_be_key(self, name: str) -> bool:
        """Daily rows may lack a part of their key that is text: it is '' then."""
        column = self.all_columns[name]
        return column.required or (self.replaces == "day" and column.type == "text")

    @property
    def all_columns(self) -> Mapping[str, Column]:
        """Its columns in the warehouse."""
        return {**self.columns, **SYSTEM_COLUMNS_OF[self.replaces], **SYSTEM_COLUMNS}

    @property
    def sql_key(self) -> str:
        """The columns of its key for SQL, which has words of its own, such as group."""
        return ", ".join(f'"{name}"' for name in self.key)

    @property
    def needed(self) -> set[str]:
        """The columns that are never null in the warehouse."""
        others = self.all_columns.keys() - self.columns.keys()
        return {*self.key, *(name for name in others if self.all_columns[name].required)}

    @property
    def replaced_by(self) -> tuple[str, ...]:
        """The columns by whose values rows take the place of others."""
        own = {"day": ("date",), "key": self.key, "file": ("_file_name",)}
        return ("_client_id", *own[self.replaces])


def file_table(
    name: str,
    columns: Iterable[str],
    *,
    asks_for: tuple[str, ...] = (),
    hopes_for: tuple[str, ...] = (),
    identifiers: Iterable[str] = (),
    once: bool = False,
) -> Table:
    """A table of files: the columns that are there even when no file has them, all text."""
    return Table(
        name,
        {column: Column("text") for column in columns},
        key=("_file_name", ROW_ID),
        replaces="file",
        asks_for=asks_for,
        hopes_for=hopes_for,
        identifiers=frozenset(identifiers),
        once=once,
    )


@dataclass(frozen=True)
class Rejected:
    """A row that did not fit, where it stood and why; `window` is what was asked for.

    `by_fit`: `fit` alone refused it, of which the payload is all; so it can be tried again.
    """

    origin: str
    line: int
    reason: str
    payload: Any
    day: date | None = None
    window: Window | None = None
    by_fit: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "reason", hide(self.reason))  # it may quote a card number

    def spoils(self) -> Iterator[date]:
        """The days that may lack this row: its own, or all that were asked for with it."""
        if self.day:
            yield self.day
        elif self.window:
            yield from self.window.days()


@dataclass(frozen=True)
class Issue:
    """What was not understood of a file or an answer, counted: 3 blank rows, no day in the name.

    `kind` is a phrase that is read after a number; `word` the one that it is about, where it is
    about words. `holds_back`: the day is not complete until somebody accepts it. `file_version`:
    of a file that is not loaded, as who accepts that does so of this one alone.
    """

    origin: str
    kind: str
    rows: int
    day: date | None = None
    word: str = ""
    example: str = ""
    holds_back: bool = True
    file_version: str = ""


@dataclass(frozen=True)
class Page:
    """Rows by our column names, as one answer held them; `origin` says to a person which."""

    origin: str
    rows: Sequence[Row]
    rejected: Sequence[Rejected] = ()


def fit(table: Table, row: Row) -> Row:
    """The row with every value in its column's type; ValueError names the value that is none."""
    fitted: Row = {}
    for name, column in table.columns.items():
        try:
            value = FITTERS[column.type](row.get(name))
        except ValueError as reason:
            raise ValueError(f"{name}: {reason}") from None
        if value is None and column.required:
            raise ValueError(f"{name}: missing")
        if column.is_id and value is not None and value < 0:
            raise ValueError(f"{name}: {value} is no id")
        if value is None and name in table.key:
            value = ""  # a NULL merge key kills a whole load
        fitted[name] = value
    return fitted
