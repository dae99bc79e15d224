"""The tables of schema `ops`: each is a dataclass, made and filled by plain SQL.

The columns and their types are those of the dataclass. What one transaction writes is there as a
whole or not at all.
"""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any, get_args, get_type_hints

from loaders import clock
from loaders.errors import LoadError
from loaders.ops.rows import (
    AcceptedIssue,
    CompleteTable,
    HashSalt,
    LoadedFile,
    LoadIssue,
    RejectedRow,
    Run,
)
from loaders.redaction import redact
from loaders.verify import Verdict
from loaders.warehouse import Declared, Warehouse

OPS = "ops"
ROWS_AT_ONCE = 200
SQL_TYPES = {
    str: "varchar",
    int: "bigint",
    bool: "boolean",
    date: "date",
    datetime: "timestamp with time zone",
    Decimal: "decimal(18,4)",
    Verdict: "varchar",
}
SAID = frozenset({"error", "reason", "payload", "origin", "word", "example"})
# what warehouses of an earlier release lack; anything else that is missing was taken out by hand
ADDED = frozenset(
    {
        "complete_tables",
        "load_issues",
        "accepted_issues",
        "load_runs.missing",
        "load_issues.file_version",
        "accepted_issues.file_version",
        "loaded_files.sort_key",
        "loaded_files.gone_at",
        "loaded_files.content",
        "rejected_rows.kind",
        "rejected_rows.is_whole",
        "rejected_rows.replayed_at",
    }
)


def _sql_type(hint: Any) -> str:
    """The type of a column of either engine; an optional field's is that of its value."""
    kind = hint if hint in SQL_TYPES else next(k for k in get_args(hint) if k in SQL_TYPES)
    return SQL_TYPES[kind]


def _kept(name: str, value: Any) -> Any:
    """A value as it is kept: what is said of an error holds no secret."""
    return redact(value) if name in SAID and value else value


@dataclass(frozen=True)
class OpsTable:
    """A table of `ops`: its rows and what tells them apart."""

    name: str
    row: type
    key: tuple[str, ...]

    @cached_property
    def columns(self) -> dict[str, str]:
        hints = get_type_hints(self.row)
        return {f.name: _sql_type(hints[f.name]) for f in fields(self.row) if f.repr}

    def ddl(self) -> str:
        columns = ", ".join(
            f'"{name}" {kind}{" not null" if name in self.key else ""}'
            for name, kind in self.columns.items()
        )
        return f"create table {OPS}.{self.name} ({columns})"

    def insert(self, execute: Callable[..., None], rows: Sequence[Any]) -> None:
        """Add rows, within a transaction."""
        names = ", ".join(f'"{name}"' for name in self.columns)
        one = f"({', '.join(['%s'] * len(self.columns))})"
        for start in range(0, len(rows), ROWS_AT_ONCE):
            some = rows[start : start + ROWS_AT_ONCE]
            values = [_kept(name, getattr(row, name)) for row in some for name in self.columns]
            every = ", ".join([one] * len(some))
            execute(f"insert into {OPS}.{self.name} ({names}) values {every}", values)  # noqa: S608

    def replace(self, execute: Callable[..., None], rows: Sequence[Any]) -> None:
        """Put rows in the place of those with their key, within a transaction."""
        which = " and ".join(f'"{name}" = %s' for name in self.key)
        for row in rows:
            key = [getattr(row, name) for name in self.key]
            execute(f"delete from {OPS}.{self.name} where {which}", key)  # noqa: S608
        self.insert(execute, rows)

    def read(self, warehouse: Warehouse, rest: str, values: Sequence[Any] = ()) -> list[Any]:
        """Rows of it; `rest` is what stands behind its name in the statement."""
        names = ", ".join(f'"{name}"' for name in self.columns)
        statement = f"select {names} from {OPS}.{self.name} {rest}"  # noqa: S608
        return [self.row(*row) for row in warehouse.query(statement, values)]


