"""Two warehouses held against each other: every column of every row of every mart."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from tests.postgres import Rows
from tests.support import Project

MOST_SHOWN = 20  # differences of one mart: one cause makes many
SPELLINGS = {
    "character varying": "text",
    "varchar": "text",
    "decimal": "numeric",
    "timestamp without time zone": "timestamp",
}
COLUMNS = """
select table_name, column_name, data_type, numeric_precision, numeric_scale
from information_schema.columns where table_schema = 'marts' order by table_name, ordinal_position
"""
KEYS = """
select k.table_name, k.column_name from information_schema.table_constraints as c
inner join information_schema.key_column_usage as k
using (constraint_schema, constraint_name, table_name)
where c.table_schema = 'marts' and c.constraint_type = 'PRIMARY KEY' order by k.ordinal_position
"""


def columns(project: Project) -> dict[str, dict[str, str]]:
    """The columns of every mart in their order, and their types as both engines would name them."""
    marts: dict[str, dict[str, str]] = {}
    for mart, column, data_type, precision, scale in project.query(COLUMNS):
        name = data_type.lower().partition("(")[0]
        spelled = SPELLINGS.get(name, name)
        digits = f"({precision},{scale})" if spelled == "numeric" else ""
        marts.setdefault(mart, {})[column] = spelled + digits
    return marts


def primary_keys(prod: Project) -> dict[str, list[str]]:
    keys: dict[str, list[str]] = {}
    for mart, column in prod.query(KEYS):
        keys.setdefault(mart, []).append(column)
    return keys


def differences(dev: Project, prod: Project) -> list[str]:
    """What a reader of the one would see otherwise in the other, a line each."""
    on_dev, on_prod = columns(dev), columns(prod)
    keys, found = primary_keys(prod), []
    for mart in sorted(set(on_dev) | set(on_prod)):
        if list(on_dev.get(mart, {}).items()) != list(on_prod.get(mart, {}).items()):
            found.append(f"{mart} has {on_dev.get(mart)} on dev, {on_prod.get(mart)} on prod")
            continue
        names = list(on_dev[mart])
        sql = f"select {', '.join(names)} from marts.{mart}"
        sides = {"on dev": dev.query(sql), "on prod": prod.query(sql)}
        found += list(rows_differ(mart, names, keys.get(mart, []), sides))[:MOST_SHOWN]
    return found


def rows_differ(
    mart: str,
    names: Sequence[str],
    key: Sequence[str],
    sides: Mapping[str, Rows],
    *,
    as_written: bool = True,
) -> Iterator[str]:
    """By key where the mart has one, else row by row.

    Values are equal when they are written alike, so 1 is not 1.0000, or when they are equal.
    """
    (here, left), (there, right) = (
        (side, Counter(map(_written, rows) if as_written else rows)) for side, rows in sides.items()
    )
    only_left, only_right = (
        sorted((one - other).elements(), key=str) for one, other in ((left, right), (right, left))
    )
    places = [names.index(column) for column in key]
    others = {tuple(row[place] for place in places): row for row in only_right} if places else {}
    for row in only_left:
        name = tuple(row[place] for place in places)
        other = others.pop(name, None)
        if other is None:
            yield f"{mart}: only {here}: {_told(names, row)}"
            continue
        unlike = (
            f"{column} is {mine} {here}, {theirs} {there}"
            for column, mine, theirs in zip(names, row, other, strict=True)
            if mine != theirs
        )
        yield f"{mart}: {_told(key, name)}: {'; '.join(unlike)}"
    for row in others.values() if places else only_right:
        yield f"{mart}: only {there}: {_told(names, row)}"


def _told(names: Sequence[str], row: Sequence[object]) -> str:
    return ", ".join(f"{name}={value}" for name, value in zip(names, row, strict=True))


def _written(row: tuple[Any, ...]) -> tuple[str, ...]:
    return tuple(
        repr(value.astimezone(UTC) if isinstance(value, datetime) and value.tzinfo else value)
        for value in row
    )
