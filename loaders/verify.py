"""Can an answer be trusted? Services answer "no rows" when they mean "not now".

A read is compared with the service's own totals, and with what the warehouse holds of the same
days or records, before it replaces them.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from loaders.fitting import number
from loaders.table import Rejected, Row, Table, fit

Verdict = Literal["ok", "expected-empty", "suspicious-empty", "truncated", "failed"]
GOOD: tuple[Verdict, ...] = ("ok", "expected-empty")

LOST_ALLOWED = 2  # days or records
LOST_SHARE_LIMIT = Decimal("0.20")
HALF_A_CENT = Decimal("0.005")


@dataclass(frozen=True)
class Judgement:
    """The verdict on a read, the days it would empty, and the reason where it is not good.

    `if_believed`: the verdict of one that is suspicious, once it is believed.
    """

    verdict: Verdict
    emptied: tuple[date, ...] = ()
    reason: str | None = None
    if_believed: Verdict = "ok"


def judge_days(
    existing: Mapping[date, Mapping[str, Decimal]], answered: Collection[date], *, allow_empty: bool
) -> Judgement:
    """Judge the days that an answer has rows for against the days that have rows.

    `existing` maps each day with rows in the warehouse to its measures (conversions, cost, money),
    each added up without its sign.
    """
    emptied = tuple(sorted(set(existing) - set(answered)))
    good: Verdict = "ok" if answered else "expected-empty"
    if allow_empty or not emptied:
        return Judgement(good, emptied)
    lost = _add_measures(existing[day] for day in emptied)
    total = _add_measures(existing.values())
    shares = {name: lost[name] / amount for name, amount in total.items() if amount}
    known = ", ".join(f"{name} {lost[name]:f} of {total[name]:f}" for name in total)
    if not answered and shares:
        reason = f"the answer is empty, but the warehouse holds for these days {known}"
    elif len(emptied) > LOST_ALLOWED or max(shares.values(), default=0) >= LOST_SHARE_LIMIT:
        reason = (
            f"{len(emptied)} days came back empty ({emptied[0]}..{emptied[-1]}) that held of all "
            f"days read {known}"
        )
    else:
        return Judgement(good, emptied)
    return Judgement("suspicious-empty", emptied, reason, good)


def judge_records(
    got: int,
    *,
    existing: int,
    missing: int,
    allow_empty: bool,
    turns_over: bool = False,
    what: str = "rows",
) -> Judgement:
    """Judge a read of `got` records or files, of which some are missing that are known here."""
    good: Verdict = "ok" if got else "expected-empty"
    many = missing > LOST_ALLOWED and missing >= LOST_SHARE_LIMIT * existing
    is_much = many and not turns_over
    if (is_much or (existing and not got)) and not allow_empty:
        reason = (
            f"got {got:,} {what}, but {missing:,} of the {existing:,} existing {what} are missing "
            "from the response; --allow-empty accepts it"
        )
        return Judgement("suspicious-empty", reason=reason, if_believed=good)
    return Judgement(good)


@dataclass
class Answer:
    """One answered window: the rows that fit, those that did not, and the service's own totals.

    `answered` adds up what was answered, before any row is checked, by the same column names.
    """

    rows: list[Row] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    totals: Mapping[str, Decimal] = field(default_factory=dict)
    answered: Mapping[str, Decimal] = field(default_factory=dict)
    _keys: set[tuple[Any, ...]] = field(default_factory=set, repr=False)

    def add(self, table: Table, row: Row, *, origin: str, line: int) -> None:
        """Take one raw row in, or note why it cannot be taken."""
        try:
            fitted = fit(table, row)
            key = tuple(fitted[name] for name in table.key)
            if key in self._keys:  # dlt would keep one of the two, unseen
                raise ValueError(f"a second row for {', '.join(map(str, key))}")
            self._keys.add(key)
            self.rows.append(fitted)
        except ValueError as reason:
            day = row.get("date")
            day = day if isinstance(day, date) else None
            self.rejected.append(Rejected(origin, line, str(reason), row, day, by_fit=True))


def add_up(rows: list[Any], fields: Mapping[str, str]) -> dict[str, Decimal]:
    """The sum of each field over raw rows, by column; a field that cannot be added is left out.

    `fields` maps our column to the service's field.
    """
    sums: dict[str, Decimal] = {}
    for column, name in fields.items():
        try:
            sums[column] = sum((number(row.get(name)) or Decimal(0) for row in rows), Decimal(0))
        except ValueError:
            continue  # its row is rejected; the other fields are still compared
    return sums


def differing_total(table: Table, answer: Answer) -> str | None:
    """The first total that the rows do not add up to.

    Counts must be equal; money may differ by half a cent a row, as a service may round each row.
    """
    for name, total in answer.totals.items():
        added = answer.answered.get(name)
        if added is None:
            continue
        is_money = table.columns[name].type == "decimal"
        allowed = HALF_A_CENT * max(1, len(answer.rows)) if is_money else 0
        if abs(added - total) > allowed:
            return f"the rows add up to {name} {added:f}, the service's total is {total:f}"
    return None


def _add_measures(days: Iterable[Mapping[str, Decimal]]) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = {}
    for measures in days:
        for name, amount in measures.items():
            sums[name] = sums.get(name, Decimal(0)) + amount
    return sums
