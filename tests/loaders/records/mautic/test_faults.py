"""Every bad habit of Mautic: the reader meets it with its remedy, or refuses in one sentence.

One table, one row a trap; a fault of the sandbox that has no row here fails the tests. Several
tables are read while it is on, in pages of two hundred rows.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from loaders.sources.mautic import (
    CONTACTS,
    EMAIL_STATS,
    EMAILS,
    LEAD_LISTS_LEADS,
    PAGE_HITS,
    SEGMENTS,
)
from loaders.sources.mautic_reader import Mautic
from sandbox.mautic.faults import MAUTIC_FAULTS
from sandbox.server import Sandbox
from tests.loaders.records.traps import Read, Trap, account, lacks, nothing, rejected
from tests.support import Project

USUAL = (CONTACTS, SEGMENTS, PAGE_HITS, LEAD_LISTS_LEADS)
FIFTH = datetime(2025, 12, 5, 5, tzinfo=UTC)  # midnight in New York
CREDENTIALS = "check MAUTIC_CLIENT_ID and MAUTIC_CLIENT_SECRET"


def column_is_blank(found: Read, good: Read) -> None:
    assert found.rows.keys() == good.rows.keys()
    assert {row["email"] for row in found.rows.values()} == {None}


ONE = {"path": "/api/segments"}  # where every request is tried five times, one table is enough
ONLY = (SEGMENTS,)
TRAPS = [
    Trap("slow", {"seconds": 1, "times": 1}),
    Trap("slow", {"seconds": 1, **ONE}, "timed out", ONLY),
    Trap("connection_dropped", {"times": 2}),
    Trap("connection_dropped", ONE, "/api/segments failed: ", ONLY),
    Trap("rate_limited", {"times": 2}),
    Trap("rate_limited", {"times": 1, "retry_after": 1}),
    Trap("rate_limited", ONE, "per hour.; raise the rate limit in the API settings", ONLY),
    Trap("server_error", {"times": 2}),
    Trap("server_error", ONE, "/api/segments answered HTTP 502: Internal", ONLY),
    Trap("server_error_page", {"times": 2}),
    Trap("server_error_page", ONE, "/api/segments answered HTTP 504: <html>", ONLY),
    Trap("invalid_key", {"times": 1}),
    Trap(
        "invalid_key",
        {},
        f"answered HTTP 401: The access token provided is invalid.; {CREDENTIALS}",
    ),
    Trap("error_in_200", {"message": "Out of luck"}, "an error with HTTP 200: Out of luck"),
    Trap("html", {}, "that is not JSON"),
    Trap("list_in_200", {}, "expected rows as"),
    Trap("truncated_json", {"times": 2}),
    Trap("truncated_json", ONE, "/api/segments answered application/json that is not JSON", ONLY),
    Trap("body_cut_off", {"times": 2}),
    Trap("body_cut_off", ONE, "/api/segments failed: ", ONLY),
    Trap(
        "empty_day",
        {"date": "2025-12-05"},
        tables=(EMAIL_STATS,),
        check=lacks("date_sent", FIFTH, FIFTH + timedelta(days=1)),
    ),
    Trap("empty_all", check=nothing),
    Trap("client_refused", {}, f"HTTP 400: The client credentials are invalid; {CREDENTIALS}"),
    Trap("token_short", {"seconds": 1}),
    Trap("token_dies_early", {"seconds": 1}),
    Trap(
        "token_dies_early", {"seconds": 0}, f"The access token provided has expired.; {CREDENTIALS}"
    ),
    Trap("token_without_lifetime"),
    Trap(
        "token_absent",
        {},
        "/oauth/v2/token answered without an access_token; check MAUTIC_BASE_URL, ",
    ),
    Trap("token_revoked", {"times": 1}),
    Trap("token_revoked", {}, CREDENTIALS),
    Trap("header_stripped", {}, "and that the web server passes on the Authorization header"),
    Trap("api_disabled", {}, "API is disabled.; check that Mautic's API is enabled"),
    Trap("no_permission", ONE, "/api/segments answered HTTP 403: You do not have access", ONLY),
    Trap("no_permission", {}, "and that the role of the credentials may view all of it"),
    Trap("old_error_shape", {}, "HTTP 403: You do not have access", also=("no_permission",)),
    Trap("old_error_shape", {}, "an error with HTTP 200: Internal error", also=("error_in_200",)),
    Trap("total_off", {"delta": -3}),
    Trap("total_off", {"delta": 3}),
    Trap("total_absent"),
    Trap("other_totals"),
    Trap("body_as_list"),
    Trap("other_empties"),
    Trap("other_empties", check=nothing, also=("empty_all",)),
    Trap("body_absent", {}, "unexpected response: expected rows as"),
    Trap("body_null", {}, "unexpected response: expected rows as"),
    Trap("page_capped", {"rows": 40}),
    Trap("page_capped", {"rows": 1}, "ignored the filter", ONLY, also=("where_ignored",)),
    Trap("page_capped", {"rows": 0}, check=nothing),
    Trap("start_ignored"),
    Trap("overlapping_pages", {"rows": 3}),
    Trap("where_ignored", {}, "ignored the filter or the order of the request"),
    Trap("variants_hidden", tables=(EMAIL_STATS, EMAILS)),
    Trap(
        "order_ignored",
        {},
        "ignored the filter or the order of the request",
        (CONTACTS, SEGMENTS, LEAD_LISTS_LEADS),
    ),
    Trap("order_ignored", tables=(PAGE_HITS,)),
    Trap("bad_id", {"value": None}, tables=ONLY, check=rejected(1, "id: missing")),
    Trap("bad_id", {"value": "x"}, tables=ONLY, check=rejected(1, "id: 'x' is not a number")),
    Trap("bad_id", {"value": 999_999}, "ignored the filter or the order", (CONTACTS,)),
    Trap("bad_id", {"rows": 9999}, "no row has id, so the rows after them", ONLY),
    Trap(
        "bad_value",
        {"column": "date_hit", "rows": 2},
        tables=(PAGE_HITS,),
        check=rejected(4, "date_hit: 'n/a' is not a time"),
    ),
    Trap(
        "bad_value",
        {"column": "lead_id", "times": 1},
        tables=(LEAD_LISTS_LEADS,),
        check=rejected(1, "lead_id: 'n/a' is not a number"),
    ),
    Trap(
        "column_absent",
        {"column": "date_hit"},
        tables=(PAGE_HITS,),
        check=rejected(330, "date_hit: missing"),
    ),
    Trap("column_absent", {"column": "email"}, tables=(CONTACTS,), check=column_is_blank),
    Trap("column_added"),
    Trap("table_unknown", {}, "/api/stats/page_hits is not a table of this version", (PAGE_HITS,)),
    Trap("typed_stats"),
]


@pytest.fixture
def opened(
    sandbox: Sandbox, quick_retries: None, monkeypatch: pytest.MonkeyPatch
) -> Callable[[], Mautic]:
    """Opens client 713's account, to be read in pages of two hundred rows."""
    monkeypatch.setattr("loaders.sources.mautic_reader.PAGE_ROWS", 200)
    return lambda: Mautic(account(sandbox, "mautic"))


