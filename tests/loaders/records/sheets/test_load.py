"""Sheets as people keep them: every row is there as it was meant, or reported by its cell."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from loaders.errors import ApiError, LoadError
from loaders.source import Finding
from sandbox.google_sheets.data import ODD, TARGETS
from tests.loaders.records.sheets.stand import TARGETS_SHEET, Stand, sheet
from tests.support import on_both_targets

NOVEMBER, DECEMBER, JANUARY = date(2025, 11, 1), date(2025, 12, 1), date(2026, 1, 1)
BUDGETS = [
    ("CCW", NOVEMBER, Decimal(70_000)),
    ("CCW", DECEMBER, Decimal(72_000)),
    ("CCW", JANUARY, Decimal(170_000)),
    ("EXP", NOVEMBER, None),
    ("EXP", DECEMBER, Decimal(2_000)),
    ("EXP", JANUARY, Decimal(2_200)),
]
FEW = replace(TARGETS_SHEET, columns=TARGETS_SHEET.columns[:3])
PLAIN = sheet("Sheet1", {"key": "text", "value": "integer"}, key=("key",), spreadsheet=ODD)


def budgets(sheets: Stand) -> list[tuple[str, date, Decimal | None]]:
    return sheets.rows("advertiser, month, budget")


# The targets


@on_both_targets
def test_the_targets_are_loaded_and_a_second_load_changes_nothing(sheets: Stand) -> None:
    for _ in range(2):
        run = sheets.load()
        assert (run.verdict, run.rows_written, run.messages, run.error) == ("ok", 6, [], None)
        assert budgets(sheets) == BUDGETS
    basis = sheets.rows("advertiser, month, basis, target_cpa, note, _client_id")
    assert basis[0] == ("CCW", NOVEMBER, "spend", Decimal(24), "made (sandbox)", "713")
    assert basis[4] == ("EXP", DECEMBER, "effective_cost", None, None, "713")


def test_a_row_that_cannot_be_read_is_reported_by_its_cell_and_stays_as_it_was(
    sheets: Stand,
) -> None:
    sheets.load()
    book = sheets.sandbox.google_sheets
    book.restate("set", cell="Targets!C5", error="#REF!")
    book.restate("set", cell="Targets!C2", value=70_500)
    run = sheets.load()
    assert (run.verdict, run.rows_rejected, run.messages) == ("ok", 1, [])
    assert sheets.rejected() == [
        ("sandbox-713-targets Targets!C5", 5, "budget: '#REF!' is the error of a formula")
    ]
    assert budgets(sheets) == [("CCW", NOVEMBER, Decimal(70_500)), *BUDGETS[1:]]


def test_columns_are_found_by_their_headers_wherever_they_stand(sheets: Stand) -> None:
    """Moved, spelled a little otherwise, below other rows, beside others that nobody configured."""
    rows = [
        ["Our targets"],
        ["who asked", " Month\n", "BUDGET ", None, "Advertiser", "basis", "target_cpa", "note"],
        ["me", "Dec 2025", "$1,200.50", "?", "CCW"],
    ]
    sheets.sandbox.google_sheets.restate("replace", tab="Targets", rows=rows)
    sheets.sheets = (replace(TARGETS_SHEET, range="Targets", header_row=2),)
    found = [("CCW", DECEMBER, Decimal("1200.5"))]
    assert sheets.found("advertiser", "month", "budget") == (found, [])


def test_what_a_sheet_leaves_out_is_blank(sheets: Stand) -> None:
    sheets.sheets = (FEW,)
    sheets.load()
    assert budgets(sheets) == BUDGETS
    assert {row[2] for row in sheets.rows("advertiser, month, basis")} == {None}


def test_a_required_cell_that_is_blank_is_reported(sheets: Stand) -> None:
    advertiser, month, budget = FEW.columns
    sheets.sheets = (replace(FEW, columns=(advertiser, month, replace(budget, required=True))),)
    _, wrong = sheets.found()
    assert wrong == [("sandbox-713-targets Targets!C3", 3, "budget: missing")]


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (
            {"cell": "Targets!C1", "value": "Budget 2025"},
            "no header 'budget' in the row that begins with Targets!A1, where there is advertiser, "
            "month, Budget 2025, basis, target_cpa, note; put it back, or change header or "
            "header_row in client.toml",
        ),
        (
            {"cell": "Targets!F1", "value": "Budget"},
            "the header 'budget' is in Targets!C1 and Targets!F1; rename one of them",
        ),
    ],
)
def test_a_header_must_be_there_once(sheets: Stand, edit: dict[str, str], said: str) -> None:
    """One that nobody configured may be there twice."""
    for cell in ("Targets!G1", "Targets!H1"):
        sheets.sandbox.google_sheets.restate("set", cell=cell, value="x")
    assert len(sheets.found()[0]) == 6
    sheets.sandbox.google_sheets.restate("set", **edit)
    with pytest.raises(ApiError) as raised:
        sheets.read()
    error = f"google_sheets: {TARGETS}: {said}"
    assert str(raised.value).removesuffix(", x, x") == error
    assert sheets.examine() == [Finding("fail", str(raised.value))]


def test_an_emptied_sheet_has_no_rows(sheets: Stand) -> None:
    """With its header or without; what a load makes of that is the same for every source."""
    for rows in ([], [["advertiser", "month", "budget", "basis", "target_cpa", "note"]]):
        sheets.sandbox.google_sheets.restate("replace", tab="Targets", rows=rows)
        assert sheets.found() == ([], [])


# Other tables


@on_both_targets
def test_a_table_that_only_this_client_has_is_made_and_filled(sheets: Stand) -> None:
    empty = sheet("Empty", {"key": "text", "bought_on": "date"}, key=("key",), spreadsheet=ODD)
    sheets.sheets = (empty,)
    run = sheets.load()
    assert (run.table_name, run.verdict) == ("typed", "expected-empty")
    assert sheets.rows("key, bought_on", table="typed") == []
    sheets.sheets = (PLAIN,)
    assert sheets.load().verdict == "ok"
    assert sheets.rows("key, value", table="typed") == [("a", 1), ("b", 2)]


@on_both_targets
def test_a_name_may_be_a_word_of_sql(sheets: Stand) -> None:
    """As the key, as another column and as the table's."""
    tab = "Plan"
    named = sheet(tab, {"group": "text", "order": "text"}, key=("group",), table="select")
    for rows in ([["a", "1"], ["b", "2"]], [["a", "3"]], [["a", "3"]]):
        sheets.sandbox.google_sheets.restate("replace", tab=tab, rows=[["group", "order"], *rows])
        sheets.sheets = (named,)
        run = sheets.load()
        assert run.error is None
    assert sheets.rows('"group", "order"', table="select") == [("a", "3")]


