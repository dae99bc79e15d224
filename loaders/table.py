"""Raw tables as data, and the check that every value passes before it is yielded to dlt.

A value that does not fit its column never reaches the warehouse, where dlt would fork the column
into variants; its row goes to `ops.rejected_rows` with the reason.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any, Literal

from loaders.windows import Window

ColumnType = Literal["date", "text", "bigint", "decimal", "timestamp", "bool", "json"]
Row = dict[str, Any]

CENT_OF_A_CENT = Decimal("0.0001")  # decimal(18,4), the money of every raw table
MONEY_LIMIT = Decimal(10) ** 14
COUNT_LIMIT = 2**63
JSON = json.JSONEncoder(ensure_ascii=False, allow_nan=False, default=float)
NUL_ESCAPE = re.compile(r"((?<!\\)(?:\\\\)*)\\u0000")  # jsonb refuses it
CONTROL_CHARACTERS = re.compile(r"[\x00-\x1f]")  # Postgres refuses NUL; none belongs in a label

Hints = dict[str, dict[str, Any]]  # dlt's, by column

# what every raw table has beside its own columns
SYSTEM_COLUMNS: Hints = {
    "_client_id": {"data_type": "text", "nullable": False},
    "_loaded_at": {"data_type": "timestamp", "nullable": False},
}
# dlt makes these with every table; files that are loaded as they are leave them empty
DLT_COLUMNS: Hints = {
    "_dlt_load_id": {"data_type": "text", "nullable": True},
    "_dlt_id": {"data_type": "text", "nullable": True, "unique": False, "row_key": False},
}


@dataclass(frozen=True)
class Column:
    """One column: its type, and whether a row without it is rejected.

    Its description stands in the source's YAML, in dbt_project/models/staging/.
    """

    type: ColumnType
    required: bool = False


@dataclass(frozen=True)
class Table:
    """A raw table; `key` names a row of a client.

    `makes_days_complete`: a day of its source is complete when it and all tables like it are.
    """

    name: str
    columns: Mapping[str, Column]
    key: tuple[str, ...]
    makes_days_complete: bool = False

    def __post_init__(self) -> None:
        unknown = set(self.key) - set(self.columns)
        if unknown:
            raise ValueError(f"{self.name}: {sorted(unknown)} are no columns of it")
        blank = [
            n for n in self.key if not self.columns[n].required and self.columns[n].type != "text"
        ]
        if blank:
            raise ValueError(f"{self.name}: key columns {blank} must be required")

    def dlt_columns(self) -> Hints:
        """The columns as dlt's hints, types exact on every engine."""
        own: Hints = {
            name: {
                "data_type": column.type,
                "nullable": name not in self.key,
                **({"precision": 18, "scale": 4} if column.type == "decimal" else {}),
            }
            for name, column in self.columns.items()
        }
        return own


@dataclass(frozen=True)
class Rejected:
    """A row that did not fit, where it stood and why; `window` is what was asked for."""

    origin: str
    line: int
    reason: str
    payload: Any
    day: date | None = None
    window: Window | None = None

    def spoils(self) -> Iterator[date]:
        """The days that may lack this row: its own, or all that were asked for with it."""
        if self.day:
            yield self.day
        elif self.window:
            yield from self.window.days()


@dataclass
class Checked:
    """The rows of an answer that fit, and those that did not."""

    rows: list[Row] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    _keys: set[tuple[Any, ...]] = field(default_factory=set, repr=False)

    def add(self, table: Table, row: Row, *, origin: str, line: int) -> None:
        """Take one raw row in, or note why it cannot be taken."""
        try:
            fitted = fit(table, row)
            key = tuple(fitted[name] for name in table.key)
            if key in self._keys:  # dlt would keep one of the two, unseen
                raise ValueError(f"a second row for {', '.join(map(str, key))}")
            self._keys.add(key)
            self.rows.append(fitted)
        except ValueError as reason:
            day = row.get("date")
            self.rejected.append(
                Rejected(origin, line, str(reason), row, day if isinstance(day, date) else None)
            )


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
        if value is None and name in table.key:
            value = ""  # a NULL merge key kills a whole load
        fitted[name] = value
    return fitted


def number(value: Any) -> Decimal | None:
    """A JSON number, numeric text or nothing as an exact decimal; ValueError for anything else."""
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        raise ValueError(f"{value!r} is no number")
    try:
        decimal = Decimal(str(value).strip())
    except InvalidOperation:
        raise ValueError(f"{value!r} is no number") from None
    if not decimal.is_finite():
        raise ValueError(f"{value!r} is no number")
    return decimal


def fit_decimal(value: Any) -> Decimal | None:
    decimal = number(value)
    if decimal is None:
        return None
    if abs(decimal) >= MONEY_LIMIT:
        raise ValueError(f"{value!r} does not fit decimal(18,4)")
    return decimal.quantize(CENT_OF_A_CENT, ROUND_HALF_UP)


def fit_bigint(value: Any) -> int | None:
    decimal = number(value)
    if decimal is None:
        return None
    if decimal != decimal.to_integral_value():
        raise ValueError(f"{value!r} is no whole number")
    if abs(decimal) >= COUNT_LIMIT:
        raise ValueError(f"{value!r} does not fit bigint")
    return int(decimal)


def fit_text(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, dict | list | bool):  # of which the reason must not show what is in it
        raise ValueError(f"a {type(value).__name__} is no text")
    return whole(CONTROL_CHARACTERS.sub("", str(value)))


def fit_date(value: Any) -> date | None:
    if value is None or isinstance(value, date):
        return value
    raise ValueError(f"{value!r} is no date")


def fit_timestamp(value: Any) -> datetime | None:
    """A moment in UTC; text is ISO 8601, and means UTC where it names no zone."""
    if value is None or value == "":
        return None
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value.strip())
        except ValueError:
            raise ValueError(f"{value!r} is no time") from None
    if not isinstance(value, datetime):
        raise ValueError(f"{value!r} is no time")
    try:
        return value.replace(tzinfo=value.tzinfo or UTC).astimezone(UTC)
    except OverflowError:
        raise ValueError(f"{value} is no time that a warehouse holds") from None


def fit_bool(value: Any) -> bool | None:
    if value is None or value == "":
        return None
    spelled = {"1": True, "true": True, "0": False, "false": False}.get(str(value).lower())
    if spelled is None:
        raise ValueError(f"{value!r} is neither true nor false")
    return spelled


def fit_json(value: Any) -> str | None:
    """JSON as every engine takes it in: no NUL, no half characters, no NaN, each key once."""
    if value is None or value == "":
        return None
    try:
        parsed = json.loads(value) if isinstance(value, str) else value
        text = JSON.encode(parsed)
    except (ValueError, TypeError, RecursionError):
        raise ValueError(f"{len(str(value)):,} characters that are no JSON") from None
    if "\\u0000" in text:  # the search for it takes as long as all else
        text = NUL_ESCAPE.sub(r"\1", text)
    return whole(text)


def whole(text: str) -> str:
    """The text with ? in place of half characters, which nothing else can hold."""
    return text.encode(errors="replace").decode()


FITTERS = {
    "date": fit_date,
    "text": fit_text,
    "bigint": fit_bigint,
    "decimal": fit_decimal,
    "timestamp": fit_timestamp,
    "bool": fit_bool,
    "json": fit_json,
}
