"""What Google answers when it does not answer: one sentence that names what to change."""

import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from loaders.errors import ApiError, LoadError
from loaders.source import Finding
from sandbox.google_sheets.auth import email
from sandbox.google_sheets.data import CTI_TARGETS, PRIVATE, TARGETS, UPLOADED
from sandbox.google_sheets.faults import SHEETS_FAULTS
from sandbox.server import Sandbox
from tests.loaders.records.sheets.stand import TARGETS_SHEET, Stand

BOOK = f"google_sheets: spreadsheet {TARGETS}"
ADDRESS = email("713")
ASKED = f"/v4/spreadsheets/{TARGETS}"
THE_URL = "check GOOGLE_SHEETS_BASE_URL"
THE_KEY = f"check GOOGLE_SHEETS_CREDENTIALS_JSON, the key of {ADDRESS}, and this machine's clock"
SHARE = f"{BOOK} is not shared with {ADDRESS}; share it with that address"


@dataclass(frozen=True)
class Case:
    """What is said while a fault is on; or else how many rows are read, of six."""

    error: str
    options: dict[str, Any]
    passes: bool  # one try later it is over
    rows: int


def case(error: str = "", *, passes: bool = False, rows: int = 6, **options: Any) -> Case:
    return Case(error, options, passes, rows)


CASES = {
    "slow": case(f"{ASKED} failed: TimeoutError timed out", passes=True, seconds=1.5),
    "connection_dropped": case(f"{ASKED} failed: ", passes=True),
    "rate_limited": case(f"{ASKED} answered HTTP 429: Quota exceeded", passes=True),
    "server_error": case(f"{ASKED} answered HTTP 503: The service is", passes=True, status=503),
    "invalid_key": case(
        f"{BOOK}: Google refuses the token of {ADDRESS}; check GOOGLE_SHEETS_CREDENTIALS_JSON",
        passes=True,
    ),
    "error_in_200": case(f"{ASKED} answered an error with HTTP 200: Internal error; {THE_URL}"),
    "html": case(f"{ASKED} answered text/html; charset=utf-8 that is not JSON: <!doctype html>"),
    "truncated_json": case(f"{ASKED} answered application/json that is not JSON: {{", passes=True),
    "body_cut_off": case(f"{ASKED} failed: ", passes=True),
    "empty_all": case(rows=0),
    "token_refused": case(f"/token answered HTTP 400: Invalid JWT Signature.; {THE_KEY}"),
    "short_token": case(),
    "not_shared": case(SHARE),
    "missing": case(f"{BOOK} does not exist; check spreadsheet in client.toml"),
    "api_disabled": case(
        f"{BOOK}: the Google Sheets API is not enabled in the project of {ADDRESS}; enable it at "
        "https://console.cloud.google.com/apis/library/sheets.googleapis.com"
    ),
    "wrong_scope": case(f"{BOOK}: {ADDRESS} may not read sheets: Request had insufficient"),
    "not_a_sheet": case(
        f"{BOOK} is an uploaded file, such as an .xlsx, and not a Google sheet; save it as a "
        "Google sheet, and put its id into client.toml"
    ),
    "other_locale": case(),  # numbers are read, not what is shown of them
    "edited": case(),  # values and formats are of one answer
    "loading": case(rows=5),  # one cell
}


@pytest.fixture
def impatient(sheets: Stand, monkeypatch: pytest.MonkeyPatch) -> Stand:
    """The targets, and a short wait for whoever answers late."""
    monkeypatch.setenv("RUNTIME__REQUEST_TIMEOUT", "1")
    return sheets


@pytest.mark.parametrize("name", [fault.name for fault in SHEETS_FAULTS])
def test_fault(impatient: Stand, name: str) -> None:
    expected, faults = CASES[name], impatient.sandbox.google_sheets.faults
    faults.on(name, **expected.options)
    if expected.error:
        with pytest.raises(ApiError) as raised:
            impatient.read()
        assert expected.error in str(raised.value)
        assert "\n" not in str(raised.value)
    if expected.passes:
        faults.on(name, times=1, **expected.options)
    if expected.passes or not expected.error:
        (page,) = impatient.read()
        assert len(page.rows) == expected.rows


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("html", f"; {THE_KEY}"),
        ("truncated_json", f"; {THE_KEY}"),
        ("error_in_200", f"/token answered an error with HTTP 200: Internal error; {THE_KEY}"),
        ("connection_dropped", "/token failed: "),
    ],
)
def test_a_fault_of_the_token_endpoint(impatient: Stand, name: str, said: str) -> None:
    impatient.sandbox.google_sheets.faults.on(name, path="/token")
    with pytest.raises(ApiError) as raised:
        impatient.read()
    assert said in str(raised.value)


def test_every_fault_is_tried() -> None:
    assert set(CASES) == {fault.name for fault in SHEETS_FAULTS}


