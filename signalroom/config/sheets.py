"""The sheets of a client: the [[google_sheets]] of its client.toml."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import fields
from pathlib import Path
from typing import get_args

from loaders.sheets.sheet import Sheet, SheetColumn, SheetType
from signalroom.config.config_file import ConfigError, Form, check_keys, text_of

NAME: Form = (
    r"(?=.{1,60}$)[a-z][a-z0-9]*(_[a-z0-9]+)*",  # ours begin with _, dlt's with _dlt
    "must be small letters, digits and single _ between them, 60 at most",
)
ID: Form = (r"[A-Za-z0-9_-]+", "must be the id alone, the part of the sheet's address after /d/")


def read_sheets(path: Path, tables: object) -> tuple[Sheet, ...]:
    """The sheets of a client.toml."""
    found: list[Sheet] = []
    for number, table in enumerate(tables_of(path, tables, "google_sheets"), start=1):
        within = f"google_sheets {number}, "
        sheet = _sheet(path, table, within)
        if any(_place(sheet) == _place(other) for other in found):
            reason = f"{sheet.range!r} of this spreadsheet feeds {sheet.table} twice"
            raise ConfigError(path, f"{within}range", reason)
        found.append(sheet)
    return tuple(found)


def check_tables(sheets: Iterable[tuple[Path, Sheet]]) -> None:
    """Refuse sheets, of any client, that feed one table but differ in key or a column's type."""
    keys: dict[str, tuple[Path, tuple[str, ...]]] = {}
    types: dict[tuple[str, str], tuple[Path, SheetType]] = {}
    for path, sheet in sheets:
        place = f"google_sheets, {sheet.table}"
        owner, key = keys.setdefault(sheet.table, (path, sheet.key))
        if set(key) != set(sheet.key):
            reason = f"key is {_listed(key)} in another sheet of this table, in {owner}"
            raise ConfigError(path, place, reason)
        for column in sheet.columns:
            owner, kind = types.setdefault((sheet.table, column.name), (path, column.type))
            if kind != column.type:
                reason = (
                    f"{column.name} is {column.type} here and {kind} in another sheet of this "
                    f"table, in {owner}"
                )
                raise ConfigError(path, place, reason)


def _sheet(path: Path, table: Mapping[str, object], within: str) -> Sheet:
    known = [field.name for field in fields(Sheet)]
    check_keys(path, table, known, optional={"header_row"}, within=within)
    header_row = table.get("header_row", 1)
    if type(header_row) is not int or header_row < 1:  # true is an int too
        raise ConfigError(path, f"{within}header_row", "must be a whole number from 1 on")
    columns = read_columns(path, table["columns"], within, "google_sheets")
    sheet = Sheet(
        spreadsheet=text_of(path, table, "spreadsheet", ID, within=within),
        range=text_of(path, table, "range", within=within),
        table=text_of(path, table, "table", NAME, within=within),
        key=_key(path, table["key"], columns, within),
        columns=columns,
        header_row=header_row,
    )
    _check_declared(path, sheet, within)
    return sheet


def read_columns(path: Path, tables: object, within: str, owner: str) -> tuple[SheetColumn, ...]:
    """The columns of a sheet or a dataset; `owner` is the name of its tables."""
    columns: list[SheetColumn] = []
    known = [field.name for field in fields(SheetColumn)]
    for number, table in enumerate(tables_of(path, tables, f"{owner}.columns", within), start=1):
        place = f"{within}column {number}, "
        check_keys(path, table, known, optional={"name", "required"}, within=place)
        column = SheetColumn(
            header=text_of(path, table, "header", within=place),
            name=_name(path, table, place),
            type=_type(path, table, place),
            required=_required(path, table, place),
        )
        for other in columns:
            if other.header.casefold() == column.header.casefold():
                raise ConfigError(path, f"{place}header", f"{column.header!r} is given twice")
            if other.name == column.name:
                raise ConfigError(path, f"{place}name", f"{column.name!r} is given twice")
        columns.append(column)
    if not columns:
        raise ConfigError(path, f"{within}columns", "must have at least one")
    return tuple(columns)


def _name(path: Path, table: Mapping[str, object], within: str) -> str:
    """The name of the raw column: the header in snake_case unless it is given."""
    if "name" in table:
        return text_of(path, table, "name", NAME, within=within)
    header = text_of(path, table, "header", within=within)
    name = re.sub(r"[^a-z0-9]+", "_", header.lower()).strip("_")
    if not header.isascii() or not re.fullmatch(NAME[0], name):
        reason = f"is missing: the header {header!r} cannot be made a column's name; give one"
        raise ConfigError(path, f"{within}name", reason)
    return name


def _type(path: Path, table: Mapping[str, object], within: str) -> SheetType:
    kind = text_of(path, table, "type", within=within)
    for known in get_args(SheetType):
        if kind == known:
            return known  # type: ignore[no-any-return]
    types = ", ".join(get_args(SheetType))
    raise ConfigError(path, f"{within}type", f"must be one of {types}, not {kind!r}")


def _required(path: Path, table: Mapping[str, object], within: str) -> bool:
    required = table.get("required", False)
    if not isinstance(required, bool):
        raise ConfigError(path, f"{within}required", "must be true or false, without quotes")
    return required


def _key(path: Path, names: object, columns: Iterable[SheetColumn], within: str) -> tuple[str, ...]:
    place = f"{within}key"
    if not isinstance(names, list) or not names or not all(isinstance(n, str) for n in names):
        raise ConfigError(path, place, 'must be a list of columns, such as ["advertiser", "month"]')
    known = [column.name for column in columns]
    for name in names:
        if name not in known:
            raise ConfigError(path, place, f"{name!r} is not one of the columns: {_listed(known)}")
    if len(set(names)) < len(names):
        raise ConfigError(path, place, "names a column twice")
    return tuple(names)


def _check_declared(path: Path, sheet: Sheet, within: str) -> None:
    """Refuse a sheet that feeds one of our own tables with something else than its columns."""
    from loaders.sources.google_sheets import SOURCE, TYPES_OF_OURS

    table = next((t for t in SOURCE.tables if t.name == sheet.table), None)
    if table is None:
        return
    if set(sheet.key) != set(table.key):
        raise ConfigError(path, f"{within}key", f"of {table.name} must be {_listed(table.key)}")
    for column in sheet.columns:
        if column.name not in table.columns:
            reason = f"{table.name} has no {column.name!r}; it has {_listed(table.columns)}"
            raise ConfigError(path, f"{within}columns", reason)
        wanted = TYPES_OF_OURS[table.columns[column.name].type]
        if column.type != wanted:
            reason = f"{column.name} of {table.name} must be {wanted}, not {column.type}"
            raise ConfigError(path, f"{within}columns", reason)


def tables_of(path: Path, tables: object, name: str, within: str = "") -> list[dict[str, object]]:
    """The tables of a client.toml that have a name."""
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        place = within + name.rpartition(".")[2]
        raise ConfigError(path, place, f"must be written as [[{name}]] tables")
    return tables


def _place(sheet: Sheet) -> tuple[str, str, str]:
    return sheet.spreadsheet, sheet.range, sheet.table


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)
