"""The ledger in schema `ops`: what was read, when, and with what verdict; and the rejected rows.

A run's row is written after its data: no row means not loaded. What to read next is decided from
here, so a new machine knows it.
"""

import logging
from collections.abc import Callable, Collection, Sequence
from datetime import date, datetime
from typing import Any

from loaders import clock, ops
from loaders.errors import LoadError, WarehouseError
from loaders.land import create_missing, lost
from loaders.ops import (
    LOAD_ISSUES,
    LOAD_RUNS,
    LOADED_FILES,
    OPS,
    REJECTED_ROWS,
    LoadedFile,
    LoadIssue,
    RejectedRow,
    Run,
)
from loaders.source import Account
from loaders.table import Table
from loaders.verify import GOOD
from loaders.warehouse import Warehouse
from loaders.windows import Window

log = logging.getLogger(__name__)

# what days lack, and what somebody has accepted of it; ops.data_issues says the same in dbt's words
SPOILING = (
    "(select run_id, source, client_id, table_name, date, window_start, window_end, "
    "'rejected rows' as kind, reason as subject from ops.rejected_rows{unless_replayed} "
    "union all "
    "select run_id, source, client_id, table_name, null, first_date, last_date, "
    "kind, coalesce(nullif(word, ''), origin) from ops.load_issues where holds_back)"
)
UNLESS_REPLAYED = " where replayed_at is null and coalesce(kind, 'row') = 'row'"
NOT_LOADED = "file not loaded"  # the kind of issue that ends when the file is
UNLESS_ACCEPTED = (
    "and not exists (select 1 from ops.accepted_issues as accepted "
    "where accepted.source = issues.source and accepted.client_id = issues.client_id "
    "and accepted.table_name = issues.table_name and accepted.kind = issues.kind "
    "and accepted.subject = issues.subject)"
)


def create_tables(warehouse: Warehouse, *, schema: str, tables: Sequence[Table]) -> None:
    """Create the declared tables of a source where they are missing, in schemas of their own.

    Where something was lost of days that were loaded, they count as unread: the next load without
    dates reads them again. LoadError when it is a column that no row can be without.
    """
    for name in (schema, f"{schema}_staging"):
        warehouse.make_schema(name)
    warehouse.tidy(schema)  # after a load that was killed, or of an earlier release
    gone = lost(warehouse, schema, tables)
    needed = [f"{schema}.{table.name}.{name}" for table in tables for name in table.needed]
    if gone:
        what = f"{', '.join(gone)} is gone from {warehouse.name}: somebody dropped or renamed it"
        if set(gone) & set(needed):
            raise LoadError(f"{what}; put it back, or drop the table, and it is read again")
        log.warning("%s; it is made again, and all of %s counts as not loaded", what, schema)
        with warehouse.transaction() as execute:
            execute(
                "update ops.load_runs set complete_through = null, settled_through = null "
                "where source = %s",
                [schema],
            )
            names = _listed([table.name for table in tables])
            execute(f"delete from ops.loaded_files where table_name in ({names})")  # noqa: S608
    create_missing(warehouse, schema=schema, tables=tables)


def write(warehouse: Warehouse, *runs: Run) -> None:
    """Write runs, the rows that they rejected and what else they did not understand."""
    with warehouse.transaction() as execute:
        _write_issues(execute, runs)
        answers = [RejectedRow.of(run, one, "answer") for run in runs for one in run.refused()]
        REJECTED_ROWS.insert(execute, answers)
        LOAD_RUNS.insert(execute, runs)


def write_files(warehouse: Warehouse, files: Sequence[LoadedFile], runs: Sequence[Run]) -> None:
    """Write files, and what the runs did not understand so far: they are not read again."""
    with warehouse.transaction() as execute:
        for file in files:
            which = [file.client_id, file.table_name, file.file_name]
            for table, name, also in (
                ("loaded_files", "file_name", ""),
                ("load_issues", "origin", f" and kind = '{NOT_LOADED}'"),
            ):
                where = f"client_id = %s and table_name = %s and {name} = %s{also}"
                execute(f"delete from ops.{table} where {where}", which)  # noqa: S608
        _write_issues(execute, runs)
        LOADED_FILES.insert(execute, files)


def invalidate_files(
    warehouse: Warehouse, client_id: str, table: str, names: Sequence[str]
) -> None:
    """Say that the rows of files are about to change: until they are noted, any version is new."""
    warehouse.execute(
        "update ops.loaded_files set etag = '' "  # noqa: S608
        "where client_id = %s and table_name = %s "
        f"and file_name in ({', '.join(['%s'] * len(names))})",
        [client_id, table, *names],
    )


