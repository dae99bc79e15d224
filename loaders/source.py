"""What a source of daily rows is, and the account it is read for."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, time
from decimal import Decimal
from typing import Any, Literal, Protocol

from loaders.table import Checked, Table, number
from loaders.windows import Window


@dataclass(frozen=True)
class Account:
    """A client's account at one source. `timezone` is an IANA name, `currency` an ISO code."""

    client_id: str
    timezone: str
    currency: str
    start_date: date
    settings: Mapping[str, str] = field(repr=False)  # api_key, base_url


@dataclass
class Answer(Checked):
    """One answered window: its rows, and the service's own totals where it offers them.

    `answered` adds up what was answered, before any row is checked, by the same column names.
    """

    totals: Mapping[str, Decimal] = field(default_factory=dict)
    answered: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True)
class Finding:
    """One line of `signalroom doctor`: what was looked at, and what to do where it is not well."""

    level: Literal["ok", "warn", "fail"]
    text: str


class Reader(Protocol):
    """An open connection to one account."""

    def read(self, window: Window, advertiser_id: str | None) -> Answer:
        """All rows of the window's days; ApiError when the service does not answer properly."""

    def examine(self) -> Iterator[Finding]:
        """Whether the account is reachable and keeps the client's currency and time zone."""


@dataclass(frozen=True)
class Setting:
    """A setting of a source; without a default it must be given."""

    name: str
    default: str | None = None


@dataclass(frozen=True)
class DailySource:
    """A service that reports by day; each run replaces the days that it read.

    `closes_at` is the hour of the next day, in the client's zone, from which a day counts as over.
    `chunk_days` is the longest window of one request.
    """

    name: str
    table: Table
    settings: tuple[Setting, ...]
    closes_at: time
    chunk_days: int
    open: Callable[[Account], Reader]
    by_advertiser: bool = False


def add_up(rows: list[Any], fields: Mapping[str, str]) -> dict[str, Decimal]:
    """The sum of each field over raw rows, by column; a field that cannot be added is left out.

    `fields` maps our column to the service's field.
    """
    sums: dict[str, Decimal] = {}
    for column, name in fields.items():
        try:
            sums[column] = sum((number(row.get(name)) or Decimal(0) for row in rows), Decimal(0))
        except ValueError:
            continue  # its row is rejected; the other fields are still compared
    return sums
