"""XLSX: numbers are numbers, dates dates, rates percentages, texts texts whatever they begin with.

Excel holds 15 digits of a number, 32,767 characters of a text and 1,048,576 rows of a sheet: a
whole number of more digits is written as text, a longer text cut and said, more rows are refused.
"""

from collections import Counter
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from math import isfinite
from pathlib import Path
from typing import Any

import click

from signalroom.export.rows import Rows, is_percent

MOST_ROWS = 1_048_575  # and the header
MOST_CHARACTERS = 32_767
LARGEST_EXACT = 10**15
SHEET_NAME = 31
FIRST_YEAR = 1900  # Excel knows no earlier days
WIDTHS = (10, 40)


def write(rows: Rows, path: Path) -> list[str]:
    """Write rows as a sheet, a second one saying what the columns mean; what was cut, in a line."""
    import xlsxwriter  # type: ignore[import-untyped]

    cut: Counter[str] = Counter()
    with path.open("wb") as file:  # else xlsxwriter has an error of its own where it cannot
        book = xlsxwriter.Workbook(file, {"constant_memory": True, "remove_timezone": True})
        try:
            _fill(book, rows, cut)
            _explain(book, rows)
        finally:
            book.close()
    return [
        f"{name}: {count:,} texts cut at {MOST_CHARACTERS:,} characters; parquet has them whole"
        for name, count in cut.items()
    ]


def _fill(book: Any, rows: Rows, cut: Counter[str]) -> None:
    sheet = book.add_worksheet(rows.name[:SHEET_NAME])
    header = book.add_format({"bold": True, "bottom": 1})
    names = rows.schema.names
    formats = [_format(book, name) for name in names]
    for place, name in enumerate(names):
        sheet.set_column(place, place, min(max(len(name) + 3, WIDTHS[0]), WIDTHS[1]))
        sheet.write_string(0, place, name, header)
    sheet.freeze_panes(1, 0)
    number = 0
    for number, values in enumerate(rows.values(), start=1):
        if number > MOST_ROWS:
            raise click.ClickException(
                f"{rows.name} has more rows than the {MOST_ROWS:,} that a sheet of Excel holds; "
                "use --format parquet, which holds any number"
            )
        for place, value in enumerate(values):
            if isinstance(value, str) and len(value) > MOST_CHARACTERS:
                cut[names[place]] += 1
            _write(sheet, number, place, value, formats[place])
    sheet.autofilter(0, 0, number, max(len(names) - 1, 0))


def _write(sheet: Any, row: int, place: int, value: Any, given: Callable[[type], Any]) -> None:
    """A value by its own type; strings as strings, of which Excel computes none."""
    match value:
        case None:
            pass
        case bool():
            sheet.write_boolean(row, place, value)
        case int() if abs(value) >= LARGEST_EXACT:
            sheet.write_string(row, place, str(value))
        case float() | Decimal() if not isfinite(value):
            sheet.write_string(row, place, str(value))
        case int() | float() | Decimal():
            sheet.write_number(row, place, value, given(type(value)))
        case date() if value.year >= FIRST_YEAR:
            sheet.write_datetime(row, place, value, given(type(value)))
        case _:
            sheet.write_string(row, place, str(value)[:MOST_CHARACTERS])


def _format(book: Any, name: str) -> Callable[[type], Any]:
    """How numbers and days of a column are shown."""
    known: dict[type, Any] = {}
    shown = {
        int: "0" if name.endswith("_id") else "#,##0",
        float: "General",
        Decimal: "0.00%" if is_percent(name) else "#,##0.00",
        date: "yyyy-mm-dd",
        datetime: "yyyy-mm-dd hh:mm:ss",
    }

    def of(kind: type) -> Any:
        if kind not in known:
            known[kind] = book.add_format({"num_format": shown[kind]})
        return known[kind]

    return of


def _explain(book: Any, rows: Rows) -> None:
    if not rows.descriptions:
        return
    sheet = book.add_worksheet("columns")
    sheet.set_column(0, 0, WIDTHS[1])
    sheet.set_column(1, 1, 120)
    for number, pair in enumerate([("column", "meaning"), *rows.descriptions.items()]):
        for place, text in enumerate(pair):
            sheet.write_string(number, place, text)
    sheet.freeze_panes(1, 0)
