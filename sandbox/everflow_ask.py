"""What Everflow accepts as a report request, and what it answers 400 to."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from sandbox.everflow_table import TIME_COLUMNS
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
# The made data knows affiliate and advertiser; the others answer "N/A", as for events without them.
DIMENSIONS = (
    "affiliate", "advertiser", "offer", "offer_group", "campaign", "creative", "category",
    "account_manager", "billing_frequency", "offer_status",
)  # fmt: skip
GRANULAR = (
    "offer_url", "event_name", "advertiser_event_name", "country", "country_code", "region",
    "city", "dma", "carrier", "isp", "platform", "os_version", "browser", "device_type",
    "device_make", "model", "language", "connection_type", "source_id", "sub1", "sub2", "sub3",
    "sub4", "sub5", "adv1", "adv2", "adv3", "adv4", "adv5", "coupon_code",
)  # fmt: skip
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
    exclusions: Mapping[str, set[str]]

    def wants(self, cell: Cell) -> bool:
        if not self.start <= cell.hour < self.end:
            return False
        ids = {"affiliate": cell.key[0], "advertiser": cell.key[1]}
        return all(ids.get(kind, "0") in wanted for kind, wanted in self.filters.items()) and all(
            ids.get(kind, "0") not in unwanted for kind, unwanted in self.exclusions.items()
        )

    @property
    def is_granular(self) -> bool:
        return any(column in GRANULAR for column in self.columns)


def validated(body: object, *, ignore_filters: bool) -> Ask:
    """Validate the body of a report request as Everflow does."""
    if not isinstance(body, dict):
        raise RefusedError(400, "invalid JSON body")
    if "timezone_id" not in body:
        raise RefusedError(400, "Internal error")  # seen live: it does not name the parameter
    for name in ("from", "to", "currency_id", "columns"):
        if name not in body:
            raise RefusedError(400, f"missing parameter: {name}")
    zone = TIMEZONES.get(body["timezone_id"]) if _is_int(body["timezone_id"]) else None
    if zone is None:
        raise RefusedError(400, "unknown timezone_id")
    if body["currency_id"] not in CURRENCIES:
        raise RefusedError(400, "unknown currency_id")
    start, end = _moment(body["from"], zone), _moment(body["to"], zone, ends=True)
    if start >= end:
        raise RefusedError(400, "from is after to")
    if end - start > timedelta(days=LONGEST_RANGE_DAYS):
        raise RefusedError(400, "date range is longer than one year")
    columns = _columns(body["columns"])
    query = body.get("query") or {}
    if query.get("metric_filters"):
        raise RefusedError(400, "the sandbox does not know metric_filters")
    return Ask(
        start.timestamp(),
        end.timestamp(),
        zone,
        body["currency_id"],
        columns,
        {} if ignore_filters else _by_type(query.get("filters")),
        {} if ignore_filters else _by_type(query.get("exclusions")),
    )


def _is_int(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _moment(text: object, zone: str, *, ends: bool = False) -> datetime:
    """A from or to; a `to` without a time means the end of its day."""
    try:
        if len(str(text)) == len("2025-12-01"):
            day = date.fromisoformat(str(text)) + timedelta(days=ends)
            return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).astimezone(UTC)
        moment = datetime.strptime(str(text), "%Y-%m-%d %H:%M:%S").replace(tzinfo=ZoneInfo(zone))
    except ValueError:
        raise RefusedError(400, f"invalid date: {text}") from None
    return moment.astimezone(UTC) + timedelta(seconds=ends)


def _columns(asked: object) -> tuple[str, ...]:
    if not isinstance(asked, list) or not 1 <= len(asked) <= 10:
        raise RefusedError(400, "between 1 and 10 columns are required")
    columns = tuple(str(c.get("column")) if isinstance(c, dict) else "" for c in asked)
    for column in columns:
        if column not in (*TIME_COLUMNS, *DIMENSIONS, *GRANULAR):
            raise RefusedError(400, f"unknown column: {column}")
    if sum(column in TIME_COLUMNS for column in columns) > 1:
        raise RefusedError(400, "only one time column is allowed")
    return columns


def _by_type(filters: Iterable[Mapping[str, object]] | None) -> dict[str, set[str]]:
    """Filters as a set of ids a type: any of a type, all of the types."""
    wanted: defaultdict[str, set[str]] = defaultdict(set)
    for one in filters or ():
        kind, value = one.get("resource_type"), one.get("filter_id_value")
        if kind not in (*DIMENSIONS, *GRANULAR):
            raise RefusedError(400, f"unknown resource_type: {kind}")
        if not isinstance(value, str):
            raise RefusedError(400, "filter_id_value must be a string")
        wanted[str(kind)].add(value)
    return wanted
