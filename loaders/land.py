"""Landing rows with dlt: tables are declared in code, rows replace rows, nothing is appended.

dlt's working folder is thrown away before each run: what is loaded is known from the warehouse
alone, and a package that a killed run left behind can never be loaded in place of a new read.
"""

import json
import logging
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from loaders.errors import LoadError
from loaders.redaction import redact
from loaders.table import Row
from loaders.warehouse import Warehouse

# dlt's types as a warehouse lists them; a JSON column is another one on every engine
SQL_TYPES = {
    "text": "text",
    "date": "date",
    "bigint": "bigint",
    "bool": "boolean",
    "timestamp": "timestamp with time zone",
}
REPLACE = {"disposition": "merge", "strategy": "delete-insert"}


@dataclass(frozen=True)
class Landing:
    """Rows on their way to one table: `replaces` names the columns whose values are replaced.

    Rows that are added are in the table once, whatever died before, if the caller first takes out
    what an attempt that was never noted in the ledger may have left.
    """

    table: str
    columns: Mapping[str, Mapping[str, Any]]
    key: Sequence[str]
    replaces: Sequence[str] = ()
    rows: Sequence[Row] = ()
    files: Sequence[Path] = ()  # of the format that the warehouse imports, loaded as they are
    adds: bool = False  # the caller knows that there is nothing to replace
    makes_days_complete: bool = False

    def needed(self, schema: str) -> set[str]:
        """The columns, by their full names, that no row can be without."""
        return {
            f"{schema}.{self.table}.{name}"
            for name, hints in self.columns.items()
            if name in self.key or not hints.get("nullable", True)
        }


def land(
    warehouse: Warehouse, workdir: Path, *, schema: str, name: str, landings: Sequence[Landing]
) -> None:
    """Create or widen the tables of `schema` and replace the rows; all of it or nothing.

    `name` tells this pipeline from others on the same schema. LoadError says what dlt stumbled on.
    """
    import dlt

    folder = workdir / f"{schema}_{name}_{warehouse.fingerprint}"
    shutil.rmtree(folder, ignore_errors=True)
    pipeline = dlt.pipeline(
        folder.name,
        destination=warehouse.destination(),
        dataset_name=schema,
        pipelines_dir=str(workdir),
    )
    pipeline.config.restore_from_destination = False
    source = dlt.source(
        lambda: [_resource(landing, warehouse.import_format) for landing in landings],
        name=schema,
        max_table_nesting=0,
    )
    warehouse.check_lock()  # dlt's staging tables are shared: beside another load, rows get lost
    try:
        with _explained(warehouse, schema):
            pipeline.run(source())
    finally:
        shutil.rmtree(folder, ignore_errors=True)  # rows by the million lie in it
    warehouse.check_lock()


def create_missing(warehouse: Warehouse, *, schema: str, landings: Sequence[Landing]) -> None:
    """Create the declared tables that are not there yet, so that dbt builds without any rows.

    By that part of dlt which does so in every load. LoadError names a column of another type.
    """
    import dlt
    from dlt.dataset.utils import get_destination_clients

    declared = types(landings)
    warehouse.refuse_altered(schema, declared)
    if not warehouse.missing(schema, declared):
        return
    if "_dlt_version" in warehouse.columns(f"{schema}_staging"):
        # dlt trusts this note of its own and would not look for what somebody dropped
        warehouse.execute(f"delete from {schema}_staging._dlt_version")  # noqa: S608
    tables = dlt.Schema(schema)
    for landing in landings:
        resource = _resource(landing, warehouse.import_format)
        tables.update_table(resource.compute_table_schema())
    with _explained(warehouse, schema):
        made = dlt.Schema.from_dict(tables.to_dict())  # with the hash by which dlt knows it
        client, _ = get_destination_clients(made, warehouse.destination(), schema, schema)
        with client:
            client.initialize_storage()
            client.update_stored_schema(force=True)


def lost(warehouse: Warehouse, schema: str, landings: Sequence[Landing]) -> list[str]:
    """What is missing of that which was there once: new columns are missing as well.

    dlt's note of what it once made, which lies beside the tables, tells the two apart.
    """
    absent = warehouse.missing(schema, types(landings))
    if not absent or "_dlt_version" not in warehouse.columns(schema):
        return []
    known = {schema}
    for (note,) in warehouse.query(f"select schema from {schema}._dlt_version"):  # noqa: S608
        for name, table in json.loads(note)["tables"].items():
            known |= {f"{schema}.{name}", *(f"{schema}.{name}.{c}" for c in table["columns"])}
    return [name for name in absent if name in known]


def types(landings: Sequence[Landing]) -> dict[str, dict[str, str | None]]:
    """The columns of each table and their types, as a warehouse lists them."""
    return {
        landing.table: {name: _sql_type(hints) for name, hints in landing.columns.items()}
        for landing in landings
    }


def _sql_type(hints: Mapping[str, Any]) -> str | None:
    if hints["data_type"] == "decimal" and "precision" in hints:
        return f"decimal({hints['precision']},{hints['scale']})"
    return SQL_TYPES.get(hints["data_type"])


def _resource(landing: Landing, file_format: str) -> Any:
    """A table as dlt takes it."""
    import dlt

    def rows() -> Iterator[Any]:
        yield dlt.mark.materialize_table_schema()
        yield list(landing.rows)
        for path in landing.files:
            yield dlt.mark.with_file_import(str(path), file_format)

    return dlt.resource(  # type: ignore[call-overload]  # hints are plain dictionaries
        rows,
        name=landing.table,
        columns=dict(landing.columns),
        # the rows of a file have numbers: to look for doubles, dlt would sort them all on disk
        primary_key=() if landing.files else tuple(landing.key),
        merge_key=tuple(landing.replaces),
        write_disposition="append" if landing.adds else REPLACE,
        schema_contract={"columns": "evolve", "data_type": "freeze"},
    )


@contextmanager
def _explained(warehouse: Warehouse, schema: str) -> Iterator[None]:
    """LoadError in place of dlt's error, and without its own pages of traceback."""
    from dlt.common.exceptions import DltException

    try:
        with _told_once():
            yield
    except DltException as error:
        said = warehouse.explain(_innermost(error))
        raise LoadError(redact(f"landing in {schema} failed: {said}")) from error
    finally:
        warehouse.forget()


@contextmanager
def _told_once() -> Iterator[None]:
    """Without dlt's own pages of traceback: an error is told by the LoadError that it becomes.

    Whoever asks dlt for more than warnings gets them all.
    """
    logger = logging.getLogger("dlt")

    def keep(record: logging.LogRecord) -> bool:
        return record.levelno < logging.WARNING or logger.level < logging.WARNING

    logger.addFilter(keep)
    try:
        yield
    finally:
        logger.removeFilter(keep)


def _innermost(error: BaseException) -> BaseException:
    while error.__cause__ or error.__context__:
        error = error.__cause__ or error.__context__  # type: ignore[assignment]
    return error