def test_a_limit_says_how_long_to_wait(sheets: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []
    monkeypatch.setattr("tenacity.nap.time.sleep", waited.append)
    sheets.sandbox.google_sheets.faults.on("rate_limited", times=1, retry_after=7)
    sheets.read()
    assert waited == [7.0]


@pytest.mark.parametrize(
    ("spreadsheet", "place", "said"),
    [
        (PRIVATE, "A1", f"{PRIVATE} is not shared with {ADDRESS}; share it"),
        (CTI_TARGETS, "targets", f"{CTI_TARGETS} is not shared with {ADDRESS}; share it"),
        ("no-such-id", "A1", "no-such-id does not exist; check spreadsheet in client.toml"),
        (UPLOADED, "A1", f"{UPLOADED} is an uploaded file, such as an .xlsx, and not a"),
        (TARGETS, "Tragets!A1", f"{TARGETS} has no range 'Tragets!A1': Unable to parse range"),
        (TARGETS, "tragets", "check range in client.toml"),
        (TARGETS, "Targets!A500", "exceeds grid limits. Max rows: 200"),
    ],
)
def test_a_sheet_that_cannot_be_read(
    sheets: Stand, spreadsheet: str, place: str, said: str
) -> None:
    sheets.sheets = (replace(TARGETS_SHEET, spreadsheet=spreadsheet, range=place),)
    with pytest.raises(ApiError) as raised:
        sheets.read()
    assert said in str(raised.value)
    assert sheets.examine() == [Finding("fail", str(raised.value))]


# Credentials


def key_file(sandbox: Sandbox, **changes: Any) -> str:
    key = sandbox.service_account("713") | changes
    return json.dumps({name: value for name, value in key.items() if value is not None})


def wrong_keys(sandbox: Sandbox) -> Iterator[tuple[str, str]]:
    others = sandbox.service_account("cti")["private_key"]
    whole = "holds an incomplete key of a service account; make a new key in Google's console"
    kind = "is not a service account's key; it must hold the JSON key file of a service account"
    yield "{not JSON", "is not JSON; it must hold the JSON key file of a service account"
    yield "[]", kind
    yield json.dumps({"installed": {"client_id": "x", "client_secret": "hush-hush"}}), kind
    yield key_file(sandbox, type="authorized_user"), kind
    yield key_file(sandbox, private_key=None), whole
    yield key_file(sandbox, private_key="-----BEGIN PRIVATE KEY-----\nhush\n"), whole
    yield key_file(sandbox, private_key=7), whole
    yield key_file(sandbox, token_uri=None), whole
    yield key_file(sandbox, client_email=None), whole
    yield key_file(sandbox, private_key=others), "answered HTTP 400: Invalid JWT Signature.; check "
    yield key_file(sandbox, client_email="nobody@x.com"), "Invalid grant: account not found; check "


def test_a_key_that_is_none(
    sheets: Stand, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "key.json"
    for text, said in wrong_keys(sheets.sandbox):
        path.write_text(text)
        for variable, settings in {
            "JSON": {"credentials_json": text},
            "PATH": {"credentials_json": "", "credentials_path": str(path)},
        }.items():
            sheets.settings = settings
            with pytest.raises(LoadError) as raised:
                sheets.read()
            error = str(raised.value)
            assert said in error
            assert f"GOOGLE_SHEETS_CREDENTIALS_{variable}" in error
            assert "hush" not in error + caplog.text


def test_a_key_file_that_cannot_be_read(sheets: Stand, tmp_path: Path) -> None:
    binary = tmp_path / "key.p12"
    binary.write_bytes(b"\xff\xfe\x00\x80")
    for path, reason in {
        tmp_path / "none.json": "cannot be read (No such file or directory)",
        tmp_path: "cannot be read (Is a directory)",
        binary: "is not text, and so not a key file",
    }.items():
        sheets.settings = {"credentials_json": "", "credentials_path": str(path)}
        with pytest.raises(LoadError) as raised:
            sheets.read()
        assert str(raised.value) == f"GOOGLE_SHEETS_CREDENTIALS_PATH: {path} {reason}"


@pytest.mark.parametrize("indent", [None, 2, "\t"])
def test_a_key_as_it_is_or_on_several_lines_or_in_a_file(
    sheets: Stand, tmp_path: Path, indent: Any
) -> None:
    key = json.loads(sheets.sandbox.environ("google_sheets")["GOOGLE_SHEETS_CREDENTIALS_JSON"])
    text = json.dumps(key, indent=indent)
    path = tmp_path / "schlüssel.json"
    path.write_text("\ufeff" + text, encoding="utf-8")
    for settings in (
        {"credentials_json": text},
        {"credentials_json": text.replace("\\n", "\n")},
        {"credentials_json": "", "credentials_path": str(path)},
    ):
        sheets.settings = settings
        assert len(sheets.read()[0].rows) == 6


def test_neither_key_nor_token_is_ever_said(
    sheets: Stand, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    sheets.read()
    token = str(list(sheets.sandbox.google_sheets.tokens._given)[-1])
    lines = sheets.sandbox.service_account("713")["private_key"].splitlines()[1:-2]
    logging.getLogger("anybody").warning("the key is %s, the token %s", lines, token)
    said = f"{lines[3]} {token}"
    sheets.sandbox.google_sheets.faults.on("error_in_200", message=said)
    with pytest.raises(ApiError, match=r"\*\*\*") as raised:
        sheets.read()
    for secret in (*lines, token):
        assert secret not in f"{raised.value} {caplog.text}"
