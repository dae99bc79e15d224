"""What the page shows, from the marts: sums by day and affiliate, that the browser adds up further.

Nothing here divides: ratios are ratios of sums, and those depend on what the reader filters.
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from loaders.verify import GOOD
from signalroom.overview import source_states
from signalroom.report.as_of import LOADED
from signalroom.report.figures import BY_ADVERTISER
from signalroom.report.page.encode import Index, columns
from signalroom.report.page.span import OTHER, Span
from signalroom.report.subject import Subject
from signalroom.report.words.spelling import SYMBOLS
from signalroom.terminal import plain

MONEY = 10_000  # money is sent in ten-thousandths, as the marts hold it
COHORT_WEEKS = 26
CHANGE_DAYS = 14
COMPARISONS = ("day_before", "mean_7_days_before")  # of marts.cpa_change_by_affiliate
PACE_MONEY = (
    *("budget", "target_cpa", "cost_to_date", "cpa_to_date", "projected_cost"),
    *("remaining_per_day", "budget_used_rate", "month_elapsed_rate", "pace"),
)
PACE = ("target_basis", "complete_days", "days_in_month", *PACE_MONEY)


class Data:
    """All of a page, as JSON can say it."""

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self.warehouse = subject.warehouse
        self.span = Span.of(subject)
        self.periods = Index(self.span.starts)
        self.indexes = {
            "period": self.periods,
            "advertiser": Index(
                self._labels("dim_advertisers", "advertiser_id", "advertiser_label")
            ),
            "affiliate": Index(),
            "source": Index(),
            "state": Index(),
            "email": Index(),
        }

    def all(self, definitions: dict[str, str], docs: str) -> dict[str, Any]:
        """Tables by name, and what their numbers stand for."""
        client = self.subject.client
        tables = {
            "affiliates": self._affiliates(),
            "sources": self._sources(),
            "states": self._states(),
            "cohorts": self._cohorts(),
            "change": self._change(),
            "funnel": self._funnel(),
            "email": self._email(),
        }
        return {
            "client": {
                "id": client.client_id,
                "name": client.name,
                "currency": client.currency,
                "symbol": SYMBOLS.get(client.currency, f"{client.currency} "),
            },
            "asOf": str(self.subject.as_of.day),
            "from": str(self.span.shown_from),
            "docs": docs,
            "span": self.span.notes(),
            "periods": self._days(),
            "advertisers": self._named(
                "advertiser", "dim_advertisers", "advertiser_id", "advertiser_label"
            ),
            "affiliates": self._named(
                "affiliate", "dim_affiliates", "affiliate_id", "affiliate_label"
            ),
            "sources": self._named(
                "source", "fct_source_daily", "redtrack_source_id", "redtrack_source"
            ),
            "emails": self._named("email", "fct_email_daily", "email_id", "email_name"),
            "states": self._named("state", "fct_state_daily", "state_code", "state_name"),
            "stateKinds": self._labels("fct_state_daily", "state_code", "state_kind"),
            "tables": tables,
            "pace": list(self._pace()),
            "inputs": list(self._inputs()),
            "definitions": definitions,
        }

    def _labels(self, mart: str, key: str, label: str) -> dict[Any, str]:
        """The newest label of each key, in the order of the keys; what is no one's comes last."""
        rows = self.warehouse.query(
            f"select {key}, max({label}) from marts.{mart} where client_id = %s group by {key} "  # noqa: S608
            f"order by 1",
            (self.subject.client_id,),
        )
        return {key: plain(label) for key, label in rows}

    def _named(self, entity: str, mart: str, key: str, label: str) -> list[list[Any]]:
        labels = self._labels(mart, key, label)
        labels |= {OTHER: "Other affiliates", str(OTHER): "Sources of other affiliates"}
        return [[id_, labels.get(id_, plain(id_))] for id_ in self.indexes[entity].entries]

    def _days(self) -> dict[str, Any]:
        """Each period: its first day, how many it has, and what of it is not complete, and why."""
        days = self.warehouse.query(
            "select report_date, bool_and(is_complete), max(incomplete_reason), "  # noqa: S608
            "bool_and(orders_complete), max(orders_incomplete_reason) from marts.daily_summary "
            f"where client_id = %s and report_date between %s and %s and {LOADED} "
            "group by report_date",
            (self.subject.client_id, self.span.first, self.span.last),
        )
        known = {day: told for day, *told in days}
        reasons: list[str | None] = [None] * len(self.periods.entries)
        orders = [*reasons]
        lengths = [0] * len(reasons)
        for number in range((self.span.last - self.span.first).days + 1):
            day = self.span.first + timedelta(number)
            period = self.periods.of(self.span.start_of(day))
            lengths[period] += 1
            complete, reason, orders_complete, orders_reason = known.get(
                day, (False, "not loaded", False, "not loaded")
            )
            if not complete:
                reasons[period] = reason or "not complete"
            if not orders_complete:
                orders[period] = orders_reason or "not complete"
        starts = [str(start) for start in self.periods.entries]
        return {"starts": starts, "days": lengths, "reasons": reasons, "ordersReasons": orders}

    def _affiliates(self) -> dict[str, Any]:
        return self._table(
            "fct_affiliate_daily",
            {
                "period": self.span.sql("report_date"),
                "advertiser": "advertiser_id",
                "affiliate": self.span.sql_affiliate(),
                "internal": "case when is_internal then 1 else 0 end",
            },
            counts=("clicks", "conversions", "spend_rows", "uncosted_conversions"),
            money=("revenue", "spend", "effective_cost"),
            busy="clicks <> 0 or conversions <> 0 or spend_rows <> 0 or revenue <> 0 "
            "or effective_cost <> 0",
        )

    def _sources(self) -> dict[str, Any]:
        return self._table(
            "fct_source_daily",
            {
                "period": self.span.sql("report_date"),
                "source": self.span.sql_source(),
                "mapped": "case when is_mapped then 1 else 0 end",
                "advertiser": "advertiser_id",
                "affiliate": self.span.sql_affiliate(),
            },
            counts=("tracker_clicks", "tracker_conversions", "spend_rows"),
            money=("spend", "tracker_revenue", "estimated_conversions"),
        )

    def _states(self) -> dict[str, Any]:
        return self._table(
            "fct_state_daily",
            {
                "period": self.span.sql("order_date"),
                "advertiser": "advertiser_id",
                "state": "state_code",
            },
            day="order_date",
            counts=("orders", "approved_orders", "declined_orders"),
            money=("revenue",),
            busy="orders <> 0 or approved_orders <> 0 or revenue <> 0",
        )

    def _cohorts(self) -> dict[str, Any]:
        """Orders by week of the order and age, of half a year: refunds take long to come."""
        names = ("orders", "approved_orders", "refunded_orders", "chargeback_orders")
        rows = self.warehouse.query(
            "select cast(date_trunc('week', order_date) as date), advertiser_id, age_days, "  # noqa: S608
            f"{', '.join(f'cast(sum({name}) as bigint)' for name in names)} "
            "from marts.fct_order_cohorts where client_id = %s and order_date between %s and %s "
            "group by 1, 2, 3 order by 1, 2, 3",
            (
                self.subject.client_id,
                self.subject.as_of.day - timedelta(7 * COHORT_WEEKS),
                self.span.last,
            ),
        )
        weeks = Index(week for week, *_ in rows)
        sent = [
            (weeks.of(week), self.indexes["advertiser"].of(id_), *rest) for week, id_, *rest in rows
        ]
        found = columns(("week", "advertiser", "age", *names), sent)
        return {**found, "weeks": [str(week) for week in weeks.entries]}

    def _change(self) -> dict[str, Any]:
        last = self.span.last
        return self._table(
            "cpa_change_by_affiliate",
            {
                "period": "report_date",
                "advertiser": "advertiser_id",
                "affiliate": self.span.sql_affiliate(),
                "comparison": f"case when comparison = '{COMPARISONS[0]}' then 0 else 1 end",
            },
            counts=("conversions", "conversions_before"),
            money=(
                "effective_cost",
                "effective_cost_before",
                "change_part",
                "rate_part",
                "mix_part",
            ),
            first=max(self.span.by_day_from, last - timedelta(CHANGE_DAYS)),
            busy="change_part is not null",
        )

    def _funnel(self) -> dict[str, Any]:
        found = self._table(
            "fct_funnel_daily",
            {"period": self.span.sql("report_date"), "step": "step_number"},
            counts=("persons",),
        )
        names = self.warehouse.query(
            "select step_number, max(event_name) from marts.fct_funnel_daily "
            "where client_id = %s group by step_number order by step_number",
            (self.subject.client_id,),
        )
        return {**found, "names": {str(step): plain(name) for step, name in names}}

    def _email(self) -> dict[str, Any]:
        return self._table(
            "fct_email_daily",
            {"period": self.span.sql("report_date"), "email": "email_id"},
            counts=("sent", "read_of_sent", "clicked_of_sent", "bounced", "unsubscribed"),
            busy="sent <> 0 or bounced <> 0 or unsubscribed <> 0",
        )

    def _pace(self) -> Iterator[dict[str, Any]]:
        """The newest month with a complete day, where it has a target."""
        rows = self.warehouse.query(
            f"select report_month, advertiser_id, {', '.join(PACE)} "  # noqa: S608
            "from marts.budget_pace as shown where client_id = %s and target_rows > 0 "
            "and report_month = (select max(report_month) from marts.budget_pace "
            "where client_id = shown.client_id and complete_days > 0) "
            f"order by {BY_ADVERTISER}",
            (self.subject.client_id,),
        )
        for month, id_, *values in rows:
            told = {
                name: int(value * MONEY) if name in PACE_MONEY and value is not None else value
                for name, value in zip(PACE, values, strict=True)
            }
            yield {
                "month": f"{month:%B %Y}",
                "advertiser": self.indexes["advertiser"].of(id_),
                **told,
            }

    def _inputs(self) -> Iterator[dict[str, Any]]:
        if "load_runs" not in self.warehouse.columns("ops"):
            return
        names = ("source", "run", "rows", "rejected", "through", "verdict")
        for _, *state in source_states(self.warehouse, [self.subject.client]):
            told = (str(value) if isinstance(value, date) else value for value in state)
            yield dict(zip(names, told, strict=True)) | {"isGood": state[-1] in GOOD}

    def _table(
        self,
        mart: str,
        keys: dict[str, str],
        *,
        counts: Sequence[str],
        money: Sequence[str] = (),
        day: str = "report_date",
        first: date | None = None,
        busy: str = "true",
    ) -> dict[str, Any]:
        """Sums of a mart by keys, numbered; rows that are not busy are left out."""
        figures = [f"cast(sum({name}) as bigint)" for name in counts]
        figures += [f"cast(sum({name}) * {MONEY} as bigint)" for name in money]
        numbers = ", ".join(str(number + 1) for number in range(len(keys)))
        rows = self.warehouse.query(
            f"select {', '.join([*keys.values(), *figures])} from marts.{mart} "  # noqa: S608
            f"where client_id = %s and {day} between %s and %s and ({busy}) "
            f"group by {numbers} order by {numbers}",
            (self.subject.client_id, first or self.span.first, self.span.last),
        )
        indexes = [self.indexes.get(key) for key in keys]
        sent = [
            [
                value if index is None else index.of(value)
                for index, value in zip(indexes, row, strict=False)
            ]
            + [None if value is None else int(value) for value in row[len(keys) :]]
            for row in rows
        ]
        return columns([*keys, *counts, *money], sent)
