"""Reading a configuration file: a mistake is refused with its place, and nothing is guessed at."""

import codecs
import csv
import io
import re
import tomllib
from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal
from pathlib import Path

import click

Form = tuple[str, str]  # a pattern, and the message for a text that does not match
ONE_LINE: Form = (r"[^\x00-\x1f]+", "must be on one line")


class ConfigError(click.ClickException):
    """A file of data/ or seeds/ that cannot be used, with the place in it and the reason."""

    def __init__(self, path: Path, place: str, reason: str) -> None:
        super().__init__(f"{path}, {place}: {reason}" if place else f"{path}: {reason}")
        self.path = path


def read_text(path: Path, remedy: str = "") -> str:
    """The text of a file in UTF-8, without a mark at its beginning; `remedy` if it is not."""
    try:
        raw = path.read_bytes().removeprefix(codecs.BOM_UTF8)
    except OSError as error:
        raise ConfigError(path, "", f"cannot be read ({error.strerror})") from error
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        number = raw.count(b"\n", 0, error.start) + 1
        raise ConfigError(path, f"line {number}", f"is not in UTF-8{remedy}") from error


def read_env(path: Path) -> dict[str, str]:
    """The variables of a .env file that have a value; none where there is no such file."""
    from dotenv import dotenv_values
    from dotenv.parser import parse_stream

    if not path.exists():
        return {}
    text = read_text(path)
    for line in parse_stream(io.StringIO(text)):
        written = line.original.string
        if line.error or "\0" in written:
            blank = written[: -len(written.lstrip())].count("\n")
            place = f"line {line.original.line + blank}"
            raise ConfigError(path, place, "is not of the form NAME=value")
    return {name: value for name, value in dotenv_values(stream=io.StringIO(text)).items() if value}


def load(path: Path) -> dict[str, object]:
    """A TOML file; its fractions are exact."""
    try:
        return tomllib.loads(read_text(path), parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(path, "", f"is not valid TOML: {error}") from error


def check_keys(
    path: Path,
    table: Mapping[str, object],
    known: Iterable[str],
    *,
    optional: Collection[str] = (),
    within: str = "",
) -> None:
    """Refuse a table that lacks a key or has an unknown one; `within` says which table."""
    for key in known:
        if key not in table and key not in optional:
            raise ConfigError(path, within + key, "is missing")
    for key in table:
        if key not in known:
            raise ConfigError(path, within + key, f"is not known; known are: {', '.join(known)}")


def text_of(
    path: Path, table: Mapping[str, object], key: str, form: Form = ONE_LINE, *, within: str = ""
) -> str:
    """A text of a form, without blanks around it."""
    value = table[key]
    if not isinstance(value, str) or not value.strip():
        raise ConfigError(path, within + key, "must be a text in quotes, not blank")
    pattern, reason = form
    if not re.fullmatch(pattern, value.strip()):
        raise ConfigError(path, within + key, f"{reason}, not {value!r}")
    return value.strip()


def read_csv(
    path: Path, *, optional_last: str = ""
) -> tuple[list[str], list[tuple[str, dict[str, str]]]]:
    """The header, and each row with the line it begins in.

    A row may leave out `optional_last`, and have it though the header leaves it out.
    """
    text = read_text(path, "; save the file as 'CSV UTF-8'")
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[tuple[str, dict[str, str]]] = []
    line = "line 1"
    try:
        header = [name.strip() for name in next(reader, [])]
        names = [*header, optional_last] if optional_last not in ("", *header) else header
        line = f"line {reader.line_num + 1}"
        for values in reader:
            if len(values) == len(names) - 1 and names[-1] == optional_last:
                values.append("")
            if values and len(values) != len(names):  # an empty line is not a row
                raise ConfigError(path, line, f"has {len(values)} fields, the header {len(header)}")
            if values:
                rows.append((line, dict(zip(names, values, strict=True))))
            line = f"line {reader.line_num + 1}"
    except csv.Error as error:
        raise ConfigError(path, line, f"is not valid CSV: {error}") from error
    return header, rows
