"""What stands in the warehouse against what the loaders declare: tables that somebody altered.

A missing column may be new in this release, or somebody dropped or renamed it. dlt's note of what
it once made, which lies beside the tables, tells the two apart.
"""

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from loaders.warehouse import Warehouse

if TYPE_CHECKING:
    from loaders.land import Landing

# dlt's types as `Warehouse.columns` spells them
SQL_TYPES = {
    "text": "text",
    "date": "date",
    "bigint": "bigint",
    "bool": "boolean",
    "timestamp": "timestamp with time zone",
}


def altered(warehouse: Warehouse, schema: str, landings: Sequence["Landing"]) -> list[str]:
    """The declared columns that stand there with another type, where values would change."""
    existing = warehouse.columns(schema)
    return [
        f"{schema}.{landing.table}.{name} is {found} instead of {wanted}"
        for landing in landings
        for name, hints in landing.columns.items()
        if (wanted := _sql_type(hints))
        and (found := existing.get(landing.table, {}).get(name, wanted)) != wanted
    ]


def missing(warehouse: Warehouse, schema: str, landings: Sequence["Landing"]) -> list[str]:
    """The declared columns that are not there; of a table that is not there, the table."""
    existing = warehouse.columns(schema)
    names = []
    for landing in landings:
        stands = existing.get(landing.table, {})
        absent = [f"{schema}.{landing.table}.{name}" for name in set(landing.columns) - set(stands)]
        names += sorted(absent) if stands else [f"{schema}.{landing.table}"]
    return names


def lost(warehouse: Warehouse, schema: str, landings: Sequence["Landing"]) -> list[str]:
    """What is missing of that which was there once."""
    absent = missing(warehouse, schema, landings)
    if not absent or "_dlt_version" not in warehouse.columns(schema):
        return []
    known = {schema}
    for (note,) in warehouse.query(f"select schema from {schema}._dlt_version"):  # noqa: S608
        for name, table in json.loads(note)["tables"].items():
            known |= {f"{schema}.{name}", *(f"{schema}.{name}.{c}" for c in table["columns"])}
    return [name for name in absent if name in known]


def _sql_type(hints: Mapping[str, Any]) -> str | None:
    """The type of a declared column; None for those of which every engine has its own."""
    if hints["data_type"] == "decimal" and "precision" in hints:
        return f"decimal({hints['precision']},{hints['scale']})"
    return SQL_TYPES.get(hints["data_type"])
