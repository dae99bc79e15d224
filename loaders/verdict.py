"""Is an answer believable? Services answer "no rows" when they mean "not now".

A read is judged against what the warehouse holds for the same days, before it replaces them.
"""

from collections.abc import Collection, Iterable, Mapping
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
    earlier: Mapping[date, Mapping[str, Decimal]], answered: Collection[date], *, allow_empty: bool
) -> Judgement:
    """Judge the days that an answer has rows for against the days that had rows before.

    `earlier` maps each day with rows in the warehouse to its measures (conversions, cost, money),
    each added up without its sign.
    """
    emptied = tuple(sorted(set(earlier) - set(answered)))
    good: Verdict = "ok" if answered else "expected-empty"
    if allow_empty or not emptied:
        return Judgement(good, emptied)
    lost = _add_up(earlier[day] for day in emptied)
    total = _add_up(earlier.values())
    shares = {name: lost[name] / amount for name, amount in total.items() if amount}
    known = ", ".join(f"{name} {lost[name]:f} of {total[name]:f}" for name in total)
    if not answered and shares:
        reason = f"the answer is empty, but the warehouse holds for these days {known}"
        return Judgement("suspicious-empty", emptied, reason)
    if (
        len(emptied) > EMPTIED_DAYS_ALLOWED
        or max(shares.values(), default=0) >= EMPTIED_SHARE_LIMIT
    ):
        reason = (
            f"{len(emptied)} days came back empty ({emptied[0]}..{emptied[-1]}) that held of all "
            f"days read {known}"
        )
        return Judgement("suspicious-empty", emptied, reason)
    return Judgement(good, emptied)


def _add_up(days: Iterable[Mapping[str, Decimal]]) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = {}
    for measures in days:
        for name, amount in measures.items():
            sums[name] = sums.get(name, Decimal(0)) + amount
    return sums
