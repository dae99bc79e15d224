"""What POST /query/ answers: rows of events as lists, written out as they are made.

An answer is kept for ten minutes, as the state of the project it was made from: the same text gets
the old state again unless `refresh` is force_blocking.
"""

import json
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from hashlib import blake2b
from itertools import chain, groupby, islice
from typing import NamedTuple
from uuid import uuid4

from sandbox.faults import Options
from sandbox.posthog.events import Event, Log, home_day_of, text_of
from sandbox.posthog.hogql import Column, Query, parse
from sandbox.posthog.project import Project

KEPT_SECONDS = 600
WRITTEN_AT_ONCE = 500
FRESH = ("force_blocking", "force_async", True)
ASYNC = ("async", "force_async", "lazy_async", "async_except_on_cache_miss")
REFRESH = (*FRESH, *ASYNC, "blocking", "force_cache", False, None)
_TYPES = {
    "uuid": "UUID", "person_id": "UUID", "count()": "UInt64", "event": "String",
    "properties": "String", "distinct_id": "String", "elements_chain": "String",
}  # fmt: skip

Faults = Mapping[str, Options]
Row = list[object]


class State(NamedTuple):
    """The events that an answer is made from, since when they are kept, and whether before."""

    log: Log
    at: float
    is_cached: bool


@dataclass
class _Running:
    """A query that was asked for without waiting; done when it is asked for the second time."""

    text: str
    state: State
    asked: bool = False


class Queries:
    """The answers of one project that are kept, and its queries that run."""

    def __init__(self, project: Project, clock: Callable[[], float]) -> None:
        self._project, self._clock = project, clock
        self._kept: dict[str, State] = {}
        self._running: dict[str, _Running] = {}

    def forget(self) -> None:
        self._kept.clear()
        self._running.clear()

    def state(self, text: str, refresh: object) -> State:
        """What to answer from."""
        now = self._clock()
        kept = self._kept.get(text)
        if kept and refresh not in FRESH and now - kept.at < KEPT_SECONDS:
            return kept
        fresh = State(self._project.log, now, is_cached=False)
        self._kept[text] = fresh._replace(is_cached=True)
        return fresh

    def start(self, text: str, state: State) -> dict[str, object]:
        """Run a query without waiting; the answer says which to ask for."""
        id_ = uuid4().hex
        self._running[id_] = _Running(text, state)
        return _status(id_, complete=False, results=None, at=state.at)

    def poll(self, id_: str, faults: Faults) -> dict[str, object] | None:
        """How a query stands: not done when first asked, done after that; None: not known."""
        running = self._running.get(id_)
        if running is None:
            return None
        results = None
        if running.asked:
            results = json.loads("".join(self.written(running.text, running.state, faults)))
        running.asked = True
        return _status(id_, complete=results is not None, results=results, at=running.state.at)

    def cancel(self, id_: str) -> bool:
        return self._running.pop(id_, None) is not None

    def written(self, text: str, state: State, faults: Faults) -> Iterator[str]:
        """The text of an answer, piece by piece; a query that is not understood raises at once."""
        query = parse(text, self._project.timezone)
        if "shuffled_columns" in faults:
            query = replace(query, columns=query.columns[::-1])
        return self._pieces(query, text, state, faults)

    def _pieces(self, query: Query, text: str, state: State, faults: Faults) -> Iterator[str]:
        limit = query.rows
        if capped := faults.get("capped"):
            limit = min(limit, int(str(capped["rows"])))
        if "query_error" in faults:
            limit = 0
        found = self._rows(query, state.log, faults)
        if "results_null" in faults:
            yield '{"results": null'
        else:
            rows = _spoilt(islice(found, limit), query.columns, faults)
            yield '{"results": ['
            separator = ""
            while some := list(islice(rows, WRITTEN_AT_ONCE)):
                yield separator + json.dumps(some)[1:-1]
                separator = ", "
            yield "]"
        more = query.limit is None and not query.counts and next(found, None) is not None
        rest = self._envelope(query, text, state, faults) | {"hasMore": more}
        yield ", " + json.dumps(rest)[1:]

    def _envelope(self, query: Query, text: str, state: State, faults: Faults) -> dict[str, object]:
        zone = self._project.timezone
        types: list[object] = [[column.name, _type(column, zone)] for column in query.columns]
        if "types_as_strings" in faults:
            types = [_type(column, zone) for column in query.columns]
        failed = faults.get("query_error")
        digest = blake2b(text.encode(), digest_size=16).hexdigest()
        return {
            "columns": [column.name for column in query.columns],
            "types": types,
            "limit": query.rows if query.limit is None else query.limit,
            "offset": 0,
            "hogql": text,
            "clickhouse": "-- made data, no ClickHouse",
            "timings": [{"k": ".", "t": 0.01}],
            "is_cached": state.is_cached,
            "cache_key": f"cache_{self._project.id}_{digest}",
            "last_refresh": _iso(state.at),
            "timezone": zone,
            "query_status": None,
            "error": failed["message"] if failed else None,
            "modifiers": {},
        }

    def _rows(self, query: Query, log: Log, faults: Faults) -> Iterator[Row]:
        low = query.low if "keyset_ignored" in faults else max(query.low, query.after)
        if "empty_all" in faults:
            low = query.high
        if query.counts and query.events is None and "empty_day" not in faults:
            return iter([[log.count(low, query.high)]])
        events = log.between(low, query.high, descending=query.descending or not query.order)
        if query.events is not None:
            events = (event for event in events if event.name in query.events)
        if empty := faults.get("empty_day"):
            events = (event for event in events if home_day_of(event) != empty["date"])
        if query.counts:
            return iter([[sum(1 for _ in events)]])
        if "uuid" not in query.order:
            events = _ties_shuffled(events)
        values = [self._value(column) for column in query.columns]
        return ([value(event) for value in values] for event in events)

    def _value(self, column: Column) -> Callable[[Event], object]:
        zone = column.zone or self._project.timezone
        if column.field == "person.properties":
            return partial(_of_person, self._project, column.path[0])
        if column.path:
            return lambda event: _as_text(json.loads(event.properties).get(column.path[0]))
        values: dict[str, Callable[[Event], object]] = {
            "uuid": lambda event: event.uuid,
            "event": lambda event: event.name,
            "properties": lambda event: event.properties,
            "timestamp": lambda event: text_of(event.at, zone),
            "distinct_id": lambda event: event.distinct_id,
            "elements_chain": lambda _: "",
            "created_at": lambda event: text_of(event.created, zone),
            "person_id": lambda event: event.person_id,
            "$session_id": lambda event: json.loads(event.properties).get("$session_id"),
        }
        return values[column.field]


