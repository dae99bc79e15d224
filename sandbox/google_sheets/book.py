"""A spreadsheet: its tabs, its named ranges, how a range is found in it, and how people edit it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from sandbox.google_sheets.a1 import Box, column_name, parse_box, quoted, split
from sandbox.google_sheets.cells import BLANK, SheetCell, made

Rows = list[list[SheetCell]]


class UnknownRangeError(Exception):
    """A range that is not there, or lies outside the grid."""


@dataclass
class Tab:
    """One tab; a chart's tab (`is_grid` false) has no cells."""

    id: int
    title: str
    cells: Rows = field(default_factory=list)
    rows: int = 1000
    columns: int = 26
    frozen_rows: int = 0
    hidden: bool = False
    is_grid: bool = True
    merges: tuple[Box, ...] = ()
    hidden_rows: frozenset[int] = frozenset()  # from zero; the API answers them all the same

    def at(self, row: int, column: int) -> SheetCell:
        if row < len(self.cells) and column < len(self.cells[row]):
            return self.cells[row][column]
        return BLANK

    def block(self, box: Box) -> Rows:
        """The cells of a rectangle without open sides, all of them."""
        top, bottom, left, right = box.sides
        return [[self.at(r, c) for c in range(left, right)] for r in range(top, bottom)]

    def put(self, row: int, column: int, cell: SheetCell) -> None:
        while len(self.cells) <= row:
            self.cells.append([])
        line = self.cells[row]
        line.extend([BLANK] * (column + 1 - len(line)))
        line[column] = cell
        self.rows, self.columns = max(self.rows, row + 1), max(self.columns, column + 1)


