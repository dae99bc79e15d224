"""Landing rows with dlt: tables are declared in code, rows replace rows, nothing is appended.

dlt's working folder is thrown away before each run: what is loaded is known from the warehouse
alone, and a package that a killed run left behind can never be loaded in place of a new read.
"""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from loaders.errors import LoadError
from loaders.http import redact
from loaders.table import Row
from loaders.warehouse import Warehouse


@dataclass(frozen=True)
class Landing:
    """Rows on their way to one table: `replaces` names the columns whose values are replaced."""

    table: str
    columns: Mapping[str, Mapping[str, Any]]
    key: Sequence[str]
    replaces: Sequence[str] = ()
    rows: Sequence[Row] = ()


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

        return dlt.resource(  # type: ignore[call-overload]  # hints are plain dictionaries
            rows,
            name=landing.table,
            columns=dict(landing.columns),
            primary_key=tuple(landing.key),
            merge_key=tuple(landing.replaces),
            write_disposition={"disposition": "merge", "strategy": "delete-insert"},
            schema_contract={"columns": "evolve", "data_type": "freeze"},
        )

    source = dlt.source(
        lambda: [resource(landing) for landing in landings], name=schema, max_table_nesting=0
    )
    try:
        pipeline.run(source())
    except DltException as error:
        raise LoadError(redact(f"landing in {schema} failed: {_innermost(error)}")) from error


def create_missing(
    warehouse: Warehouse, workdir: Path, *, schema: str, landings: Sequence[Landing]
) -> None:
    """Create the declared tables that are not there yet, so that dbt builds without any rows."""
    existing = warehouse.columns(schema)
    if any(set(landing.columns) - existing.get(landing.table, set()) for landing in landings):
        for made in (schema, f"{schema}_staging"):
            if "_dlt_version" in warehouse.columns(made):
                # dlt trusts this note of its own and would not look for what somebody dropped
                warehouse.execute(f"delete from {made}._dlt_version")  # noqa: S608
        land(warehouse, workdir, schema=schema, name="tables", landings=landings)


def _innermost(error: BaseException) -> str:
    while error.__cause__ or error.__context__:
        error = error.__cause__ or error.__context__  # type: ignore[assignment]
    return (str(error).strip() or type(error).__name__).splitlines()[0]
