"""Mautic's `where` and `order`: PHP's nested query parameters, and what they do to rows.

Of its many expressions those that the loaders send; one that is not known has no effect, which is
Mautic's own habit.
"""

import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from sandbox.mautic.rows import STATS, Row, camel, columns_of

Predicate = Callable[[Row], bool]
Names = Mapping[str, str]  # the columns of a table by the names that they are asked for by
Nested = dict[str, Any]

# Whether a comparison, which is below, at or above zero, is what an expression wants. A null is
# compared with nothing, and so meets none.
_WANTED: dict[str, Callable[[int, int], bool]] = {
    "eq": operator.eq,
    "lt": operator.lt,
    "gt": operator.gt,
    "gte": operator.ge,
    "isNotNull": lambda _comparison, _zero: True,
}
_JOINED: dict[str, Callable[[Iterable[bool]], bool]] = {"andX": all, "orX": any}


class QueryError(Exception):
    """What Mautic or its database throws at a query."""


def nested(params: Iterable[tuple[str, str]], name: str) -> Nested:
    """`where[0][val][1][col]=x` as PHP reads it."""
    tree: Nested = {}
    for key, value in params:
        stem, *steps = key.replace("]", "").split("[")
        if stem == name and steps:
            branch = tree
            for step in steps[:-1]:
                branch = branch.setdefault(step, {})
            branch[steps[-1]] = value
    return tree


def names_of(table: str) -> Names:
    """Stats and contacts go by the database's names, other lists by those of their properties."""
    if table in STATS or table == "contacts":
        return {name: name for name in columns_of(table)}
    return {camel(name): name for name in columns_of(table)}


def predicate(where: Nested, names: Names) -> Predicate:
    """Whether a row meets every clause."""
    tests = [_test(clause, names) for clause in where.values()]
    return lambda row: all(test(row) for test in tests)


def ordered(rows: Sequence[Row], order: Nested, names: Names) -> list[Row]:
    """Rows by the columns of `order`; nulls come first."""
    result = list(rows)
    for clause in reversed(order.values()):
        column, descending = _column(clause, names), clause.get("dir") == "desc"
        result.sort(key=lambda row: (row[column] is not None, row[column]), reverse=descending)
    return result


def _test(clause: Nested, names: Names) -> Predicate:
    expression = clause.get("expr")
    if not expression:
        raise QueryError('"expr" is missing in the where clause array.')
    if expression in _JOINED:
        joined, tests = _JOINED[expression], [_test(c, names) for c in clause["val"].values()]
        return lambda row: joined(test(row) for test in tests)
    column, wanted, text = _column(clause, names), _WANTED.get(expression), clause.get("val", "")
    if wanted is None:
        return lambda _row: True
    return lambda row: row[column] is not None and wanted(_comparison(row[column], text), 0)


def _comparison(value: object, text: str) -> int:
    """Numbers as numbers, all else as text without regard to case."""
    if isinstance(value, int):
        number = float(text or 0)
        return (value > number) - (value < number)
    own, other = str(value).lower(), text.lower()
    return (own > other) - (own < other)


def _column(clause: Nested, names: Names) -> str:
    asked = clause.get("col")
    if not asked:
        raise QueryError('"col" is missing in the where clause array.')
    if asked not in names:
        raise QueryError(
            "An exception occurred while executing a query: SQLSTATE[42S22]: Column not found: "
            f"1054 Unknown column '{asked}' in 'where clause'"
        )
    return names[asked]
