"""Two warehouses held against each other: every column of every row of every mart."""

from collections import Counter
from collections.abc import Iterator, Sequence
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


def differences(dev: Project, prod: Project) -> list[str]:
    """What a reader of the one would see otherwise in the other, a line each."""
    on_dev, on_prod = columns(dev), columns(prod)
    keys: dict[str, list[str]] = {}
    for mart, column in prod.query(KEYS):
        keys.setdefault(mart, []).append(column)
    found = []
    for mart in sorted(set(on_dev) | set(on_prod)):
        if list(on_dev.get(mart, {}).items()) != list(on_prod.get(mart, {}).items()):
            found.append(f"{mart} has {on_dev.get(mart)} on dev, {on_prod.get(mart)} on prod")
            continue
        names = list(on_dev[mart])
        sql = f"select {', '.join(names)} from marts.{mart}"
        lines = _rows_differ(mart, names, keys.get(mart, []), dev.query(sql), prod.query(sql))
        found += list(lines)[:MOST_SHOWN]
    return found


def _rows_differ(
    mart: str, names: Sequence[str], key: Sequence[str], dev: Rows, prod: Rows
) -> Iterator[str]:
    """By key where the mart has one, else row by row; values are equal when they are written alike.

    So 1 is not 1.0000, and no number goes through a float.
    """
    left, right = Counter(map(_written, dev)), Counter(map(_written, prod))
    only_dev, only_prod = sorted((left - right).elements()), sorted((right - left).elements())
    places = [names.index(column) for column in key]
    others = {tuple(row[place] for place in places): row for row in only_prod} if places else {}
    for row in only_dev:
        name = tuple(row[place] for place in places)
        other = others.pop(name, None)
        if other is None:
            yield f"{mart}: only on dev: {_told(names, row)}"
            continue
        unlike = (
            f"{column} is {mine} on dev, {theirs} on prod"
            for column, mine, theirs in zip(names, row, other, strict=True)
            if mine != theirs
        )
        yield f"{mart}: {_told(key, name)}: {'; '.join(unlike)}"
    for row in others.values() if places else only_prod:
        yield f"{mart}: only on prod: {_told(names, row)}"


def _told(names: Sequence[str], row: Sequence[str]) -> str:
    return ", ".join(f"{name}={value}" for name, value in zip(names, row, strict=True))


def _written(row: tuple[Any, ...]) -> tuple[str, ...]:
    return tuple(
        repr(value.astimezone(UTC) if isinstance(value, datetime) and value.tzinfo else value)
        for value in row
    )