def _ties_shuffled(events: Iterator[Event]) -> Iterator[Event]:
    """Events of one time in any order: an order by timestamp alone says nothing of them."""
    ties = (list(tied) for _, tied in groupby(events, key=lambda event: event.at))
    return chain.from_iterable(random.sample(tied, len(tied)) for tied in ties)


def _of_person(project: Project, name: str, event: Event) -> object:
    properties = project.lists["persons"].get(event.person_id, {}).get("properties")
    return _as_text(properties.get(name)) if isinstance(properties, dict) else None


def _as_text(value: object) -> str | None:
    """A property by its path is always text, or null."""
    return value if value is None or isinstance(value, str) else json.dumps(value)


def _spoilt(rows: Iterator[Row], columns: tuple[Column, ...], faults: Faults) -> Iterator[Row]:
    """The faults that touch the rows."""
    if "duplicates" in faults and (page := list(rows)):
        rows = iter([page[0], *page[:-1]])
    if "properties_as_objects" in faults:
        whole = [c.field == "properties" and not c.path for c in columns]
        rows = (
            [json.loads(str(v)) if w else v for v, w in zip(row, whole, strict=True)]
            for row in rows
        )
    if bad := faults.get("bad_event"):
        names = [column.name for column in columns]
        where = names.index(str(bad["column"])) if bad["column"] in names else -1
        rows = _with_bad(rows, where, bad)
    return rows


def _with_bad(rows: Iterator[Row], where: int, bad: Options) -> Iterator[Row]:
    for n, row in enumerate(rows):
        if where >= 0 and n < int(str(bad["rows"])):
            row[where] = bad["value"]
        yield row


def _type(column: Column, zone: str) -> str:
    if column.path or column.field == "$session_id":
        return "Nullable(String)"
    return _TYPES.get(column.field, f"DateTime64(6, '{column.zone or zone}')")


def _status(id_: str, *, complete: bool, results: object, at: float) -> dict[str, object]:
    return {
        "query_status": {
            "id": id_,
            "complete": complete,
            "error": False,
            "error_message": None,
            "results": results,
            "query_async": True,
            "start_time": _iso(at),
            "end_time": _iso(at) if complete else None,
            "expiration_time": _iso(at + KEPT_SECONDS),
        }
    }


def _iso(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
