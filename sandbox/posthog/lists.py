"""PostHog's lists: pages by limit and offset, and the deprecated list of events that loses some."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from urllib.parse import urlencode

from flask import request

from sandbox.posthog.data import Record
from sandbox.posthog.events import EVERYTHING, Event, Log, micros, text_of
from sandbox.service import fault

DEFAULT_LIMIT = 100
MOST_EVENTS = 1_000
_LONGEST = timedelta(days=366)
_OLDEST_FIELDS = (
    "id", "name", "key", "filters", "deleted", "active", "created_by", "created_at", "archived",
    "start_date", "end_date", "feature_flag_key", "description", "parameters",
)  # fmt: skip


def page_of(records: Sequence[Record], *, counted: bool) -> Record:
    """A page; what is not counted has a next page as long as this one is full."""
    limit, offset = _whole("limit") or DEFAULT_LIMIT, _whole("offset")
    if small := fault("small_pages"):
        limit = min(limit, int(str(small["rows"])))
    page = list(records[offset : offset + limit])
    more = offset + limit < len(records) if counted else len(page) >= limit
    following = _link(limit=limit, offset=offset + limit) if more else None
    if fault("repeating_next") and not more:
        following = _link(limit=limit, offset=offset)
    if page and (bad := fault("bad_record")):
        page[0] = page[0] | {str(bad["field"]): bad["value"]}
    before = _link(limit=limit, offset=max(0, offset - limit)) if offset else None
    count: Record = {"count": len(records)} if counted else {}
    return {**count, "next": following, "previous": before, "results": page}


def older(record: Record) -> Record:
    """A record, as a server of some years ago would show it where that fault is on."""
    if not fault("older_server"):
        return record
    return {name: value for name, value in record.items() if name in _OLDEST_FIELDS}


def event_page(log: Log, now: float) -> Record:
    """A page of the deprecated list, with what it does wrong.

    Its bounds exclude, and the next page begins at the time of the last row: events of that very
    time are skipped. And it gives up when it has half a page after a day of looking: then there is
    no next page, though older events exist.
    """
    ascending = request.args.get("orderBy", '["-timestamp"]') != '["-timestamp"]'
    if _whole("offset") > 50_000:
        raise ValueError("Offset is deprecated. Max supported offset value is 50000")
    limit = min(_whole("limit") or DEFAULT_LIMIT, MOST_EVENTS)
    before = _time("before") or datetime.fromtimestamp(now, UTC) + timedelta(seconds=5)
    after = _time("after") or before - timedelta(days=1)
    if before - after > _LONGEST:
        raise ValueError("Time range is too long: at most a year can be read")
    low, high = (micros(after) + 1, 0), (micros(before), 0)
    if not EVERYTHING[0] < low < high < EVERYTHING[1]:
        return {"next": None, "results": []}
    day = micros(datetime(1970, 1, 2, tzinfo=UTC))
    page = list(islice(log.between(low, high, descending=not ascending), limit))
    within = [event for event in page if abs(event.at - page[0].at) < day]
    if len(within) >= limit / 2:
        page = within
    full = len(page) == limit
    last = text_of(page[-1].at, "UTC") if page else ""
    edge = {"after" if ascending else "before": last, "limit": limit}
    return {"next": _link(**edge) if full else None, "results": [_shown(e) for e in page]}


def _shown(event: Event) -> Record:
    return {
        "id": event.uuid,
        "distinct_id": event.distinct_id,
        "properties": json.loads(event.properties),
        "event": event.name,
        "timestamp": text_of(event.at, "UTC").replace("Z", "+00:00"),
        "person": None,
        "elements": [],
        "elements_chain": "",
    }


def _link(**changes: object) -> str:
    return f"{request.base_url}?{urlencode({**request.args.to_dict(), **changes})}"


def _whole(name: str) -> int:
    """A number of the query; what is none counts as not given, as in Django."""
    text = request.args.get(name, "")
    return int(text) if text.isdecimal() else 0


def _time(name: str) -> datetime | None:
    text = request.args.get(name)
    if text is None:
        return None
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
