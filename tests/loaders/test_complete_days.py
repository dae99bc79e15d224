"""Which days are complete, of random ledgers: what the ledger names is what a plain count names."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loaders import ledger, ops
from loaders.ops import Run
from loaders.records import RecordSource
from loaders.source import Account
from loaders.table import Column, Issue, Rejected, Table
from loaders.verify import GOOD, Verdict
from loaders.warehouse import DuckDB
from loaders.windows import Window

FIRST = date(2025, 12, 1)
ACCOUNT = Account("713", "America/New_York", "USD", FIRST, {})
COLUMNS = {"id": Column("bigint", required=True)}
MAILS = Table("mails", COLUMNS, ("id",), makes_days_complete=True)
CLICKS = Table("clicks", COLUMNS, ("id",), makes_days_complete=True)
CONTACTS = Table("contacts", COLUMNS, ("id",))
TABLES = (MAILS, CLICKS, CONTACTS)

ACCEPTED = "made, and known"
reasons = st.sampled_from(["made", ACCEPTED])
days = st.integers(0, 7).map(lambda offset: FIRST + timedelta(offset))
windows = st.tuples(days, days).map(lambda ends: Window(min(ends), max(ends)))


@st.composite
def runs(draw: st.DrawFn) -> Run:
    """A run of any table, client, zone and verdict, with rows that were rejected or not."""
    window = draw(windows)
    usually = st.sampled_from([True, True, True, False])
    inside = st.integers(0, len(window) - 1).map(lambda offset: window.start + timedelta(offset))
    run = Run(
        run_id="",
        source="made",
        client_id="713" if draw(usually) else "cti",
        table_name=draw(st.sampled_from(TABLES)).name,
        window_start=window.start,
        window_end=window.end,
        advertiser_id=None,
        timezone=ACCOUNT.timezone if draw(usually) else "UTC",
        currency=ACCOUNT.currency if draw(usually) else "EUR",
        started_at=datetime(2026, 1, 1, tzinfo=UTC),
        verdict=draw(st.sampled_from([*["ok"] * 4, *get_args(Verdict)])),
        complete_through=draw(inside) if draw(usually) else None,
    )
    if not draw(usually):
        chunk = Window(draw(inside), window.end)
        day = draw(st.none() | inside)
        run.rejected = [
            Rejected("page 1", 1, draw(reasons), {}, day, draw(st.sampled_from([None, chunk])))
        ]
    if not draw(usually):
        day = draw(st.none() | inside)
        run.issues = [Issue("page 1", "odd words", 1, day, draw(reasons), holds_back=draw(usually))]
    return run


def is_complete(day: date, table: Table, history: list[Run]) -> bool:
    """Go back from the newest run to the first that says anything of the day."""
    for run in reversed(history):
        window = Window(run.window_start, run.window_end)
        if (run.client_id, run.table_name) != (ACCOUNT.client_id, table.name):
            continue
        if run.verdict not in GOOD or day not in window:
            continue
        rejected = [row for row in run.rejected if row.reason != ACCEPTED]
        if any(day in replace(row, window=row.window or window).spoils() for row in rejected):
            return False
        odd = [issue for issue in run.issues if issue.holds_back and issue.word != ACCEPTED]
        if any(issue.day in {day, None} for issue in odd):
            return False
        if (run.timezone, run.currency) != (ACCOUNT.timezone, ACCOUNT.currency):
            return False
        if run.complete_through and day <= run.complete_through:
            return True
    return False


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> DuckDB:
    made = DuckDB(tmp_path_factory.mktemp("ledger") / "w.duckdb")
    ops.create(made)
    with made.transaction() as execute:
        rows = [
            ops.AcceptedIssue("713", "made", table.name, kind, ACCEPTED, datetime.now(UTC))
            for table in TABLES
            for kind in ("rejected rows", "odd words")
        ]
        ops.ACCEPTED_ISSUES.insert(execute, rows)
    return made


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(history=st.lists(runs(), max_size=10))
def test_complete_days_are_those_that_a_plain_count_names(
    warehouse: DuckDB, history: list[Run]
) -> None:
    source = RecordSource("made", TABLES, (), time(3), lambda _: pytest.fail("asks no service"))
    history = [
        replace(run, run_id=f"run-{n}", started_at=run.started_at + timedelta(hours=n))
        for n, run in enumerate(history)
    ]
    with warehouse.session(read_only=False):
        warehouse.execute("delete from ops.load_runs")
        warehouse.execute("delete from ops.rejected_rows")
        warehouse.execute("delete from ops.load_issues")
        ledger.write(warehouse, *history)
        found = source.complete_days(warehouse, ACCOUNT)
    expected = {
        day
        for day in Window(FIRST, FIRST + timedelta(7)).days()
        if all(is_complete(day, table, history) for table in (MAILS, CLICKS))
    }
    assert found == expected
