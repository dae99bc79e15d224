"""The day that a report is as of: the newest complete one, the same for all its parts."""

from dataclasses import dataclass
from datetime import date
from typing import Self

from loaders.warehouse import Warehouse

LOADED = "incomplete_reason is distinct from 'not loaded'"  # others are days that only orders know


@dataclass(frozen=True)
class AsOf:
    """A client's newest complete `day`, or its newest loaded one where none is complete.

    `later_days`: the days after it that are loaded and not complete.
    """

    client_id: str
    day: date
    is_complete: bool
    later_days: int
    last_conversions: date | None

    @classmethod
    def of(cls, warehouse: Warehouse, client_id: str, *, through: date = date.max) -> Self | None:
        """Of the daily summary; of a client without one, of its visitors, mail or orders.

        No day later than `through` is looked at.
        """
        ((complete, loaded, conversions, with_orders),) = warehouse.query(
            "select max(case when is_complete then report_date end), "  # noqa: S608
            f"max(case when {LOADED} then report_date end), "
            "max(case when conversions <> 0 then report_date end), max(report_date) "
            "from marts.daily_summary where client_id = %s and report_date <= %s",
            (client_id, through),
        )
        if not loaded:
            ((complete, loaded),) = warehouse.query(
                "select max(case when is_complete then report_date end), max(report_date) from ("
                "select client_id, report_date, is_complete from marts.fct_funnel_daily union all "
                "select client_id, report_date, is_complete from marts.fct_email_daily"
                ") as days where client_id = %s and report_date <= %s",
                (client_id, through),
            )
        day = complete or loaded or with_orders
        if not day:
            return None
        ((later,),) = warehouse.query(
            "select count(distinct report_date) from marts.daily_summary "  # noqa: S608
            f"where client_id = %s and report_date > %s and report_date <= %s and {LOADED}",
            (client_id, day, through),
        )
        return cls(client_id, day, complete is not None, later, conversions)

    def start(self, days: int) -> date:
        """The first of so many days up to it."""
        return date.fromordinal(max(1, self.day.toordinal() - days + 1))

    def window(self, days: int) -> tuple[date, date]:
        """So many days up to it, both ends included."""
        return self.start(days), self.day

    def sentence(self, today: date) -> str:
        """As of when the report is, and what is missing since, in one line."""
        kind = "newest complete day" if self.is_complete else "newest day; none is complete yet"
        said = [f"Client {self.client_id} as of {self.day} ({kind})"]
        unloaded = (today - self.day).days - 1 - self.later_days
        missing = [
            f"{_counted(count)} {what}"
            for count, what in ((self.later_days, "not complete"), (unloaded, "not loaded"))
            if count > 0
        ]
        if missing:
            said.append(f"since then {', '.join(missing)}")
        if self.last_conversions and self.last_conversions < self.day:
            said.append(f"no conversions since {self.last_conversions}")
        return "; ".join(said)


def _counted(days: int) -> str:
    return f"{days:,} day" if days == 1 else f"{days:,} days"
