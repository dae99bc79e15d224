"""Mautic's `where` and `order`: PHP's nested query parameters, and what they do to rows."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from sandbox.mautic.rows import Row

Predicate = Callable[[Row], bool]
Column = Callable[[str, bool], str]  # the column of a name, and whether it stands in orX or andX
Nested = dict[str, object]


class QueryError(Exception):
    """What Mautic or its database throws at a query."""


def nested(params: Iterable[tuple[str, str]], name: str) -> Nested:
    """`where[0][val][1][col]=x` as PHP reads it."""
    tree: Nested = {}
    for key, value in params:
        steps = re.findall(r"\[([^\]]*)\]", key)
        if key.split("[", 1)[0] != name or not steps:
            continue
        branch = tree
        for step in steps[:-1]:
            below = branch.setdefault(step or str(len(branch)), {})
            if not isinstance(below, dict):
                break
            branch = below
        else:
            branch[steps[-1] or str(len(branch))] = value
    return tree


def predicate(clauses: object, column: Column) -> Predicate:
    """Whether a row meets every clause."""
    return _all(_predicates(clauses, column, inside=False))


def sort_keys(clauses: Nested, column: Column) -> list[tuple[str, bool]]:
    """The columns to sort by, and whether downwards."""
    keys = []
    for clause in clauses.values():
        if not isinstance(clause, dict) or not clause.get("col"):
            raise QueryError('"col" is missing in the order by clause array.')
        direction = str(clause.get("dir") or "ASC").upper()
        keys.append((column(str(clause["col"]), False), direction == "DESC"))
    return keys


def ordered(rows: Sequence[Row], keys: Sequence[tuple[str, bool]], *, backwards: bool) -> list[Row]:
    """Rows by those keys; equal ones by id, or `backwards`, as a database is free to."""
    result = list(reversed(rows)) if backwards else list(rows)
    for name, descending in reversed(keys):
        result.sort(key=lambda row: _sortable(row[name]), reverse=descending)
    return result


def snake(name: str) -> str:
    """camelCase as the database spells it."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()


def _predicates(clauses: object, column: Column, *, inside: bool) -> list[Predicate]:
    found = []
    for clause in clauses.values() if isinstance(clauses, dict) else ():
        if not isinstance(clause, dict) or not clause.get("expr"):
            raise QueryError('"expr" is missing in the where clause array.')
        expr = str(clause["expr"])
        if expr in ("andX", "orX"):
            parts = _predicates(clause.get("val"), column, inside=True)
            if parts:
                found.append(_all(parts) if expr == "andX" else _any(parts))
            continue
        name = clause.get("col") or clause.get("column")
        if not name:
            raise QueryError('"col" is missing in the where clause array.')
        value = clause.get("val", clause.get("value", ""))
        test = _test(expr, value)
        resolved = column(str(name), inside)
        if test is not None:  # an expression nobody knows has no effect
            found.append(_on(resolved, test))
    return found


def _test(expr: str, value: object) -> Callable[[object], bool] | None:
    values = [str(v) for v in value.values()] if isinstance(value, dict) else [str(value)]
    one = values[0] if values else ""
    if expr in ("between", "notBetween"):
        if len(values) != 2:
            return None
        low, high = values
        between = expr == "between"
        return lambda v: (
            v is not None and ((_compare(v, low) >= 0 and _compare(v, high) <= 0) == between)
        )
    tests: Mapping[str, Callable[[object], bool]] = {
        "eq": lambda v: v is not None and _compare(v, one) == 0,
        "neq": lambda v: v is not None and _compare(v, one) != 0,
        "lt": lambda v: v is not None and _compare(v, one) < 0,
        "lte": lambda v: v is not None and _compare(v, one) <= 0,
        "gt": lambda v: v is not None and _compare(v, one) > 0,
        "gte": lambda v: v is not None and _compare(v, one) >= 0,
        "in": lambda v: v is not None and any(_compare(v, w) == 0 for w in values),
        "notIn": lambda v: v is not None and all(_compare(v, w) != 0 for w in values),
        "like": lambda v: v is not None and _like(one).fullmatch(_text(v)) is not None,
        "notLike": lambda v: v is not None and _like(one).fullmatch(_text(v)) is None,
        "isNull": lambda v: v is None,
        "isNotNull": lambda v: v is not None,
        "isEmpty": lambda v: v is None or v == "",
        "isNotEmpty": lambda v: v is not None and v != "",
    }
    return tests.get(expr)


def _compare(value: object, text: str) -> int:
    """Numbers as numbers, all else as text without regard to case."""
    if isinstance(value, int):
        try:
            number = float(text)
        except ValueError:
            number = 0.0  # as MySQL reads a text that is no number
        return (value > number) - (value < number)
    own, other = _text(value), text.lower()
    return (own > other) - (own < other)


def _text(value: object) -> str:
    return str(value).lower()


def _like(pattern: str) -> re.Pattern[str]:
    parts = (".*" if c == "%" else "." if c == "_" else re.escape(c) for c in pattern.lower())
    return re.compile("".join(parts), re.DOTALL)


def _sortable(value: object) -> tuple[int, float, str]:
    """NULL first, numbers by size, all else as text."""
    if value is None:
        return 0, 0, ""
    if isinstance(value, int):
        return 1, value, ""
    return 1, 0, _text(value)


def _on(name: str, test: Callable[[object], bool]) -> Predicate:
    return lambda row: test(row[name])


def _all(parts: Sequence[Predicate]) -> Predicate:
    return lambda row: all(part(row) for part in parts)


def _any(parts: Sequence[Predicate]) -> Predicate:
    return lambda row: any(part(row) for part in parts)
