"""What is answered of a sheet: values, formats, ranges, and edits by its owner."""

import re
from typing import Any

import pytest
import requests

from sandbox.google_sheets.data import ODD, TARGETS
from sandbox.server import Sandbox
from tests.sandbox.sheets import ask, client, values

UNFORMATTED = {"valueRenderOption": "UNFORMATTED_VALUE"}


def odd(sandbox: Sandbox, range: str, **options: str) -> Any:
    return values(sandbox, f"Odd!{range}", sheet=ODD, **options)


def cell(sandbox: Sandbox, address: str) -> dict[str, Any]:
    asked = client(sandbox).get(spreadsheetId=ODD, ranges=f"Odd!{address}", includeGridData=True)
    sheet: dict[str, Any] = asked.execute()["sheets"][0]["data"][0]["rowData"][0]["values"][0]
    return sheet


def test_a_row_is_shown_or_read(sandbox: Sandbox) -> None:
    assert odd(sandbox, "A4:N4") == [
        [
            "2025-12-01", "$1,234.50", "1,200", "12.50%", "no header", "$23.46", "1.23457E+17",
            "TRUE", "12/1/2025 8:30:00", "$2,434.50", "", "8:30 AM", "26:05:00", "fine",
        ]
    ]  # fmt: skip
    ((day, spend, *_, total, gap, start, elapsed, _note),) = odd(sandbox, "A4:N4", **UNFORMATTED)
    assert (day, spend, total, gap) == (45992, 1234.5, 2434.5, "")
    assert (start, elapsed) == pytest.approx((8.5 / 24, (26 + 5 / 60) / 24))
    assert odd(sandbox, "G4:H4", **UNFORMATTED) == [[1.2345678901234568e17, True]]


def test_dates_as_text_and_formulas(sandbox: Sandbox) -> None:
    text = {"dateTimeRenderOption": "FORMATTED_STRING"}
    assert odd(sandbox, "A4:B4", **UNFORMATTED, **text) == [["2025-12-01", 1234.5]]
    assert odd(sandbox, "A4:A4", **text) == [["2025-12-01"]]
    assert odd(sandbox, "J4", valueRenderOption="FORMULA") == [["=B4+C4"]]


def test_what_is_empty_is_left_out(sandbox: Sandbox) -> None:
    rows = odd(sandbox, "A1:N30")
    assert [len(row) for row in rows[:8]] == [1, 0, 14, 14, 13, 0, 1, 10]
    assert len(rows) == 22
    assert rows[21] == ["", ""]  # formulas that give nothing are something
    assert odd(sandbox, "A6:N6") is None
    assert values(sandbox, "Empty", sheet=ODD) is None
    columns = odd(sandbox, "A4:C7", majorDimension="COLUMNS")
    assert columns == [
        ["2025-12-01", "12/2/2025", "", " "], ["$1,234.50", "$1,234.50"], ["1,200", "1.200,50"],
    ]  # fmt: skip


def test_merged_cells_have_one_value(sandbox: Sandbox) -> None:
    assert odd(sandbox, "A12:B13") == [["2025-12-06", "€10.00"], ["", "$20.00"]]


def test_errors_are_text_and_in_the_grid_errors(sandbox: Sandbox) -> None:
    shown = ["#REF!", "#N/A", "#DIV/0!", "", "#VALUE!", "#NAME?", "#NUM!", "#ERROR!", "Loading..."]
    assert odd(sandbox, "B8:J8", **UNFORMATTED) == [shown]
    error = cell(sandbox, "D8")
    assert error["effectiveValue"]["errorValue"]["type"] == "DIVIDE_BY_ZERO"
    assert error["formattedValue"] == "#DIV/0!"
    assert "formulaValue" in error["userEnteredValue"]


def test_formats_tell_dates_from_numbers(sandbox: Sandbox) -> None:
    assert cell(sandbox, "A4")["effectiveFormat"]["numberFormat"]["type"] == "DATE"
    assert cell(sandbox, "A8")["userEnteredFormat"] == {"numberFormat": {"type": "DATE"}}
    number = cell(sandbox, "A9")
    assert number["effectiveValue"] == {"numberValue": 45995}
    assert "numberFormat" not in number["effectiveFormat"]
    assert cell(sandbox, "B16")["note"] == "says who?"
    assert "effectiveValue" not in cell(sandbox, "C14")