def loaded_files(warehouse: Warehouse, client_id: str, table: str) -> dict[str, str]:
    """The loaded files of a client in a raw table, and the ETag of each."""
    if LOADED_FILES.name not in warehouse.columns(OPS):
        return {}
    rows = warehouse.query(
        "select file_name, etag from ops.loaded_files where client_id = %s and table_name = %s",
        (client_id, table),
    )
    return dict(rows)


def holders(warehouse: Warehouse, client_id: str, table: str) -> dict[str, str]:
    """By their content, the files whose rows are in a raw table of which each counts once."""
    told = _told_by_content(warehouse, client_id, table, "rows > 0 and etag <> ''")
    return {content: name for name, content in told.items()}


def copies(warehouse: Warehouse, client_id: str, table: str) -> dict[str, str]:
    """The loaded files that have no rows as another one holds them, and the content of each."""
    return _told_by_content(warehouse, client_id, table, "rows = 0")


def _told_by_content(
    warehouse: Warehouse, client_id: str, table: str, which: str
) -> dict[str, str]:
    rows = warehouse.query(
        "select file_name, content from ops.loaded_files where client_id = %s "  # noqa: S608
        f"and table_name = %s and content is not null and {which}",
        (client_id, table),
    )
    return dict(rows)


def gone_files(warehouse: Warehouse, client_id: str, table: str) -> set[str]:
    """The loaded files of which it is known that they are not in the bucket any more."""
    names = warehouse.query(
        "select file_name from ops.loaded_files "
        "where client_id = %s and table_name = %s and gone_at is not null",
        (client_id, table),
    )
    return {name for (name,) in names}


def note_gone(
    warehouse: Warehouse, client_id: str, table: str, names: Collection[str], at: datetime | None
) -> None:
    """Say since when files are not in the bucket any more, or that they are there again."""
    if names:
        warehouse.execute(
            "update ops.loaded_files set gone_at = %s "  # noqa: S608
            "where client_id = %s and table_name = %s "
            f"and file_name in ({', '.join(['%s'] * len(names))})",
            [at, client_id, table, *names],
        )


def count_files(warehouse: Warehouse) -> dict[tuple[str, str], tuple[Any, ...]]:
    """By client and table: files, rows, rejected rows and masked cells, and the newest day."""
    if LOADED_FILES.name not in warehouse.columns(OPS):
        return {}
    rows = warehouse.query(
        "select client_id, table_name, count(*), cast(sum(rows) as bigint), "
        "cast(sum(rows_rejected) as bigint), cast(sum(cells_masked) as bigint), max(file_date) "
        "from ops.loaded_files group by client_id, table_name"
    )
    return {(client_id, table): tuple(counts) for client_id, table, *counts in rows}


def days_with_files(warehouse: Warehouse, client_id: str, table: str) -> set[date]:
    """The days of which a raw table has a file that was written after the day."""
    if LOADED_FILES.name not in warehouse.columns(OPS):
        return set()
    days = warehouse.query(
        "select file_date from ops.loaded_files "
        "where client_id = %s and table_name = %s and covers_day",
        (client_id, table),
    )
    return {day for (day,) in days}


def days_held_back(warehouse: Warehouse, client_id: str, source: str, table: str) -> set[date]:
    """The days of which the models did not understand something that nobody accepted since."""
    if "data_issues" not in warehouse.columns(OPS):
        return set()
    days = warehouse.query(
        "select distinct report_date from ops.data_issues where client_id = %s "
        "and source_name = %s and raw_table = %s and holds_back and not is_accepted",
        (client_id, source, table),
    )
    return {day for (day,) in days}


def covered(warehouse: Warehouse, source: str, table: str, account: Account) -> set[date]:
    """The client's days whose rows in the warehouse were read after the day was over.

    The newest good read of a day decides, as its rows are the ones in the warehouse. In another
    time zone or currency than the client's present one they are other rows, and a day that lacks
    rejected rows is to be read again.
    """
    if not _is_readable(warehouse):
        return set()
    runs = warehouse.query(
        "select run_id, window_start, window_end, complete_through, timezone, currency "  # noqa: S608
        "from ops.load_runs where source = %s and client_id = %s "
        f"and table_name = %s and verdict in ({_listed(GOOD)}) order by started_at",
        (source, account.client_id, table),
    )
    spoiled = _spoiled_days(warehouse, source, table, account.client_id)
    days: set[date] = set()
    for run_id, start, end, complete_through, *place in runs:
        window = Window(start, end)
        if place != [account.timezone, account.currency]:
            days.difference_update(window.days())
        elif complete_through:
            days.update(day for day in window.days() if day <= complete_through)
        days -= spoiled.get(run_id, set()) & set(window.days())
    return days


