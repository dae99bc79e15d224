"""The HogQL that a loader sends: events by keyset.

    select uuid, toTimeZone(timestamp, 'UTC') as at, properties from events
    where timestamp >= toDateTime64('2025-12-01 00:00:00', 6, 'UTC')
      and (timestamp, uuid) > (toDateTime64('...', 6, 'UTC'), toUUID('...'))
    order by timestamp, uuid limit 1000

A query of any other shape is refused, as PostHog refuses what it does not understand. What it would
answer wrongly is refused too: an order in which events of one time come as they like, a query
without a limit, of which it gives a hundred rows.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from sandbox.posthog.events import EVERYTHING, Key, micros, sort_value

MOST_ROWS = 50_000
OFFSET_REFUSED = (
    "OFFSET is not supported on queries made with a personal API key. For pagination, use keyset "
    "pagination on the `timestamp` column, e.g. `WHERE timestamp > :last_seen_timestamp ORDER BY "
    "timestamp LIMIT N`. For bulk data extraction, use batch exports: "
    "https://posthog.com/docs/cdp/batch-exports"
)
FIELDS = ("uuid", "event", "properties", "timestamp", "distinct_id", "person_id")
_QUERY = re.compile(
    r"select (?P<columns>.+?) from events where (?P<where>.+) "
    r"order by timestamp(?P<desc> desc)?, uuid(?(desc) desc) limit (?P<limit>\d+)"
)
_IN_UTC = re.compile(r"toTimeZone\(timestamp, 'UTC'\) as (\w+)")
_MOMENT = r"toDateTime64\('(?P<at>[-\d]{10} [\d:.]+)', 6, 'UTC'\)"
_BOUND = re.compile(rf"timestamp (?P<sign>>=|<) {_MOMENT}")
_AFTER = re.compile(
    rf"\(timestamp, uuid\) > \({_MOMENT}, toUUID\('(?P<uuid>[-\da-fA-F]{{36}})'\)\)"
)


class HogQLError(Exception):
    """A query that is refused."""


@dataclass(frozen=True)
class Column:
    """A selected column: a field under a name; a time is in the project's zone or in this one."""

    name: str
    field: str
    zone: str | None = None


@dataclass
class Query:
    """A query that was understood; `after` is what a tuple says, `low` what a plain time does."""

    columns: list[Column]
    descending: bool
    limit: int
    low: Key = EVERYTHING[0]
    after: Key = EVERYTHING[0]
    high: Key = EVERYTHING[1]

    @property
    def rows(self) -> int:
        """How many rows are given at most; more are cut without a word."""
        return min(self.limit, MOST_ROWS)

    @property
    def hours(self) -> float:
        """How long a time is asked for, until now where it has no end."""
        low, high = self.low[0], min(self.high[0], micros(datetime.now(UTC)))
        return (high - max(low, 0)) / 3_600_000_000


def parse(text: str) -> Query:
    """Understand a query, or refuse it."""
    text = " ".join(text.split())
    if re.search(r"\boffset\b", text, re.IGNORECASE):
        raise HogQLError(OFFSET_REFUSED)
    found = _QUERY.fullmatch(text)
    if found is None:
        raise HogQLError(f"no viable alternative at input '{text[:80]}'")
    columns = [_column(one) for one in re.split(r", (?![^(]*\))", found["columns"])]
    query = Query(columns, found["desc"] is not None, int(found["limit"]))
    for condition in found["where"].split(" and "):
        if bound := _BOUND.fullmatch(condition):
            place = (_moment(bound["at"]), 0)
            if bound["sign"] == "<":
                query.high = min(query.high, place)
            else:
                query.low = max(query.low, place)
        elif after := _AFTER.fullmatch(condition):
            query.after = (_moment(after["at"]), sort_value(after["uuid"]) + 1)
        else:
            raise HogQLError(f"The sandbox's HogQL does not know the condition {condition}.")
    return query


def _column(text: str) -> Column:
    if text in FIELDS:
        return Column(text, text)
    if in_utc := _IN_UTC.fullmatch(text):
        return Column(in_utc[1], "timestamp", "UTC")
    raise HogQLError(f"Unable to resolve field: {text}")


def _moment(text: str) -> int:
    try:
        return micros(datetime.fromisoformat(f"{text}+00:00"))
    except ValueError:
        raise HogQLError(f"Cannot parse string '{text}' as DateTime64(6)") from None
