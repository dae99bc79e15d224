"""Every bad habit of Mautic: the loader meets it with its remedy, or refuses in one sentence.

One table, one row a trap; a fault of the sandbox that has no row here fails the tests. Each trap
is set between two loads, of several tables in pages of two hundred rows.
"""

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from loaders import ledger, ops
from loaders.records import RecordLoad
from loaders.source import Account, Job, Request
from loaders.sources import mautic
from loaders.sources.mautic import (
    CONTACTS,
    EMAIL_STATS,
    LEAD_LISTS_LEADS,
    PAGE_HITS,
    SEGMENTS,
)
from loaders.table import Table
from loaders.warehouse import DuckDB
from sandbox.mautic.faults import MAUTIC_FAULTS
from sandbox.server import Sandbox
from tests.support import OF_ITS_OWN_LOAD, Project

FIRST = datetime(2025, 12, 19, 12, tzinfo=UTC)
SECOND = datetime(2025, 12, 19, 13, tzinfo=UTC)
USUAL = (CONTACTS, SEGMENTS, PAGE_HITS, LEAD_LISTS_LEADS)
CREDENTIALS = "check MAUTIC_CLIENT_ID and MAUTIC_CLIENT_SECRET"
State = dict[str, list[tuple[Any, ...]]]
Check = Callable[[Project, Sandbox], None]


@dataclass(frozen=True)
class Trap:
    """A fault, how it is set, and what must come of a load that meets it after a good one.

    `says` is what must be said of each of the `tables`, of which then nothing was landed.
    Without it all of them were landed again, and hold the same rows, or what `check` asserts.
    """

    fault: str
    options: dict[str, Any] = field(default_factory=dict)
    says: str | None = None
    tables: tuple[Table, ...] = USUAL
    check: Check | None = None
    also: tuple[str, ...] = ()
    allow_empty: bool = False

    def __str__(self) -> str:
        options = ",".join(f"{name}={value}" for name, value in self.options.items())
        tables = "" if self.tables == USUAL else "+".join(table.name for table in self.tables)
        return "-".join(filter(None, (self.fault, options, tables, *self.also)))


def rejected(count: int, reason: str) -> Check:
    """So many rows of the table stand in ops.rejected_rows, for that reason."""

    def check(project: Project, _: Sandbox) -> None:
        rows = project.query("select reason, payload from ops.rejected_rows")
        assert [why for why, _ in rows] == [reason] * count
        assert all(payload.startswith("{") for _, payload in rows)

    return check


def removed(where: str) -> Check:
    """Those rows, and no others, are marked as gone."""
    table, _, condition = where.partition(" ")

    def check(project: Project, _: Sandbox) -> None:
        gone = project.query(f"select id from mautic.{table} where _removed_at is not null")
        meant = project.query(f"select id from mautic.{table} where {condition}")
        assert gone
        assert sorted(gone) == sorted(meant)

    return check


def nothing_skipped(project: Project, sandbox: Sandbox) -> None:
    """All that is still there was read; of what vanished, at most what was read before."""
    rows = project.query("select id from mautic.contacts where _removed_at is null")
    held = {id_ for (id_,) in rows}
    left = {row["id"] for row in sandbox.mautic.store.rows("713", "contacts")}
    assert len(left) == 819
    assert left <= held
    assert held - left == {2, 3}


def column_is_blank(project: Project, _: Sandbox) -> None:
    assert project.query("select count(*), count(email) from mautic.contacts") == [(822, 0)]


def everything_marked(project: Project, _: Sandbox) -> None:
    for table in USUAL:
        sql = f"select count(*) from mautic.{table.name} where _removed_at is null"
        assert project.query(sql) == [(0,)]


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
    Trap("html", {}, "that is no JSON"),
    Trap("list_in_200", {}, "answered no rows as"),
    Trap("truncated_json", {"times": 2}),
    Trap("truncated_json", ONE, "/api/segments answered application/json that is no JSON", ONLY),
    Trap("body_cut_off", {"times": 2}),
    Trap("body_cut_off", ONE, "/api/segments failed: ", ONLY),
    Trap(
        "empty_day",
        {"date": "2025-12-05"},
        tables=(EMAIL_STATS,),
        check=removed(
            "email_stats date_sent >= timestamptz '2025-12-05 05:00:00+00' "
            "and date_sent < timestamptz '2025-12-06 05:00:00+00'"
        ),
    ),
    Trap("empty_all", {}, "got 0 rows, but"),
    Trap("empty_all", check=everything_marked, allow_empty=True),
    Trap("client_refused", {}, f"HTTP 400: The client credentials are invalid; {CREDENTIALS}"),
    Trap("token_short", {"seconds": 1}),
    Trap("token_dies_early", {"seconds": 1}),
    Trap(
        "token_dies_early", {"seconds": 0}, f"The access token provided has expired.; {CREDENTIALS}"
    ),
    Trap("token_without_lifetime"),
    Trap("token_absent", {}, "/oauth/v2/token answered no access_token; check MAUTIC_BASE_URL, "),
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
    Trap("other_empties", {}, "got 0 rows, but", also=("empty_all",)),
    Trap("body_absent", {}, "answered no rows as"),
    Trap("body_null", {}, "answered no rows as"),
    Trap("page_capped", {"rows": 40}),
    Trap("page_capped", {"rows": 1}, "ignores the filter", ONLY, also=("where_ignored",)),
    Trap("page_capped", {"rows": 0}, "got 0 rows, but"),
    Trap("start_ignored"),
    Trap("overlapping_pages", {"rows": 3}),
    Trap(
        "row_vanishes",
        {"path": "/api/contacts", "times": 3},
        tables=(CONTACTS,),
        check=nothing_skipped,
    ),
    Trap("where_ignored", {}, "ignores the filter or the order that it was asked for"),
    Trap(
        "order_ignored",
        {},
        "ignores the filter or the order that it was asked for",
        (CONTACTS, SEGMENTS, LEAD_LISTS_LEADS),
    ),
    Trap("order_ignored", tables=(PAGE_HITS,)),
    Trap("bad_id", {"value": None}, tables=ONLY, check=rejected(1, "id: missing")),
    Trap("bad_id", {"value": "x"}, tables=ONLY, check=rejected(1, "id: 'x' is not a number")),
    Trap("bad_id", {"value": 999_999}, "ignores the filter or the order", (CONTACTS,)),
    Trap("bad_id", {"rows": 9999}, "answered no row with id, so what comes after it", ONLY),
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
    Trap("column_absent", {"column": "date_hit"}, "none of 330 rows of page_hits", (PAGE_HITS,)),
    Trap("column_absent", {"column": "email"}, tables=(CONTACTS,), check=column_is_blank),
    Trap("column_added"),
    Trap("table_unknown", {}, "/api/stats/page_hits is no table that this Mautic", (PAGE_HITS,)),
    Trap("typed_stats"),
]