def good_reads(
    warehouse: Warehouse, source: str, table: str, client_id: str
) -> list[tuple[datetime, date, date, int]]:
    """When each good run of a table began, its days and how many rows it rejected, newest first."""
    return warehouse.query(
        "select started_at, window_start, window_end, rows_rejected from ops.load_runs "  # noqa: S608
        "where source = %s and table_name = %s and client_id = %s "
        f"and verdict in ({_listed(GOOD)}) order by started_at desc",
        (source, table, client_id),
    )


def refused(warehouse: Warehouse, run: Run, *, until: datetime) -> list[tuple[datetime, str]]:
    """The suspicious reads of a run's table since the last good one: when, and what was missing."""
    same = "source = %s and table_name = %s and client_id = %s and advertiser_id is not distinct "
    same += "from %s"
    which = [run.source, run.table_name, run.client_id, run.advertiser_id]
    return warehouse.query(
        "select started_at, missing from ops.load_runs "  # noqa: S608
        f"where {same} and verdict = 'suspicious-empty' and started_at <= %s "
        "and started_at > (select coalesce(max(started_at), timestamp '1970-01-01 00:00:00') "
        f"from ops.load_runs where {same} and verdict in ({_listed(GOOD)})) order by started_at",
        [*which, until, *which],
    )


def _spoiled_days(
    warehouse: Warehouse, source: str, table: str, client_id: str
) -> dict[str, set[date]]:
    """By run, the days that lack what it did not understand, and nobody accepted."""
    columns = warehouse.columns(OPS)
    if LOAD_ISSUES.name in columns:
        is_new = "replayed_at" in columns[REJECTED_ROWS.name]
        unless_replayed = UNLESS_REPLAYED if is_new else ""
        spoiling = SPOILING.format(unless_replayed=unless_replayed)
        unless = UNLESS_ACCEPTED
    else:  # of an earlier release, and not loaded since
        spoiling, unless = "ops.rejected_rows", ""
    rows = warehouse.query(
        "select run_id, date, window_start, window_end "  # noqa: S608
        f"from {spoiling} as issues "
        f"where source = %s and table_name = %s and client_id = %s {unless}",
        (source, table, client_id),
    )
    spoiled: dict[str, set[date]] = {}
    for run_id, day, start, end in rows:
        spoiled.setdefault(run_id, set()).update([day] if day else Window(start, end).days())
    return spoiled


def last_run(warehouse: Warehouse, source: str, client_id: str) -> dict[str, Any] | None:
    """The newest run of a source for a client, good or not; None where there was none."""
    if not _is_readable(warehouse):
        return None
    names = LOAD_RUNS.columns.keys() & warehouse.columns(OPS)[LOAD_RUNS.name].keys()
    rows = warehouse.query(
        f"select {', '.join(names)} from ops.load_runs "  # noqa: S608
        "where source = %s and client_id = %s "
        # runs into several tables begin at once: one that failed says more
        f"order by started_at desc, verdict in ({_listed(GOOD)}) limit 1",
        (source, client_id),
    )
    return dict(zip(names, rows[0], strict=True)) if rows else None


def _is_readable(warehouse: Warehouse) -> bool:
    """Whether there is a ledger; WarehouseError when somebody altered it."""
    if LOAD_RUNS.name not in warehouse.columns(OPS):
        return False
    declared = {LOAD_RUNS.name: LOAD_RUNS.columns}
    gone = [f"{name} is gone" for name in ops.lost(warehouse, declared)]
    if changes := [*warehouse.altered(OPS, declared), *gone]:
        raise WarehouseError(f"{warehouse.name} was altered by hand: {'; '.join(changes)}")
    return True


def _write_issues(execute: Callable[..., None], runs: Sequence[Run]) -> None:
    """What the runs rejected or did not understand since it was written last."""
    rejected: dict[str, RejectedRow] = {}
    issues = []
    for run in runs:
        run.finished_at = clock.now()
        for one in run.rejected[run.rejected_kept :]:
            row = RejectedRow.of(run, one)
            rejected[row.rejected_row_id] = row
        issues += [LoadIssue.of(run, issue) for issue in run.issues[run.issues_kept :]]
        run.rejected_kept, run.issues_kept = len(run.rejected), len(run.issues)
    REJECTED_ROWS.insert(execute, list(rejected.values()))
    LOAD_ISSUES.insert(execute, issues)


def _listed(values: Sequence[str]) -> str:
    return ", ".join(f"'{value}'" for value in values)
