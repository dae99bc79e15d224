"""The parts that a command shows, in the form that was asked for.

On standard output stands what was asked for and nothing else: notes beside CSV go to standard
error, in JSON they are fields.
"""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import click

from loaders.redaction import redact
from signalroom.export.csv_file import harmless
from signalroom.export.json_file import literal
from signalroom.export.rows import unlike
from signalroom.tables import Exact, Part, Share, is_counted, print_parts, shown
from signalroom.terminal import plain

FORMATS = ("table", "csv", "json", "md")
PLACES = Decimal("0.0001")  # as many as marts have
HUNDREDTH = Decimal("0.01")
MARKS = str.maketrans({mark: f"\\{mark}" for mark in "\\|<>*_`[]#"})

format_option = click.option(
    "--format",
    "kind",
    type=click.Choice(FORMATS),
    default="table",
    show_default=True,
    help="For people, for a spreadsheet, for a program, for a page.",
)


def show(parts: Iterable[Part], kind: str) -> None:
    """Print the parts as a table, as CSV, JSON or Markdown."""
    if kind == "table":
        print_parts(parts)
        return
    hidden = (
        replace(part, title=redact(part.title), notes=[redact(note) for note in part.notes])
        for part in parts
    )
    for text in {"csv": _csv, "json": _json, "md": _markdown}[kind](hidden):
        click.echo(text, nl=False)


def _csv(parts: Iterable[Part]) -> Iterator[str]:
    """Tables below each other, an empty line between; the first column is the title."""
    number = 0
    for part in parts:
        for line in (part.title, *part.notes) if not part.header else part.notes:
            click.echo(plain(line), err=True)
        if not part.header:
            continue
        file = io.StringIO()
        writer = csv.writer(file, lineterminator="\n")
        title = [part.title] if part.title else []
        writer.writerow(map(_cell, ["table"] * len(title) + unlike(part.header)))
        writer.writerows([*map(_cell, [*title, *row])] for row in part.rows)
        yield ("\n" if number else "") + file.getvalue()
        number += 1


def _cell(value: Any) -> str:
    """A value in a spreadsheet, in which no text is a formula."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case Share():
            return f"{(value * 100).quantize(HUNDREDTH, ROUND_HALF_UP):f}%"
        case Decimal():
            return format(_rounded(value), "f")
        case int() | float():
            return str(value)
        case _:
            return harmless(str(value))


def _json(parts: Iterable[Part]) -> Iterator[str]:
    """A list of parts; a query's one table, which has no title, is a list of rows."""
    found = list(parts)
    if len(found) == 1 and not found[0].title:
        yield _list(_objects(found[0]), "") + "\n"
        return
    yield _list(map(_object, found), "") + "\n"


def _object(part: Part) -> str:
    rows = _list(_objects(part), "    ")
    notes = json.dumps(list(part.notes), ensure_ascii=False)
    title = json.dumps(part.title, ensure_ascii=False)
    return f'{{"title": {title}, "notes": {notes}, "rows": {rows}}}'


def _objects(part: Part) -> Iterator[str]:
    names = [json.dumps(name, ensure_ascii=False) for name in unlike(part.header)]
    for row in part.rows:
        values = (literal(_rounded(v) if isinstance(v, Decimal) else v) for v in row)
        pairs = zip(names, values, strict=True)
        yield f"{{{', '.join(f'{name}: {value}' for name, value in pairs)}}}"


def _list(entries: Iterable[str], indent: str) -> str:
    lines = ",\n".join(f"{indent}  {entry}" for entry in entries)
    return f"[\n{lines}\n{indent}]" if lines else "[]"


def _markdown(parts: Iterable[Part]) -> Iterator[str]:
    for number, part in enumerate(parts):
        yield "\n" if number else ""
        if part.title:
            yield f"### {_marked(part.title)}\n\n" if part.header else f"{_marked(part.title)}\n"
        if part.header:
            columns = zip(*part.rows, strict=True) if part.rows else part.header
            yield _row(map(_marked, part.header))
            yield _row("--:" if any(map(is_counted, column)) else "---" for column in columns)
            yield from (_row(_marked(shown(value)) for value in row) for row in part.rows)
        if part.notes:
            yield "\n" + "".join(f"- {_marked(note.strip())}\n" for note in part.notes)


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |\n"


def _marked(text: str) -> str:
    """A text in which nothing is Markdown or HTML."""
    return plain(text).translate(MARKS)


def _rounded(value: Decimal) -> Decimal:
    """No more places than marts have: what was divided here has 28 digits."""
    places = value.as_tuple().exponent
    if isinstance(value, Exact) or not isinstance(places, int) or places >= -4:
        return value
    return value.quantize(PLACES, ROUND_HALF_UP)