def test_several_sheets_may_feed_one_table(sheets: Stand) -> None:
    plan = sheet("Plan", {"key": "text", "note": "text"}, key=("key",))
    rows: list[list[object]] = [["note", "key"], ["new", "c"], ["again", "b"]]
    sheets.sandbox.google_sheets.restate("replace", tab="Plan", rows=rows)
    sheets.sheets = (TARGETS_SHEET, PLAIN, plan)
    targets, typed = sheets.load_all()
    assert (targets.rows_written, typed.rows_written, typed.rows_rejected) == (6, 3, 1)
    held = [("a", 1, None), ("b", 2, None), ("c", None, "new")]
    assert sheets.rows("key, value, note", table="typed") == held
    assert sheets.rejected() == [
        (
            "sandbox-713-targets Plan!B3",
            3,
            "key: a second row for b, after sandbox-713-odd Sheet1!A3",
        )
    ]


def test_where_one_sheet_of_a_table_fails_nothing_of_it_is_landed(sheets: Stand) -> None:
    missing = sheet("Plan", {"key": "text"}, key=("key",))
    sheets.sheets = (PLAIN, missing, TARGETS_SHEET)
    typed, targets = sheets.load_all()
    assert (typed.verdict, typed.rows_written, targets.verdict) == ("failed", 0, "ok")
    assert sheets.rows("key, value", table="typed") == []


@pytest.mark.parametrize(
    "place",
    ["'Bob''s \"Q4\" plan'", "'B2'", "'2025'", "Übersicht", "Budget", "Sheet1!A:B", "A1:B3"],
)
def test_a_range_in_every_notation(sheets: Stand, place: str) -> None:
    """A1:B3 alone is that of the first tab that is not hidden: the odd one, with its title."""
    sheets.sheets = (
        sheet(place, {"key": "text", "value": "integer"}, key=("key",), spreadsheet=ODD),
    )
    if place == "A1:B3":
        with pytest.raises(ApiError, match=r"where there is Spend log \(sandbox, made\)"):
            sheets.read()
    else:
        rows = [("a", 1)] if place == "Budget" else [("a", 1), ("b", 2)]
        assert sheets.found("key", "value") == (rows, [])


# Who may read


def test_what_doctor_says_of_each_sheet(sheets: Stand) -> None:
    empty = sheet("Empty", {"key": "text"}, key=("key",), spreadsheet=ODD)
    nowhere = sheet("Nowhere", {"key": "text"}, key=("key",))
    sheets.sheets = (PLAIN, empty, nowhere)
    assert [(finding.level, finding.text) for finding in sheets.examine()] == [
        (
            "ok",
            "google_sheets: sandbox-713-odd (Client 713: every habit (sandbox, made)), Sheet1 for "
            "typed: key in Sheet1!A1, value in Sheet1!B1",
        ),
        (
            "warn",
            "google_sheets: sandbox-713-odd (Client 713: every habit (sandbox, made)): Empty is "
            "empty",
        ),
        (
            "fail",
            "google_sheets: spreadsheet sandbox-713-targets has no range 'Nowhere': Unable to "
            "parse range: Nowhere; check range in client.toml",
        ),
    ]
    sheets.settings = {"credentials_json": "{}"}
    with pytest.raises(LoadError, match="not a service account's key"):
        sheets.examine()


def test_one_token_and_one_request_for_each_sheet(sheets: Stand) -> None:
    sheets.sheets = (TARGETS_SHEET, PLAIN)
    sheets.load_all()
    paths = [asked.path.rpartition("/")[2] for asked in sheets.sandbox.google_sheets.requests]
    assert paths == ["token", TARGETS, ODD]