@dataclass
class Book:
    """One spreadsheet; the verbs in EDITS change it as its owner would."""

    id: str
    title: str
    shared_with: set[str]
    tabs: list[Tab]
    named: dict[str, tuple[int, Box]] = field(default_factory=dict)  # name: id of the tab, range
    locale: str = "en_US"
    time_zone: str = "America/New_York"
    is_sheet: bool = True  # an uploaded .xlsx is none

    def tab(self, title: str) -> Tab:
        for tab in self.tabs:
            if tab.title == title:
                return tab
        raise ValueError(f"no tab {title!r}; there are: {', '.join(t.title for t in self.tabs)}")

    def find(self, text: str) -> tuple[Tab, Box]:
        """The tab and the rectangle that a range means.

        Without quotes a cell comes first (of the first visible tab), then a named range, then a
        tab; in quotes it is always a tab.
        """
        name, rest, in_quotes = split(text)
        if name is not None and not rest and not in_quotes:
            raise UnknownRangeError(f"Unable to parse range: {text}")
        if name is None:
            box = parse_box(text)
            if box is not None:
                first = next(tab for tab in self.tabs if tab.is_grid and not tab.hidden)
                return self._inside(first, box)
            if text in self.named:
                tab_id, box = self.named[text]
                return self._inside(next(tab for tab in self.tabs if tab.id == tab_id), box)
            name, rest = text, ""
        tab = next((tab for tab in self.tabs if tab.title == name and tab.is_grid), None)
        box = parse_box(rest) if rest else Box()
        if tab is None or box is None:
            raise UnknownRangeError(f"Unable to parse range: {text}")
        return self._inside(tab, box)

    def emptied(self) -> "Book":
        """The same without anything in its cells."""
        return replace(self, tabs=[replace(tab, cells=[]) for tab in self.tabs])

    @staticmethod
    def _inside(tab: Tab, box: Box) -> tuple[Tab, Box]:
        within = box.within(tab.rows, tab.columns)
        top, bottom, left, right = within.sides
        if top >= bottom or left >= right:
            where = f"{quoted(tab.title)}!{_asked(box)}"
            raise UnknownRangeError(
                f"Range ({where}) exceeds grid limits. "
                f"Max rows: {tab.rows}, max columns: {tab.columns}"
            )
        return tab, within

    # Edits

    def set(self, *, cell: str, **content: object) -> None:
        """Type into a cell (`Targets!C2`): value, format, formula, error, note, as in `made`.

        Without `format` the cell keeps the one it has.
        """
        tab, row, column = self._cell(cell)
        old = tab.at(row, column)
        new = _typed(content)
        keeps = "format" not in content
        if keeps and isinstance(new.value, str) and old.format and old.format.is_temporal:
            keeps = False  # text typed over a date stays text
        kept = old.format if keeps else new.format
        tab.put(row, column, SheetCell(new.value, kept, new.formula, new.note))

    def clear(self, *, cell: str) -> None:
        """Empty a cell; its format stays."""
        tab, row, column = self._cell(cell)
        tab.put(row, column, SheetCell(format=tab.at(row, column).format))

    def append(self, *, tab: str, row: list[object]) -> None:
        """Type a row below the last one; a cell is a value, or a map of what `made` takes."""
        at = self.tab(tab)
        while at.cells and all(cell.is_blank for cell in at.cells[-1]):
            at.cells.pop()
        at.cells.append(row_of(row))
        at.rows = max(at.rows, len(at.cells))

    def insert(self, *, tab: str, at: int, row: list[object]) -> None:
        """Type a row above row `at` (from 1), moving the others down."""
        cells = self.tab(tab).cells
        cells.extend([] for _ in range(at - 1 - len(cells)))
        cells.insert(at - 1, row_of(row))

    def remove(self, *, tab: str, at: int) -> None:
        """Delete row `at` (from 1), moving the others up."""
        cells = self.tab(tab).cells
        if not 0 < at <= len(cells):
            raise ValueError(f"tab {tab!r} has no row {at}")
        del cells[at - 1]

    def replace(self, *, tab: str, rows: list[list[object]]) -> None:
        """Give a tab other rows altogether, or make the tab."""
        if tab not in {t.title for t in self.tabs}:
            self.tabs.append(Tab(max((t.id for t in self.tabs), default=-1) + 1, tab))
        at = self.tab(tab)
        at.cells = [row_of(row) for row in rows]
        at.merges = ()
        at.rows = max(at.rows, len(at.cells))
        at.columns = max([at.columns, *(len(row) for row in at.cells)])

    def rename(self, *, tab: str, to: str) -> None:
        """Call a tab something else; named ranges follow it."""
        self.tab(tab).title = to

    def drop(self, *, tab: str) -> None:
        """Delete a tab and the named ranges on it."""
        gone = self.tab(tab)
        self.tabs.remove(gone)
        self.named = {n: place for n, place in self.named.items() if place[0] != gone.id}

    def name(self, *, name: str, range: str) -> None:
        """Give a range a name, or move the name there."""
        tab, box = self.find(range)
        self.named[name] = tab.id, box

    def share(self, *, account: str) -> None:
        self.shared_with.add(account)

    def unshare(self, *, account: str) -> None:
        self.shared_with.discard(account)

    def _cell(self, text: str) -> tuple[Tab, int, int]:
        title, rest, _ = split(text)
        box = parse_box(rest)
        if title is None or box is None or box.top is None or box.left is None:
            raise ValueError(f"{text!r} is no cell such as Targets!C2")
        return self.tab(title), box.top, box.left


EDITS: dict[str, Callable[..., None]] = {
    edit.__name__: edit
    for edit in (
        Book.set, Book.clear, Book.append, Book.insert, Book.remove, Book.replace, Book.rename,
        Book.drop, Book.name, Book.share, Book.unshare,
    )
}  # fmt: skip


def row_of(row: Iterable[object]) -> list[SheetCell]:
    """Typed cells: each a cell, a value, or a map of what `made` takes."""
    return [cell if isinstance(cell, SheetCell) else _typed(_content(cell)) for cell in row]


def _content(cell: object) -> dict[str, object]:
    return dict(cell) if isinstance(cell, dict) else {"value": cell}


def _typed(content: dict[str, object]) -> SheetCell:
    if unknown := content.keys() - {"value", "format", "formula", "error", "note"}:
        raise ValueError(f"a cell has no {', '.join(sorted(unknown))}")
    texts = {n: None if v is None else str(v) for n, v in content.items() if n != "value"}
    return made(content.get("value"), texts.pop("format", None), **texts)


def _asked(box: Box) -> str:
    """A range that is outside of the grid, as the error names it."""

    def corner(row: int | None, column: int | None) -> str:
        letters = "" if column is None else column_name(column)
        return letters + ("" if row is None else str(row + 1))

    first = corner(box.top, box.left)
    last = corner(
        None if box.bottom is None else box.bottom - 1,
        None if box.right is None else box.right - 1,
    )
    return first if first == last else f"{first}:{last}"
