"""The marts of a warehouse as dbt described them, and their rows as Arrow.

No mart is named here: whatever table of schema `marts` has a `client_id` is one. What has none
could not be told apart by client, and goes nowhere.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import click

from loaders.warehouse import Warehouse

SCHEMA = "marts"
CLIENT = "client_id"
ORDERED_BY = 5  # as many columns as the longest key has


@dataclass(frozen=True)
class Column:
    """A column of a mart; `type` as `Warehouse.columns` spells it, the same on every engine."""

    name: str
    type: str
    description: str


@dataclass(frozen=True)
class Mart:
    """A mart and its columns, in the order of the table."""

    name: str
    description: str
    columns: tuple[Column, ...]

    @property
    def types(self) -> dict[str, str]:
        """The type of each column."""
        return {column.name: column.type for column in self.columns}

    @property
    def schema(self) -> Any:
        """The Arrow schema of its rows, exact in every type."""
        from loaders.warehouse import arrow

        return arrow.schema(self.types)


def marts(warehouse: Warehouse) -> list[Mart]:
    """Every mart by name; ClickException where there is none yet."""
    types = warehouse.columns(SCHEMA)
    if not types:
        raise click.ClickException(f"{warehouse.name} has no marts yet; run `signalroom build`")
    comments = warehouse.comments(SCHEMA)
    in_order: dict[str, list[str]] = {}
    for table, column in warehouse.query(
        "select table_name, column_name from information_schema.columns "
        "where table_schema = %s order by table_name, ordinal_position",
        (SCHEMA,),
    ):
        in_order.setdefault(table, []).append(column)
    return [
        Mart(
            table,
            _line(comments.get(table, {}).get("", "")),
            tuple(
                Column(name, types[table][name], _line(comments.get(table, {}).get(name, "")))
                for name in names
            ),
        )
        for table, names in sorted(in_order.items())
        if CLIENT in names
    ]


@contextmanager
def as_of_now(warehouse: Warehouse) -> Iterator[list[Mart]]:
    """The marts, to be read as of one moment: a build meanwhile changes nothing of it."""
    with warehouse.as_of_now():
        warehouse.forget()
        yield marts(warehouse)


def read(warehouse: Warehouse, mart: Mart, client_id: str | None = None) -> Iterator[Any]:
    """The rows of one client, or of all, as Arrow batches; by the mart's first columns."""
    names = [f'"{column.name}"' for column in mart.columns]
    where, parameters = ("where client_id = %s", (client_id,)) if client_id else ("", ())
    return warehouse.batches(
        f'select {", ".join(names)} from {SCHEMA}."{mart.name}" {where} '  # noqa: S608
        f"order by {', '.join(map(str, range(1, min(len(names), ORDERED_BY) + 1)))}",
        parameters,
        mart.types,
    )


def table(warehouse: Warehouse, mart: Mart, client_id: str | None = None) -> Any:
    """The same rows as one Arrow table."""
    import pyarrow as pa

    return pa.Table.from_batches(read(warehouse, mart, client_id), mart.schema)


def _line(comment: str) -> str:
    return " ".join(comment.split())
