"""Landing rows with dlt: tables are declared in code, rows replace rows, nothing is appended.

dlt's working folder is thrown away before each run: what is loaded is known from the warehouse
alone, and a package that a killed run left behind can never be loaded in place of a new read.
"""

import json
import logging
import shutil
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from loaders.errors import LoadError, innermost, writing
from loaders.fitting import ColumnType
from loaders.source import Job
from loaders.table import Row, Table
from loaders.warehouse import Warehouse

# types as a warehouse lists them; a JSON column is another one on every engine
SQL_TYPES: dict[ColumnType, str] = {
    "text": "text",
    "date": "date",
    "bigint": "bigint",
    "decimal": "decimal(18,4)",
    "bool": "boolean",
    "timestamp": "timestamp with time zone",
}
# what dlt must know beyond a column's type, by type or name
HINTS: dict[str, dict[str, Any]] = {
    "decimal": {"precision": 18, "scale": 4},
    "_deleted": {"hard_delete": True},
    "_dlt_id": {"unique": False, "row_key": False},
}
log = logging.getLogger(__name__)

REPLACE = {"disposition": "merge", "strategy": "delete-insert"}


@dataclass(frozen=True)
class Upload:
    """Rows on their way to one table, as they are or in files that the warehouse imports.

    `others` are further columns of the files, all text. `replaced_by`: the columns by whose values
    rows are replaced, where they are not the table's. Rows that are added are in the table once,
    whatever died before, if the caller first takes out what an attempt that was never noted in the
    ledger may have left.
    """

    table: Table
    rows: Sequence[Row] = ()
    files: Sequence[Path] = ()
    others: Iterable[str] = ()
    replaced_by: tuple[str, ...] = ()
    adds: bool = False  # the caller knows that there is nothing to replace


def land(job: Job, schema: str, uploads: Sequence[Upload]) -> None:
    """Create or widen the tables of `schema` and replace the rows; all of it or nothing.

    LoadError says what dlt stumbled on.
    """
    import dlt

    warehouse, folder = job.warehouse, job.folder(schema)
    shutil.rmtree(folder, ignore_errors=True)
    columns = warehouse.columns(schema)
    widest = max(len({*columns.get(u.table.name, ()), *u.others}) for u in uploads)
    warehouse.check_lock()  # dlt's staging tables are shared: beside another load, rows get lost
    try:
        with writing(folder), _explained(warehouse, schema):
            pipeline = dlt.pipeline(
                folder.name,
                destination=warehouse.destination(widest),
                dataset_name=schema,
                pipelines_dir=str(folder.parent),
            )
            pipeline.config.restore_from_destination = False
            source = dlt.source(
                lambda: [_resource(upload, warehouse.import_format) for upload in uploads],
                name=schema,
                max_table_nesting=0,
            )
            # on the main thread dlt would keep signals to itself until all has landed
            with ThreadPoolExecutor(1) as apart:
                apart.submit(pipeline.run, source()).result()
    finally:
        shutil.rmtree(folder, ignore_errors=True)  # rows by the million lie in it
    warehouse.check_lock()


def create_missing(warehouse: Warehouse, *, schema: str, tables: Sequence[Table]) -> None:
    """Create the declared tables that are not there yet, so that dbt builds without any rows.

    By that part of dlt which does so in every load. LoadError names a column of another type.
    """
    import dlt
    from dlt.dataset.utils import get_destination_clients

    for table in tables:
        if columns := outdated(warehouse, schema, table):
            warehouse.make_bigint(schema, table.name, columns)
            named = f"{schema}.{table.name}: {', '.join(columns)}"
            log.warning("%s were text in an earlier version, and are bigint now", named)
    declared = types(tables)
    warehouse.refuse_altered(schema, declared)
    if not warehouse.missing(schema, declared):
        return
    if "_dlt_version" in warehouse.columns(f"{schema}_staging"):
        # dlt trusts this note of its own and would not look for what somebody dropped
        warehouse.execute(f"delete from {schema}_staging._dlt_version")  # noqa: S608
    made = dlt.Schema(schema)
    for table in tables:
        resource = _resource(Upload(table), warehouse.import_format)
        made.update_table(resource.compute_table_schema())
    made = dlt.Schema.from_dict(dict(made.to_dict()))  # with the hash by which dlt knows it
    with _explained(warehouse, schema):
        client, _ = get_destination_clients(made, warehouse.destination(), schema, schema)
        with client:
            client.initialize_storage()
            client.update_stored_schema(force=True)


def outdated(warehouse: Warehouse, schema: str, table: Table) -> list[str]:
    """The columns that are text still, as an earlier release made them."""
    existing = warehouse.columns(schema).get(table.name, {})
    return [n for n, c in table.columns.items() if c.was_text and existing.get(n) == "text"]


def lost(warehouse: Warehouse, schema: str, tables: Sequence[Table]) -> list[str]:
    """What is missing of that which was there once: new columns are missing as well.

    dlt's note of what it once made, which lies beside the tables, tells the two apart.
    """
    absent = warehouse.missing(schema, types(tables))
    if not absent or "_dlt_version" not in warehouse.columns(schema):
        return []
    known = {schema}
    for (note,) in warehouse.query(f"select schema from {schema}._dlt_version"):  # noqa: S608
        for name, table in json.loads(note)["tables"].items():
            known |= {f"{schema}.{name}", *(f"{schema}.{name}.{c}" for c in table["columns"])}
    return [name for name in absent if name in known]


def types(tables: Sequence[Table]) -> dict[str, dict[str, str | None]]:
    """The columns of each table and their types, as a warehouse lists them."""
    return {
        table.name: {name: SQL_TYPES.get(column.type) for name, column in table.all_columns.items()}
        for table in tables
    }


def _resource(upload: Upload, file_format: Literal["csv", "parquet"]) -> Any:
    """A table and its rows as dlt takes them."""
    import dlt

    table = upload.table

    def rows() -> Iterator[Any]:
        yield dlt.mark.materialize_table_schema()
        yield list(upload.rows)
        for path in upload.files:
            yield dlt.mark.with_file_import(str(path), file_format)

    hints: dict[str, dict[str, Any]] = {
        name: {"data_type": column.type, "nullable": name not in table.needed}
        | HINTS.get(name, HINTS.get(column.type, {}))
        for name, column in table.all_columns.items()
    }
    return dlt.resource(  # type: ignore[call-overload]  # hints are plain dictionaries
        rows,
        name=table.name,
        columns={name: {"data_type": "text"} for name in upload.others} | hints,
        # the rows of a file have numbers: to look for doubles, dlt would sort them all on disk
        primary_key=() if upload.files else ("_client_id", *table.key),
        merge_key=upload.replaced_by or table.replaced_by,
        write_disposition="append" if upload.adds else REPLACE,
        schema_contract={"columns": "evolve", "data_type": "freeze"},
    )


@contextmanager
def _explained(warehouse: Warehouse, schema: str) -> Iterator[None]:
    """LoadError in place of dlt's error, and without its own pages of traceback.

    Whoever asks dlt for more than warnings gets them all.
    """
    from dlt.common.exceptions import DltException

    logger = logging.getLogger("dlt")

    def keep(record: logging.LogRecord) -> bool:
        return record.levelno < logging.WARNING or logger.level < logging.WARNING

    logger.addFilter(keep)
    try:
        yield
    except DltException as error:
        cause = innermost(error)
        if isinstance(cause, OSError):
            raise cause from error
        said = warehouse.explain(cause)
        raise LoadError(f"loading into schema {schema} failed: {said}") from error
    finally:
        logger.removeFilter(keep)
        warehouse.forget()
