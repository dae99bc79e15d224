"""The questions of docs/queries.sql by their names, and answers to questions that are typed."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import isfinite
from pathlib import Path
from typing import Any

import click

from signalroom.export.rows import is_percent
from signalroom.tables import Exact, Id, Part, Share

FILE = Path("docs/queries.sql")
NAME = re.compile(r"^-- name: ([a-z0-9-]+)$", re.MULTILINE)


@dataclass(frozen=True)
class Question:
    """A question with a name: what its comment says, and the statement."""

    name: str
    meaning: str
    sql: str

    @property
    def first_sentence(self) -> str:
        """What it answers, without what one should know of it."""
        return self.meaning.partition(". ")[0].removesuffix(".")


def questions(root: Path) -> list[Question]:
    """Every question of a project; each begins with `-- name: …`, and its comment follows."""
    path = root / FILE
    if not path.exists():
        raise click.ClickException(f"there is no {FILE} in {root}")
    _, *parts = NAME.split(path.read_text(encoding="utf-8"))
    return [_question(name, text) for name, text in zip(parts[::2], parts[1::2], strict=True)]


def question(root: Path, name: str) -> Question:
    """The question of a name; ClickException lists the others."""
    found = questions(root)
    for one in found:
        if one.name == name:
            return one
    known = ", ".join(one.name for one in found)
    raise click.ClickException(f"{FILE} has no question {name!r}; it has: {known}")


def answer(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> Part:
    """A table without a title, in which every number has all its digits."""
    shown = [[_shown(name, value) for name, value in zip(names, row, strict=True)] for row in rows]
    texts = [n for n, *column in zip(names, *rows, strict=True) if any(map(_is_text, column))]
    return Part("", names, shown, texts)


def _question(name: str, text: str) -> Question:
    lines = text.strip().splitlines()
    comments = [line for line in lines if line.startswith("--")]
    sql = "\n".join(line for line in lines if not line.startswith("--")).strip()
    meaning = " ".join(line.removeprefix("--").strip() for line in comments)
    return Question(name, meaning, sql.removesuffix(";"))


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _shown(name: str, value: Any) -> Any:
    """A rate as a percentage, an id without commas, other numbers with all digits, bytes as hex."""
    if isinstance(value, float) and is_percent(name) and isfinite(value):
        return Share(str(value))
    if isinstance(value, Decimal):
        return Share(value) if is_percent(name) else Exact(value)
    if isinstance(value, bytes | memoryview):
        return f"\\x{bytes(value).hex()}"
    is_id = isinstance(value, int) and not isinstance(value, bool) and name.endswith("_id")
    return Id(value) if is_id else value
