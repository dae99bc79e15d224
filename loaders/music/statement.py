"""A statement or an export as a stream of lines; its totals are compared with their sum."""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal, localcontext
from functools import partial
from pathlib import PurePosixPath
from typing import IO, TYPE_CHECKING

from loaders.errors import FileError
from loaders.music.amounts import PLACES, Point, plain, point_of
from loaders.music.checked import CheckedStream, Columns
from loaders.music.formats import told
from loaders.music.lines import Lines
from loaders.table import Issue

if TYPE_CHECKING:
    import pyarrow as pa

BESIDE_SONG = re.compile(
    r"(\.(csv|tsv|txt|gz|zip))+$|[-_ ]+timeline(?=\W|$)| \(\d+\)(?=\.|$)", re.IGNORECASE
)


class StatementStream(CheckedStream):
    """One file of any of the formats."""

    def __init__(self, local: IO[bytes], key: str) -> None:
        self._heading = told(local)
        super().__init__(
            local,
            self._heading.headings,
            texts=self._heading.texts,
            delimiter=self._heading.delimiter,
            encoding=self._heading.encoding,
        )
        if self._heading.format.song_is_name:
            self.named = BESIDE_SONG.sub("", PurePosixPath(key).name).strip()
        self._point: Point = "."
        self._sum = Decimal(0)
        self._totals: list[tuple[Decimal, int]] = []  # each with the places that it shows
        self._upcs_restored = 0

    def issues(self, origin: str, day: date) -> Iterator[Issue]:
        yield from super().issues(origin, day)
        issue = partial(Issue, origin, day=day, holds_back=False)
        for heading in self._heading.unknown:
            yield issue(f"headings new to {self._heading.format.name}", 1, word=heading)
        if self._upcs_restored:
            yield issue("UPCs without their first zero", self._upcs_restored)
        if self._totals and not self._adds_up():
            example = f"total {plain(self._totals[-1][0])}, lines {plain(self._sum)}"
            yield issue("totals that are not the sum of their lines", 1, example=example)

    def batches(self) -> Iterator["pa.RecordBatch"]:
        try:
            self._point = point_of(self._amounts(), self._point)
        except ValueError as reason:
            raise FileError(f"its amounts cannot be read: {reason}") from None
        yield from super().batches()

    def read(self, cells: Sequence["pa.Array"]) -> tuple[Columns, "pa.Array"]:
        lines = Lines(self._heading, cells, self._point, self.named)
        reasons = lines.reasons()
        self._upcs_restored += lines.upcs_restored
        self._add_up(lines.columns, reasons, cells)
        return lines.columns, reasons

    def _amounts(self) -> Iterator[str]:
        """Every amount of the file as it is written."""
        if "amount" in self._heading.columns:
            place = self._heading.columns["amount"]
            for batch in self._records().batches():
                yield from filter(None, batch.column(place).unique().to_pylist())

    def _add_up(self, columns: Columns, reasons: "pa.Array", cells: Sequence["pa.Array"]) -> None:
        import pyarrow as pa
        from pyarrow import compute

        is_total = compute.equal(columns["line_kind"], "total")
        readable = compute.is_null(reasons)
        amounts = columns["amount"].cast(pa.decimal128(38, PLACES))
        lines = amounts.filter(compute.and_(readable, compute.invert(is_total)))
        with localcontext(prec=60):
            self._sum += compute.sum(lines).as_py() or 0
        if compute.any(is_total).as_py():
            written = cells[self._heading.columns["amount"]].filter(is_total).to_pylist()
            totals = amounts.filter(is_total).to_pylist()
            self._totals += [
                (
                    total,
                    len(text.rpartition(self._point)[2].strip(")-")) if self._point in text else 0,
                )
                for total, text in zip(totals, written, strict=True)
                if total is not None
            ]

    def _adds_up(self) -> bool:
        """Whether the lines make the last total, or all that there are, to the last place shown."""
        with localcontext(prec=60):
            every = sum(total for total, _ in self._totals)
            half = Decimal(5).scaleb(-1 - max(places for _, places in self._totals))
            return any(abs(self._sum - total) <= half for total in (self._totals[-1][0], every))
