"""What a night costs beside a long history: `python -m bench.scale COMMIT [MONTHS...]`.

A month of files is loaded by the loader and multiplied in the warehouse, oldest first; then all of
it is built, one more day is loaded and built, and once more nothing new. First with the code of the
commit, set up in a folder of its own, then with this one. CPU seconds are those of the command, of
what it starts, and of the Postgres server.
"""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
from rich.console import Console
from rich.table import Table

from bench.stand import Spent, Stand, stand
from bench.warehouses import TABLES, DuckDB, Postgres, Warehouse
from sandbox.orders import FULL, Volume

DAYS = 31
MONTHS = (1, 3, 12)
MOST_ON_POSTGRES = 3
MONTH = Volume(FULL.created * DAYS // FULL.days, FULL.updated * DAYS // FULL.days, DAYS)
STEPS = ("build of all", "load of a new day", "build of a new day", "build, nothing new")
FOLDER = Path(".bench")


@dataclass(frozen=True)
class Measure:
    """One step of one code on one engine, beside so many months."""

    engine: str
    months: int
    step: str
    spent: Spent


def main(commit: str, *months: str) -> int:
    """The table on stdout, progress on stderr."""
    progress = Console(stderr=True)
    sizes = [int(number) for number in months] or MONTHS
    found: dict[str, dict[tuple[str, int, str], Spent]] = {commit: {}, "here": {}}
    with TemporaryDirectory(prefix="scale-") as temporary:
        there = Path(temporary) / "there"
        subprocess.run(("git", "worktree", "add", "--detach", there, commit), check=True)
        try:
            subprocess.run(("make", "install-dev"), cwd=there, check=True)
            with stand(FOLDER.resolve(), MONTH) as ground:
                for name, place in ((commit, ground.of_code(there, "there")), ("here", ground)):
                    for one in measured(place, sizes):
                        found[name][one.engine, one.months, one.step] = one.spent
                        said = f"{one.spent.cpu:.1f} s CPU, {one.spent.megabytes:.0f} MB"
                        progress.print(name, one.engine, one.months, one.step, said, markup=False)
        finally:
            subprocess.run(("git", "worktree", "remove", "--force", there), check=True)
    Console(width=130).print(table(commit, found[commit], found["here"]))
    return 0


def measured(ground: Stand, sizes: Sequence[int]) -> Iterator[Measure]:
    """All steps on both engines."""
    for kind in (DuckDB, Postgres):
        for months in sizes:
            if kind is Postgres and months > MOST_ON_POSTGRES:
                continue
            with ground.warehouse(kind) as warehouse:
                ground.serve(ground.files[:-2])
                ground.signalroom(warehouse, "load", "s3_exports")
                warehouse.execute(list(multiply(warehouse, months)))
                # tidies up what came, as each night's load would have done
                ground.signalroom(warehouse, "load", "s3_exports")
                commands = (("build",), ("load", "s3_exports"), ("build",), ("build",))
                for step, command in zip(STEPS, commands, strict=True):
                    if command != ("build",):
                        ground.serve(ground.files)
                    yield Measure(kind.engine, months, step, spend(ground, warehouse, *command))


def spend(ground: Stand, warehouse: Warehouse, *command: str) -> Spent:
    """What a command took, with what the Postgres server took meanwhile."""
    server = psutil.Process(ground.server_pid)
    before = _used(server)
    spent = ground.signalroom(warehouse, *command)
    return replace(spent, cpu=spent.cpu + _used(server) - before)


def _used(server: psutil.Process) -> float:
    """CPU seconds of a Postgres server and its sessions, those that ended among them."""
    used = 0.0
    for process in [server, *server.children()]:
        with suppress(psutil.NoSuchProcess):
            times = process.cpu_times()
            used += times.user + times.system
    times = server.cpu_times()
    return float(used + times.children_user + times.children_system)


def multiply(warehouse: Warehouse, months: int) -> Iterator[str]:
    """Statements that put so many months in the place of the one that is there.

    Each has its own files, orders and half of its customers; the other half comes back each month.
    """
    for table in TABLES:
        columns = [
            name
            for (name,) in warehouse.query(
                "select column_name from information_schema.columns"
                f" where table_schema = 's3_exports' and table_name = '{table}'"
                " order by ordinal_position"
            )
        ]
        yield f"create temp table month_of_{table} as select * from s3_exports.{table}"
        yield f"delete from s3_exports.{table}"
        for earlier in reversed(range(months)):
            changed = _earlier(earlier) if earlier else {}
            values = ", ".join(changed.get(name, f'"{name}"') for name in columns)
            yield f"insert into s3_exports.{table} select {values} from month_of_{table}"
        yield f"drop table month_of_{table}"
    for earlier in range(1, months):
        yield (
            "insert into ops.loaded_files (client_id, table_name, file_name, etag, size,"
            " last_modified, file_date, covers_day, rows, rows_rejected, cells_masked, run_id,"
            " loaded_at, sort_key)"
            f" select client_id, table_name, '{earlier:02}-' || file_name, etag,"
            f" size, last_modified, file_date - {DAYS * earlier}, covers_day, rows, rows_rejected,"
            f" cells_masked, run_id, loaded_at - interval '{DAYS * earlier} days', sort_key"
            " from ops.loaded_files where file_name not like '__-%'"
        )


def _earlier(months: int) -> dict[str, str]:
    """The columns that are others in an earlier month."""
    days, number = DAYS * months, f"'9{months:02}' || "
    shifted = f"cast(cast(substring(order_date, 1, 10) as date) - {days} as varchar)"
    return {
        "_file_name": f"'{months:02}-' || _file_name",
        "_file_date": f"_file_date - {days}",
        "orders_id": f"{number}orders_id",
        "parent_order_id": f"case when parent_order_id <> '0' then {number}parent_order_id end",
        "order_date": f"case when order_date like '20%' then {shifted} else order_date end",
        "billing_email": f"case when _row_id % 2 = 0 then 'm{months}.' || billing_email"
        " else billing_email end",
    }


def table(
    commit: str,
    theirs: dict[tuple[str, int, str], Spent],
    ours: dict[tuple[str, int, str], Spent],
) -> Table:
    """CPU seconds and peaks side by side."""
    shown = Table("engine", "months", "step")
    for name in (f"CPU s at {commit}", "here", "ratio", f"MB at {commit}", "here", "wall s here"):
        shown.add_column(name, justify="right")
    for (engine, months, step), spent in ours.items():
        other = theirs[engine, months, step]
        shown.add_row(
            *(engine, str(months), step, f"{other.cpu:.1f}", f"{spent.cpu:.1f}"),
            f"{spent.cpu / other.cpu:.2f}",
            *(f"{other.megabytes:.0f}", f"{spent.megabytes:.0f}", f"{spent.seconds:.1f}"),
        )
    return shown


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
