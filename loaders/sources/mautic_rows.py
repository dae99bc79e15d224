"""Mautic's rows by our names, whatever its version and PHP make of them.

Mautic keeps what people type with HTML entities (`Q&#38;A`): text is decoded, once.
"""

import re
from collections.abc import Iterable, Iterator
from html import unescape
from typing import Any

from loaders.table import Row

# Without its semicolon an entity is rather a parameter of an address: ?a=1&copy=2
ENTITY = re.compile(r"&(?:#\d+|#[xX][0-9a-fA-F]+|[A-Za-z][A-Za-z0-9]*);")


def entity(raw: Row) -> Row:
    """A row of a list by our names; of what it refers to, the title or the id."""
    row = {re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower(): raw[name] for name in raw}
    for name, wanted in (("category", "title"), ("variant_parent", "id")):
        if isinstance(row.get(name), dict):
            row[name] = row[name].get(wanted)
    if "events" in row:
        row["events"] = as_list(row["events"])
    return row


def contact(raw: Row) -> Row:
    """A contact; its fields, those of this install too, lie in a map by alias."""
    groups = raw.get("fields")
    fields = decoded(groups.get("all") or {}) if isinstance(groups, dict) else {}
    named = {name: fields.get(name) for name in ("email", "firstname", "lastname")}
    row = entity(raw)
    lists = {name: decoded(as_list(row.get(name))) for name in ("tags", "do_not_contact")}
    return row | named | lists | {"fields": fields}


def children(row: Row) -> Iterator[Any]:
    """The ids of an e-mail's variants and translations, which come as such or within objects."""
    for name in ("variantChildren", "translationChildren"):
        for child in as_list(row.get(name)):
            yield child.get("id") if isinstance(child, dict) else child


def ids_of(values: Iterable[Any]) -> set[int]:
    """Those of the values that are ids."""
    return {int(value) for value in values if str(value).isdecimal()}


def as_list(value: Any) -> list[Any]:
    """The values of a map or list: PHP has one for both."""
    return list(value.values()) if isinstance(value, dict) else list(value or [])


def decoded(value: Any) -> Any:
    """Text, and all text in a map or list, with what its HTML entities stand for."""
    if isinstance(value, dict):
        return {name: decoded(one) for name, one in value.items()}
    if isinstance(value, list):
        return [decoded(one) for one in value]
    return ENTITY.sub(lambda one: unescape(one[0]), value) if isinstance(value, str) else value