@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        ("Odd", "Odd!A1:T120"),
        ("B2", "Odd!B2"),  # of the first tab that is not hidden
        ("'B2'", "'B2'!A1:F50"),
        ("Budget", "Sheet1!A1:B2"),  # the named range comes before the tab
        ("'Budget'", "Budget!A1:F50"),
        ("odd_columns", "Odd!A1:C120"),
        ("Odd!5:5", "Odd!A5:T5"),
        ("Odd!B4:C", "Odd!B4:C120"),
        ("Odd!$C$4:A2", "Odd!A2:C4"),
        ("'Bob''s \"Q4\" plan'!A1", "'Bob''s \"Q4\" plan'!A1"),
        ("Odd!S1:ZZ999", "Odd!S1:T120"),  # cut to the grid
    ],
)
def test_ranges(sandbox: Sandbox, asked: str, answered: str) -> None:
    reading = client(sandbox).values().get(spreadsheetId=ODD, range=asked)
    assert reading.execute()["range"] == answered


@pytest.mark.parametrize("asked", ["Chart", "Odd!", "Odd!A", "'Odd", "odd!A1:", "A0"])
def test_ranges_that_do_not_parse(sandbox: Sandbox, asked: str) -> None:
    answer = ask(sandbox, f"values/{asked}", sheet=ODD)
    assert answer.status_code == 400
    assert answer.json()["error"]["message"] == f"Unable to parse range: {asked}"


def test_named_ranges_leave_out_what_is_zero_or_open(sandbox: Sandbox) -> None:
    named = client(sandbox).get(spreadsheetId=ODD).execute()["namedRanges"]
    places = {entry["name"]: entry["range"] for entry in named}
    assert "sheetId" not in places["Budget"]
    assert places["odd_columns"] == {"sheetId": 1385, "startColumnIndex": 0, "endColumnIndex": 3}


def test_fields_decide_over_grid_data(sandbox: Sandbox) -> None:
    sheets = client(sandbox)
    assert "data" not in sheets.get(spreadsheetId=ODD).execute()["sheets"][1]
    masked = {"fields": "sheets.properties(title,sheetId),properties/locale"}
    answer = sheets.get(spreadsheetId=ODD, includeGridData=True, **masked).execute()
    assert set(answer) == {"sheets", "properties"}
    assert answer["sheets"][0] == {"properties": {"title": "Archive", "sheetId": 7}}
    assert answer["properties"] == {"locale": "en_US"}
    masked = {"fields": "sheets(data/rowData.values.formattedValue)"}
    answer = sheets.get(spreadsheetId=ODD, ranges="Odd!A4:B4", **masked).execute()
    row = {"values": [{"formattedValue": "2025-12-01"}, {"formattedValue": "$1,234.50"}]}
    assert answer == {"sheets": [{"data": [{"rowData": [row]}]}]}


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("", {"fields": "sheet.properties"}),
        ("", {"fields": "sheets("}),
        ("", {"includeGridData": "perhaps"}),
        ("values/A1", {"valueRenderOption": "PRETTY"}),
        ("values/A1", {"majorDimension": "DIAGONALS"}),
        ("values/A1", {"pageSize": "5"}),
        ("values:batchGet", {"ranges": "nothing"}),
    ],
)
def test_wrong_parameters(sandbox: Sandbox, path: str, query: dict[str, str]) -> None:
    answer = ask(sandbox, path, **query)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error["status"]) == (400, 400, "INVALID_ARGUMENT")


def test_strangers_are_refused(sandbox: Sandbox) -> None:
    url = f"{sandbox.url('google_sheets')}/v4/spreadsheets/{TARGETS}"
    nobody = requests.get(url, timeout=10)
    assert (nobody.status_code, nobody.json()["error"]["status"]) == (403, "PERMISSION_DENIED")
    wrong = requests.get(url, headers={"Authorization": "Bearer x"}, timeout=10)
    assert (wrong.status_code, wrong.json()["error"]["status"]) == (401, "UNAUTHENTICATED")
    astray = ask(sandbox, sheet=f"{TARGETS}/nothing")
    assert (astray.status_code, astray.headers["Content-Type"]) == (404, "text/html; charset=utf-8")


