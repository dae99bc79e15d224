"""Whether DuckDB had to write beside its file, as what it worked on did not fit its memory."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

import click

LOOKED_AT_EVERY = 0.5  # seconds


@contextmanager
def telling_what_spills(database: Path) -> Iterator[None]:
    """Say at the end how much DuckDB wrote beside a database at most meanwhile, if it did."""
    folder, most, ended = Path(f"{database}.tmp"), [0], Event()

    def look() -> None:
        while not ended.wait(LOOKED_AT_EVERY):
            most.append(sum(path.stat().st_size for path in folder.glob("*") if path.exists()))

    looking = Thread(target=look, daemon=True)
    looking.start()
    try:
        yield
    finally:
        ended.set()
        looking.join()
        if max(most):
            click.echo(
                f"    DuckDB wrote up to {max(most) / 1e6:,.0f} MB beside {database.name}: what it "
                "worked on did not fit into DUCKDB_MEMORY_LIMIT"
            )
