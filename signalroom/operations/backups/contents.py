"""What a warehouse holds, short enough to compare: rows and a sum over all of them, by table."""

from datetime import datetime

from loaders.errors import LoadError
from loaders.warehouse import Warehouse

Contents = dict[str, tuple[int, int]]  # of each table
LEDGER = "ops.load_runs"
# a number from the values of a whole row, the same in a copy by the same engine
OF_A_ROW = {
    "dev": "hash(_whole_row)",
    "prod": "cast(hashtextextended(cast(_whole_row as text), 0) as numeric)",
}
TABLES = (
    "select table_schema, table_name from information_schema.tables "
    "where table_type = 'BASE TABLE' order by table_schema, table_name"
)


def contents(
    warehouse: Warehouse, schemas: set[str] | None = None, of_public: set[str] | None = None
) -> Contents:
    """Every table, or those of some schemas, and of `public` those that are named."""
    found = {}
    with warehouse.session():
        for schema, table in warehouse.query(TABLES):
            if schemas is not None and schema not in schemas:
                continue
            if schema == "public" and of_public is not None and table not in of_public:
                continue
            ((rows, total),) = warehouse.query(
                f"select count(*), coalesce(sum({OF_A_ROW[warehouse.target]}), 0) "  # noqa: S608
                f'from "{schema}"."{table}" as _whole_row'
            )
            found[f"{schema}.{table}"] = (int(rows), int(total))
    return found


def refuse_difference(name: str, taken: Contents, restored: Contents) -> None:
    """LoadError names the tables in which a restored backup differs from what it was taken of."""
    tables = sorted(table for table in taken | restored if taken.get(table) != restored.get(table))
    if tables:
        raise LoadError(
            f"{name} could not be verified, and is not kept: restored, it differs in "
            f"{', '.join(tables[:5])}{' …' if len(tables) > 5 else ''}"
        )


def newest(warehouse: Warehouse) -> datetime | None:
    """When the newest run in the ledger ended; nothing of a warehouse without a ledger."""
    schema, _, table = LEDGER.partition(".")
    if table not in warehouse.columns(schema):
        return None
    ((ended,),) = warehouse.query(f"select max(finished_at) from {LEDGER}")  # noqa: S608
    return ended if isinstance(ended, datetime) else None
