"""Every bad habit of PostHog: the reader meets it, or says in one sentence why it cannot.

One table, one row a fault. A fault of the sandbox that has no row here fails the tests.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import partial

import pytest

from loaders.sources.posthog import EVENTS, EXPERIMENTS, FEATURE_FLAGS, PERSONS, Posthog
from loaders.windows import Window
from sandbox.posthog.faults import POSTHOG_FAULTS
from sandbox.server import Sandbox
from tests.loaders.records.traps import Read, Trap, account, lacks, nothing, rejected
from tests.support import DECEMBER, Project

TABLES = (EVENTS, PERSONS, FEATURE_FLAGS, EXPERIMENTS)
FIFTH = datetime(2025, 12, 5, 5, tzinfo=UTC)  # midnight in New York
DAYS = Window(date(2025, 12, 1), date(2025, 12, 18), "America/New_York")


def unversioned(found: Read, good: Read) -> None:
    """What an older server does not show is left empty."""
    assert found.rows.keys() == good.rows.keys()
    for key, row in found.rows.items():
        assert row.get("version") is row.get("type") is None
        assert {name: value for name, value in row.items() if value is not None} == {
            name: good.rows[key][name] for name, value in row.items() if value is not None
        }


ONCE, TWICE = {"times": 1}, {"times": 2}
FLAGS, LIST = {"path": "/feature_flags/"}, {"path": "/persons/"}
QUERY = {"path": "/query/"}
events = partial(Trap, tables=(EVENTS,))
persons = partial(Trap, tables=(PERSONS,))
flags = partial(Trap, tables=(FEATURE_FLAGS,))
TIME = {"column": "happened_at"}  # as the loader calls it
THE_KEY, THE_HOST, THE_PROJECT = "POSTHOG_API_KEY", "check POSTHOG_HOST", "POSTHOG_PROJECT_ID"

TRAPS = [
    Trap("slow", {"seconds": 1, **ONCE}),
    events("slow", {"seconds": 1, **QUERY}, says="timed out", requests=5),
    Trap("connection_dropped", TWICE),
    events("connection_dropped", QUERY, says="failed: ", requests=5),
    Trap("rate_limited", {"retry_after": 1, **ONCE}),
    flags("rate_limited", FLAGS, says="HTTP 429: Request was throttled", requests=5),
    Trap("server_error", {"status": 503, **TWICE}),
    Trap("server_error", {"status": 504, **TWICE}),
    events("server_error", QUERY, says="HTTP 502: <html>", requests=5),
    Trap("invalid_key", says=f"HTTP 401: Personal API key found in request Authorization header is "
         f"invalid.; check {THE_KEY}"),
    events("missing_scope", QUERY, says="API key missing required scope 'query:read'; give "
         f"{THE_KEY} the scopes", requests=1),
    persons("missing_scope", LIST, says="missing required scope 'person:read'", requests=1),
    flags("missing_scope", FLAGS, says="missing required scope 'feature_flag:read'", requests=1),
    events("project_gone", QUERY, says=f"HTTP 404: Project not found.; check {THE_PROJECT}"),
    events("error_in_200", QUERY, says="an error with HTTP 200: Internal error", requests=1),
    events("list_in_200", QUERY,
           says=f"query/: unexpected response: expected an object, got \"['x']\"; {THE_HOST}"),
    flags("list_in_200", FLAGS, says=f"expected an object, got \"['x']\"; {THE_HOST}"),
    events("html", QUERY, says="answered text/html", requests=1),
    persons("html", LIST, says=THE_HOST, requests=1),
    Trap("truncated_json", TWICE),
    events("truncated_json", QUERY, says="that is not JSON", requests=5),
    Trap("body_cut_off", TWICE),
    persons("body_cut_off", LIST, says="failed: ", requests=5),
    events("empty_day", check=lacks("timestamp", FIFTH, FIFTH + timedelta(days=1))),
    events("empty_all", check=nothing),
    Trap("busy", TWICE),
    events("busy", says="HTTP 429: Exceeded maximum concurrency limit", requests=5),
    Trap("query_timeout", {"rows": 3_000}),
    events("query_timeout", says="HTTP 504 even for the smallest query", requests=8),
    Trap("too_many_bytes", {"hours": 6}),
    events("too_many_bytes", says="HTTP 400 too_many_bytes even for the smallest query"),
    events("query_error", says="an error with HTTP 200: Failed", requests=1),
    Trap("capped", {"rows": 1_000}),
    events("keyset_ignored", says="pages repeat: event "),
    Trap("duplicates"),
    Trap("shuffled_columns"),
    Trap("types_as_strings"),
    Trap("properties_as_objects"),
    events("results_null", says="query/: unexpected response: expected results, got", requests=1),
    events("bad_event", {**TIME, **ONCE}, check=rejected(1, "timestamp: missing")),
    events("bad_event", {"column": "uuid", "value": "n/a", "rows": 3, **ONCE},
           check=rejected(3, "uuid: 'n/a' is not a UUID")),
    events("bad_event", {"column": "properties", "value": "{", **ONCE},
           check=rejected(1, "properties: 1 characters that are not JSON")),
    events("bad_event", {**TIME, "rows": 99_999}, requests=1,
           says="cannot go on after a page whose last event has the time None"),
    Trap("small_pages"),
    persons("empty_page"),
    persons("repeating_next", says="the next page holds nothing new"),
    Trap("older_server", check=unversioned),
    persons("bad_record", {**LIST, **ONCE}, check=rejected(1, "id: missing")),
]  # fmt: skip


@pytest.fixture
def opened(sandbox: Sandbox, quick_retries: None) -> Callable[[], Posthog]:
    """Opens client 713's account."""
    return lambda: Posthog(account(sandbox, "posthog"))


