"""The sheets of client.toml: what is read, and what is refused with file, place and reason."""

import json
from pathlib import Path

import pytest

from loaders.registry import SOURCES
from loaders.sheets.sheet import Sheet, SheetColumn
from loaders.sources.google_sheets import TARGETS
from sandbox.server import Sandbox
from signalroom.config.clients import read_client, read_clients
from signalroom.config.config_file import ConfigError
from signalroom.config.settings import InvalidSetting, NotConfigured, Settings
from tests.signalroom.test_clients import ACME, REPO, assert_refused, write_client
from tests.support import Project

SOURCED = ACME.replace('"redtrack"]', '"redtrack", "google_sheets"]')
TARGETS_TOML = """
[[google_sheets]]
spreadsheet = "abc-DEF_123"
range = "targets"
table = "targets"
key = ["advertiser", "month"]

[[google_sheets.columns]]
header = "advertiser"
type = "text"

[[google_sheets.columns]]
header = "month"
type = "month"
"""
NOTES_TOML = """
[[google_sheets]]
spreadsheet = "abc-DEF_123"
range = "Notes!A2:F"
table = "call_notes"
header_row = 2
key = ["order_id"]

[[google_sheets.columns]]
header = "Order id "
type = "text"

[[google_sheets.columns]]
header = "CPA (USD)"
name = "cpa"
type = "decimal"
required = true
"""


def read(root: Path, text: str) -> tuple[Sheet, ...]:
    return read_client(write_client(root, "acme", SOURCED + text)).google_sheets


def test_our_own_client_has_its_targets() -> None:
    client = next(c for c in read_clients(REPO) if c.client_id == "713")
    (sheet,) = client.google_sheets
    assert (sheet.range, sheet.table, sheet.key) == ("targets", "targets", ("advertiser", "month"))
    assert [column.name for column in sheet.columns] == list(TARGETS.columns)
    assert client.account({}).sheets == client.google_sheets


def test_sheets_are_read(tmp_path: Path) -> None:
    targets, notes = read(tmp_path, TARGETS_TOML + NOTES_TOML)
    assert (targets.spreadsheet, targets.header_row) == ("abc-DEF_123", 1)
    assert notes == Sheet(
        "abc-DEF_123",
        "Notes!A2:F",
        "call_notes",
        ("order_id",),
        (
            SheetColumn("Order id", "order_id", "text"),
            SheetColumn("CPA (USD)", "cpa", "decimal", required=True),
        ),
        header_row=2,
    )


@pytest.mark.parametrize(
    ("old", "new", "place", "reason"),
    [
        ('range = "Notes!A2:F"\n', "", "google_sheets 1, range", "is missing"),
        ("header_row", "header_line", "google_sheets 1, header_line", "is not known; known are: "),
        ("header_row = 2", "header_row = 0", "google_sheets 1, header_row", "whole number from 1"),
        ("header_row = 2", "header_row = true", "google_sheets 1, header_row", "a whole number"),
        ("abc-DEF_123", "https://docs.google.com/spreadsheets/d/abc/edit",
         "google_sheets 1, spreadsheet", "must be the id alone"),
        ('"Notes!A2:F"', '" "', "google_sheets 1, range", "must be a text in quotes, not blank"),
        ("call_notes", "Call notes", "google_sheets 1, table", "must be small letters"),
        ("call_notes", "_dlt_loads", "google_sheets 1, table", "must be small letters"),
        ("call_notes", "a" * 61, "google_sheets 1, table", "60 at most"),
        ('"cpa"', '"_loaded_at"', "google_sheets 1, column 2, name", "must be small letters"),
        ('"cpa"', '"a__b"', "google_sheets 1, column 2, name", "single _ between"),
        ('"cpa"', '"order_id"', "google_sheets 1, column 2, name", "'order_id' is given twice"),
        ("CPA (USD)", "ORDER ID", "google_sheets 1, column 2, header", "'ORDER ID' is given twice"),
        ("Order id ", "2025", "google_sheets 1, column 1, name", "'2025' cannot be made"),
        ("Order id ", "Größe", "google_sheets 1, column 1, name", "'Größe' cannot be made"),
        ('"decimal"', '"money"', "google_sheets 1, column 2, type",
         "must be one of text, integer, decimal, percent, date, month, boolean, not 'money'"),
        ("= true", '= "yes"', "google_sheets 1, column 2, required", "must be true or false"),
        ('["order_id"]', '"order_id"', "google_sheets 1, key", "must be a list of columns"),
        ('["order_id"]', "[]", "google_sheets 1, key", "must be a list of columns"),
        ('["order_id"]', '["id"]', "google_sheets 1, key", "'id' is not one of the columns: order"),
        ('["order_id"]', '["cpa", "cpa"]', "google_sheets 1, key", "names a column twice"),
        ("[[google_sheets.columns]]", "[[google_sheets.column]]", "google_sheets 1, columns",
         "is missing"),
    ],
)  # fmt: skip
def test_a_wrong_sheet_is_refused(
    tmp_path: Path, old: str, new: str, place: str, reason: str
) -> None:
    assert old in NOTES_TOML
    assert_refused(tmp_path, SOURCED + NOTES_TOML.replace(old, new), place, reason)


