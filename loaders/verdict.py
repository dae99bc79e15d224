"""Is an answer believable? Services answer "no rows" when they mean "not now".

A read is judged against what the warehouse holds for the same days, before it replaces them.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

Verdict = Literal["ok", "expected-empty", "suspicious-empty", "truncated", "failed"]
GOOD: tuple[Verdict, ...] = ("ok", "expected-empty")

EMPTIED_DAYS_ALLOWED = 2
EMPTIED_SHARE_LIMIT = Decimal("0.20")


@dataclass(frozen=True)
class Judgement:
    """The verdict on a read, the days it would empty, and the reason where it is not good."""

    verdict: Verdict
    emptied: tuple[date, ...] = ()
    reason: str | None = None


def judge(
    earlier: Mapping[date, Decimal], answered: Collection[date], *, weight: str, allow_empty: bool
) -> Judgement:
    """Judge the days that an answer has rows for against the days that had rows before.

    `earlier` maps each day with rows in the warehouse to the sum of `weight` (conversions or cost).
    """
    emptied = tuple(sorted(set(earlier) - set(answered)))
    good: Verdict = "ok" if answered else "expected-empty"
    if allow_empty or not emptied:
        return Judgement(good, emptied)
    total = sum(map(abs, earlier.values()), Decimal(0))
    lost = sum((abs(earlier[day]) for day in emptied), Decimal(0))
    known = f"the warehouse holds {weight} of {total:f} for these days"
    if not answered and total:
        return Judgement("suspicious-empty", emptied, f"the answer is empty, but {known}")
    if len(emptied) > EMPTIED_DAYS_ALLOWED or (total and lost >= EMPTIED_SHARE_LIMIT * total):
        return Judgement(
            "suspicious-empty",
            emptied,
            f"{len(emptied)} days came back empty ({emptied[0]}..{emptied[-1]}) that held "
            f"{weight} of {lost:f}, and {known}",
        )
    return Judgement(good, emptied)
