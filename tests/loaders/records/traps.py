"""Bad habits of a service of records: its reader meets them, or refuses in one sentence.

What a load makes of rows that are gone, cannot be taken or do not come at all: test_load.py.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest

from loaders.errors import ApiError
from loaders.records import RecordReader
from loaders.source import Account
from loaders.table import Row, Table, fit
from loaders.windows import Window
from sandbox.faults import Faults
from sandbox.server import Sandbox

EVERYTHING = Window()


def account(sandbox: Sandbox, service: str) -> Account:
    """Client 713's account at a service of the sandbox."""
    environ = sandbox.environ(service).items()
    settings = {name.removeprefix(f"{service}_".upper()).lower(): value for name, value in environ}
    return Account("713", "America/New_York", "USD", date(2025, 12, 1), settings)


@dataclass
class Read:
    """What was read of a table: its rows by their key, and why others cannot be taken."""

    rows: dict[tuple[Any, ...], Row] = field(default_factory=dict)
    reasons: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, reader: RecordReader, table: Table, window: Window = EVERYTHING) -> "Read":
        read = cls()
        for page in reader.read(table, window):
            read.reasons += [rejected.reason for rejected in page.rejected]
            for raw in page.rows:
                try:
                    row = fit(table, raw)
                except ValueError as reason:
                    read.reasons.append(str(reason))
                else:
                    read.rows[tuple(row[name] for name in table.key)] = row
        return read


Check = Callable[[Read, Read], None]  # of what was read, beside what is read without the fault


@dataclass(frozen=True)
class Trap:
    """A fault, how it is set, and what must come of reading the tables in the meantime.

    `says` is what the error of each of them must say. Without it each holds the same rows, or what
    `check` asserts. `also` are other faults that are on; `requests` is how often is asked for.
    """

    fault: str
    options: dict[str, Any] = field(default_factory=dict)
    says: str | None = None
    tables: tuple[Table, ...] = ()
    check: Check | None = None
    also: tuple[str, ...] = ()
    requests: int | None = None

    def __str__(self) -> str:
        options = ",".join(f"{name}={value}" for name, value in self.options.items())
        return "-".join(filter(None, (self.fault, options, *self.also)))

    def spring(
        self,
        faults: Faults,
        open_reader: Callable[[], RecordReader],
        tables: tuple[Table, ...],
        good: Mapping[str, Read],
        window: Window = EVERYTHING,
    ) -> None:
        """Read the trap's tables, or else those given, while the fault is on."""
        for name, options in [*((name, {}) for name in self.also), (self.fault, self.options)]:
            faults.on(name, **options)
        reader = open_reader()
        for table in self.tables or tables:
            if self.says is None:
                (self.check or same)(Read.of(reader, table, window), good[table.name])
                continue
            with pytest.raises(ApiError) as refused:
                Read.of(reader, table, window)
            assert self.says in str(refused.value)
            assert "\n" not in str(refused.value)


def same(found: Read, good: Read) -> None:
    assert found == good


def nothing(found: Read, _: Read) -> None:
    assert found == Read()


def rejected(count: int, reason: str) -> Check:
    """So many rows cannot be taken, for that reason; all others are the same."""

    def check(found: Read, good: Read) -> None:
        assert found.reasons == [reason] * count
        assert len(found.rows) == len(good.rows) - count
        assert found.rows.items() <= good.rows.items()

    return check


def lacks(column: str, low: Any, high: Any) -> Check:
    """Those rows are missing, and no others."""

    def check(found: Read, good: Read) -> None:
        left = {key: row for key, row in good.rows.items() if not low <= row[column] < high}
        assert found.rows == left != good.rows

    return check