@pytest.mark.parametrize(
    ("text", "place", "reason"),
    [
        ("[google_sheets]", "google_sheets", "must be written as [[google_sheets]] tables"),
        (
            NOTES_TOML.partition("\n[[google_sheets.columns]]")[0] + "columns = 1",
            "google_sheets 1, columns",
            "must be written as [[google_sheets.columns]] tables",
        ),
        (
            NOTES_TOML.partition("\n[[google_sheets.columns]]")[0] + "columns = []",
            "google_sheets 1, columns",
            "must have at least one",
        ),
        (NOTES_TOML * 2, "google_sheets 2, range", "of this spreadsheet feeds call_notes twice"),
        (
            TARGETS_TOML.replace('["advertiser", "month"]', '["month"]'),
            "google_sheets 1, key",
            "of targets must be advertiser, month",
        ),
        (
            TARGETS_TOML.replace('"month"\ntype = "month"', '"month"\ntype = "date"'),
            "google_sheets 1, columns",
            "month of targets must be month, not date",
        ),
        (
            TARGETS_TOML + '[[google_sheets.columns]]\nheader = "owner"\ntype = "text"',
            "google_sheets 1, columns",
            "targets has no 'owner'; it has advertiser, month, budget,",
        ),
        (
            TARGETS_TOML + '[[google_sheets.columns]]\nheader = "budget"\ntype = "percent"',
            "google_sheets 1, columns",
            "budget of targets must be decimal, not percent",
        ),
        ("", "sources", "lists google_sheets, but the file has no [[google_sheets]] table"),
    ],
)
def test_sheets_that_do_not_go_together_are_refused(
    tmp_path: Path, text: str, place: str, reason: str
) -> None:
    assert_refused(tmp_path, SOURCED + text, place, reason)


def test_sheets_of_a_source_that_is_switched_off_may_stay(tmp_path: Path) -> None:
    path = write_client(tmp_path, "acme", ACME + NOTES_TOML)
    assert len(read_client(path).google_sheets) == 1


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (
            '"decimal"',
            '"percent"',
            "cpa is percent here and decimal in another sheet of this table",
        ),
        ('["order_id"]', '["cpa"]', "key is order_id in another sheet of this table"),
    ],
)
def test_all_sheets_of_a_table_agree_whosever_they_are(
    tmp_path: Path, old: str, new: str, reason: str
) -> None:
    first = write_client(tmp_path, "acme", SOURCED + NOTES_TOML)
    beta = SOURCED.replace('"acme"', '"beta"').replace("daily_one", "daily_two")
    second = write_client(tmp_path, "beta", beta + NOTES_TOML)
    assert len(read_clients(tmp_path)) == 2
    second.write_text(beta + NOTES_TOML.replace(old, new))
    with pytest.raises(ConfigError) as refusal:
        read_clients(tmp_path)
    assert refusal.value.message == f"{second}, google_sheets, call_notes: {reason}, in {first}"


# Credentials


def account_of(environ: dict[str, str]) -> dict[str, str]:
    settings = Settings(REPO, environ)
    client = next(c for c in settings.clients() if c.client_id == "713")
    return dict(settings.account(client, SOURCES["google_sheets"]).settings)


def test_one_of_the_two_credentials_must_be_set_and_only_one() -> None:
    path, text = "GOOGLE_SHEETS_CREDENTIALS_PATH", "GOOGLE_SHEETS_CREDENTIALS_JSON"
    with pytest.raises(NotConfigured, match=f"{text} and {path} are not set; copy .env.example"):
        account_of({})
    with pytest.raises(InvalidSetting, match=f"{text} and {path} are both set; leave one of them"):
        account_of({path: "a", text: "b"})
    assert account_of({path: "schlüssel.json"})["credentials_path"] == "schlüssel.json"
    pretty = json.dumps({"type": "service_account"}, indent="\t")
    assert account_of({f"{text}__713": pretty})["credentials_json"] == pretty


def test_a_load_of_several_tables_names_each(project: Project, sandbox: Sandbox) -> None:
    environ = sandbox.environ("google_sheets")
    key = json.loads(environ["GOOGLE_SHEETS_CREDENTIALS_JSON"])
    (project.root / ".env").write_text(
        f"GOOGLE_SHEETS_BASE_URL={environ['GOOGLE_SHEETS_BASE_URL']}\n"
        f"GOOGLE_SHEETS_CREDENTIALS_JSON='{json.dumps(key, indent=2)}'\n"
    )
    path = project.root / "data/clients/713/config/client.toml"
    notes = NOTES_TOML.replace("abc-DEF_123", "sandbox-713-odd").replace("Notes!A2:F", "Odd!A2:N4")
    path.write_text(path.read_text() + notes.replace('["order_id"]', '["cpa"]'))
    said = project.run("load", "google_sheets").output
    assert "713 google_sheets: 6 rows, ok" in said
    assert "713 google_sheets.call_notes: failed: failed, " in said
    assert "none of 1 rows of call_notes can be read; sandbox-713-odd Odd!G4" in said
    doctor = project.run("doctor").output
    assert "ok    713 google_sheets: sandbox-713-targets (Client 713: targets" in doctor