def test_a_form_without_an_assertion(sandbox: Sandbox) -> None:
    url = f"{sandbox.url('google_sheets')}/token"
    grant = "urn:ietf:params:oauth:grant-type:jwt-bearer"
    for form, error in (
        ({}, "invalid_request"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": grant}, "invalid_request"),
        ({"grant_type": grant, "assertion": "a.b.c"}, "invalid_request"),
    ):
        answer = requests.post(url, data=form, timeout=10)
        assert (answer.status_code, answer.json()["error"]) == (400, error)


# Edits


def test_owners_edit(sandbox: Sandbox) -> None:
    book = sandbox.google_sheets.book()
    book.set(cell="Targets!C6", value=2_500.5)
    assert values(sandbox, "Targets!C6") == [["$2,500.50"]]
    book.set(cell="Targets!B6", value="soon")
    assert values(sandbox, "Targets!B6") == [["soon"]]
    book.set(cell="Targets!B6", value="2025-12-01", format="month")
    assert values(sandbox, "Targets!B6", **UNFORMATTED) == [[45992]]
    book.set(cell="Targets!C6", error="#REF!")
    assert values(sandbox, "Targets!C6", **UNFORMATTED) == [["#REF!"]]
    book.clear(cell="Targets!C6")
    assert values(sandbox, "Targets!C6") is None
    book.append(tab="Targets", row=["CCW", {"value": "2026-02-01", "format": "month"}, 7])
    assert values(sandbox, "targets")[-1] == ["CCW", "Feb 2026", "7"]
    book.insert(tab="Targets", at=2, row=["first"])
    assert values(sandbox, "Targets!A2:A3") == [["first"], ["CCW"]]
    book.remove(tab="Targets", at=2)
    assert values(sandbox, "Targets!A2") == [["CCW"]]
    book.rename(tab="Targets", to="Goals")
    assert values(sandbox, "Goals!A2") == [["CCW"]]
    assert values(sandbox, "targets")[1][0] == "CCW"
    sandbox.google_sheets.reset()
    assert values(sandbox, "Targets!C6") == [["$2,000.00"]]


def test_edits_by_route(sandbox: Sandbox) -> None:
    base = sandbox.url("google_sheets").replace("google_sheets", "_sandbox/google_sheets")

    def steer(**body: object) -> int:
        return requests.post(f"{base}/restate", json=body, timeout=10).status_code

    assert steer(verb="replace", tab="New", rows=[["a", "b"], [1, {"error": "#N/A"}]]) == 200
    assert values(sandbox, "New") == [["a", "b"], ["1", "#N/A"]]
    assert steer(verb="name", name="newest", range="New!A1:B2") == 200
    assert values(sandbox, "newest")[0] == ["a", "b"]
    assert steer(verb="drop", tab="New") == 200
    assert ask(sandbox, "values/newest").status_code == 400
    assert steer(verb="unshare", account="713") == 200
    assert ask(sandbox).status_code == 403
    assert steer(verb="share", account="713") == 200
    assert steer(verb="burn") == 400
    assert steer(verb="set", cell="C6", value=1) == 400
    assert steer(verb="set", cell="Targets!C6", color="red") == 400
    assert steer(verb="remove", tab="Targets", at=99) == 400
    assert steer(verb="append", tab="Nowhere", row=[]) == 400
    assert steer(verb="share", spreadsheet="none", account="713") == 400
    key_file = requests.get(f"{base}/key/713", timeout=10).json()
    assert key_file == sandbox.service_account()
    assert requests.get(f"{base}/key/nobody", timeout=10).status_code == 404


def test_no_key_is_the_same_twice(sandbox: Sandbox) -> None:
    key_file = sandbox.service_account()
    assert re.match("-----BEGIN PRIVATE KEY-----", key_file["private_key"])
    assert key_file["private_key"] != sandbox.service_account("cti")["private_key"]
    assert key_file["token_uri"] == f"{sandbox.url('google_sheets')}/token"
