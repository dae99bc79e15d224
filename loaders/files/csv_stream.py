"""A CSV file of any header as Arrow batches of text: what is in it, and what does not fit.

bytes -> gz or zip by their first bytes -> UTF-8, else Latin-1 -> card numbers hidden -> batches

Every column is text under its snake_case name; a blank cell, up to eight spaces, is NULL. A record
whose number of fields is not the header's is rejected and keeps its number; one without any value
or the header again is no row, and keeps its number too. A record of our own at the end shows that
no quote is open there. Memory is that of a few blocks, however long the file is.
"""

import csv
import difflib
import io
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain
from typing import IO, TYPE_CHECKING, Any

from loaders.errors import FileError
from loaders.files import packing
from loaders.files.headings import column_names, distinct
from loaders.files.masking import (
    TO_STARS,
    Masker,
    is_card_column,
    is_id_column,
    mask_column,
    show,
)
from loaders.files.no_rows import with_values, without_headings
from loaders.files.packing import Pipe, blocks_of, encoding_of, in_utf8, unpacked
from loaders.table import ROW_ID, Issue

if TYPE_CHECKING:
    import pyarrow as pa

WIDEST = 250  # columns of a file: as many texts fit into a page of Postgres, whatever they are
REJECTED_AT_MOST = 10_000  # in one file; one with more is not what its header says
BELIEVED = 100  # of a file of which less fits: a small one may have some
SHOWN_CHARACTERS = 500
END = "\x1f signalroom: end of file \x1f"
BLANKS = [" " * length for length in range(9)]
MAY_BE_NOTHING = re.compile(r'[\s,;"]*')  # a record without any value
_RECORD = (
    rb'(?:"(?:[^"]|"")*+"[^,\r\n]*+|(?!")[^,\r\n]*+)'
    rb'(?:,(?:"(?:[^"]|"")*+"[^,\r\n]*+|(?!")[^,\r\n]*+))*+(?=[\r\n])'
)


@dataclass(frozen=True)
class BadRecord:
    """A record with another number of fields than the header."""

    number: int
    reason: str
    text: str


