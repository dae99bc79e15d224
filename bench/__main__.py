"""Measure everything on both engines and print one table: `python -m bench`.

`python -m bench posthog` takes that step alone, and so with any others. Exit code 1 when a step
failed, not when an aim was missed.
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter

from rich.console import Console
from rich.table import Table

from bench.measures import Measures, Row
from bench.stand import stand
from bench.warehouses import DuckDB, Postgres
from sandbox.orders import FULL

FOLDER = Path(".bench")


def main(chosen: Sequence[str]) -> int:
    """The table on stdout, progress on stderr; all steps unless some are chosen."""
    progress, failed = Console(stderr=True), False
    rows: list[tuple[str, Row]] = []
    progress.print("making the files")
    with stand(FOLDER.resolve(), FULL) as ground:
        for kind in (Postgres, DuckDB):
            with ground.warehouse(kind) as full:
                for step in Measures(ground, full).steps:
                    if chosen and step.__name__ not in chosen:
                        continue
                    start, said = perf_counter(), "done"
                    try:
                        rows += [(kind.engine, row) for row in step()]
                    except Exception as error:  # the other steps are worth something without it
                        failed, said = True, f"failed: {type(error).__name__}: {error}"
                    took = f"{perf_counter() - start:.0f} s"
                    progress.print(kind.engine, step.__name__, took, said, markup=False)
    Console(width=110).print(table(rows))
    return int(failed)


def table(rows: list[tuple[str, Row]]) -> Table:
    """All rows, each with its engine."""
    shown = Table("engine", "ours / theirs")
    for name in ("ours", "theirs", "ratio", "aim", "met"):
        shown.add_column(name, justify="right")
    for engine, row in rows:
        theirs = "" if row.theirs is None else f"{row.theirs:,.1f} {row.unit}"
        ratio = "" if row.ratio is None else f"{row.ratio:.2f}"
        aim = "" if row.aim is None else f"{row.aim:g}{'' if ratio else ' ' + row.unit}"
        aim += f" (at worst {row.limit:g})" if row.limit else ""
        shown.add_row(engine, row.what, f"{row.ours:,.1f} {row.unit}", theirs, ratio, aim, row.met)
    return shown


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
