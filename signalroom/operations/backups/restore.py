"""Putting a backup back, unless that would undo something newer."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from loaders.errors import LoadError, writing
from loaders.warehouse.base import Say
from signalroom.config.settings import Settings
from signalroom.operations.backups.backup import copy_of
from signalroom.operations.backups.duckdb_file import DuckDBCopy
from signalroom.operations.backups.postgres_dump import PostgresDump

BEGINS = {"dev": DuckDBCopy.begins, "prod": PostgresDump.begins}  # where, with what


def restore(
    settings: Settings, target: str, path: Path, now: datetime, say: Say, *, force: bool
) -> None:
    """Make the warehouse what it was at the backup; LoadError changes nothing."""
    try:
        with path.open("rb") as file:
            start = file.read(12)
    except OSError as error:
        raise LoadError(f"cannot read {path}: {error.strerror}") from None
    made_of = next(
        (name for name, (at, magic) in BEGINS.items() if start[at:].startswith(magic)), None
    )
    if made_of is None:
        raise LoadError(f"{path} is no backup: it is neither a DuckDB file nor a dump of pg_dump")
    if made_of != target:
        raise LoadError(f"{path} is a backup of {made_of}; restore it with --target {made_of}")
    copy = copy_of(settings, target)
    with _unchanged(path):
        backed_up = copy.newest_in(path)
    if backed_up is None:
        raise LoadError(f"{path} is no backup of ours: it has no run in ops.load_runs")
    with copy.replacing(say) as there:
        if there and there > backed_up and not force:
            raise LoadError(
                f"{copy.warehouse.name} has what was loaded at {_said(there)}, and {path} ends at "
                f"{_said(backed_up)}; --force puts the older one in its place"
            )
        with _unchanged(path), writing(copy.warehouse.name):
            note = copy.put_back(path, now)
    say(f"{copy.warehouse.name} is as it was after the load of {_said(backed_up)}; {note}")


@contextmanager
def _unchanged(path: Path) -> Iterator[None]:
    """A backup that is spoiled, or does not fit, is named in the error."""
    try:
        yield
    except LoadError as error:
        raise LoadError(f"{path} is not restored, and nothing is changed: {error}") from None


def _said(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