@pytest.fixture(scope="module")
def good(sandbox_server: Sandbox) -> dict[str, Read]:
    """What is read while nothing disturbs."""
    opened = Mautic(account(sandbox_server, "mautic"))
    read = {table.name: Read.of(opened, table) for table in (*USUAL, EMAIL_STATS, EMAILS)}
    assert all(len(one.rows) > 4 and not one.reasons for one in read.values())
    return read


@pytest.mark.parametrize("trap", TRAPS, ids=str)
def test_a_trap_is_met_or_refused(
    trap: Trap,
    good: dict[str, Read],
    opened: Callable[[], Mautic],
    sandbox: Sandbox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if trap.fault == "slow":
        monkeypatch.setenv("RUNTIME__REQUEST_TIMEOUT", "0.3")
    trap.spring(sandbox.mautic.faults, opened, USUAL, good)


def test_rows_that_vanish_while_we_read_hide_no_others(
    opened: Callable[[], Mautic], sandbox: Sandbox
) -> None:
    """All that is still there is read; of what vanished, what was read before."""
    sandbox.mautic.faults.on("row_vanishes", path="/api/contacts", times=3)
    found = {id_ for (id_,) in Read.of(opened(), CONTACTS).rows}
    left = {row["id"] for row in sandbox.mautic.store.rows("713", "contacts")}
    assert len(left) == 819
    assert left <= found
    assert found - left == {2, 3}


def test_every_fault_of_the_sandbox_has_a_trap() -> None:
    faults = {fault.name for fault in MAUTIC_FAULTS}
    assert {trap.fault for trap in TRAPS} | {"row_vanishes"} == faults


def test_what_is_refused_stops_no_other_table_and_no_other_source(
    project: Project, sandbox: Sandbox
) -> None:
    sandbox.mautic.faults.on("no_permission", path="/api/stats/page_hits")
    result = project.run("load", "mautic", "redtrack", "--start-date", "2025-12-17")
    assert result.exit_code == 1
    lines = result.output.splitlines()
    (refused,) = [line for line in lines if "713 mautic.page_hits: failed: " in line]
    assert "HTTP 403" in refused
    assert project.query("select count(*) from mautic.page_hits") == [(0,)]
    assert project.query("select count(*) > 9 from mautic.email_stats") == [(True,)]
    assert project.query("select count(*) > 9 from redtrack.daily_spend") == [(True,)]
