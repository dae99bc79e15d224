"""A file as rows of which every value was read; the others are kept aside, each with its reason."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator, Sequence
from datetime import date
from typing import IO, TYPE_CHECKING

from loaders.errors import FileError
from loaders.files.csv_stream import BELIEVED, REJECTED_AT_MOST, BadRecord, CsvStream
from loaders.files.headings import column_names
from loaders.music.cells import as_json
from loaders.table import ROW_ID, Issue

if TYPE_CHECKING:
    import pyarrow as pa

Columns = dict[str, "pa.Array"]


class CheckedStream(ABC):
    """One file; a subclass says what its cells mean.

    `texts`: the places of the columns of free text. In the others a long number is a code or an
    amount, and no card's.
    """

    named = ""

    def __init__(
        self,
        local: IO[bytes],
        headings: Sequence[str],
        *,
        texts: Collection[int],
        delimiter: str,
        encoding: str,
    ) -> None:
        self._local, self._delimiter, self._encoding = local, delimiter, encoding
        self._headings, self._texts = headings, texts
        self._csv = self._records()
        self._unreadable: list[BadRecord] = []
        self.columns: Sequence[str] = ()

    @property
    def rejected(self) -> Sequence[BadRecord]:
        """The records of another width than the header's, and those with a value that is none."""
        return sorted([*self._csv.rejected, *self._unreadable], key=lambda bad: bad.number)

    @property
    def masked(self) -> int:
        return self._csv.masked

    def issues(self, origin: str, day: date) -> Iterator[Issue]:
        yield from self._csv.issues(origin, day)

    def batches(self) -> Iterator["pa.RecordBatch"]:
        """The records that can be read; FileError where that is less than every second one."""
        import pyarrow as pa
        from pyarrow import compute

        fitting = 0
        for batch in self._csv.batches():
            cells, numbers = batch.columns[:-1], batch.columns[-1]
            made, reasons = self.read(cells)
            self.columns = list(made)
            rows = pa.RecordBatch.from_pydict({**made, ROW_ID: numbers})
            unreadable = compute.is_valid(reasons)
            if compute.any(unreadable).as_py():
                refused = [column.filter(unreadable) for column in (*cells, numbers, reasons)]
                self._reject(refused[:-2], *refused[-2:])
                rows = rows.filter(compute.invert(unreadable))
            fitting += len(rows)
            yield rows
        rejected = self.rejected
        if len(rejected) > max(fitting, BELIEVED if fitting else 0):
            raise FileError(self._said(f"{len(rejected):,} of {fitting + len(rejected):,}"))

    @abstractmethod
    def read(self, cells: Sequence["pa.Array"]) -> tuple[Columns, "pa.Array"]:
        """Records as our columns, and by record why it cannot be read."""

    def _records(self) -> CsvStream:
        """The file from its start."""
        return CsvStream(
            self._local,
            renames={},
            reserved={ROW_ID},
            expected=(),
            identifiers=[
                name
                for place, name in enumerate(column_names(self._headings, renames={}))
                if place not in self._texts
            ],
            delimiter=self._delimiter,
            encoding=self._encoding,
        )

    def _reject(
        self, cells: Sequence["pa.Array"], numbers: "pa.Array", reasons: "pa.Array"
    ) -> None:
        kept = as_json(cells, self._headings)
        for number, reason, text in zip(
            *(one.to_pylist() for one in (numbers, reasons, kept)), strict=True
        ):
            self._unreadable.append(BadRecord(number, reason, text))
        if len(self._unreadable) > REJECTED_AT_MOST:
            raise FileError(self._said(f"more than {REJECTED_AT_MOST:,}"))

    def _said(self, many: str) -> str:
        first = self.rejected[0]
        return f"{many} records cannot be read; first: record {first.number}: {first.reason}"
