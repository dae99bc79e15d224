"""What the loader relies on of the sandbox's Google Sheets: its pages, tokens, ranges and edits.

That the loader meets every fault is tested with it, in tests/loaders/records/sheets.
"""

import json
from base64 import urlsafe_b64encode
from typing import Any

import pytest
import requests
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from sandbox.google_sheets.auth import AUDIENCE, GRANT, READ_ONLY, email
from sandbox.google_sheets.data import ODD, TARGETS
from sandbox.google_sheets.faults import SHEETS_FAULTS
from sandbox.server import Sandbox
from tests.sandbox.pages import Page, pages_of


def ask_token(sandbox: Sandbox, key: dict[str, str], **changes: object) -> requests.Response:
    """A token for a service account's key file; `changes` are made to what is signed."""
    now = int(sandbox.google_sheets.now())
    claims = {"iss": key["client_email"], "scope": READ_ONLY, "aud": AUDIENCE}
    claims |= {"iat": now, "exp": now + 3600, **changes}  # type: ignore[dict-item]
    signed = f"{_part({'alg': 'RS256', 'kid': key['private_key_id']})}.{_part(claims)}"
    private = serialization.load_pem_private_key(key["private_key"].encode(), None)
    assert isinstance(private, rsa.RSAPrivateKey)
    mark = private.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256())
    form = {"grant_type": GRANT, "assertion": f"{signed}.{_coded(mark)}"}
    return requests.post(key["token_uri"], data=form, timeout=10)


def ask(sandbox: Sandbox, path: str, *, token: str = "", timeout: float = 10) -> requests.Response:
    """What is below the service's address, with a token that was given and not asked for."""
    if not token:
        claims = {"iss": email("713"), "scope": READ_ONLY}
        service = sandbox.google_sheets
        token = str(service.tokens.give(claims, service.now(), 3600)["access_token"])
    headers = {"Authorization": f"Bearer {token}"}
    return requests.get(sandbox.url("google_sheets") + path, headers=headers, timeout=timeout)


def shown(sandbox: Sandbox, range: str, *, sheet: str = TARGETS) -> list[list[str]]:
    """What people see in a range."""
    fields = "sheets.data.rowData.values.formattedValue"
    answer = ask(sandbox, f"/v4/spreadsheets/{sheet}?ranges={range}&fields={fields}")
    assert answer.status_code == 200, answer.text
    rows = answer.json()["sheets"][0]["data"][0].get("rowData", [])
    return [[cell.get("formattedValue", "") for cell in row.get("values", [])] for row in rows]


def _part(claims: dict[str, Any]) -> str:
    return _coded(json.dumps(claims).encode())


def _coded(part: bytes) -> str:
    return urlsafe_b64encode(part).rstrip(b"=").decode()


@pytest.mark.parametrize("page", pages_of("google_sheets"), ids=str)
def test_a_page_is_as_recorded(sandbox: Sandbox, page: Page) -> None:
    answer = ask(sandbox, page.asked)
    assert (answer.status_code, answer.json()) == (page.status, page.body)


def test_without_fields_there_are_no_cells(sandbox: Sandbox) -> None:
    (sheet,) = ask(sandbox, f"/v4/spreadsheets/{ODD}?ranges=Odd").json()["sheets"]
    assert set(sheet) == {"properties", "merges"}


def test_each_format_is_shown_as_people_see_it(sandbox: Sandbox) -> None:
    rows = shown(sandbox, "Odd!A4:N22", sheet=ODD)
    assert rows[0] == [
        "2025-12-01", "$1,234.50", "1,200", "12.50%", "no header", "$23.46", "1.23457E+17", "TRUE",
        "12/1/2025 8:30:00", "$2,434.50", "", "8:30 AM", "26:05:00", "fine",
    ]  # fmt: skip
    assert rows[5] == ["45995", "($45.00)", "-$45.01", "1,200%"]
    assert rows[18] == ["", ""], "formulas that give nothing are something"


# Tokens