class CsvStream:
    """One CSV file; what was rejected, blank or masked is known when its batches were read."""

    def __init__(
        self,
        file: IO[bytes],
        *,
        renames: Mapping[str, str],
        reserved: Collection[str],
        expected: Collection[str],
        asks_for: Collection[str] = (),
        identifiers: Collection[str] = (),
        admit: Callable[[Sequence[str]], None] = lambda _: None,
        delimiter: str = ",",
        encoding: str | None = None,
    ) -> None:
        """`renames` maps their column names to ours, both in snake_case.

        A file with none of the expected columns is something else, and one without a column that
        it is asked for has no rows of ours: FileError. `admit` is asked about its columns, and may
        raise one too. `encoding`: where it is known already.
        """
        self._file = file
        self._renames, self._reserved, self._expected = renames, reserved, expected
        self._asks_for, self._identifiers, self._admit = asks_for, identifiers, admit
        self._delimiter, self._encoding = delimiter, encoding
        self._masker = Masker()  # runs in Arrow's own thread, which reads ahead
        self._last_row_id = 0
        self._left_out: list[int] = []  # numbers of records of another width, not yet passed
        self._blank = self._masked = 0  # of records that fit
        self._blank_misfits = self._masked_misfits = 0  # in Arrow's thread
        self.repeated = 0  # of the header, where it came again
        self.twins = 0  # of columns, whose name another one before them has
        self.rejected: list[BadRecord] = []
        self.columns: Sequence[str] = ()  # by our names, once the header is read
        self.named = ""

    @property
    def masked(self) -> int:
        """How many cells, and rejected records, had card numbers in them."""
        return self._masked + self._masked_misfits

    @property
    def blank(self) -> int:
        """How many records were no rows, as they had no value."""
        return self._blank + self._blank_misfits

    def issues(self, origin: str, day: date) -> Iterator[Issue]:
        """What was odd of it, when it was read."""
        counted = {
            "blank rows": self.blank,
            "headers again": self.repeated,
            "columns of one name": self.twins,
        }
        for kind, found in counted.items():
            if found:
                yield Issue(origin, kind, found, day, holds_back=False)

    def batches(self) -> Iterator["pa.RecordBatch"]:
        """The records that fit, with their number in `_row_id`."""
        import pyarrow as pa
        from pyarrow import csv as arrow_csv

        encoding = self._encoding or encoding_of(self._file)
        blocks = self._masker.blocks(in_utf8(blocks_of(unpacked(self._file)), encoding))
        header, rest = split_header(blocks, self._delimiter)
        if not header:
            return
        called = column_names(header, renames=self._renames)
        self._check(called)
        names = distinct(called, reserved=self._reserved)
        self._admit(names)
        self.columns = names
        cards = [
            place
            for place, both in enumerate(zip(header, names, strict=True))
            if any(map(is_card_column, both))
        ]
        identifying = {
            place
            for place, name in enumerate(names)
            if place not in cards and (name in self._identifiers or is_id_column(name))
        }
        start = next(filter(None, rest), b"")
        if not start:
            return
        end = "\n" + self._delimiter.join([END] * len(names)) + "\n"
        ended, fitting = False, 0
        try:
            reader = arrow_csv.open_csv(
                Pipe(chain([start], rest, [end.encode()])),
                # one thread: only then does a rejected record know its number
                arrow_csv.ReadOptions(
                    use_threads=False, block_size=2 * packing.BLOCK, column_names=names
                ),
                arrow_csv.ParseOptions(
                    delimiter=self._delimiter,
                    newlines_in_values=True,
                    invalid_row_handler=lambda row: self._reject(row, conceal=bool(cards)),
                ),
                arrow_csv.ConvertOptions(
                    column_types=dict.fromkeys(names, pa.string()),
                    strings_can_be_null=True,
                    null_values=BLANKS,
                    check_utf8=False,  # it was decoded
                ),
            )
            for whole in reader:
                ended = len(whole) > 0 and whole.column(0)[-1].as_py() == END
                batch = whole.slice(0, len(whole) - ended)
                columns = list(batch.columns)
                if self._masker.hid_any:
                    for place, column in enumerate(columns):
                        columns[place], hidden = show(column, identifies=place in identifying)
                        self._masked += hidden
                for place in cards:
                    columns[place], changed = mask_column(columns[place])
                    self._masked += changed
                ids = self._row_ids(len(batch))
                batch = pa.RecordBatch.from_arrays([*columns, ids], [*names, ROW_ID])
                said = without_headings(batch, header)
                self.repeated += len(batch) - len(said)
                rows = with_values(said)
                self._blank += len(said) - len(rows)
                fitting += len(rows)
                yield rows
        except pa.ArrowInvalid as error:
            raise FileError(self._problem(str(error))) from None  # it may quote the file
        if not ended:
            raise FileError("a quote is never closed")
        if len(self.rejected) > max(fitting, BELIEVED if fitting else 0):
            misfits = f"{len(self.rejected):,} of {fitting + len(self.rejected):,} records"
            raise FileError(f"{misfits} do not fit; {self._first_rejected()}")

    def _check(self, called: Sequence[str]) -> None:
        """FileError where the columns are not those of a file of ours, or too many, or twice."""
        names = Counter(called)
        if self._expected and not set(self._expected) & set(names):
            raise FileError("its first line has no heading that we know: is it a CSV with commas?")
        for column in self._asks_for:
            if column not in names:
                raise _lacks(column, called)
        if len(called) > WIDEST:
            many = f"{len(called):,} columns, and at most {WIDEST}"
            raise FileError(f"has {many} are taken of a file")
        for column in self._expected:
            if names[column] > 1:  # nothing says which of them holds it
                raise FileError(f"has {names[column]} columns that are {column} to us; leave one")
        self.twins = len(called) - len(names)

    def _problem(self, error: str) -> str:
        if len(self.rejected) > REJECTED_AT_MOST:
            return f"more than {REJECTED_AT_MOST:,} records do not fit; {self._first_rejected()}"
        if "straddling" in error:
            return f"a record is longer than {packing.BLOCK >> 20} MB: a quote is never closed"
        return "cannot be read as CSV"

    def _first_rejected(self) -> str:
        return f"first: record {self.rejected[0].number} has {self.rejected[0].reason}"

    def _row_ids(self, count: int) -> "pa.Array":
        """The numbers of the next records that fit; rejected ones keep theirs."""
        import numpy as np
        import pyarrow as pa

        # in place: Arrow's thread adds to it meanwhile
        del self._left_out[: bisect_right(self._left_out, self._last_row_id)]
        skipped = list(self._left_out)
        first = self._last_row_id + 1
        numbers = np.arange(first, first + count + len(skipped), dtype=np.int64)
        numbers = numbers[~np.isin(numbers, skipped)][:count]
        self._last_row_id = int(numbers[-1]) if count else self._last_row_id
        return pa.array(numbers)

    def _reject(self, row: Any, *, conceal: bool) -> str:
        """Note a record; where a column holds card numbers, nobody knows which field that is."""
        self._left_out.append(row.number)
        if (
            MAY_BE_NOTHING.fullmatch(row.text)
            and not "".join(_cells(row.text, self._delimiter)).strip()
        ):
            self._blank_misfits += 1
            return "skip"
        hidden = row.text[:SHOWN_CHARACTERS]
        text = hidden.translate(TO_STARS.decode("latin-1"))
        self._masked_misfits += text != hidden
        self.rejected.append(
            BadRecord(
                row.number,
                f"{row.actual_columns} fields instead of {row.expected_columns}",
                re.sub(r"\d", "*", text) if conceal else text,
            )
        )
        return "skip" if len(self.rejected) <= REJECTED_AT_MOST else "error"


def _lacks(column: str, names: Sequence[str]) -> FileError:
    """What is said of a file without a column that it is asked for."""
    alike = difflib.get_close_matches(column, names, n=3)
    if not alike:
        return FileError(
            f"has no column {column}", f"set S3_COLUMNS=theirs={column} if it is headed otherwise"
        )
    remedy = f"if that is it, set S3_COLUMNS={alike[0]}={column}"
    return FileError(f"has no column {column} but {' and '.join(alike)}", remedy)


def split_header(
    blocks: Iterator[bytes], delimiter: str = ","
) -> tuple[list[str], Iterator[bytes]]:
    """The fields of the first record, and what comes after it; both empty in an empty file."""
    start, pattern = b"", re.compile(_RECORD.replace(b",", delimiter.encode()))
    for block in blocks:
        start = (start + block).lstrip(b"\r\n")
        if record := pattern.match(start):
            rest = chain([start[record.end() :].lstrip(b"\r\n")], blocks)
            return _fields(record, delimiter), rest
        if len(start) > packing.BLOCK:
            break
    if not start:
        return [], blocks
    if len(start) > packing.BLOCK or b"\n" in start or not (record := pattern.match(start + b"\n")):
        raise FileError("its header cannot be read: a quote is never closed")
    return _fields(record, delimiter), blocks  # a header alone, without a line's end


def _fields(record: re.Match[bytes], delimiter: str) -> list[str]:
    return _cells(record[0].translate(TO_STARS).decode(), delimiter)


def _cells(record: str, delimiter: str) -> list[str]:
    return next(csv.reader(io.StringIO(record, newline=""), delimiter=delimiter), [])
