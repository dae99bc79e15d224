"""What was not understood, as people read it, and accepting it: ops.data_issues in words."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from operator import attrgetter

import click

from loaders import clock
from loaders.ops import ACCEPTED_ISSUES, OPS, AcceptedIssue
from loaders.warehouse import Warehouse
from signalroom.terminal import say

NOT_UNDERSTOOD = "Not understood, see `signalroom review`:"
DAYS_SHOWN = 7
WORDS_SHOWN = 3
SUBJECT = "coalesce(nullif(word, ''), origin)"


@dataclass(frozen=True)
class Issue:
    """What is alike and not accepted: one kind, and one word or file, over some days."""

    client_id: str
    source: str
    table: str
    kind: str
    subject: str
    rows: int
    first: date
    last: date
    holds_back: bool
    example: str


@dataclass(frozen=True)
class _OfDay:
    day: date
    kind: str
    word: str
    rows: int
    holds_back: bool


def issues(warehouse: Warehouse, client_id: str) -> list[Issue]:
    """What nobody accepted of a client's data, as the last build found it."""
    if "data_issues" not in warehouse.columns(OPS):
        return []
    rows = warehouse.query(
        f"select client_id, source_name, raw_table, kind, {SUBJECT} as subject, "  # noqa: S608
        "cast(sum(rows_found) as bigint), min(report_date), max(report_date), bool_or(holds_back), "
        "min(example) from ops.data_issues where client_id = %s and not is_accepted "
        f"group by client_id, source_name, raw_table, kind, {SUBJECT} "
        "order by source_name, raw_table, kind, subject",
        (client_id,),
    )
    return [Issue(*row) for row in rows]


def lines(warehouse: Warehouse, client_id: str) -> Iterator[str]:
    """The newest days with something that was not understood, one in a line."""
    if "data_issues" not in warehouse.columns(OPS):
        return
    rows = warehouse.query(
        "select report_date, kind, word, cast(sum(rows_found) as bigint), bool_or(holds_back) "
        "from ops.data_issues where client_id = %s and not is_accepted "
        "group by report_date, kind, word order by report_date desc, kind, 4 desc, word",
        (client_id,),
    )
    found = (_OfDay(*row) for row in rows)
    days = [(day, list(some)) for day, some in groupby(found, attrgetter("day"))]
    for day, some in days[:DAYS_SHOWN]:
        held = ", not complete" if any(one.holds_back for one in some) else ""
        kinds = (_said(kind, list(alike)) for kind, alike in groupby(some, attrgetter("kind")))
        yield f"{client_id} {day}{held}: {'; '.join(kinds)}"
    if len(days) > DAYS_SHOWN:
        yield f"{client_id}: {len(days) - DAYS_SHOWN} older days; `signalroom review` lists them"


def print_lines(said: Sequence[str]) -> None:
    """Print lines under a heading; nothing where all is understood."""
    if said:
        click.echo(f"\n{NOT_UNDERSTOOD}")
    for line in said:
        say(line)


def accept(warehouse: Warehouse, issue: Issue) -> None:
    """Believe what is alike from now on: neither the next build nor the next load asks again."""
    place = (issue.client_id, issue.source, issue.table, issue.kind, issue.subject)
    which = "client_id = %s and source_name = %s and raw_table = %s and kind = %s "
    which += f"and {SUBJECT} = %s"
    versions = warehouse.query(
        f"select distinct file_version from ops.data_issues where {which}",  # noqa: S608
        place,
    )
    now = clock.now()
    with warehouse.transaction() as execute:
        ACCEPTED_ISSUES.insert(execute, [AcceptedIssue(*place, now, v) for (v,) in versions])
        execute(f"update ops.data_issues set is_accepted = true where {which}", place)  # noqa: S608


def _said(kind: str, alike: Sequence[_OfDay]) -> str:
    """`unknown status FAILED (2), 7 (1)`."""
    words = [f"{one.word} ({one.rows:,})".lstrip() for one in alike[:WORDS_SHOWN]]
    if len(alike) > WORDS_SHOWN:
        words.append(f"{len(alike) - WORDS_SHOWN} more")
    return f"{kind} {', '.join(words)}"