def test_a_token_is_for_what_its_key_signed(sandbox: Sandbox) -> None:
    body = ask_token(sandbox, sandbox.service_account()).json()
    path = f"/v4/spreadsheets/{TARGETS}?ranges=A1"
    assert ask(sandbox, path, token=body.pop("access_token")).status_code == 200
    assert body == {"expires_in": 3599, "token_type": "Bearer"}
    other = ask_token(sandbox, sandbox.service_account("cti")).json()["access_token"]
    assert ask(sandbox, path, token=other).status_code == 403
    calendar = "https://www.googleapis.com/auth/calendar"
    narrow = ask_token(sandbox, sandbox.service_account(), scope=calendar).json()["access_token"]
    assert "insufficient authentication scopes" in ask(sandbox, path, token=narrow).text


@pytest.mark.parametrize(
    ("key", "claims", "error", "said"),
    [
        ({"client_email": "nobody@example.com"}, {}, "invalid_grant", "account not found"),
        ({"private_key_id": "0" * 40}, {}, "invalid_grant", "Invalid JWT Signature."),
        ({}, {"iss": email("cti")}, "invalid_grant", "Invalid JWT Signature."),
        ({}, {"aud": "https://example.com"}, "invalid_grant", "Failed audience check"),
        ({}, {"iat": 0, "exp": 3600}, "invalid_grant", "Token must be a short-lived token"),
        ({}, {"scope": ""}, "invalid_scope", "Invalid OAuth scope"),
    ],
)
def test_what_is_wrongly_signed_is_refused_flat(
    sandbox: Sandbox, key: dict[str, str], claims: dict[str, object], error: str, said: str
) -> None:
    refused = ask_token(sandbox, sandbox.service_account() | key, **claims)
    assert (refused.status_code, refused.json()["error"]) == (400, error)
    assert said in refused.json()["error_description"]


def test_a_form_without_an_assertion(sandbox: Sandbox) -> None:
    url = f"{sandbox.url('google_sheets')}/token"
    for form in ({}, {"grant_type": GRANT}, {"grant_type": GRANT, "assertion": "a.b.c"}):
        assert requests.post(url, data=form, timeout=10).status_code == 400


def test_tokens_end_and_strangers_are_refused(sandbox: Sandbox) -> None:
    path, now = f"/v4/spreadsheets/{TARGETS}?ranges=A1", sandbox.google_sheets.now()
    sandbox.google_sheets.clock = lambda: now
    token = ask_token(sandbox, sandbox.service_account()).json()["access_token"]
    sandbox.google_sheets.clock = lambda: now + 3_599
    for one in (token, "nobody's"):
        refused = ask(sandbox, path, token=one)
        assert (refused.status_code, refused.json()["error"]["status"]) == (401, "UNAUTHENTICATED")


def test_a_key_file_by_route(sandbox: Sandbox) -> None:
    base = sandbox.url("google_sheets").replace("google_sheets", "_sandbox/google_sheets")
    assert requests.get(f"{base}/key/713", timeout=10).json() == sandbox.service_account()
    assert requests.get(f"{base}/key/nobody", timeout=10).status_code == 404
    keys = {sandbox.service_account(account)["private_key"] for account in ("713", "cti")}
    assert len(keys) == 2


def test_the_quota_of_a_minute(sandbox: Sandbox) -> None:
    service = sandbox.google_sheets
    service.limits["user"].limit = 1
    now = service.now()
    for seconds, status in ((0, 200), (0, 429), (60, 200)):
        service.clock = lambda at=now + seconds: at  # type: ignore[misc]
        answer = ask(sandbox, f"/v4/spreadsheets/{TARGETS}?ranges=A1")
        assert answer.status_code == status
        assert (status == 429) == ("Quota exceeded for quota metric 'Read" in answer.text)


# Ranges


