"""Snapshots: what the API serves, copied out of the warehouse into a file that nobody changes.

A snapshot is a SQLite file of a name of its own. The file `published` names those that are whole,
the newest first; it is replaced at once, so a publishing that dies has published nothing. Rows
stand there by the columns that they are found by, and as the JSON that is sent.
"""

import json
import os
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from loaders import clock
from loaders.errors import LoadError, WarehouseError
from loaders.ops import OPS
from loaders.warehouse import Warehouse
from signalroom import marts
from signalroom.api.endpoints import ENDPOINTS, MARTS, Endpoint
from signalroom.builds import BUILDS
from signalroom.config.settings import Settings

POINTER = "published"
KEPT = 3  # with the newest: who pages through an older one comes to its end
ROWS = 10_000  # at once
COLUMNS = "create table columns (endpoint text, name text, type text, description text)"


@dataclass(frozen=True)
class Published:
    """A snapshot that is whole, and when the build that it shows ended, where that is known."""

    version: str
    published_at: str
    built_at: str | None


def folder_of(settings: Settings, warehouse: Warehouse) -> Path:
    """Where the snapshots of a warehouse are, on any machine that serves or builds it."""
    return settings.root / ".api" / warehouse.fingerprint


def file_of(folder: Path, version: str) -> Path:
    """The file of a snapshot."""
    return folder / f"{version}.sqlite"


def published(folder: Path) -> list[Published]:
    """The snapshots that are whole, the newest first."""
    try:
        text = (folder / POINTER).read_text()
    except FileNotFoundError:
        return []
    return [Published(**entry) for entry in json.loads(text)]


def publish(warehouse: Warehouse, folder: Path, *, only_new: bool = False) -> bool:
    """Publish the marts as they stand; with `only_new` where a newer build made them, as told."""
    import duckdb
    from filelock import FileLock

    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / "lock"), warehouse.reading():
            _check_marts(warehouse)
            kept = published(folder)
            with warehouse.as_of_now(*(f"{marts.SCHEMA}.{mart}" for mart in MARTS)):
                built_at = _built_at(warehouse)
                if only_new and kept and built_at in (None, kept[0].built_at):
                    return False
                now = clock.now()
                version = f"{now:%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}"
                _write(warehouse, file_of(folder, version))
            fresh = Published(version, now.isoformat(timespec="seconds"), built_at)
            kept = [fresh, *kept][:KEPT]
            replace_file(folder / POINTER, [asdict(one) for one in kept])
            _remove_others(folder)
    except (OSError, sqlite3.Error, duckdb.Error) as error:
        raise WarehouseError(f"cannot publish for the API in {folder}: {error}") from None
    return True


def publish_where_served(settings: Settings, warehouse: Warehouse) -> None:
    """Publish what a build made, where the API was ever started for this warehouse."""
    folder = folder_of(settings, warehouse)
    if folder.exists() and publish(warehouse, folder, only_new=True):
        click.echo(f"Published for the API: {published(folder)[0].version}")


def _check_marts(warehouse: Warehouse) -> None:
    warehouse.forget()
    missing = set(MARTS) - set(warehouse.columns(marts.SCHEMA))
    if missing:
        raise LoadError(
            f"{warehouse.name} has no {', '.join(sorted(missing))} yet; run `signalroom build`"
        )


def _built_at(warehouse: Warehouse) -> str | None:
    """When the newest build ended; None where dbt alone made the marts, which notes nothing."""
    if BUILDS.name not in warehouse.columns(OPS):
        return None
    ((newest,),) = warehouse.query(f"select max(built_at) from {OPS}.{BUILDS.name}")  # noqa: S608
    return newest.isoformat() if isinstance(newest, datetime) else None


def _write(warehouse: Warehouse, path: Path) -> None:
    known = {mart.name: mart for mart in marts.marts(warehouse)}
    with closing(sqlite3.connect(path, isolation_level=None)) as file:
        file.execute("pragma journal_mode = off")  # until it is published nobody reads it
        file.execute("begin")
        file.execute(COLUMNS)
        for endpoint in ENDPOINTS:
            _add(file, endpoint, known[endpoint.mart], warehouse)
        file.execute("commit")  # and it is on the disk


def _add(
    file: sqlite3.Connection, endpoint: Endpoint, mart: marts.Mart, warehouse: Warehouse
) -> None:
    shown = [c for c in mart.columns if c.name in (endpoint.columns or mart.types)]
    file.executemany(
        "insert into columns values (?, ?, ?, ?)",
        [(endpoint.name, column.name, column.type, column.description) for column in shown],
    )
    columns = [_quoted(name) for name in endpoint.kinds]
    key = ", ".join(_quoted(name) for name, _ in endpoint.key)
    table = _quoted(endpoint.name)
    file.execute(f"create table {table} ({', '.join(columns)}, body text, primary key ({key}))")
    marks = ", ".join("?" * (len(columns) + 1))
    rows = _rendered(warehouse, endpoint, mart, [column.name for column in shown])
    file.executemany(f"insert into {table} values ({marks})", rows)  # noqa: S608


def _rendered(
    warehouse: Warehouse, endpoint: Endpoint, mart: marts.Mart, shown: list[str]
) -> Iterator[tuple[Any, ...]]:
    """Rows as what they are found by and their JSON, in the order of the key.

    Decimals are strings there, as most readers of JSON would make them floats.
    """
    import duckdb
    import pyarrow as pa

    found = [
        f"cast({_quoted(name)} as varchar)" if kind == "date" else _quoted(name)  # sorts the same
        for name, kind in endpoint.kinds.items()
    ]
    fields = [f"{_quoted(name)} := {_exact(name, mart.types[name])}" for name in shown]
    names = ("distinct " if endpoint.columns else "") + ", ".join(map(_quoted, shown))
    key = ", ".join(_quoted(name) for name, _ in endpoint.key)
    with duckdb.connect() as connection:
        reader = pa.RecordBatchReader.from_batches(mart.schema, marts.read(warehouse, mart))
        connection.register("mart", reader)
        cursor = connection.execute(
            f"select {', '.join(found)}, to_json(struct_pack({', '.join(fields)})) "  # noqa: S608
            f"from (select {names} from mart) order by {key}"
        )
        while rows := cursor.fetchmany(ROWS):
            yield from rows


def _exact(name: str, kind: str) -> str:
    return f"cast({_quoted(name)} as varchar)" if kind.startswith("decimal") else _quoted(name)


def replace_file(path: Path, content: Any) -> None:
    """Let a file hold something else as JSON, all at once, also where the power fails."""
    beside = path.with_name(f"{path.name}.next")
    with beside.open("w") as file:
        json.dump(content, file)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


def _remove_others(folder: Path) -> None:
    """Remove what is published no more, or never was; who has a file open keeps it."""
    kept = {file_of(folder, one.version) for one in published(folder)}
    for path in folder.glob("*.sqlite*"):
        if path not in kept:
            path.unlink(missing_ok=True)


def _quoted(name: str) -> str:
    return f'"{name}"'
