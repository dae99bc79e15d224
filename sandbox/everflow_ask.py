"""What Everflow accepts as a report request, and what it answers 400 to."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from sandbox.service import RefusedError
from sandbox.shape import Cell

TIMEZONES = {
    5: "Pacific/Auckland",
    12: "Australia/Sydney",
    56: "Europe/Berlin",
    67: "UTC",
    80: "America/New_York",
    85: "America/Chicago",
    87: "America/Denver",
    90: "America/Los_Angeles",
}
CURRENCIES = {"USD": 10, "EUR": 9}  # tenths of one for a dollar; the rate never moves
DIMENSIONS = ("affiliate", "advertiser")  # of Everflow's many, those that the loader asks for
LONGEST_RANGE_DAYS = 367


@dataclass(frozen=True)
class Ask:
    """A report request that passed validation."""

    start: float
    end: float
    zone: str
    currency: str
    columns: tuple[str, ...]
    filters: Mapping[str, set[str]]

    def wants(self, cell: Cell) -> bool:
        if not self.start <= cell.hour < self.end:
            return False
        ids = dict(zip(DIMENSIONS, cell.key, strict=True))
        return all(ids[kind] in wanted for kind, wanted in self.filters.items())


def validated(body: object) -> Ask:
    """Validate the body of a report request as Everflow does."""
    if not isinstance(body, dict):
        raise RefusedError(400, "invalid JSON body")
    if "timezone_id" not in body:
        raise RefusedError(400, "Internal error")  # seen live: it does not name the parameter
    for name in ("from", "to", "currency_id", "columns"):
        if name not in body:
            raise RefusedError(400, f"missing parameter: {name}")
    zone = TIMEZONES.get(body["timezone_id"])
    if zone is None:
        raise RefusedError(400, "unknown timezone_id")
    if body["currency_id"] not in CURRENCIES:
        raise RefusedError(400, "unknown currency_id")
    start, end = _midnight(body["from"], zone), _midnight(body["to"], zone, days=1)
    if start >= end:
        raise RefusedError(400, "from is after to")
    if end - start > timedelta(days=LONGEST_RANGE_DAYS):
        raise RefusedError(400, "date range is longer than one year")
    return Ask(
        start.timestamp(),
        end.timestamp(),
        zone,
        body["currency_id"],
        _columns(body["columns"]),
        _by_type((body.get("query") or {}).get("filters") or ()),
    )


def _midnight(text: object, zone: str, *, days: int = 0) -> datetime:
    try:
        day = date.fromisoformat(str(text)) + timedelta(days=days)
    except ValueError:
        raise RefusedError(400, f"invalid date: {text}") from None
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def _columns(asked: object) -> tuple[str, ...]:
    if not isinstance(asked, list) or not 1 <= len(asked) <= 10:
        raise RefusedError(400, "between 1 and 10 columns are required")
    columns = tuple(str(c.get("column")) if isinstance(c, dict) else "" for c in asked)
    for column in columns:
        if column not in ("date", *DIMENSIONS):
            raise RefusedError(400, f"unknown column: {column}")
    if columns.count("date") > 1:
        raise RefusedError(400, "only one time column is allowed")
    return columns


def _by_type(filters: Iterable[Mapping[str, object]]) -> dict[str, set[str]]:
    """Filters as a set of ids a type: any of a type, all of the types."""
    wanted: defaultdict[str, set[str]] = defaultdict(set)
    for one in filters:
        kind, value = one.get("resource_type"), one.get("filter_id_value")
        if kind not in DIMENSIONS:
            raise RefusedError(400, f"unknown resource_type: {kind}")
        if not isinstance(value, str):
            raise RefusedError(400, "filter_id_value must be a string")
        wanted[str(kind)].add(value)
    return wanted
