"""A CSV file of any header as Arrow batches of text: what is in it, and what does not fit.

bytes -> gz or zip by their first bytes -> UTF-8, else Latin-1 -> card numbers masked -> batches

Every column is text under its snake_case name; a blank cell, up to eight spaces, is NULL. A record
whose number of fields is not the header's is rejected and keeps its number. A record of our own at
the end shows that no quote is open there. Memory is that of a few blocks, however long the file is.
"""

import csv
import gzip
import io
import re
import zipfile
import zlib
from codecs import BOM_UTF8, getincrementaldecoder
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain, count
from typing import IO, TYPE_CHECKING, Any, cast

from loaders.errors import FileError
from loaders.files.masking import Masker, is_card_column, mask_column
from loaders.table import ROW_ID

if TYPE_CHECKING:
    import pyarrow as pa

BLOCK = 1 << 21
LONGEST_NAME = 63  # of a column in Postgres
REJECTED_AT_MOST = 10_000  # in one file; one with more is not what its header says
BELIEVED = 100  # of a file of which less fits: a small one may have some
SHOWN_CHARACTERS = 500
END = "\x1f signalroom: end of file \x1f"
UTF_16 = (b"\xff\xfe", b"\xfe\xff")
OF_POSTGRES = {"tableoid", "xmin", "cmin", "xmax", "cmax", "ctid"}  # no column may have these names
BLANKS = [" " * length for length in range(9)]
_RECORD = re.compile(
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
    """One CSV file; `rejected` and `masked` are known when its batches were read."""

    def __init__(
        self,
        file: IO[bytes],
        *,
        renames: Mapping[str, str],
        reserved: Collection[str],
        expected: Collection[str],
    ) -> None:
        """`renames` maps their column names to ours, both in snake_case.

        A file with none of the expected columns is something else: FileError.
        """
        self._file = file
        self._renames, self._reserved, self._expected = renames, reserved, expected
        self._masker = Masker()  # runs in Arrow's own thread, which reads ahead
        self._masked_cells = 0
        self._last_row_id = 0
        self.rejected: list[BadRecord] = []

    @property
    def masked(self) -> int:
        """How many card numbers were masked."""
        return self._masker.count + self._masked_cells

    def batches(self) -> Iterator["pa.RecordBatch"]:
        """The records that fit, with their number in `_row_id`."""
        import pyarrow as pa
        from pyarrow import csv as arrow_csv

        encoding = encoding_of(self._file)
        blocks = self._masker.blocks(_in_utf8(_blocks(unpacked(self._file)), encoding))
        header, rest = _split_header(blocks)
        if not header:
            return
        names = column_names(header, renames=self._renames, reserved=self._reserved)
        if self._expected and not set(self._expected) & set(names):
            raise FileError("its first line has no heading that we know: is it a CSV with commas?")
        cards = [
            place
            for place, called in enumerate(zip(header, names, strict=True))
            if any(map(is_card_column, called))
        ]
        start = next(filter(None, rest), b"")
        if not start:
            return
        end = "\n" + ",".join([END] * len(names)) + "\n"
        ended = False
        try:
            reader = arrow_csv.open_csv(
                _Pipe(chain([start], rest, [end.encode()])),
                # one thread: only then does a rejected record know its number
                arrow_csv.ReadOptions(use_threads=False, block_size=2 * BLOCK, column_names=names),
                arrow_csv.ParseOptions(
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
                for place in cards:
                    columns[place], changed = mask_column(columns[place])
                    self._masked_cells += changed
                ids = self._row_ids(len(batch))
                yield pa.RecordBatch.from_arrays([*columns, ids], [*names, ROW_ID])
        except pa.ArrowInvalid as error:
            raise FileError(self._problem(str(error))) from None  # it may quote the file
        if not ended:
            raise FileError("a quote is never closed")
        records = max(self._last_row_id, *(bad.number for bad in self.rejected), 0)
        fitting = records - len(self.rejected)
        if len(self.rejected) > max(fitting, BELIEVED if fitting else 0):
            misfits = f"{len(self.rejected):,} of {records:,} records"
            raise FileError(f"{misfits} do not fit; {self._first_rejected()}")

    def _problem(self, error: str) -> str:
        if len(self.rejected) > REJECTED_AT_MOST:
            return f"more than {REJECTED_AT_MOST:,} records do not fit; {self._first_rejected()}"
        if "straddling" in error:
            return f"a record is longer than {BLOCK >> 20} MB: a quote is never closed"
        return "cannot be read as CSV"

    def _first_rejected(self) -> str:
        return f"first: record {self.rejected[0].number} has {self.rejected[0].reason}"

    def _row_ids(self, count: int) -> "pa.Array":
        """The numbers of the next records that fit; rejected ones keep theirs."""
        import numpy as np
        import pyarrow as pa

        skipped = [bad.number for bad in self.rejected if bad.number > self._last_row_id]
        first = self._last_row_id + 1
        numbers = np.arange(first, first + count + len(skipped), dtype=np.int64)
        numbers = numbers[~np.isin(numbers, skipped)][:count]
        self._last_row_id = int(numbers[-1]) if count else self._last_row_id
        return pa.array(numbers)

    def _reject(self, row: Any, *, conceal: bool) -> str:
        """Note a record; where a column holds card numbers, nobody knows which field that is."""
        text = row.text[:SHOWN_CHARACTERS]
        self.rejected.append(
            BadRecord(
                row.number,
                f"{row.actual_columns} fields instead of {row.expected_columns}",
                re.sub(r"\d", "*", text) if conceal else text,
            )
        )
        return "skip" if len(self.rejected) <= REJECTED_AT_MOST else "error"


def unpacked(file: IO[bytes]) -> IO[bytes]:
    """The file from its start, or what is packed in it; its first bytes tell, not its name."""
    file.seek(0)
    start = file.read(4)
    file.seek(0)
    if start[:2] == b"\x1f\x8b":
        return cast("IO[bytes]", gzip.GzipFile(fileobj=file))
    if start == b"PK\x03\x04":
        archive = zipfile.ZipFile(file)
        members = [
            member
            for member in archive.infolist()
            if not member.is_dir() and not member.filename.startswith("__MACOSX/")
        ]
        if len(members) != 1:
            raise FileError(f"the zip holds {len(members)} files instead of one")
        return archive.open(members[0])
    return file


def encoding_of(file: IO[bytes]) -> str:
    """UTF-8 where all of the file is; else Latin-1, in which anything can be read.

    FileError where what is packed breaks off, is spoiled or asks for a password.
    """
    decoder = getincrementaldecoder("utf-8")()
    try:
        for block in _blocks(unpacked(file)):
            if block.startswith(UTF_16):
                raise FileError("is UTF-16; UTF-8 and Latin-1 can be read")
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "latin-1"
    except (EOFError, OSError, RuntimeError, zlib.error, zipfile.BadZipFile) as error:
        raise FileError(f"cannot be unpacked: {error}") from error
    return "utf-8"


def column_names(
    header: Sequence[str], *, renames: Mapping[str, str], reserved: Collection[str]
) -> list[str]:
    """Their headings as names of our columns: snake_case, renamed, each of them once."""
    names: list[str] = []
    taken = {*reserved, *OF_POSTGRES}
    for place, heading in enumerate(header, start=1):
        name = snake_case(heading) if heading.strip() else f"column_{place}"
        name = renames.get(name, name)
        numbered = chain([name], (f"{name[: LONGEST_NAME - 5]}_{n}" for n in count(2)))
        names.append(next(free for free in numbered if free not in taken))
        taken.add(names[-1])
    return names


def snake_case(heading: str) -> str:
    """The heading as dlt would spell a column, on every engine alike."""
    return str(_naming().normalize_identifier(heading.strip()))


@cache
def _naming() -> Any:
    from dlt.common.normalizers.naming.snake_case import NamingConvention

    return NamingConvention(max_length=LONGEST_NAME)


def _blocks(file: IO[bytes]) -> Iterator[bytes]:
    """The file in portions, without a byte order mark."""
    mark = BOM_UTF8
    while block := file.read(BLOCK):
        yield block.removeprefix(mark)
        mark = b""


def _in_utf8(blocks: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    """The same text in UTF-8, without the NUL that Postgres refuses."""
    for block in blocks:
        text = block if encoding == "utf-8" else block.decode(encoding).encode()
        yield text.replace(b"\0", b"") if b"\0" in text else text


def _split_header(blocks: Iterator[bytes]) -> tuple[list[str], Iterator[bytes]]:
    """The fields of the first record, and what comes after it; both empty in an empty file."""
    start = b""
    for block in blocks:
        start = (start + block).lstrip(b"\r\n")
        if record := _RECORD.match(start):
            rest = chain([start[record.end() :].lstrip(b"\r\n")], blocks)
            return next(csv.reader([record[0].decode()])), rest
        if len(start) > BLOCK:
            break
    if not start:
        return [], blocks
    if len(start) > BLOCK or b"\n" in start or not (record := _RECORD.match(start + b"\n")):
        raise FileError("its header cannot be read: a quote is never closed")
    return next(csv.reader([record[0].decode()])), blocks  # a header alone, without a line's end


class _Pipe(io.RawIOBase):
    """Blocks as a file, as Arrow reads one: a block at a time, whatever size it asks for.

    None but the last is short: Arrow finds a record in two blocks, not in three.
    """

    def __init__(self, blocks: Iterable[bytes]) -> None:
        self._blocks = filter(None, blocks)

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:  # noqa: ARG002
        block = next(self._blocks, b"")
        while len(block) < BLOCK // 2 and (more := next(self._blocks, b"")):
            block += more
        return block
