"""The made orders: who bought what, and what became of it later. Deterministic, row by row.

An order is a number; everything about it follows from that number alone, so that nothing has to
be kept in memory to write its later versions. Numbers below 0 are orders from before the first
day: they have no create row, only updates. `Feed` yields the rows of each day's files in their
order; sandbox/order_files.py writes them down, odd files among them.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate
from typing import Literal, NamedTuple

from sandbox.order_rows import Row, as_placed, dice_of, happen, status_at_first
from sandbox.shape import allocate, rhythm

Kind = Literal["create", "update"]

FIRST_DAY = date(2025, 12, 1)
# Of 256: what becomes of an approved order, and after how many days it may.
_FATES = (
    (17, "refund", 12),
    (3, "part_refund", 9),
    (3, "chargeback", 15),
    (1, "refund_and_chargeback", 15),
    (3, "hold_and_release", 3),
    (3, "archive", 14),
    (5, "ship", 4),
)
_LATE = 1  # of 256: the create row comes after the first update
_FATE_OF = [(name, days) for share, name, days in _FATES for _ in range(share)]


@dataclass(frozen=True)
class Volume:
    """How many days and rows."""

    created: int
    updated: int
    days: int = 18


DEMO = Volume(created=1_080, updated=1_224)
FULL = Volume(created=304_951, updated=346_044)


class _Step(NamedTuple):
    """Something that happens to an order, so many days after it was placed."""

    delay: int
    what: str


class Feed:
    """Every version of every order, for a volume."""

    def __init__(self, volume: Volume = DEMO) -> None:
        self.days = [FIRST_DAY + timedelta(days=n) for n in range(volume.days)]
        weights = [rhythm(day, "orders") for day in self.days]
        self._per_day = max(1, volume.created // volume.days)
        self._starts = [0, *accumulate(allocate(volume.created, weights))]
        self._updated = allocate(volume.updated, weights)

    def created_on(self, day: date) -> Iterator[Row]:
        """The rows of a day's create file; the last ones were placed on an earlier day."""
        index = self.days.index(day)
        for n in self._placed(index):
            if not self._is_late(n, index):
                yield self._row(n, [])
        for n in self._placed(index - 2) if index >= 2 else ():
            if self._is_late(n, index - 2):
                yield self._row(n, [])

    def updated_on(self, day: date) -> Iterator[Row]:
        """The rows of a day's update file, in no order but each order's own."""
        index = self.days.index(day)
        updates = [
            (_scattered(n), step, n)
            for back in range(index + 1)
            for n in self._placed(index - back)
            for step, (delay, _) in enumerate(_life(n))
            if delay == back
        ]
        del updates[self._updated[index] :]
        first_old = -1 - sum(self._updated[:index])
        old = range(first_old, first_old - (self._updated[index] - len(updates)), -1)
        updates += [(_scattered(n), 0, n) for n in old]
        for _, step, n in sorted(updates):
            if n < 0:
                yield self._row(n, [_step_of_old(n, (day - self.placed_on(n)).days)])
            else:
                yield self._row(n, _life(n)[: step + 1])

    def placed_on(self, n: int) -> date:
        """The day on which an order was placed."""
        if n < 0:
            return FIRST_DAY - timedelta(days=1 + (-n - 1) // self._per_day)
        return self.days[bisect_right(self._starts, n) - 1]

    def _placed(self, index: int) -> range:
        return range(self._starts[index], self._starts[index + 1])

    def _is_late(self, n: int, index: int) -> bool:
        """Whether the create row comes two days late, after the order's first update."""
        return dice_of(n)[40] == _LATE and index + 2 < len(self.days)

    def _row(self, n: int, steps: Iterable[_Step]) -> Row:
        placed = self.placed_on(n)
        row = as_placed(n, placed.isoformat())
        for delay, what in steps:
            happen(row, what, placed + timedelta(days=delay))
        return row


def _scattered(n: int) -> int:
    return n * 2_654_435_761 % 2**32


def _life(n: int) -> list[_Step]:
    """What happens to an order after it was placed, in order."""
    dice = dice_of(n)
    steps = [_Step(1, "confirm")] if dice[40] == _LATE else []
    status = status_at_first(dice)
    if status == "DECLINED":
        if dice[1] < 8:
            steps.append(_Step(1 + dice[2] % 5, "salvage"))
        return steps
    if status == "PENDING":
        steps.append(_Step(1, "release"))
    if dice[5] < 150:
        steps.append(_Step(1 + dice[4] % 3, "track"))
    if dice[6] < len(_FATE_OF):
        fate, days = _FATE_OF[dice[6]]
        delay = 1 + dice[7] % days
        # Two changes on one day: the later row of the file is the one that counts.
        steps += [_Step(delay, what) for what in fate.split("_and_")]
    return sorted(steps, key=lambda step: step.delay)


def _step_of_old(n: int, age: int) -> _Step:
    """The last thing that happened to an order from before the first day."""
    dice = dice_of(n)
    if status_at_first(dice) == "DECLINED":
        return _Step(age, "retry")
    what = "refund" if dice[41] < 22 else "chargeback" if dice[41] < 32 else "renew"
    return _Step(age, what)
