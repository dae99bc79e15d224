"""Landing rows with dlt: tables are declared in code, rows replace rows, nothing is appended.

dlt's working folder is thrown away before each run: what is loaded is known from the warehouse
alone, and a package that a killed run left behind can never be loaded in place of a new read.
"""

import logging
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from loaders.drift import altered, missing
from loaders.errors import LoadError
from loaders.redaction import redact
from loaders.table import Row
from loaders.warehouse import Warehouse

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
    from dlt.common.exceptions import DltException

    folder = workdir / f"{schema}_{name}_{warehouse.fingerprint}"
    shutil.rmtree(folder, ignore_errors=True)
    pipeline = dlt.pipeline(
        folder.name,
        destination=warehouse.destination(),
        dataset_name=schema,
        pipelines_dir=str(workdir),
    )
    pipeline.config.restore_from_destination = False

    def resource(landing: Landing) -> Any:
        def rows() -> Iterator[Any]:
            yield dlt.mark.materialize_table_schema()
            yield list(landing.rows)
            for path in landing.files:
                yield dlt.mark.with_file_import(str(path), warehouse.import_format)

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

    source = dlt.source(
        lambda: [resource(landing) for landing in landings], name=schema, max_table_nesting=0
    )
    warehouse.forget()
    warehouse.check_lock()  # dlt's staging tables are shared: beside another load, rows get lost
    try:
        with _told_once():
            pipeline.run(source())
    except DltException as error:
        said = warehouse.explain(_innermost(error))
        raise LoadError(redact(f"landing in {schema} failed: {said}")) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)  # rows by the million lie in it
    warehouse.check_lock()


def create_missing(
    warehouse: Warehouse, workdir: Path, *, schema: str, landings: Sequence[Landing]
) -> None:
    """Create the declared tables that are not there yet, so that dbt builds without any rows.

    LoadError names the column that somebody gave another type: its values would be others.
    """
    changes = altered(warehouse, schema, landings)
    if changes:
        raise LoadError(
            f"{'; '.join(changes)}: somebody altered it in {warehouse.name}; alter it back, or "
            "drop the table, and it is made and read again"
        )
    if missing(warehouse, schema, landings):
        for made in (schema, f"{schema}_staging"):
            if "_dlt_version" in warehouse.columns(made):
                # dlt trusts this note of its own and would not look for what somebody dropped
                warehouse.execute(f"delete from {made}._dlt_version")  # noqa: S608
        land(warehouse, workdir, schema=schema, name="tables", landings=landings)


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
