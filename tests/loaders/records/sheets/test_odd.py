"""The sheet with every habit of people: each row as it was meant, or reported by its cell."""

from datetime import date
from decimal import Decimal

from sandbox.google_sheets.a1 import Box
from sandbox.google_sheets.data import ODD
from tests.loaders.records.sheets.stand import Stand, sheet
from tests.support import on_both_targets

SPEND_LOG = sheet(
    "Odd!A3:B30",
    {"Date": "date", "Spend": "decimal"},
    key=("spent_on",),
    spreadsheet=ODD,
    names={"Date": "spent_on", "Spend": "spend"},
)


@on_both_targets
def test_the_odd_sheet_row_by_row(sheets: Stand) -> None:
    sheets.sheets = (SPEND_LOG,)
    run = sheets.load()
    assert (run.verdict, run.rows_read) == ("ok", 15)
    assert sheets.rows("spent_on, spend", table="typed") == [
        (date(2025, 12, 1), Decimal("1234.5")),  # row 4
        (date(2025, 12, 6), Decimal(20)),  # 13: the date is merged with that of row 12
        (date(2025, 12, 8), Decimal("1234.5")),  # 15: blanks one cannot see
        (date(2025, 12, 9), Decimal(5)),  # 16
        (date(2025, 12, 10), Decimal(0)),  # 19: a second before midnight; a ten-millionth
        (date(2205, 12, 5), Decimal(0)),  # 11
    ]
    ambiguous = "spent_on: '12/2/2025' may begin with the day or the month; format it as a date"
    assert [(origin.rpartition("!")[2], reason) for origin, _, reason in sheets.rejected()] == [
        ("A5", ambiguous),
        ("B8", "spend: '#REF!' is the error of a formula"),
        ("A9", "spent_on: '45995' is not a date; format the cell as one"),
        ("A10", "spent_on: 'n/a' is not a date; Odd!B10 spend: '-' is not a number"),
        ("B12", "spend: '€10.00' is not in USD"),
        ("A14", "spent_on: missing"),
        ("A17", "spent_on: a second row for 2025-12-09, after sandbox-713-odd Odd!A16"),
        ("A18", "spent_on: 'Date' is not a date; Odd!B18 spend: 'Spend' is not a number"),
        ("A21", "spent_on: 'TOTAL' is not a date"),
    ]


def test_every_type_of_the_odd_sheet(sheets: Stand) -> None:
    sheets.sheets = (
        sheet(
            "Odd!A3:N5",
            {
                "Rate %": "percent",
                "CPA (USD)": "decimal",
                "Active": "boolean",
                "Updated at": "date",
                "Starts": "text",
                "Elapsed": "text",
                "Notes": "text",
            },
            key=("updated_at",),
            spreadsheet=ODD,
            names={
                "Rate %": "rate",
                "CPA (USD)": "cpa",
                "Active": "is_active",
                "Updated at": "updated_at",
                "Starts": "starts",
                "Elapsed": "elapsed",
                "Notes": "notes",
            },
        ),
    )
    columns = ("updated_at", "rate", "cpa", "is_active", "starts", "elapsed", "notes")
    rows, _ = sheets.found(*columns)
    assert rows == [
        (
            date(2025, 12, 1),
            Decimal("0.125"),
            Decimal("23.456"),
            True,
            "8:30 AM",
            "26:05:00",
            "fine",
        ),
        (date(2025, 12, 2), Decimal("0.125"), Decimal("23.46"), True, "8:30 AM", "26:05:00", None),
    ]


def test_merged_cells_count_for_each_row_unless_they_are_an_amount(sheets: Stand) -> None:
    tab = sheets.sandbox.google_sheets.book().tab("Targets")
    edits = sheets.sandbox.google_sheets.restate
    edits("remove", tab="Targets", at=4)
    edits("clear", cell="Targets!B5")
    tab.merges = (Box(3, 5, 1, 2), Box(6, 8, 2, 3), Box(7, 8, 4, 6))
    edits("clear", cell="Targets!C8")
    rows, wrong = sheets.found("advertiser", "month", "budget")
    december = date(2025, 12, 1)
    held = {row[:2]: row[2] for row in rows}
    assert (held["CCW", december], held["EXP", december]) == (72_000, 2_000)
    reason = "budget: is merged (Targets!C7:C8); type it into each cell"
    assert wrong == [
        ("sandbox-713-targets Targets!C7", 7, reason),
        (
            "sandbox-713-targets Targets!C8",
            8,
            f"{reason}; Targets!F8 note: is merged (Targets!E8:F8); type it into each cell",
        ),
    ]
