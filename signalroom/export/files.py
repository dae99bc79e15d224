"""A client's marts in files: which file holds what, and never half a file under its name."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from loaders.warehouse import Warehouse
from signalroom import marts
from signalroom.export import (
    csv_file,
    duckdb_file,
    json_file,
    parquet_file,
    sqlite_file,
    xlsx_file,
)
from signalroom.export.rows import Rows
from signalroom.marts import Mart

Notes = list[str]


@dataclass(frozen=True)
class Written:
    """A file that was written, its rows, and what it lacks of them."""

    path: Path
    rows: int
    notes: Notes


def write(warehouse: Warehouse, client_id: str, folder: Path, kind: str) -> Iterator[Written]:
    """Write every mart of a client, as of one moment; yields each file when it is whole."""
    folder.mkdir(parents=True, exist_ok=True)
    with marts.as_of_now(warehouse) as found:
        if kind in ONE_FILE:
            path = folder / f"{client_id}.{kind}"
            counts = [0]
            tables = (_counted(_rows(warehouse, mart, client_id), counts) for mart in found)
            with beside(path) as part:
                ONE_FILE[kind](tables, part)
            yield Written(path, counts[0], [])
            return
        for mart in found:
            path, counts = folder / f"{mart.name}.{kind}", [0]
            with beside(path) as part:
                notes = A_FILE_EACH[kind](_counted(_rows(warehouse, mart, client_id), counts), part)
            yield Written(path, counts[0], notes)


def default_folder(client_id: str) -> Path:
    """Where a client's files go unless somebody says otherwise."""
    return Path("export") / client_id


@contextmanager
def beside(path: Path) -> Iterator[Path]:
    """A file beside the one that is meant, which it becomes when it is whole."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        yield part
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _rows(warehouse: Warehouse, mart: Mart, client_id: str) -> Rows:
    return Rows(
        mart.name,
        mart.schema,
        marts.read(warehouse, mart, client_id),
        mart.description,
        {column.name: column.description for column in mart.columns},
    )


def _counted(rows: Rows, counts: list[int]) -> Rows:
    def batches() -> Iterator[object]:
        for batch in rows.batches:
            counts[0] += batch.num_rows
            yield batch

    return Rows(rows.name, rows.schema, batches(), rows.description, rows.descriptions)


def _csv(rows: Rows, path: Path) -> Notes:
    with path.open("wb") as file:
        csv_file.write(rows, file)
    return []


def _json(rows: Rows, path: Path) -> Notes:
    with path.open("w", encoding="utf-8") as file:
        file.writelines(json_file.lines(rows))
    return []


def _parquet(rows: Rows, path: Path) -> Notes:
    parquet_file.write(rows, path)
    return []


A_FILE_EACH: dict[str, Callable[[Rows, Path], Notes]] = {
    "csv": _csv,
    "xlsx": xlsx_file.write,
    "parquet": _parquet,
    "json": _json,
}
ONE_FILE = {"sqlite": sqlite_file.write, "duckdb": duckdb_file.write}
FORMATS = (*A_FILE_EACH, *ONE_FILE)
