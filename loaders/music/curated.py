"""Datasets of the curated zone: CSV files of which client.toml says the columns."""

from collections.abc import Callable, Mapping, Sequence
from typing import IO, TYPE_CHECKING

from loaders.errors import FileError
from loaders.files.csv_stream import split_header
from loaders.files.packing import blocks_of, encoding_of, in_utf8, unpacked
from loaders.fitting import fit_text
from loaders.music.amounts import amount, count, plain
from loaders.music.cells import read_each
from loaders.music.checked import CheckedStream, Columns
from loaders.music.periods import day, period
from loaders.sheets.cells import YES_OR_NO
from loaders.sheets.sheet import Dataset, SheetType

if TYPE_CHECKING:
    import pyarrow as pa


class CuratedStream(CheckedStream):
    """One file of a dataset; its heading must be that of client.toml."""

    def __init__(self, local: IO[bytes], dataset: Dataset) -> None:
        encoding = encoding_of(local)
        if encoding != "utf-8":
            raise FileError(f"is in {encoding}, and datasets are in utf-8")
        header, _ = split_header(in_utf8(blocks_of(unpacked(local)), encoding))
        self._dataset = dataset
        places = {heading.casefold().strip(): place for place, heading in enumerate(header)}
        declared = [column.header.casefold() for column in dataset.columns]
        if missing := [name for name in declared if header and name not in places]:
            raise FileError(f"has no heading {', '.join(missing)}", "correct it in client.toml")
        if unknown := sorted(set(places) - set(declared)):
            raise FileError(
                f"has headings that are not in client.toml: {', '.join(unknown)}",
                f"add them to the columns of {dataset.dataset}",
            )
        self._places = [places.get(name, 0) for name in declared]
        both = zip(dataset.columns, self._places, strict=True)
        texts = {place for column, place in both if column.type == "text"}
        super().__init__(local, header, texts=texts, delimiter=",", encoding=encoding)

    def read(self, cells: Sequence["pa.Array"]) -> tuple[Columns, "pa.Array"]:
        import pyarrow as pa
        from pyarrow import compute

        nothing = pa.nulls(len(cells[0]), pa.string())
        made: Columns = {"dataset": compute.fill_null(nothing, self._dataset.dataset)}
        reasons = nothing
        for column, place in zip(self._dataset.columns, self._places, strict=True):
            (made[column.name],), reason = read_each(cells[place], _READERS[column.type])
            if column.required:
                lacks = compute.is_null(made[column.name])
                missing = compute.if_else(lacks, "is missing", pa.scalar(None, pa.string()))
                reason = compute.coalesce(reason, missing)
            named = compute.binary_join_element_wise(column.header, reason, ": ")
            reasons = compute.coalesce(reasons, named)
        return made, reasons


def _percent(text: str) -> str:
    if not text.strip().endswith("%"):
        raise ValueError(f"{text!r} has no % sign, and is not a percentage")
    return plain(amount(text.strip().removesuffix("%").strip(), ".").scaleb(-2))


def _boolean(text: str) -> str:
    spelled = YES_OR_NO.get(text.strip().lower())
    if spelled is None:
        raise ValueError(f"{text!r} is neither yes nor no")
    return str(spelled).lower()


_READERS: Mapping[SheetType, Callable[[str], str | None]] = {
    "text": fit_text,
    "integer": lambda text: plain(count(text, ".")),
    "decimal": lambda text: plain(amount(text, ".")),
    "percent": _percent,
    "date": lambda text: day(text).isoformat(),
    "month": lambda text: period(text, is_month=True).start.isoformat(),
    "boolean": _boolean,
}
