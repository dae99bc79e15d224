"""A spreadsheet: its tabs, its named ranges, how a range is found in it, and how people edit it."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from sandbox.google_sheets.a1 import Box, parse_box, split
from sandbox.google_sheets.cells import BLANK, SheetCell, made

Rows = list[list[SheetCell]]
EDITS = ("set", "clear", "append", "remove", "replace")  # the verbs of a Book


class UnknownRangeError(Exception):
    """A range that is not there, or lies outside the grid."""


@dataclass
class Tab:
    """One tab."""

    id: int
    title: str
    cells: Rows = field(default_factory=list)
    rows: int = 1000
    columns: int = 26
    hidden: bool = False
    merges: tuple[Box, ...] = ()

    def at(self, row: int, column: int) -> SheetCell:
        if row < len(self.cells) and column < len(self.cells[row]):
            return self.cells[row][column]
        return BLANK

    def put(self, row: int, column: int, cell: SheetCell) -> None:
        self.cells.extend([] for _ in range(row + 1 - len(self.cells)))
        line = self.cells[row]
        line.extend([BLANK] * (column + 1 - len(line)))
        line[column] = cell


@dataclass
class Book:
    """One spreadsheet; the verbs in EDITS change it as its owner would."""

    id: str
    title: str
    shared_with: set[str]
    tabs: list[Tab]
    named: dict[str, str] = field(default_factory=dict)  # ranges by the names they were given
    locale: str = "en_US"
    is_sheet: bool = True  # an uploaded .xlsx is none

    def tab(self, title: str) -> Tab:
        for tab in self.tabs:
            if tab.title == title:
                return tab
        raise ValueError(f"no tab {title!r}; there are: {', '.join(t.title for t in self.tabs)}")

    def find(self, text: str) -> tuple[Tab, tuple[int, int, int, int]]:
        """The tab that a range means, and the rectangle: top, bottom, left, right.

        Without quotes a cell comes first (of the first visible tab), then a named range, then a
        tab; in quotes it is always a tab.
        """
        title, rest = split(text)
        if title is None:
            if box := parse_box(text):
                first = next(tab for tab in self.tabs if not tab.hidden)
                return _inside(first, box, text)
            if text in self.named:
                return self.find(self.named[text])
            title, rest = text, None
        box = Box() if rest is None else parse_box(rest)
        tab = next((tab for tab in self.tabs if tab.title == title), None)
        if tab is None or box is None:
            raise UnknownRangeError(f"Unable to parse range: {text}")
        return _inside(tab, box, str(rest))

    def emptied(self) -> "Book":
        """The same without anything in its cells."""
        return replace(self, tabs=[replace(tab, cells=[]) for tab in self.tabs])

    # Edits

    def set(self, *, cell: str, **content: object) -> None:
        """Type into a cell (`Targets!C2`) what `made` takes.

        Without `format` the cell keeps the one it has.
        """
        tab, row, column = self._cell(cell)
        new = cell_of(content)
        if "format" not in content:
            new = replace(new, format=tab.at(row, column).format)
        tab.put(row, column, new)

    def clear(self, *, cell: str) -> None:
        """Empty a cell; its format stays."""
        tab, row, column = self._cell(cell)
        tab.put(row, column, SheetCell(format=tab.at(row, column).format))

    def append(self, *, tab: str, row: list[object]) -> None:
        """Type a row below the last one."""
        self.tab(tab).cells.append(row_of(row))

    def remove(self, *, tab: str, at: int) -> None:
        """Delete row `at` (from 1), moving the others up."""
        cells = self.tab(tab).cells
        if not 0 < at <= len(cells):
            raise ValueError(f"tab {tab!r} has no row {at}")
        del cells[at - 1]

    def replace(self, *, tab: str, rows: list[list[object]]) -> None:
        """Give a tab other rows altogether, or make the tab."""
        if tab not in {t.title for t in self.tabs}:
            self.tabs.append(Tab(max(t.id for t in self.tabs) + 1, tab))
        at = self.tab(tab)
        at.cells, at.merges = [row_of(row) for row in rows], ()

    def _cell(self, text: str) -> tuple[Tab, int, int]:
        title, rest = split(text)
        box = parse_box(rest or "")
        if title is None or box is None or box.top is None or box.left is None:
            raise ValueError(f"{text!r} is no cell such as Targets!C2")
        return self.tab(title), box.top, box.left


def row_of(row: Iterable[object]) -> list[SheetCell]:
    """The cells of a row as people type it."""
    return [cell_of(cell) for cell in row]


def cell_of(content: object) -> SheetCell:
    """A cell: one that is made, a value, or a map of what `made` takes."""
    if isinstance(content, SheetCell):
        return content
    return made(**content) if isinstance(content, dict) else made(content)


def _inside(tab: Tab, box: Box, asked: str) -> tuple[Tab, tuple[int, int, int, int]]:
    top, bottom, left, right = sides = box.within(tab.rows, tab.columns)
    if top >= bottom or left >= right:
        raise UnknownRangeError(
            f"Range ({tab.title}!{asked}) exceeds grid limits. "
            f"Max rows: {tab.rows}, max columns: {tab.columns}"
        )
    return tab, sides
