"""What the API answers of a spreadsheet: its properties, and cells with their formats."""

import re
from collections.abc import Mapping
from typing import Any

from sandbox.google_sheets.a1 import Box
from sandbox.google_sheets.book import Book, Tab
from sandbox.google_sheets.cells import BLANK, SheetCell, SheetError, plain, shown

LOADING = SheetError("Loading...")
Mask = dict[str, "Mask"]  # a field and the fields wanted within; none within: all of it


def mask_of(fields: str) -> Mask:
    """The `fields` of a request, `sheets(merges,data.rowData),properties.title`, as a tree."""
    mask: Mask = {}
    within, at = [mask], mask
    for word in re.findall(r"\w+|[(),]", fields):
        if word == "(":
            within.append(at)
        elif word == ")":
            within.pop()
        elif word == ",":
            at = within[-1]
        else:
            at = at.setdefault(word, {})
    return mask


def masked(answer: Any, mask: Mask) -> Any:
    """The wanted parts of an answer."""
    if not mask:
        return answer
    if isinstance(answer, list):
        return [masked(item, mask) for item in answer]
    if not isinstance(answer, Mapping):
        return answer
    return {name: masked(answer[name], inner) for name, inner in mask.items() if name in answer}


def spreadsheet(book: Book, asked: str, *, loading: bool) -> dict[str, Any]:
    """A Spreadsheet with the tab and the cells of a range; `loading`: formulas are not done."""
    tab, (top, bottom, left, right) = book.find(asked)
    rows = [
        [_cell(tab.at(row, column), book.locale, loading) for column in range(left, right)]
        for row in range(top, bottom)
    ]
    sheet: dict[str, Any] = {"properties": {"sheetId": tab.id, "title": tab.title}}
    if tab.merges:
        sheet["merges"] = [_grid_range(tab, merge) for merge in tab.merges]
    sheet["data"] = [{"startRow": top, "startColumn": left, "rowData": [_row(row) for row in rows]}]
    _leave_out_what_is_empty(sheet["data"][0])
    properties = {"title": book.title, "locale": book.locale}
    return {"spreadsheetId": book.id, "properties": properties, "sheets": [sheet]}


def _leave_out_what_is_empty(data: dict[str, Any]) -> None:
    """Rows at the end, and every key whose value is zero or nothing."""
    while data["rowData"] and not data["rowData"][-1]:
        data["rowData"].pop()
    for name in [name for name, value in data.items() if not value]:
        del data[name]


def _grid_range(tab: Tab, box: Box) -> dict[str, int]:
    """A GridRange; the id of the tab whose id is 0 is missing."""
    sides = {
        "sheetId": tab.id or None,
        "startRowIndex": box.top,
        "endRowIndex": box.bottom,
        "startColumnIndex": box.left,
        "endColumnIndex": box.right,
    }
    return {name: side for name, side in sides.items() if side is not None}


def _row(cells: list[dict[str, Any]]) -> dict[str, Any]:
    """A RowData, without the cells at its end that are neither filled nor formatted."""
    while cells and not cells[-1]:
        cells.pop()
    return {"values": cells} if cells else {}


def _cell(cell: SheetCell, locale: str, loading: bool) -> dict[str, Any]:
    if cell == BLANK:
        return {}
    if loading and cell.formula is not None:
        cell = SheetCell(LOADING, cell.format)
    data: dict[str, Any] = {}
    if cell.value is not None:
        data["effectiveValue"] = _extended(cell.value)
        data["formattedValue"] = shown(cell, locale)
    data["effectiveFormat"] = {"verticalAlignment": "BOTTOM"}
    if cell.format:
        pattern = {"pattern": cell.format.pattern} if cell.format.pattern else {}
        data["effectiveFormat"]["numberFormat"] = {"type": cell.format.type} | pattern
    return data


def _extended(value: bool | int | float | str | SheetError) -> dict[str, Any]:
    if isinstance(value, SheetError):
        return {"errorValue": {"type": value.type, "message": f"The formula failed: {value.shown}"}}
    if isinstance(value, bool):
        return {"boolValue": value}
    if isinstance(value, str):
        return {"stringValue": value}
    return {"numberValue": plain(value)}