@pytest.mark.parametrize(
    ("asked", "first"),
    [
        ("Odd", "Spend log (sandbox, made)"),
        ("B2", ""),  # a cell
        ("odd_table", "Date"),
        ("Odd!C4:D", "1,200"),
        ("Odd!4:4", "2025-12-01"),
        ("Odd!N4:ZZ999", "fine"),  # cut to the grid
    ],
)
def test_ranges(sandbox: Sandbox, asked: str, first: str) -> None:
    rows = shown(sandbox, asked, sheet=ODD)
    assert (rows[0][0] if rows and rows[0] else "") == first


def test_a_named_range_comes_before_a_tab(sandbox: Sandbox) -> None:
    assert len(shown(sandbox, "Budget", sheet=ODD)) == 2
    assert len(shown(sandbox, "'Budget'", sheet=ODD)) == 3


@pytest.mark.parametrize("asked", ["Odd!", "Odd!A", "'Odd", "odd!A1:", "A0"])
def test_ranges_that_do_not_parse(sandbox: Sandbox, asked: str) -> None:
    refused = ask(sandbox, f"/v4/spreadsheets/{ODD}?ranges={asked}")
    assert refused.json()["error"]["message"] == f"Unable to parse range: {asked}"


# Edits and faults


def test_owners_edit(sandbox: Sandbox) -> None:
    book = sandbox.google_sheets.book()
    book.set(cell="Targets!C6", value=2_500.5)
    book.set(cell="Targets!B6", value="2025-11-01", format="month")
    assert shown(sandbox, "Targets!B6:C6") == [["Nov 2025", "$2,500.50"]]
    book.set(cell="Targets!C6", error="#REF!")
    assert shown(sandbox, "Targets!C6") == [["#REF!"]]
    book.clear(cell="Targets!C6")
    assert shown(sandbox, "Targets!C6") == [[""]], "its format stays"
    book.append(tab="Targets", row=["CCW", {"value": "2026-02-01", "format": "month"}, 7])
    assert shown(sandbox, "targets")[-1] == ["CCW", "Feb 2026", "7"]
    book.remove(tab="Targets", at=2)
    assert shown(sandbox, "Targets!A2") == [["EXP"]]
    sandbox.google_sheets.reset()
    assert shown(sandbox, "Targets!A2:C2") == [["CCW", "Nov 2025", "$70,000.00"]]


def test_edits_that_cannot_be_made(sandbox: Sandbox) -> None:
    restate = sandbox.google_sheets.restate
    restate("replace", tab="New", rows=[["a", "b"], [1, {"error": "#N/A"}]])
    assert shown(sandbox, "New") == [["a", "b"], ["1", "#N/A"]]
    for verb, edit, said in (
        ("burn", {}, "verb is one of set, clear, append, remove, replace, not 'burn'"),
        ("set", {"cell": "C6", "value": 1}, "'C6' is no cell such as Targets!C2"),
        ("remove", {"tab": "Targets", "at": 99}, "tab 'Targets' has no row 99"),
        ("append", {"tab": "Nowhere", "row": []}, "no tab 'Nowhere'; there are: Targets"),
        ("clear", {"spreadsheet": "none", "cell": "A!A1"}, "no sheet 'none'; there are: sandbox"),
    ):
        with pytest.raises(ValueError, match=said):
            restate(verb, **edit)


def answers(sandbox: Sandbox) -> list[object]:
    """What is answered to a token's request, and twice to the targets'."""
    given: list[object] = []
    try:
        body = ask_token(sandbox, sandbox.service_account()).json()
        body.pop("access_token", None)
        given.append(body)
        for _ in range(2):
            path = f"/v4/spreadsheets/{TARGETS}?ranges=targets&fields=sheets.data"
            answer = ask(sandbox, path, timeout=1)
            given += [answer.status_code, answer.text]
    except requests.RequestException as error:
        given.append(type(error))
    return given


@pytest.mark.parametrize("name", [fault.name for fault in SHEETS_FAULTS])
def test_every_fault_changes_an_answer(sandbox: Sandbox, name: str) -> None:
    usual = answers(sandbox)
    sandbox.google_sheets.faults.on(name, **({"seconds": 1.2} if name == "slow" else {}))
    assert answers(sandbox) != usual
