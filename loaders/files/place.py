"""Where the files of an account are, and how one of them is read."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date
from typing import IO, TYPE_CHECKING, Protocol

from loaders.files.bucket import StoredFile
from loaders.files.csv_stream import BadRecord, CsvStream
from loaders.table import Issue, Table

if TYPE_CHECKING:
    import pyarrow as pa


class Store(Protocol):
    """What holds files: a bucket, or a folder of this machine."""

    def address(self, prefix: str) -> str:
        """Where the files below a prefix are, for people."""

    def files(self, prefix: str) -> list[StoredFile]:
        """Every file below a prefix; ApiError when they cannot be listed."""

    def read(self, file: StoredFile) -> AbstractContextManager[tuple[StoredFile, IO[bytes]]]:
        """A file in its present version; FileError when it cannot be read whole."""


class Stream(Protocol):
    """One file as batches of text; what was odd of it is known when they were read."""

    @property
    def columns(self) -> Sequence[str]:
        """Its columns, by our names."""

    @property
    def named(self) -> str:
        """What it takes from the file's name, as a part of what it says."""

    @property
    def rejected(self) -> Sequence[BadRecord]:
        """The records that do not fit, or of which a value cannot be read."""

    @property
    def masked(self) -> int:
        """How many cells, and rejected records, had card numbers in them."""

    def batches(self) -> Iterator["pa.RecordBatch"]:
        """The records that fit, with their number in `_row_id`; FileError where none can."""

    def issues(self, origin: str, day: date) -> Iterator[Issue]:
        """What was odd of it."""


@dataclass(frozen=True)
class Place:
    """Where an account's files are: their store, a prefix for each table, and renamed columns."""

    store: Store
    prefixes: Mapping[str, str]
    renames: Mapping[str, str] = field(default_factory=dict)
    names_have_days = True  # or a file is of the day on which it was written, and nobody is told

    def files(self, table: str) -> list[StoredFile]:
        """The files that feed a table, as they are listed now."""
        return self.store.files(self.prefixes[table])

    def open(
        self,
        local: IO[bytes],
        table: Table,
        key: str,  # noqa: ARG002  # of which a place may read more than the day
        admit: Callable[[Sequence[str]], None],
    ) -> Stream:
        """A file as the rows of a table; `admit` may refuse its columns."""
        return CsvStream(
            local,
            renames=self.renames,
            reserved=table.all_columns.keys() - table.columns.keys(),
            expected=table.columns,
            asks_for=table.asks_for,
            identifiers=table.identifiers,
            admit=admit,
        )
