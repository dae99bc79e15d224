"""How Mautic names columns, and the few of its search commands that a loader may use."""

import re
from collections.abc import Callable, Sequence

from sandbox.mautic.query import Column, QueryError, snake
from sandbox.mautic.rows import STATS, Row, columns_of

_ALIASES = {"contacts": "l", "email_stats": "es"}
Members = Callable[[str], set[object]]  # the ids of the contacts in a segment


def column_of(table: str, *, translate: bool = True) -> Column:
    """Names as each list wants them.

    Stats and contacts go by the database's names, and contacts translate camelCase outside orX and
    andX only; e-mails, campaigns and segments go by the names of their properties.
    """
    known = columns_of(table)
    if table in STATS or table == "contacts":

        def of_database(name: str, inside: bool) -> str:
            bare = name.rpartition(".")[2]
            if table == "contacts" and translate and not inside:
                bare = snake(bare)
            if bare not in known:
                alias = _ALIASES.get(table, "t")
                raise QueryError(
                    "An exception occurred while executing a query: SQLSTATE[42S22]: Column not "
                    f"found: 1054 Unknown column '{alias}.{bare}' in 'where clause'"
                )
            return bare

        return of_database
    properties = {_camel(name): name for name in known}

    def of_property(name: str, _inside: bool) -> str:
        bare = name.rpartition(".")[2]
        if bare not in properties:
            raise QueryError(
                f"[Semantical Error] Error: Class {table} has no field or association named {bare}"
            )
        return properties[bare]

    return of_property


def matching(members: Members, rows: list[Row], search: str) -> list[Row]:
    """The rows that every word of a search fits."""
    for word in search.split():
        wanted, bare = not word.startswith("!"), word.removeprefix("!")
        test = _test(members, bare)
        rows = [row for row in rows if test(row) == wanted]
    return rows


def _test(members: Members, word: str) -> Callable[[Row], bool]:
    command, _, text = word.partition(":")
    if command == "segment":
        inside = members(text)
        return lambda row: row["id"] in inside
    if command == "ids":
        ids = {int(id_) for id_ in text.split(",") if id_.isdecimal()}
        return lambda row: row["id"] in ids
    if word in ("is:published", "is:unpublished"):
        return lambda row: bool(row["is_published"]) == (text == "published")
    if word == "is:anonymous":
        return lambda row: row.get("date_identified") is None
    if command == "email" and text:
        return lambda row: _starts(row, text, ("email",))
    return lambda row: _starts(row, word, ("name", "firstname", "lastname", "email"))


def _starts(row: Row, text: str, names: Sequence[str]) -> bool:
    return any(str(row.get(name) or "").lower().startswith(text.lower()) for name in names)


def _camel(name: str) -> str:
    return re.sub(r"_([a-z])", lambda found: found[1].upper(), name)
