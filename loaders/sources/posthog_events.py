"""PostHog's events by HogQL: all of a window, page by page, each from the last row before it.

- A query that reads too much fails, after 10 s or for want of memory: it is asked of a slice of
  time, which grows while little comes and shrinks when the answer is full or fails. The last slice
  is open, so that an event whose clock is ahead comes too.
- An answer may be cut without a word and `hasMore` is not to be relied on: a slice is at its end
  when nothing comes.
- Events share their times by the thousand, and ClickHouse sorts UUIDs in an order of its own: the
  next page begins after the last row, whatever its UUID, and no two are compared here.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from loaders import clock
from loaders.errors import ApiError
from loaders.fitting import fit_timestamp
from loaders.table import Page, Rejected, Row
from loaders.windows import Window

PAGE_ROWS = 10_000
LEAST_ROWS = 500
FIRST_SLICE = timedelta(days=1)
SHORTEST_SLICE, LONGEST_SLICE = timedelta(minutes=1), timedelta(days=366)
FAILURES_OF_THE_LEAST = 2  # then it does not depend on how much is asked
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
# A time comes in the project's zone unless it is asked for in another.
NAMED = (
    "uuid, event, distinct_id, person_id, toTimeZone(timestamp, 'UTC') as happened_at, properties"
)

Ask = Callable[[str], Sequence[Row]]


class TooMuchError(ApiError):
    """A query that reads more than PostHog allows: less at once may pass."""


@dataclass
class _Portion:
    """How much to ask for at once, as the answers so far have taught."""

    rows: int
    length: timedelta = FIRST_SLICE
    failures: int = 0  # in a row, of as little as can be asked for

    def failed(self, left: timedelta) -> None:
        self.failures += (self.rows, self.length) == (LEAST_ROWS, SHORTEST_SLICE)
        self.rows = max(LEAST_ROWS, self.rows // 4)
        self.length = max(SHORTEST_SLICE, min(self.length, left) / 4)

    def served(self, rows: int, covered: timedelta) -> None:
        self.failures = 0
        if rows >= self.rows:  # of a slice that holds two pages, at most half is read in vain
            self.length = min(max(SHORTEST_SLICE, 2 * covered), LONGEST_SLICE)
        elif rows <= self.rows // 2:
            self.length = min(2 * self.length, LONGEST_SLICE)
        self.rows = min(PAGE_ROWS, self.rows + self.rows // 8 + 1)


def event_pages(ask: Ask, window: Window) -> Iterator[Page]:
    """The events of a window in order; ApiError where an answer leads nowhere."""
    began = clock.now()
    known_end = min(began, window.until or began)
    low, after, most = window.since or EPOCH, "", 0
    passed: set[str] = set()  # the last UUIDs of the pages that ended at the time `low`
    portion = _Portion(PAGE_ROWS)
    while True:
        left = known_end - low
        end = low + portion.length if left > portion.length else window.until
        limit = portion.rows
        try:
            rows = ask(_hogql(low, after, end, limit))
        except TooMuchError:
            portion.failed(left)
            if portion.failures == FAILURES_OF_THE_LEAST:
                raise
            continue
        if not rows:
            if end is None or end == window.until:
                return
            portion.served(0, end - low)
            low, after = end, ""
            continue
        moment, uuid = _place(rows[-1])
        passed = passed if moment == low else set()
        if moment < low or uuid in passed:
            raise ApiError(
                f"posthog: from {_text(low)} UTC on, pages repeat: event {uuid} of "
                f"{_text(moment)} UTC came before"
            )
        passed.add(uuid)
        yield _page(f"events from {_text(low)} UTC", rows)
        if moment > began and len(rows) < min(limit, most):
            return  # beside clocks that are ahead, this is what happens while we read
        portion.served(len(rows), moment - low)
        low, after, most = moment, uuid, max(most, len(rows))


def newest_event(ask: Ask, since: datetime) -> datetime | None:
    """When the newest event happened, if that was not before."""
    rows = ask(
        f"select {NAMED} from events where timestamp >= {_moment(since)} "  # noqa: S608
        "order by timestamp desc, uuid desc limit 1"
    )
    return _place(rows[0])[0] if rows else None


def _hogql(low: datetime, after: str, end: datetime | None, limit: int) -> str:
    # The plain time beside the pair is what ClickHouse finds its parts by.
    where = [f"timestamp >= {_moment(low)}"]
    if after:
        where.append(f"(timestamp, uuid) > ({_moment(low)}, toUUID('{after}'))")
    if end:
        where.append(f"timestamp < {_moment(end)}")
    return (
        f"select {NAMED} from events where {' and '.join(where)} "  # noqa: S608
        f"order by timestamp, uuid limit {limit}"
    )


def _page(origin: str, rows: Sequence[Row]) -> Page:
    """The rows by our names; one without an id that is one is kept aside."""
    taken, rejected = [], []
    for line, row in enumerate(rows, start=1):
        row["timestamp"] = row.pop("happened_at", None)
        if UUID.fullmatch(str(row.get("uuid"))):
            taken.append(row)
        else:
            reason = f"uuid: {row.get('uuid')!r} is not a UUID"
            rejected.append(Rejected(origin, line, reason, row))
    return Page(origin, taken, rejected)


def _place(row: Row) -> tuple[datetime, str]:
    """The place of a row in the order."""
    uuid = str(row.get("uuid"))
    try:
        moment = fit_timestamp(row.get("happened_at"))
    except ValueError:
        moment = None
    if moment is None or not UUID.fullmatch(uuid):
        raise ApiError(
            f"posthog: cannot go on after a page whose last event has the time "
            f"{row.get('happened_at')!r} and the uuid {row.get('uuid')!r}"
        )
    return moment, uuid


def _moment(moment: datetime) -> str:
    return f"toDateTime64('{_text(moment)}', 6, 'UTC')"


def _text(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S.%f}"
