"""Every fault of the sandbox's PostHog: the load is right all the same, or says why it is not.

One table, one row a fault. A fault of the sandbox that has no row here fails the tests.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from sandbox.posthog.faults import POSTHOG_FAULTS
from sandbox.server import Sandbox
from tests.support import DECEMBER, OF_ITS_OWN_LOAD, Project

Rows = list[tuple[Any, ...]]
State = dict[str, Rows]
Check = Callable[[Project, State], None]

TABLES = ("events", "persons", "feature_flags", "experiments")


@dataclass(frozen=True)
class Trap:
    """A fault, how it is set, and what must come of a load that meets it after a good one.

    `says` is what a refused load must say: then the exit code is 1 and the rows are as they were.
    Without it the load must succeed and leave the same rows, or what `check` asserts. `requests`
    is how often the answers in question are asked for.
    """

    fault: str
    options: dict[str, Any] = field(default_factory=dict)
    says: str | None = None
    check: Check | None = None
    requests: int | None = None

    def __str__(self) -> str:
        return "-".join([self.fault, *(f"{n}={v}" for n, v in self.options.items())])


def rejected(table: str, reason: str, *, kept: int, count: int = 1) -> Check:
    """One row or more stand in ops.rejected_rows; nothing was taken for gone."""

    def check(project: Project, before: State) -> None:
        ((run_id,),) = project.query("select max(run_id) from ops.load_runs")
        found = project.query(
            "select table_name, line, reason, payload from ops.rejected_rows "
            f"where run_id = '{run_id}'"
        )
        assert len(found) == count
        for name, line, said, payload in found:
            assert (name, line > 0, payload[0]) == (table, True, "{")
            assert reason in said
        assert len(state(project)[table]) == kept == len(before[table])
        assert state(project) == before, "the row that could not be read stands as it was"

    return check


def gone(table: str, which: str) -> Check:
    """The rows of a condition are marked, and no others."""

    def check(project: Project, before: State) -> None:
        marked = f"select count(*) from posthog.{table} where _removed_at is not null"
        ((count,),) = project.query(marked)
        assert project.query(f"{marked} and {which}") == [(count,)]
        assert 0 < count < len(before[table])

    return check


def unversioned(project: Project, before: State) -> None:
    """What an older server does not show is left empty."""
    assert project.query("select count(version), count(key) from posthog.feature_flags") == [(0, 7)]
    assert project.query("select count(type), count(*) from posthog.experiments") == [(0, 4)]
    assert state(project)["events"] == before["events"]


ONCE, TWICE = {"times": 1}, {"times": 2}
FLAGS, LIST = {"path": "/feature_flags/"}, {"path": "/persons/"}
QUERY = {"path": "/query/"}
TIME = {"column": "happened_at"}  # as the loader calls it
THE_KEY, THE_HOST, THE_PROJECT = "POSTHOG_API_KEY", "check POSTHOG_HOST", "POSTHOG_PROJECT_ID"

TRAPS = [
    Trap("slow", {"seconds": 3, **ONCE}),
    Trap("slow", {"seconds": 3, **QUERY}, says="timed out", requests=5),
    Trap("connection_dropped", TWICE),
    Trap("connection_dropped", QUERY, says="failed: ", requests=5),
    Trap("rate_limited", {"retry_after": 1, **ONCE}),
    Trap("rate_limited", FLAGS, says="HTTP 429: Request was throttled", requests=5),
    Trap("server_error", {"status": 503, **TWICE}),
    Trap("server_error", {"status": 504, **TWICE}),
    Trap("server_error", QUERY, says="HTTP 502: <html>", requests=5),
    Trap("invalid_key", says=f"HTTP 401: Personal API key found in request Authorization header is "
         f"invalid.; check {THE_KEY}"),
    Trap("missing_scope", QUERY, says="API key missing required scope 'query:read'; give "
         f"{THE_KEY} the scopes", requests=1),
    Trap("missing_scope", LIST, says="missing required scope 'person:read'", requests=1),
    Trap("missing_scope", FLAGS, says="missing required scope 'feature_flag:read'", requests=1),
    Trap("project_gone", QUERY, says=f"HTTP 404: Project not found.; check {THE_PROJECT}"),
    Trap("error_in_200", QUERY, says="an error with HTTP 200: Internal error", requests=1),
    Trap("list_in_200", QUERY,
         says=f"query/: unexpected response: expected an object, got \"['x']\"; {THE_HOST}"),
    Trap("list_in_200", FLAGS, says=f"expected an object, got \"['x']\"; {THE_HOST}"),
    Trap("html", QUERY, says="answered text/html", requests=1),
    Trap("html", LIST, says=THE_HOST, requests=1),
    Trap("truncated_json", TWICE),
    Trap("truncated_json", QUERY, says="that is not JSON", requests=5),
    Trap("body_cut_off", TWICE),
    Trap("body_cut_off", LIST, says="failed: ", requests=5),
    Trap("empty_day", check=gone(
        "events", "timestamp >= '2025-12-05 05:00:00+00' and timestamp < '2025-12-06 05:00:00+00'"
    )),
    Trap("empty_all", says="suspicious-empty"),
    Trap("busy", TWICE),
    Trap("busy", says="HTTP 429: Exceeded maximum concurrency limit", requests=5),
    Trap("query_timeout", {"rows": 3_000}),
    Trap("query_timeout", says="HTTP 504 to however small a query", requests=8),
    Trap("query_error", says="an error with HTTP 200: Failed", requests=1),
    Trap("capped", {"rows": 1_000}),
    Trap("keyset_ignored", says="again and again"),
    Trap("duplicates"),
    Trap("shuffled_columns"),
    Trap("types_as_strings"),
    Trap("properties_as_objects"),
    Trap("results_null", says="query/: unexpected response: expected results, got", requests=1),
    Trap("bad_event", {**TIME, **ONCE}, check=rejected("events", "timestamp: missing", kept=7_836)),
    Trap("bad_event", {"column": "uuid", "value": "n/a", "rows": 3, **ONCE},
         check=rejected("events", "uuid: 'n/a' is no UUID", kept=7_836, count=3)),
    Trap("bad_event", {"column": "properties", "value": "{", **ONCE},
         check=rejected("events", "properties: 1 characters that are no JSON", kept=7_836)),
    Trap("bad_event", {**TIME, "rows": 99_999}, requests=1,
         says="no going on from a page whose last event has the time None"),
    Trap("small_pages"),
    Trap("repeating_next", says="the next page brings nothing new"),
    Trap("older_server", check=unversioned),
    Trap("bad_record", {**LIST, **ONCE}, check=rejected("persons", "id: missing", kept=843)),
]  # fmt: skip


def state(project: Project) -> State:
    """All rows but for what is of a load of its own."""
    found: State = {}
    for table in TABLES:
        names, rows = project.fetch(f"select * from posthog.{table}")
        kept = [place for place, name in enumerate(names) if name not in OF_ITS_OWN_LOAD]
        found[table] = sorted((tuple(row[p] for p in kept) for row in rows), key=repr)
    return found


@pytest.mark.parametrize("trap", TRAPS, ids=str)
def test_a_trap_is_met_or_refused(
    trap: Trap, posthog_loaded: Project, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    project, before = posthog_loaded, state(posthog_loaded)
    assert [len(before[table]) for table in TABLES] == [7_836, 843, 7, 4]
    sandbox.posthog.requests.clear()
    sandbox.posthog.faults.on(trap.fault, **trap.options)
    if trap.fault == "slow":
        monkeypatch.setenv("RUNTIME__REQUEST_TIMEOUT", "0.3")

    result = project.run("load", "posthog", *DECEMBER)

    if trap.says:
        assert trap.says in result.output
        assert result.exit_code == 1
        assert state(project) == before
    else:
        assert result.exit_code == 0, result.output
        (trap.check or same_rows)(project, before)
    if trap.requests:
        path = str(trap.options.get("path", "/query/"))
        asked = [request for request in sandbox.posthog.requests if path in request.path]
        assert len(asked) == trap.requests


def same_rows(project: Project, before: State) -> None:
    assert state(project) == before


def test_every_fault_of_the_sandbox_has_a_trap() -> None:
    assert {trap.fault for trap in TRAPS} == {fault.name for fault in POSTHOG_FAULTS}


def test_pages_that_lead_back_stop_a_first_load_and_nothing_else(
    posthog_project: Project, sandbox: Sandbox
) -> None:
    """Nothing of the table is landed, the other tables and sources are."""
    sandbox.posthog.faults.on("keyset_ignored")
    result = posthog_project.run("load", "posthog", "redtrack", *DECEMBER)
    assert result.exit_code == 1
    assert "lead back to event" in result.output
    assert posthog_project.query("select count(*) from posthog.events") == [(0,)]
    assert posthog_project.query("select count(*) from posthog.persons") == [(843,)]
    assert posthog_project.query("select count(*) > 100 from redtrack.daily_spend") == [(True,)]
    run = posthog_project.fetch(
        "select verdict, complete_through from ops.load_runs where table_name = 'events'"
    )[1]
    assert run == [("failed", None)]
