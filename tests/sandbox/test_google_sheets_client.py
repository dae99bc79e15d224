"""Google's own client reads the sandbox: the protocol is the real one, and nobody else is asked."""

import socket
from datetime import date
from typing import Any

import pytest
from google.auth.exceptions import RefreshError
from googleapiclient.errors import HttpError

from sandbox.google_sheets.data import CTI_TARGETS, ODD, PRIVATE, TARGETS, UPLOADED
from sandbox.server import Sandbox
from tests.sandbox.sheets import client, table, values


@pytest.fixture(autouse=True)
def _only_this_machine(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Fail a test in which anything else is looked up, from whatever thread."""
    look_up, others = socket.getaddrinfo, []

    def guarded(host: Any, *rest: Any, **options: Any) -> Any:
        if host not in ("127.0.0.1", "localhost"):
            others.append(host)
            raise OSError(f"the test asked for {host}")
        return look_up(host, *rest, **options)

    monkeypatch.setattr(socket, "getaddrinfo", guarded)
    yield
    assert others == []


def test_the_targets_are_read(sandbox: Sandbox) -> None:
    rows = table(sandbox, "targets")
    assert rows[0] == {
        "advertiser": "CCW",
        "month": date(2025, 11, 1),
        "budget": 70_000,
        "basis": "spend",
        "target_cpa": 24,
        "note": "made (sandbox)",
    }
    december = {row["advertiser"]: row for row in rows if row["month"] == date(2025, 12, 1)}
    assert december["CCW"]["budget"] == 72_000
    assert (december["EXP"]["basis"], december["EXP"]["target_cpa"]) == ("effective_cost", None)
    assert len(rows) == 6


def test_one_token_serves_many_requests(sandbox: Sandbox) -> None:
    sheets = client(sandbox)
    for _ in range(3):
        sheets.values().get(spreadsheetId=TARGETS, range="Targets").execute()
    paths = [asked.path for asked in sandbox.google_sheets.requests]
    assert paths.count("/token") == 1
    assert len(paths) == 4
    assert {asked.account for asked in sandbox.google_sheets.requests} == {"713"}


def test_a_token_that_is_refused_is_renewed_once(sandbox: Sandbox) -> None:
    sandbox.google_sheets.faults.on("invalid_key", times=1)
    assert values(sandbox, "Targets!A2") == [["CCW"]]
    asked = [(a.path.rpartition("/")[2], a.status) for a in sandbox.google_sheets.requests]
    assert [status for _, status in asked] == [200, 401, 200, 200]
    assert [path for path, _ in asked].count("token") == 2


def test_a_token_ends(sandbox: Sandbox) -> None:
    service = sandbox.google_sheets
    service.faults.on("short_token", seconds=100)
    sheets = client(sandbox)
    request = sheets.values().get(spreadsheetId=TARGETS, range="Targets!A2")
    request.execute()
    request.execute()  # the client renews what ends within minutes
    assert [a.path for a in service.requests].count("/token") == 2


def test_several_ranges_in_one_request(sandbox: Sandbox) -> None:
    ranges = ["targets", "'Read me'!A1", "Targets!H:H"]
    asked = client(sandbox).values().batchGet(spreadsheetId=TARGETS, ranges=ranges)
    answer = asked.execute()
    assert answer["spreadsheetId"] == TARGETS
    assert [found["range"] for found in answer["valueRanges"]] == [
        "Targets!A1:F60", "'Read me'!A1", "Targets!H1:H200",
    ]  # fmt: skip
    assert "values" not in answer["valueRanges"][2]


@pytest.mark.parametrize(
    ("sheet", "status", "message"),
    [
        (PRIVATE, 403, "The caller does not have permission"),
        (CTI_TARGETS, 403, "The caller does not have permission"),
        ("no-such-sheet", 404, "Requested entity was not found."),
        (UPLOADED, 400, "This operation is not supported for this document"),
    ],
)
def test_a_sheet_that_may_not_be_read(
    sandbox: Sandbox, sheet: str, status: int, message: str
) -> None:
    with pytest.raises(HttpError) as raised:
        values(sandbox, "A1", sheet=sheet)
    assert (raised.value.status_code, raised.value.reason) == (status, message)


def test_each_account_has_its_own(sandbox: Sandbox) -> None:
    asked = client(sandbox, "cti").values().get(spreadsheetId=CTI_TARGETS, range="Targets!A2:C2")
    assert asked.execute()["values"] == [["CTI-A", "Dec 2025", "$3,100.00"]]


@pytest.mark.parametrize(
    ("range", "message"),
    [
        ("Nowhere!A1", "Unable to parse range: Nowhere!A1"),
        ("no_such_name", "Unable to parse range: no_such_name"),
        ("Targets!A500", "Range (Targets!A500) exceeds grid limits. Max rows: 200, max columns: 8"),
    ],
)
def test_a_range_that_is_not_there(sandbox: Sandbox, range: str, message: str) -> None:
    with pytest.raises(HttpError) as raised:
        values(sandbox, range)
    assert (raised.value.status_code, raised.value.reason) == (400, message)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"client_email": "nobody@example.com"}, "account not found"),
        ({"private_key_id": "0" * 40}, "Invalid JWT Signature"),
    ],
)
def test_a_wrong_key_file(sandbox: Sandbox, changes: dict[str, str], message: str) -> None:
    with pytest.raises(RefreshError, match=message):
        client(sandbox, changes=changes).get(spreadsheetId=TARGETS).execute()


def test_the_key_of_another_account_signs_nothing(sandbox: Sandbox) -> None:
    other = sandbox.service_account("cti")
    with pytest.raises(RefreshError, match="Invalid JWT Signature"):
        client(sandbox, changes={"private_key": other["private_key"]}).get(
            spreadsheetId=TARGETS
        ).execute()


def test_scopes_are_kept(sandbox: Sandbox) -> None:
    calendar = client(sandbox, scopes=("https://www.googleapis.com/auth/calendar",))
    with pytest.raises(HttpError, match="insufficient authentication scopes"):
        calendar.get(spreadsheetId=TARGETS).execute()
    with pytest.raises(RefreshError, match="invalid_scope"):
        client(sandbox, scopes=()).get(spreadsheetId=TARGETS).execute()


def test_the_quota_of_a_minute(sandbox: Sandbox) -> None:
    service = sandbox.google_sheets
    service.limits["user"].limit = 2
    now = service.now()
    service.clock = lambda: now
    asked = client(sandbox).values().get(spreadsheetId=TARGETS, range="A1")
    asked.execute()
    asked.execute()
    with pytest.raises(
        HttpError, match="Quota exceeded for quota metric 'Read requests'"
    ) as raised:
        asked.execute()
    assert raised.value.status_code == 429
    service.clock = lambda: now + 60
    asked.execute()


def test_the_client_retries_what_passes(sandbox: Sandbox) -> None:
    request = client(sandbox).values().get(spreadsheetId=TARGETS, range="Targets!A2")
    request._sleep = lambda _seconds: None
    for fault, options in (("rate_limited", {}), ("server_error", {"status": 503})):
        sandbox.google_sheets.faults.on(fault, times=2, **options)
        assert request.execute(num_retries=2)["values"] == [["CCW"]]


def test_the_odd_sheet_has_errors_by_address(sandbox: Sandbox) -> None:
    with pytest.raises(ValueError, match="#REF!: The formula failed"):
        table(sandbox, "odd_table", sheet=ODD)
