"""Measure everything on both engines and print one table: `python -m bench`.

`python -m bench posthog` takes that step alone, and so with any others, `report` among them. Exit
code 1 when a step failed, not when an aim was missed.
"""

import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter

from rich.console import Console
from rich.table import Table

from bench.measures import Measures, Row
from bench.report import report_rows
from bench.stand import stand
from bench.warehouses import DuckDB, Postgres
from sandbox.orders import FULL

FOLDER = Path(".bench")


def main(chosen: Sequence[str]) -> int:
    """The table on stdout, progress on stderr; all steps unless some are chosen."""
    taken = Taken()
    if not chosen or set(chosen) - {"report"}:
        taken.progress.print("making the files")
        with stand(FOLDER.resolve(), FULL) as ground:
            for kind in (Postgres, DuckDB):
                with ground.warehouse(kind) as full:
                    for step in Measures(ground, full).steps:
                        if not chosen or step.__name__ in chosen:
                            taken.take(kind.engine, step.__name__, step)
    if not chosen or "report" in chosen:
        taken.take(DuckDB.engine, "report", report_rows)
    Console(width=110).print(table(taken.rows))
    return int(taken.failed)


@dataclass
class Taken:
    """What the steps so far measured, and whether one failed."""

    progress: Console = field(default_factory=lambda: Console(stderr=True))
    rows: list[tuple[str, Row]] = field(default_factory=list)
    failed: bool = False

    def take(self, engine: str, name: str, step: Callable[[], Iterable[Row]]) -> None:
        """One more; the other steps are worth something without it."""
        start, said = perf_counter(), "done"
        try:
            self.rows += [(engine, row) for row in step()]
        except Exception as error:
            self.failed, said = True, f"failed: {type(error).__name__}: {error}"
        took = f"{perf_counter() - start:.0f} s"
        self.progress.print(engine, name, took, said, markup=False)


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
