"""The cells of a range: its columns found by their headers, its rows read or rejected."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from loaders.errors import ApiError
from loaders.sheets.cells import Cell, clean, value_of
from loaders.sheets.sheet import Sheet, SheetColumn
from loaders.table import Rejected, Row

AMOUNTS = ("integer", "decimal", "percent")
BLANK = Cell()


@dataclass(frozen=True)
class Merge:
    """Cells merged into one, which is the first of them; counted from zero, ends excluded."""

    top: int
    bottom: int
    left: int
    right: int


@dataclass(frozen=True)
class Grid:
    """The cells of a range; rows and columns are those of the tab, from zero."""

    title: str
    top: int
    left: int
    cells: Sequence[Sequence[Cell]]
    merges: Sequence[Merge]

    @classmethod
    def of(cls, answered: Mapping[str, Any]) -> "Grid":
        """The range that a spreadsheet was asked for; what is empty at its ends is left out."""
        (tab,) = answered["sheets"]
        (data,) = tab["data"]
        sides = ("startRowIndex", "endRowIndex", "startColumnIndex", "endColumnIndex")
        return cls(
            tab["properties"]["title"],
            data.get("startRow", 0),
            data.get("startColumn", 0),
            [[Cell.of(cell) for cell in row.get("values", ())] for row in data.get("rowData", ())],
            [Merge(*(merge.get(side, 0) for side in sides)) for merge in tab.get("merges", ())],
        )

    @property
    def is_blank(self) -> bool:
        return all(cell.is_blank for row in self.cells for cell in row)

    def at(self, row: int, column: int) -> Cell:
        """The cell of a place in the tab; blank outside of what was answered."""
        row, column = row - self.top, column - self.left
        inside = 0 <= row < len(self.cells) and 0 <= column < len(self.cells[row])
        return self.cells[row][column] if inside else BLANK

    def address(self, row: int, column: int) -> str:
        """`Targets!C5`."""
        plain = re.fullmatch("[A-Za-z_]{4}[A-Za-z0-9_]*|[A-Za-z_]+", self.title)  # B2 is a cell
        title = self.title if plain else "'" + self.title.replace("'", "''") + "'"
        letters, column = "", column + 1
        while column:
            column, rest = divmod(column - 1, 26)
            letters = chr(65 + rest) + letters
        return f"{title}!{letters}{row + 1}"

    def merge_at(self, row: int, column: int) -> Merge | None:
        """The merged cells that a cell belongs to."""
        for merge in self.merges:
            if merge.top <= row < merge.bottom and merge.left <= column < merge.right:
                return merge
        return None


def find_columns(sheet: Sheet, grid: Grid) -> dict[SheetColumn, int]:
    """The place of each configured column; others do not matter."""
    row = grid.top + sheet.header_row - 1
    width = max(map(len, grid.cells), default=0)
    headers: dict[str, list[int]] = {}
    for place in range(grid.left, grid.left + width):
        headers.setdefault(_folded(grid.at(row, place).shown), []).append(place)
    places = {}
    for column in sheet.columns:
        found = headers.get(_folded(column.header), [])
        if len(found) == 1:
            places[column] = found[0]
            continue
        if found:
            cells = " and ".join(grid.address(row, place) for place in found)
            raise ApiError(
                f"google_sheets: {sheet.spreadsheet}: the header {column.header!r} is in {cells}",
                "rename one of them",
            )
        first = grid.address(row, grid.left)
        shown = (grid.at(row, place).shown for place in range(grid.left, grid.left + width))
        there = ", ".join(filter(None, shown)) or "nothing"
        raise ApiError(
            f"google_sheets: {sheet.spreadsheet}: no header {column.header!r} in the row that "
            f"begins with {first}, where there is {there}",
            "put it back, or change header or header_row in client.toml",
        )
    return places


def read_rows(sheet: Sheet, grid: Grid, currency: str) -> Iterator[tuple[str, int, Row] | Rejected]:
    """The rows below the header, each with its place; or why it cannot be read.

    Rows that a filter hides are rows like any other.
    """
    if grid.is_blank:
        return
    places = find_columns(sheet, grid)
    for row in range(grid.top + sheet.header_row, grid.top + len(grid.cells)):
        if not all(grid.at(row, place).is_blank for place in places.values()):
            yield _read_row(sheet, grid, places, row, currency)


def _read_row(
    sheet: Sheet, grid: Grid, places: Mapping[SheetColumn, int], row: int, currency: str
) -> tuple[str, int, Row] | Rejected:
    values: Row = {}
    wrong: list[tuple[str, str]] = []
    for column, place in places.items():
        address = grid.address(row, place)
        try:
            cell = _own_or_merged(sheet, grid, column, row, place)
            values[column.name] = value_of(cell, column.type, currency)
            if values[column.name] is None and (column.required or column.name in sheet.key):
                raise ValueError("missing")
        except ValueError as reason:
            wrong.append((address, f"{column.name}: {reason}"))
    if not wrong:
        first = next(place for column, place in places.items() if column.name == sheet.key[0])
        return f"{sheet.spreadsheet} {grid.address(row, first)}", row + 1, values
    (address, first_reason), *others = wrong
    reasons = [first_reason, *(f"{other} {another}" for other, another in others)]
    payload = {column.header: grid.at(row, place).shown for column, place in places.items()}
    return Rejected(f"{sheet.spreadsheet} {address}", row + 1, "; ".join(reasons), payload)


def _own_or_merged(sheet: Sheet, grid: Grid, column: SheetColumn, row: int, place: int) -> Cell:
    """The cell, or the one that it is merged with: a month that is typed once for several rows.

    An amount over several rows may be meant for each or for all, and a text over several columns
    for one of them: nobody can tell.
    """
    merge = grid.merge_at(row, place)
    if merge is None or merge.top < grid.top + sheet.header_row:
        return grid.at(row, place)
    is_amount = column.type in AMOUNTS and merge.bottom - merge.top > 1
    if place != merge.left or is_amount:
        first = grid.address(merge.top, merge.left)
        last = grid.address(merge.bottom - 1, merge.right - 1).rpartition("!")[2]
        raise ValueError(f"is merged ({first}:{last}); type it into each cell")
    return grid.at(merge.top, place)


def _folded(text: str) -> str:
    return clean(text).casefold()
