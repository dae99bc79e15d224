"""Windows of whole days: what to read, and which of those days were over when they were read."""

from collections.abc import Container, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

RESTATED_DAYS = 35  # statuses, adjustments, holds and ad costs are restated for weeks


@dataclass(frozen=True)
class Window:
    """The days from `start` to `end`, both included, of a client's time zone.

    Left out, an end is open: whatever there is. `since` and `until` say the same in moments.
    """

    start: date = date.min
    end: date = date.max
    timezone: str = "UTC"

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise ValueError(f"a window cannot end ({self.end}) before it starts ({self.start})")

    @property
    def since(self) -> datetime | None:
        """The first moment, in UTC; None where the start is open."""
        return None if self.start == date.min else midnight(self.start, self.timezone)

    @property
    def until(self) -> datetime | None:
        """The first moment after it, in UTC; None where the end is open."""
        is_open = self.end == date.max
        return None if is_open else midnight(self.end + timedelta(1), self.timezone)

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and self.start <= day <= self.end

    def __len__(self) -> int:
        return (self.end - self.start).days + 1

    def days(self) -> Iterator[date]:
        return (self.start + timedelta(offset) for offset in range(len(self)))

    def __str__(self) -> str:
        if self.end != date.max:
            return f"{self.start}..{self.end}"
        return "in full" if self.start == date.min else f"since {self.start}"

    def chunks(self, days: int) -> Iterator["Window"]:
        """The same days in consecutive windows of at most `days`."""
        for offset in range(0, len(self), days):
            start = self.start + timedelta(offset)
            yield replace(self, start=start, end=min(self.end, start + timedelta(days - 1)))


def midnight(day: date, timezone: str) -> datetime:
    """The first moment of a day of the client's zone, in UTC."""
    return datetime.combine(day, time(), ZoneInfo(timezone)).astimezone(UTC)


def local_day(moment: datetime, timezone: str) -> date:
    """The day of `moment` in the client's zone."""
    return moment.astimezone(ZoneInfo(timezone)).date()


def closed_through(window: Window, read_at: datetime, closes_at: time) -> date | None:
    """The last day of `window` that was over, by the source's own clock, when it was read.

    A day is over at `closes_at` of the day after: services go on booking for some hours.
    """
    local = read_at.astimezone(ZoneInfo(window.timezone))
    last = local.date() - timedelta(1 if local.time() >= closes_at else 2)
    return min(last, window.end) if last >= window.start else None


def settled_through(window: Window, read_at: datetime) -> date | None:
    """The last day of `window` that was read after its restatements: 35 days old or older."""
    last = local_day(read_at, window.timezone) - timedelta(RESTATED_DAYS)
    return min(last, window.end) if last >= window.start else None


def covered_through(start: date, covered: Container[date]) -> date | None:
    """The last day up to which every day since `start` is one of the `covered`."""
    day = start
    while day in covered:
        day += timedelta(1)
    return day - timedelta(1) if day > start else None


def next_window(*, start_date: date, end: date, covered: Container[date]) -> Window | None:
    """What a run that ends with `end` reads: the restated days and whatever was missed.

    None when the client starts later.
    """
    through = covered_through(start_date, covered)
    missed_from = start_date if through is None else through + timedelta(1)
    start = max(start_date, min(missed_from, end - timedelta(RESTATED_DAYS - 1)))
    return Window(start, end) if start <= end else None
