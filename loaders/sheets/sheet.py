"""What is configured of a sheet or a dataset: where it is, what it feeds, and its columns."""

from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Literal

from loaders.fitting import ColumnType

SheetType = Literal["text", "integer", "decimal", "percent", "date", "month", "boolean"]

# the raw column of each; a month is its first day, a percentage its share: 12.5% is 0.125
RAW_TYPES: Mapping[SheetType, ColumnType] = {
    "text": "text",
    "integer": "bigint",
    "decimal": "decimal",
    "percent": "decimal",
    "date": "date",
    "month": "date",
    "boolean": "bool",
}


@dataclass(frozen=True)
class SheetColumn:
    """A column of a sheet, found by its header; `name` is that of the raw column."""

    header: str
    name: str
    type: SheetType
    required: bool = False


@dataclass(frozen=True)
class Sheet:
    """A range of a spreadsheet whose rows feed a raw table; `key` tells its rows apart.

    `range` is a tab, an A1 range or a named range; `header_row` is counted within it.
    """

    spreadsheet: str
    range: str
    table: str
    key: tuple[str, ...]
    columns: tuple[SheetColumn, ...]
    header_row: int = 1


@dataclass(frozen=True)
class Dataset:
    """CSV files whose names fit a pattern such as `streams_*.csv`, with columns as a sheet has."""

    dataset: str
    files: str
    columns: tuple[SheetColumn, ...]

    def takes(self, name: str) -> bool:
        """Whether a file of this name is one of it."""
        return fnmatchcase(name, self.files)
