"""The days that a page holds, and how finely: by day, and of long reports by week before that."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from signalroom.report.as_of import LOADED
from signalroom.report.subject import Subject

ROWS_BY_DAY = 20_000  # of affiliates and days; with more of them a page opens slowly
DAYS_BY_DAY = 92
AFFILIATES_NAMED = 40
BEFORE = 35  # days before the report's first at most, for what is compared with them
OTHER = -2  # the id of all affiliates that are not named


@dataclass(frozen=True)
class Span:
    """From `first` to `last`; days before `by_day_from` are summed to weeks, that begin on Mondays.

    `shown_from`: the first that is shown unless the reader asks for others. `named`: the affiliates
    that are shown by name; None where all are.
    """

    shown_from: date
    first: date
    last: date
    by_day_from: date
    named: tuple[int, ...] | None

    @classmethod
    def of(cls, subject: Subject) -> "Span":
        """The report's days, those before that it compares with, and later ones that are loaded."""
        warehouse, client_id = subject.warehouse, subject.client_id
        start, end = subject.window
        ((earliest, latest),) = warehouse.query(
            "select min(report_date), max(report_date) from marts.daily_summary "  # noqa: S608
            f"where client_id = %s and {LOADED}",
            (client_id,),
        )
        before = timedelta(min(BEFORE, max(7, subject.days)))
        shown_from = min(max(start, earliest or start), end)
        first = min(shown_from - before, end.replace(day=1))  # nothing is known of earlier days
        last = max(end, latest or end)
        ((rows,),) = warehouse.query(
            "select count(*) from marts.fct_affiliate_daily "
            "where client_id = %s and report_date between %s and %s",
            (client_id, first, last),
        )
        if rows <= ROWS_BY_DAY:
            return cls(shown_from, first, last, first, None)
        named = warehouse.query(  # by revenue and cost, so that no one with much money is hidden
            "select affiliate_id from marts.fct_affiliate_daily "
            "where client_id = %s and report_date between %s and %s group by affiliate_id "
            "order by sum(revenue + effective_cost) desc, affiliate_id limit %s",
            (client_id, start, end, AFFILIATES_NAMED),
        )
        by_day_from = max(first, end - timedelta(DAYS_BY_DAY))
        return cls(
            shown_from,
            _monday(first),
            last,
            _monday(by_day_from),
            tuple(sorted(id_ for (id_,) in named)),
        )

    @property
    def starts(self) -> list[date]:
        """The first day of each week and then of each day, in order."""
        weeks = range(0, (self.by_day_from - self.first).days, 7)
        days = range((self.last - self.by_day_from).days + 1)
        return [
            *(self.first + timedelta(number) for number in weeks),
            *(self.by_day_from + timedelta(number) for number in days),
        ]

    def start_of(self, day: date) -> date:
        """The day itself, or the first of its week."""
        return day if day >= self.by_day_from else _monday(day)

    def sql(self, column: str) -> str:
        """The same in SQL."""
        week = f"cast(date_trunc('week', {column}) as date)"
        return f"case when {column} < date '{self.by_day_from}' then {week} else {column} end"

    def sql_affiliate(self) -> str:
        """The affiliate's id in SQL, where it is named."""
        if self.named is None:
            return "affiliate_id"
        ids = ", ".join(map(str, self.named))
        return f"case when affiliate_id in ({ids}) then affiliate_id else {OTHER} end"

    def sql_source(self) -> str:
        """The source's id in SQL, where its affiliate is named or it has none."""
        if self.named is None:
            return "redtrack_source_id"
        ids = ", ".join(map(str, self.named))
        is_named = f"affiliate_id in ({ids}) or not is_mapped"
        return f"case when {is_named} then redtrack_source_id else '{OTHER}' end"

    def notes(self) -> dict[str, Any]:
        """What the page says of it."""
        return {
            "byDayFrom": str(self.by_day_from) if self.by_day_from > self.first else None,
            "named": None if self.named is None else len(self.named),
        }


def _monday(day: date) -> date:
    return day - timedelta(day.weekday())
