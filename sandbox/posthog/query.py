"""What POST /query/ answers: rows of events as lists, beside the names of their columns."""

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from hashlib import blake2b
from itertools import islice
from operator import attrgetter

from sandbox.faults import Options
from sandbox.posthog.events import Event, Feed, home_day_of, text_of
from sandbox.posthog.hogql import Column, Query
from sandbox.posthog.project import Project

_TYPES = {"uuid": "UUID", "person_id": "UUID"}

Faults = Mapping[str, Options]
Row = tuple[object, ...]  # tuples of text are no work for Python's garbage collection


def answer_of(
    query: Query, text: str, project: Project, log: Feed, faults: Faults
) -> dict[str, object]:
    """The answer to a query of these events; `text` is the query as it came."""
    zone = project.timezone
    columns = query.columns[::-1] if "shuffled_columns" in faults else query.columns
    named: list[object] = [[column.name, _type(column, zone)] for column in columns]
    failed = faults.get("query_error")
    limit = 0 if failed else query.rows
    if capped := faults.get("capped"):
        limit = min(limit, int(str(capped["rows"])))
    values = [_value(column, zone) for column in columns]
    events = islice(_events(query, log, faults), limit)
    rows = [tuple([value(event) for value in values]) for event in events]
    _spoil(rows, [column.name for column in columns], faults)
    digest = blake2b(text.encode(), digest_size=16).hexdigest()
    return {
        "results": None if "results_null" in faults else rows,
        "columns": [column.name for column in columns],
        "types": [_type(c, zone) for c in columns] if "types_as_strings" in faults else named,
        "hasMore": False,  # whatever there is, beside a LIMIT
        "limit": query.limit,
        "offset": 0,
        "hogql": text,
        "clickhouse": "-- made data, no ClickHouse",
        "timings": [{"k": ".", "t": 0.01}],
        "is_cached": False,
        "cache_key": f"cache_{project.id}_{digest}",
        "last_refresh": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "timezone": zone,
        "query_status": None,
        "error": failed["message"] if failed else None,
        "modifiers": {},
    }


def _events(query: Query, log: Feed, faults: Faults) -> Iterator[Event]:
    if "empty_all" in faults:
        return iter(())
    low = query.low if "keyset_ignored" in faults else max(query.low, query.after)
    events = log.between(low, query.high, descending=query.descending)
    if empty := faults.get("empty_day"):
        return (event for event in events if home_day_of(event) != empty["date"])
    return events


def _value(column: Column, zone: str) -> Callable[[Event], object]:
    if column.field == "timestamp":
        return lambda event: text_of(event.at, column.zone or zone)
    return attrgetter("name" if column.field == "event" else column.field)


def _type(column: Column, zone: str) -> str:
    if column.field == "timestamp":
        return f"DateTime64(6, '{column.zone or zone}')"
    return _TYPES.get(column.field, "String")


def _spoil(rows: list[Row], names: list[str], faults: Faults) -> None:
    """The faults that touch the rows."""
    if "duplicates" in faults and rows:
        rows[1:] = rows[:-1]
    if "properties_as_objects" in faults:
        at = names.index("properties")
        rows[:] = [_with(row, at, json.loads(str(row[at]))) for row in rows]
    bad = faults.get("bad_event", {})
    if bad.get("column") in names:
        at, end = names.index(str(bad["column"])), int(str(bad["rows"]))
        rows[:end] = [_with(row, at, bad["value"]) for row in rows[:end]]


def _with(row: Row, at: int, value: object) -> Row:
    return (*row[:at], value, *row[at + 1 :])
