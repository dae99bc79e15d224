"""How made numbers are spread over days and hours: deterministic, exact in their totals."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache
from hashlib import blake2b
from itertools import accumulate
from typing import NamedTuple
from zoneinfo import ZoneInfo

HOME_ZONE = ZoneInfo("America/New_York")
HOUR = 3600
CENT = 10_000  # money is whole millionths of a dollar, so that sums are exact

_WEEKDAY = (1.08, 1.14, 1.10, 1.04, 0.98, 0.80, 0.86)  # Monday first
_HOUR_OF_DAY = (3, 2, 2, 1, 1, 2, 3, 5, 7, 8, 9, 9, 10, 9, 9, 8, 8, 9, 10, 11, 11, 9, 7, 5)


class Cell(NamedTuple):
    """The smallest fact: one UTC hour, one key (ids), one value a metric."""

    hour: int
    key: tuple[str, str]
    values: tuple[int, ...]


class DayRow(NamedTuple):
    """One day of the home zone before it is spread over its hours."""

    day: date
    key: tuple[str, str]
    values: Mapping[str, int]


def noise(*parts: object) -> float:
    """A number in [0, 1) that only depends on its arguments."""
    digest = blake2b(repr(parts).encode(), digest_size=6).digest()
    return int.from_bytes(digest, "big") / 2**48


def allocate(total: int, weights: Sequence[float]) -> list[int]:
    """Split a total by weight into whole numbers that add up to it.

    Rounding the running sum, not each share, lets the many small ones get something now and then.
    """
    running = list(accumulate(weights))
    edges = [round(total * part / running[-1]) for part in running]
    return [edge - before for edge, before in zip(edges, [0, *edges], strict=False)]


def rhythm(day: date, *key: object) -> float:
    """The size of a day relative to the average one: the weekday and some chance."""
    return _WEEKDAY[day.weekday()] * (0.75 + 0.5 * noise(day, *key))


def days_between(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


@cache
def hours_of(day: date) -> range:
    """The UTC hours of a day of the home zone: 23, 24 or 25 of them."""
    start, end = (
        int(datetime(d.year, d.month, d.day, tzinfo=HOME_ZONE).timestamp())
        for d in (day, day + timedelta(days=1))
    )
    return range(start, end, HOUR)


def noon(day: date) -> int:
    """The hour that takes what belongs to a day but to no hour of it."""
    return int(datetime(day.year, day.month, day.day, 12, tzinfo=HOME_ZONE).timestamp())


@cache
def midnight(zone: str, hour: int) -> int:
    """The start (epoch) of the day that holds an hour in a zone."""
    day = local_date(zone, hour)
    return int(datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).timestamp())


@cache
def local_date(zone: str, hour: int) -> date:
    return datetime.fromtimestamp(hour, UTC).astimezone(ZoneInfo(zone)).date()


def cells(rows: Iterable[DayRow], counts: Sequence[str], money: Sequence[str]) -> Iterator[Cell]:
    """Spread day rows over their hours; the first count is the traffic, the second the sales.

    Traffic follows the time of day, everything else falls where the traffic or the sales are.
    """
    for row in rows:
        hours = hours_of(row.day)
        at_noon = [float(hour == noon(row.day)) for hour in hours]
        by_time = [
            _HOUR_OF_DAY[_hour_of_day(hour)] * (0.5 + noise(hour, row.key)) for hour in hours
        ]
        columns: dict[str, list[int]] = {}
        for name in counts:
            columns[name] = allocate(row.values.get(name, 0), by_time)
        traffic, sales = columns[counts[0]], columns[counts[1]]
        for name in money:
            carrier = traffic if name == "cost" else sales
            columns[name] = _spread_money(row.values.get(name, 0), carrier, at_noon)
        for i, hour in enumerate(hours):
            values = tuple(columns[name][i] for name in (*counts, *money))
            if any(values):
                yield Cell(hour, row.key, values)


@cache
def _hour_of_day(hour: int) -> int:
    return datetime.fromtimestamp(hour, HOME_ZONE).hour


def _spread_money(value: int, carrier: Sequence[int], at_noon: Sequence[float]) -> list[int]:
    """Whole cents where the carrier is; what is below a cent goes to the carrier's peak."""
    if value <= 0 or not any(carrier):
        return [round(value * weight) for weight in at_noon]
    cents, rest = divmod(value, CENT)
    shares = [CENT * n for n in allocate(cents, carrier)]
    shares[carrier.index(max(carrier))] += rest
    return shares
