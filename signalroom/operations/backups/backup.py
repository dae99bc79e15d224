"""One backup: made beside, proved, named, and the oldest deleted."""

import os
from datetime import datetime
from pathlib import Path

from loaders.errors import LoadError, writing
from loaders.warehouse import DuckDB, Postgres, Warehouse
from loaders.warehouse.base import Say
from signalroom.config.settings import Settings
from signalroom.export.files import beside
from signalroom.operations.backups.duckdb_file import DuckDBCopy
from signalroom.operations.backups.kept import Keeping, megabytes
from signalroom.operations.backups.postgres_dump import PostgresDump


def copy_of(settings: Settings, target: str) -> DuckDBCopy | PostgresDump:
    """How the warehouse of a target is copied and put back."""
    match settings.warehouse(target):
        case DuckDB() as warehouse:
            return DuckDBCopy(warehouse)
        case Postgres() as warehouse:
            seeds = {path.stem for path in settings.root.glob("seeds/*.csv")}
            return PostgresDump(warehouse, seeds)
        case other:
            raise TypeError(other)


def back_up(settings: Settings, target: str, folder: Path | None, now: datetime, say: Say) -> Path:
    """Make a backup that was restored once, and delete the outdated ones; its path."""
    copy, keeping = copy_of(settings, target), Keeping.of(settings, folder)
    warehouse, path = copy.warehouse, keeping.path(target, now)
    with writing(keeping.folder):
        keeping.folder.mkdir(parents=True, exist_ok=True)
        with beside(path) as part:
            _refuse_nothing(warehouse.exists(), warehouse)  # a lock would make it
            with warehouse.lock("signalroom backup", say):
                _refuse_nothing(warehouse.columns("ops"), warehouse)
                keeping.refuse_without_room(copy.room())
                taken = copy.take(part)
            with part.open("rb+") as file:
                os.fsync(file.fileno())  # before there is a name that promises it
            verified = copy.verify(part, taken, path.name)
        rows = sum(rows for rows, _ in taken.values())
        size = megabytes(path.stat().st_size)
        say(f"{path}: {len(taken)} tables, {rows:,} rows, {size}; {verified}")
        names = [file.name for file in keeping.folder.iterdir()]
        for name in keeping.outdated(names, target, now):
            (keeping.folder / name).unlink(missing_ok=True)
            say(f"deleted {keeping.folder / name}")
    return path


def _refuse_nothing(is_there: object, warehouse: Warehouse) -> None:
    if not is_there:
        raise LoadError(f"{warehouse.name} has nothing to back up; run `signalroom load`")
