"""What the API answers of a spreadsheet: values, properties, cells with their formats."""

from typing import Any

from sandbox.google_sheets.a1 import Box, written
from sandbox.google_sheets.book import Book, Rows, Tab
from sandbox.google_sheets.cells import (
    Format,
    SheetCell,
    SheetError,
    plain,
    shown,
    unformatted,
)

LOADING = SheetError("Loading...", "Loading...")


def value_range(
    book: Book, asked: str, *, render: str, dates: str, dimension: str, loading: bool
) -> dict[str, Any]:
    """A ValueRange: what is empty at the end of rows and of the range is left out."""
    tab, box = book.find(asked)
    cells = tab.block(box)
    if dimension == "COLUMNS":
        cells = [list(column) for column in zip(*cells, strict=True)]
    values = [
        [_rendered(book, cell, render, dates, loading) for cell in row[: _length(row)]]
        for row in cells
    ]
    while values and not values[-1]:
        values.pop()
    answer: dict[str, Any] = {"range": written(tab.title, box), "majorDimension": dimension}
    if values:
        answer["values"] = values
    return answer


def spreadsheet(
    book: Book, asked: list[str], url: str, *, grid: bool, loading: bool
) -> dict[str, Any]:
    """A Spreadsheet; with ranges only their tabs, with `grid` their cells too."""
    places = [book.find(text) for text in asked]
    tabs = [tab for tab in book.tabs if not asked or any(tab is other for other, _ in places)]
    sheets = []
    for tab in tabs:
        sheet: dict[str, Any] = {"properties": _properties(book, tab)}
        if tab.merges:
            sheet["merges"] = [_grid_range(tab.id, merge) for merge in tab.merges]
        if grid and tab.is_grid:
            boxes = [box for other, box in places if other is tab]
            whole = Box().within(tab.rows, tab.columns)
            sheet["data"] = [_data(book, tab, box, loading) for box in boxes or [whole]]
        sheets.append(sheet)
    answer: dict[str, Any] = {
        "spreadsheetId": book.id,
        "properties": {
            "title": book.title,
            "locale": book.locale,
            "autoRecalc": "ON_CHANGE",
            "timeZone": book.time_zone,
            "defaultFormat": {"verticalAlignment": "BOTTOM", "wrapStrategy": "OVERFLOW_CELL"},
        },
        "sheets": sheets,
    }
    if book.named:
        answer["namedRanges"] = [
            {
                "namedRangeId": f"sandbox{number}",
                "name": name,
                "range": _grid_range(tab_id, box),
            }
            for number, (name, (tab_id, box)) in enumerate(book.named.items())
        ]
    answer["spreadsheetUrl"] = url
    return answer


def _length(row: list[SheetCell]) -> int:
    return max((i + 1 for i, cell in enumerate(row) if not cell.is_blank), default=0)


def _rendered(book: Book, cell: SheetCell, render: str, dates: str, loading: bool) -> object:
    if render == "FORMULA" and cell.formula is not None:
        return cell.formula
    if loading and cell.formula is not None:
        return LOADING.shown
    if render == "FORMATTED_VALUE":
        return shown(cell, book.locale)
    as_text = dates == "FORMATTED_STRING"
    return unformatted(cell, dates_as_text=as_text, locale=book.locale)


def _properties(book: Book, tab: Tab) -> dict[str, Any]:
    grid: dict[str, Any] = {"rowCount": tab.rows, "columnCount": tab.columns}
    if tab.frozen_rows:
        grid["frozenRowCount"] = tab.frozen_rows
    properties: dict[str, Any] = {
        "sheetId": tab.id,
        "title": tab.title,
        "index": book.tabs.index(tab),
        "sheetType": "GRID" if tab.is_grid else "OBJECT",
    }
    if tab.is_grid:
        properties["gridProperties"] = grid
    if tab.hidden:
        properties["hidden"] = True
    return properties


def _grid_range(tab_id: int, box: Box) -> dict[str, int]:
    """A GridRange: sides that are open are missing, and so is the id of the tab whose id is 0."""
    sides = {
        "sheetId": tab_id or None,
        "startRowIndex": box.top,
        "endRowIndex": box.bottom,
        "startColumnIndex": box.left,
        "endColumnIndex": box.right,
    }
    return {name: side for name, side in sides.items() if side is not None}


def _data(book: Book, tab: Tab, box: Box, loading: bool) -> dict[str, Any]:
    top, _, left, right = box.sides
    rows = [_row(book, row, loading) for row in _used(tab.block(box))]
    data: dict[str, Any] = {}
    if top:
        data["startRow"] = top
    if left:
        data["startColumn"] = left
    if rows:
        data["rowData"] = rows
    data["rowMetadata"] = [
        {"pixelSize": 21} | ({"hiddenByFilter": True} if top + i in tab.hidden_rows else {})
        for i in range(len(rows))
    ]
    data["columnMetadata"] = [{"pixelSize": 100} for _ in range(left, right)]
    return data


def _used(rows: Rows) -> Rows:
    """The rows without what is neither filled nor formatted at the end."""
    used = [row[: _formatted_length(row)] for row in rows]
    while used and not used[-1]:
        used.pop()
    return used


def _formatted_length(row: list[SheetCell]) -> int:
    return max((i + 1 for i, cell in enumerate(row) if cell != SheetCell()), default=0)


def _row(book: Book, row: list[SheetCell], loading: bool) -> dict[str, Any]:
    return {"values": [_cell(book, cell, loading) for cell in row]} if row else {}


def _cell(book: Book, cell: SheetCell, loading: bool) -> dict[str, Any]:
    if loading and cell.formula is not None:
        cell = SheetCell(LOADING, cell.format, cell.formula, cell.note)
    data: dict[str, Any] = {}
    if not cell.is_blank:
        effective = _extended(cell)
        data["userEnteredValue"] = (
            effective if cell.formula is None else {"formulaValue": cell.formula}
        )
        data["effectiveValue"] = effective
        data["formattedValue"] = shown(cell, book.locale)
    if cell.format:
        data["userEnteredFormat"] = {"numberFormat": _format(cell.format)}
    if data:
        number_format = {"numberFormat": _format(cell.format)} if cell.format else {}
        data["effectiveFormat"] = number_format | {
            "verticalAlignment": "BOTTOM",
            "wrapStrategy": "OVERFLOW_CELL",
        }
    if cell.note:
        data["note"] = cell.note
    return data


def _extended(cell: SheetCell) -> dict[str, Any]:
    value = cell.value
    if isinstance(value, SheetError):
        return {"errorValue": {"type": value.type, "message": value.message}}
    if isinstance(value, bool):
        return {"boolValue": value}
    if isinstance(value, str):
        return {"stringValue": value}
    assert value is not None  # noqa: S101 -- the caller knows that it is not blank
    return {"numberValue": plain(value)}


def _format(kind: Format) -> dict[str, str]:
    return {"type": kind.type} | ({"pattern": kind.pattern} if kind.pattern else {})
