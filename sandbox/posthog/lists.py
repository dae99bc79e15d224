"""PostHog's lists: pages by limit and offset, each with the address of the next one."""

from collections.abc import Sequence
from urllib.parse import urlencode

from flask import request

from sandbox.posthog.records import Record
from sandbox.service import fault

DEFAULT_LIMIT = 100
_OLDEST_FIELDS = (
    "id", "name", "key", "filters", "deleted", "active", "created_by", "created_at", "archived",
    "start_date", "end_date", "feature_flag_key", "description", "parameters",
)  # fmt: skip


def page_of(records: Sequence[Record], *, counted: bool) -> Record:
    """A page; what is not counted has a next page as long as this one is full."""
    limit, offset = _whole("limit") or DEFAULT_LIMIT, _whole("offset")
    if small := fault("small_pages"):
        limit = min(limit, int(str(small["rows"])))
    if offset and fault("empty_page") and "again" not in request.args:
        return {"next": _link(again=1), "previous": None, "results": []}
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


def _link(**changes: object) -> str:
    return f"{request.base_url}?{urlencode({**request.args.to_dict(), **changes})}"


def _whole(name: str) -> int:
    """A number of the query; what is none counts as not given, as in Django."""
    text = request.args.get(name, "")
    return int(text) if text.isdecimal() else 0
