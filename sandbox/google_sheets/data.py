"""The made spreadsheets: the targets of each client, and one with every habit people have.

Targets of 713 are round numbers around what its made sources spend; nobody agreed to them.
"""

from datetime import date, datetime, time, timedelta

from sandbox.google_sheets.a1 import Box
from sandbox.google_sheets.book import Book, Tab, row_of
from sandbox.google_sheets.cells import BLANK, SheetCell, made

TARGETS = "sandbox-713-targets"
ODD = "sandbox-713-odd"
PRIVATE = "sandbox-713-private"  # shared with nobody
UPLOADED = "sandbox-713-xlsx"  # an .xlsx file in Drive, no sheet
CTI_TARGETS = "sandbox-cti-targets"
HEADER = ["advertiser", "month", "budget", "basis", "target_cpa", "note"]


def made_books() -> dict[str, Book]:
    """Every spreadsheet as it was made, by its id."""
    books = (
        _targets(TARGETS, "713", _targets_713()),
        _targets(CTI_TARGETS, "cti", _targets_cti()),
        _odd(),
        Book(PRIVATE, "Private (sandbox, made)", set(), [Tab(0, "Sheet1")]),
        Book(UPLOADED, "Targets.xlsx (sandbox, made)", {"713"}, [], is_sheet=False),
    )
    return {book.id: book for book in books}


def _targets(book_id: str, client: str, rows: list[list[object]]) -> Book:
    tab = Tab(0, "Targets", [row_of(HEADER), *map(row_of, rows)], rows=200, columns=8)
    notes = Tab(71, "Read me", [row_of(["Made by the sandbox; nobody agreed to these numbers."])])
    title = f"Client {client}: targets (sandbox, made)"
    return Book(book_id, title, {client}, [tab, notes], {"targets": "Targets!A1:F60"})


def _month(year: int, month: int) -> SheetCell:
    return made(date(year, month, 1), "month")


def _dollars(amount: float, formula: str | None = None) -> SheetCell:
    return made(amount, "currency", formula=formula)


def _targets_713() -> list[list[object]]:
    """By advertiser and month; EXP had no budget in November, blank lines part the months."""
    unset = made(None, "currency")
    return [
        ["CCW", _month(2025, 11), _dollars(70_000), "spend", _dollars(24), "made (sandbox)"],
        ["EXP", _month(2025, 11), unset, "spend", _dollars(60), "no budget was set"],
        [],
        ["CCW", _month(2025, 12), _dollars(72_000, "=C2+2000"), "spend", _dollars(23.5)],
        ["EXP", _month(2025, 12), _dollars(2_000), "effective_cost"],
        [],
        ["CCW", _month(2026, 1), _dollars(170_000), "effective_cost", _dollars(27.5), "draft"],
        ["EXP", _month(2026, 1), _dollars(2_200), "effective_cost"],
    ]


def _targets_cti() -> list[list[object]]:
    return [["CTI-A", _month(2025, 12), _dollars(3_100), "spend", _dollars(9.75), "made (sandbox)"]]


def _odd() -> Book:
    merges = (Box(0, 1, 0, 6), Box(11, 13, 0, 1))
    rows = [row_of(row) for row in _odd_rows()]
    odd = Tab(1385, "Odd", rows, rows=120, columns=20, merges=merges)
    plain: list[list[object]] = [["key", "value"], ["a", 1], ["b", 2]]
    tabs = [
        Tab(7, "Archive", [row_of(["hidden tab"])], hidden=True),
        odd,
        _small(11, 'Bob\'s "Q4" plan', plain),
        _small(12, "B2", plain),  # a name that looks like a cell
        _small(13, "Budget", plain),  # a tab and a named range of one name
        _small(14, "Empty", []),
        _small(15, "Header only", [["key", "value"]]),
        _small(16, "2025", plain),
        _small(17, "Übersicht", plain),
        _small(0, "Sheet1", plain),  # the oldest tab, moved to the end; its id is 0
    ]
    named = {"odd_table": "Odd!A3:N30", "Budget": "Sheet1!A1:B2"}
    return Book(ODD, "Client 713: every habit (sandbox, made)", {"713"}, tabs, named)


def _small(tab_id: int, title: str, rows: list[list[object]]) -> Tab:
    return Tab(tab_id, title, [row_of(row) for row in rows], rows=50, columns=6)


def _odd_rows() -> list[list[object]]:
    """Rows 1 to 23 of the tab Odd; the header is in row 3, under a merged title."""
    shown = ("#REF!", "#N/A", "#DIV/0!", "#VALUE!", "#NAME?", "#NUM!", "#ERROR!", "Loading...")
    wrong = [made(error=error) for error in shown]
    return [
        ["Spend log (sandbox, made)"],
        [],
        [
            "Date", "Spend", "Spend", " Rate % ", None, "CPA\n(USD)", "Order id", "Active",
            "Updated at", "Total", None, "Starts", "Elapsed", "Notes",
        ],
        [  # row 4: all as it should be
            made(date(2025, 12, 1), "date"),
            made(1_234.5, "currency"),
            made(1_200, "whole"),
            made(0.125, "percent"),
            "no header",
            made(23.456, "currency"),
            made(123456789012345678.0),
            True,
            made(datetime(2025, 12, 1, 8, 30), "datetime"),  # noqa: DTZ001
            made(2_434.5, "currency", formula="=B4+C4"),
            None,
            made(time(8, 30), "time"),
            made(timedelta(hours=26, minutes=5), "duration"),
            "fine",
        ],
        [  # row 5: numbers and dates typed as text
            "12/2/2025", "$1,234.50", "1.200,50", "12.5%", None, " 23.46 ", "123456789012345678",
            "yes", "2025-12-02 08:30", "=B5+C5", None, "8:30 AM", "26:05:00",
        ],
        [],
        [" "],  # row 7: a space somebody left behind
        # row 8: formulas that failed
        [made(date(2025, 12, 3), "date_automatic"), *wrong[:3], None, *wrong[3:]],
        # row 9: a date without its format, losses in brackets, a rate that is no rate
        [45_995, made(-45, "accounting"), made(-45.005, "currency"), made(12, "percent_whole")],
        ["n/a", "-", "TBD", "?", None, "≈ 23", "none", "x"],  # row 10: words for nothing
        [made(date(2205, 12, 5), "date"), made(0, "currency"), made(0), made(0, "percent")],
        [made(date(2025, 12, 6), "date"), made(10, "euro"), made(1.005, "number")],  # merged
        [None, made(20, "currency"), made(1e21)],
        [  # row 14: formulas that give an empty text, leading zeros, a blank with a format
            made("", formula='=IF(P14="","",P14)'), "007", made(None, "currency"),
            made(1 / 3, "percent"), "", made(1 / 3),
        ],
        ["\u00a02025-12-08\u00a0", "1\u202f234,50", "\u200b", "½"],  # row 15: blanks one cannot see
        [made(date(2025, 12, 9), "date"), made(5, "currency"), 7, False],
        [made(date(2025, 12, 9), "date"), made(5, "currency"), 7, False],  # twice
        ["Date", "Spend", "Spend", " Rate % "],  # row 18: the header again
        [made(datetime(2025, 12, 10, 23, 59, 59), "date"), made(1.2345e-7, "scientific")],  # noqa: DTZ001
        [],
        ["TOTAL", made(1_219.5, "currency", formula="=SUM(B4:B19)")],
        [made("", formula='=IF(A4="","","")'), made("", formula='=""')],  # row 22: nothing to see
        [*[BLANK] * 15, "a note far right of the table"],
    ]  # fmt: skip
