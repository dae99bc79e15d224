"""Each fault of Google Sheets does what faults.py says; one without a check fails."""

from collections.abc import Callable

import pytest
from google.auth.exceptions import RefreshError

from sandbox.google_sheets.faults import SHEETS_FAULTS
from sandbox.server import Sandbox
from tests.sandbox import fault_checks
from tests.sandbox.sheets import ask, client, values

Check = Callable[[Sandbox], None]


def empty_all(sandbox: Sandbox) -> None:
    sandbox.google_sheets.faults.on("empty_all")
    assert "values" not in ask(sandbox).json()
    grid = ask(sandbox, "", includeGridData="true").json()["sheets"][0]["data"][0]
    assert "rowData" not in grid


def token_refused(sandbox: Sandbox) -> None:
    sandbox.google_sheets.faults.on("token_refused", description="Account disabled: 713")
    with pytest.raises(RefreshError, match="invalid_grant: Account disabled: 713"):
        values(sandbox, "targets")


def short_token(sandbox: Sandbox) -> None:
    sandbox.google_sheets.faults.on("short_token", seconds=2)
    now = sandbox.google_sheets.now()
    sandbox.google_sheets.clock = lambda: now
    request = client(sandbox).values().get(spreadsheetId="sandbox-713-targets", range="A1")
    request.execute()
    request.execute()
    asked = [entry.path for entry in sandbox.google_sheets.requests]
    assert asked.count("/token") == 2


def _says(name: str, status: int, google_status: str, message: str) -> Check:
    def check(sandbox: Sandbox) -> None:
        sandbox.google_sheets.faults.on(name)
        answer = ask(sandbox)
        error = answer.json()["error"]
        assert (answer.status_code, error["status"]) == (status, google_status)
        assert message in error["message"]

    return check


def loading(sandbox: Sandbox) -> None:
    sandbox.google_sheets.faults.on("loading")
    assert ask(sandbox, "values/Targets!C5").json()["values"] == [["Loading..."]]
    cells = ask(sandbox, "", ranges="Targets!C5", includeGridData="true").json()["sheets"][0]
    (cell,) = cells["data"][0]["rowData"][0]["values"]
    assert cell["effectiveValue"]["errorValue"]["type"] == "LOADING"


def other_locale(sandbox: Sandbox) -> None:
    sandbox.google_sheets.faults.on("other_locale")
    assert ask(sandbox, "values/Targets!C2").json()["values"] == [["$70.000,00"]]
    number = ask(sandbox, "values/Targets!C2", valueRenderOption="UNFORMATTED_VALUE").json()
    assert number["values"] == [[70000]]
    assert ask(sandbox, "", fields="properties.locale").json()["properties"]["locale"] == "de_DE"


def edited(sandbox: Sandbox) -> None:
    sandbox.google_sheets.faults.on("edited", row=2)
    first, second, third = (ask(sandbox, "values/Targets!A2:A3").json() for _ in range(3))
    assert first["values"] == [["CCW"], ["EXP"]]
    assert second["values"] == third["values"] == [["EXP"]]
    sandbox.google_sheets.reset()


CHECKS: dict[str, Check] = {
    **fault_checks.bound(lambda sandbox: sandbox.google_sheets, ask),
    **{
        check.__name__: check
        for check in (empty_all, token_refused, short_token, loading, other_locale, edited)
    },
    "not_shared": _says("not_shared", 403, "PERMISSION_DENIED", "does not have permission"),
    "missing": _says("missing", 404, "NOT_FOUND", "Requested entity was not found."),
    "api_disabled": _says("api_disabled", 403, "PERMISSION_DENIED", "has not been used in project"),
    "wrong_scope": _says("wrong_scope", 403, "PERMISSION_DENIED", "insufficient authentication"),
    "not_a_sheet": _says("not_a_sheet", 400, "FAILED_PRECONDITION", "not supported for this"),
}


@pytest.mark.parametrize("name", [fault.name for fault in SHEETS_FAULTS])
def test_fault(sandbox: Sandbox, name: str) -> None:
    untouched = ask(sandbox).text
    CHECKS[name](sandbox)
    sandbox.google_sheets.faults.clear()
    assert ask(sandbox).text == untouched


def test_every_check_has_its_fault() -> None:
    assert set(CHECKS) == {fault.name for fault in SHEETS_FAULTS}


def test_a_failing_token_endpoint_answers_flat(sandbox: Sandbox) -> None:
    sandbox.google_sheets.faults.on("server_error", path="/token", status=400)
    with pytest.raises(RefreshError, match="internal_failure"):
        values(sandbox, "targets")