def account(sandbox: Sandbox) -> Account:
    environ = sandbox.environ("mautic").items()
    settings = {name.removeprefix("MAUTIC_").lower(): value for name, value in environ}
    return Account("713", "America/New_York", "USD", date(2025, 12, 1), settings)


def load(
    root: Path, sandbox: Sandbox, now: datetime, *tables: Table, allow_empty: bool = False
) -> list[ledger.Run]:
    warehouse = DuckDB(root / "signalroom.duckdb")
    request = Request(f"run-{now:%H}", full_refresh=True, allow_empty=allow_empty)
    job = Job(account(sandbox), warehouse, root / "work", request)
    source = replace(mautic.SOURCE, tables=tables)
    ops.create(warehouse)
    ledger.create_tables(warehouse, schema=source.name, tables=source.tables)
    return RecordLoad(source, job, now).run()


def state(project: Project) -> State:
    """The rows of all tables that are held, without what each load writes on them."""
    held = {}
    for table in (*USUAL, EMAIL_STATS):
        names, rows = project.fetch(f"select * from mautic.{table.name}")
        kept = [n for n, name in enumerate(names) if name not in OF_ITS_OWN_LOAD]
        held[table.name] = sorted((tuple(row[n] for n in kept) for row in rows), key=repr)
    return held


@pytest.fixture(scope="module")
def good(sandbox_server: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse after a load that nothing disturbed."""
    root = tmp_path_factory.mktemp("good")
    runs = load(root, sandbox_server, FIRST, *USUAL, EMAIL_STATS)
    assert [run.verdict for run in runs] == ["ok"] * len(runs)
    return root / "signalroom.duckdb"


@pytest.mark.parametrize("trap", TRAPS, ids=str)
def test_a_trap_is_met_or_refused(
    trap: Trap,
    good: Path,
    project: Project,
    sandbox: Sandbox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shutil.copy(good, project.warehouse)
    before = state(project)
    assert all(len(rows) > 4 for rows in before.values())
    monkeypatch.setattr("loaders.sources.mautic_reader.PAGE_ROWS", 200)
    if trap.fault == "slow":
        monkeypatch.setenv("RUNTIME__REQUEST_TIMEOUT", "0.3")
    for name, options in [*((name, {}) for name in trap.also), (trap.fault, trap.options)]:
        sandbox.mautic.faults.on(name, **options)

    runs = load(project.root, sandbox, SECOND, *trap.tables, allow_empty=trap.allow_empty)

    landed = {
        table.name: project.query(f"select max(_loaded_at) from mautic.{table.name}") != [(FIRST,)]
        for table in trap.tables
    }
    if trap.says:
        for run in runs:
            assert trap.says in str(run.error)
            assert run.verdict in ("failed", "suspicious-empty")
        assert not any(landed.values())
        assert state(project) == before
        return
    assert [run.verdict for run in runs if run.error] == [], [run.error for run in runs]
    if trap.check:
        trap.check(project, sandbox)
    else:
        assert all(landed.values())
        assert state(project) == before


def test_every_fault_of_the_sandbox_has_a_trap() -> None:
    assert {trap.fault for trap in TRAPS} == {fault.name for fault in MAUTIC_FAULTS}


def test_a_table_that_cannot_be_read_stops_no_other(project: Project, sandbox: Sandbox) -> None:
    sandbox.mautic.faults.on("no_permission", path="/api/stats/page_hits")
    result = project.run("load", "mautic")
    assert result.exit_code == 1
    lines = result.output.splitlines()
    (refused,) = [line for line in lines if "713 mautic.page_hits: failed: " in line]
    assert "HTTP 403" in refused
    assert project.query("select count(*) from mautic.page_hits") == [(0,)]
    assert project.query("select count(*) from mautic.email_stats") == [(2688,)]


def test_wrong_credentials_stop_no_other_source(
    project: Project, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAUTIC_CLIENT_SECRET", "not-the-secret")
    result = project.run("load", "--start-date", "2025-12-01", "--end-date", "2025-12-03")
    assert result.exit_code == 1
    assert f"HTTP 400: The client credentials are invalid; {CREDENTIALS}" in result.output
    assert "not-the-secret" not in result.output
    assert project.query("select count(*) from mautic.contacts") == [(0,)]
    assert project.query("select count(*) from everflow.daily_stats")[0][0] > 50