LOAD_RUNS = OpsTable("load_runs", Run, ("run_id", "source", "client_id", "table_name"))
REJECTED_ROWS = OpsTable("rejected_rows", RejectedRow, ("rejected_row_id",))
LOADED_FILES = OpsTable("loaded_files", LoadedFile, ("client_id", "table_name", "file_name"))
HASH_SALT = OpsTable("hash_salt", HashSalt, ("salt",))
COMPLETE_TABLES = OpsTable("complete_tables", CompleteTable, ("source", "table_name"))
LOAD_ISSUES = OpsTable("load_issues", LoadIssue, ("run_id", "source", "client_id", "table_name"))
ACCEPTED_ISSUES = OpsTable(
    "accepted_issues", AcceptedIssue, ("client_id", "source", "table_name", "kind", "subject")
)
TABLES = (
    LOAD_RUNS,
    REJECTED_ROWS,
    LOAD_ISSUES,
    ACCEPTED_ISSUES,
    LOADED_FILES,
    HASH_SALT,
    COMPLETE_TABLES,
)
DECLARED = {table.name: table.columns for table in TABLES}


def create(warehouse: Warehouse, complete_tables: Sequence[tuple[str, str]] = ()) -> None:
    """Create what is missing, and write which tables decide that a day is complete.

    LoadError when somebody altered the tables or took something out of them: what is loaded and
    what was rejected is decided from here, and must not be guessed.
    """
    gone = lost(warehouse)
    if gone:
        raise LoadError(
            f"{', '.join(gone)} is gone from {warehouse.name}: somebody dropped or renamed it; put "
            f"it back, or drop {OPS}.{LOAD_RUNS.name}, and every day is read again"
        )
    make(warehouse, TABLES)
    if not warehouse.query(f"select 1 from {OPS}.{HASH_SALT.name}"):  # noqa: S608
        with warehouse.transaction() as execute:
            HASH_SALT.insert(execute, [HashSalt(secrets.token_hex(32), clock.now())])
    table = f"{OPS}.{COMPLETE_TABLES.name}"
    if set(warehouse.query(f"select source, table_name from {table}")) != set(complete_tables):  # noqa: S608
        with warehouse.transaction() as execute:
            execute(f"delete from {table}")  # noqa: S608
            COMPLETE_TABLES.insert(execute, [CompleteTable(*names) for names in complete_tables])


def make(warehouse: Warehouse, tables: Sequence[OpsTable]) -> None:
    """Create the tables and columns that are missing; LoadError where somebody altered one."""
    declared = {table.name: table.columns for table in tables}
    warehouse.make_schema(OPS)
    warehouse.refuse_altered(OPS, declared)
    if missing := warehouse.missing(OPS, declared):
        _create(warehouse, tables, missing)


def lost(warehouse: Warehouse, declared: Declared = DECLARED) -> list[str]:
    """What is missing of that which was there once."""
    if LOAD_RUNS.name not in warehouse.columns(OPS):
        return []
    missing = warehouse.missing(OPS, declared)
    return [name for name in missing if name.removeprefix(f"{OPS}.") not in ADDED]


def _create(warehouse: Warehouse, tables: Sequence[OpsTable], missing: Sequence[str]) -> None:
    existing = warehouse.columns(OPS)
    statements = []
    for table in tables:
        if f"{OPS}.{table.name}" in missing:
            statements.append(table.ddl())
        for name, kind in table.columns.items():
            if f"{OPS}.{table.name}.{name}" in missing:
                statements.append(f'alter table {OPS}.{table.name} add column "{name}" {kind}')
        for name in {"_dlt_id", "_dlt_load_id"} & set(existing.get(table.name, {})):
            # an earlier release wrote them with dlt, which fills its own columns
            statements.append(f"alter table {OPS}.{table.name} alter column {name} drop not null")
    warehouse.change(*statements)