@pytest.fixture(scope="module")
def good() -> dict[str, Read]:
    """What is read while nothing disturbs, of a sandbox whose limits nobody has used up."""
    with Sandbox() as undisturbed:
        opened = Posthog(account(undisturbed, "posthog"))
        read = {table.name: Read.of(opened, table, DAYS) for table in TABLES}
    assert [len(one.rows) for one in read.values()] == [7_836, 843, 7, 4]
    return read


@pytest.mark.parametrize("trap", TRAPS, ids=str)
def test_a_trap_is_met_or_refused(
    trap: Trap,
    good: dict[str, Read],
    opened: Callable[[], Posthog],
    sandbox: Sandbox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if trap.fault == "slow":
        monkeypatch.setenv("RUNTIME__REQUEST_TIMEOUT", "0.3")
    trap.spring(sandbox.posthog.faults, opened, TABLES, good, DAYS)
    if trap.requests:
        path = str(trap.options.get("path", "/query/"))
        asked = [request for request in sandbox.posthog.requests if path in request.path]
        assert len(asked) == trap.requests


def test_every_fault_of_the_sandbox_has_a_trap() -> None:
    assert {trap.fault for trap in TRAPS} == {fault.name for fault in POSTHOG_FAULTS}


def test_pages_that_lead_back_stop_a_first_load_and_nothing_else(
    project: Project, sandbox: Sandbox
) -> None:
    """Nothing of the table is landed, the other tables and sources are."""
    sandbox.posthog.faults.on("keyset_ignored")
    result = project.run("load", "posthog", "redtrack", *DECEMBER)
    assert result.exit_code == 1
    assert "pages repeat: event" in result.output
    assert project.query("select count(*) from posthog.events") == [(0,)]
    assert project.query("select count(*) from posthog.persons") == [(843,)]
    assert project.query("select count(*) > 100 from redtrack.daily_spend") == [(True,)]
    run = project.fetch(
        "select verdict, complete_through from ops.load_runs where table_name = 'events'"
    )[1]
    assert run == [("failed", None)]
