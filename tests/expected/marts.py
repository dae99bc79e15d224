"""What every mart must hold of a client, computed from what the client's services answered.

Written from the design, without the loaders and without the SQL, so that a mistake there does not
repeat itself here. It is fed by the sandbox's answers or by random raw rows.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from sandbox.music.lake import MadeFile
from tests.clients.order_files import OrderFile
from tests.expected.audience import Audience, bounded
from tests.expected.changes import cpa_change_by_affiliate
from tests.expected.client import Client
from tests.expected.figures import Figures, Row, clean, landed, trimmed
from tests.expected.ledger import Ledger
from tests.expected.merge import Answers, Computation, NetworkRow, SpendRow
from tests.expected.order_marts import ORDER_TABLES, Shop
from tests.expected.pace import Targets, budget_pace
from tests.expected.reports import (
    affiliate_leaderboard,
    daily_summary,
    fct_advertiser_daily,
    summary_comparisons,
    summed,
)
from tests.expected.statements import fct_financial_transactions

REPORTS = ("daily_ccw_summary", "daily_exp_summary")
MARTS = (
    *("dim_affiliates", "dim_advertisers", "fct_affiliate_daily", "fct_source_daily"),
    "fct_advertiser_daily",
    *("daily_summary", "summary_comparisons", "affiliate_leaderboard", "budget_pace", *REPORTS),
    "cpa_change_by_affiliate",
    *("fct_orders", "fct_order_events_daily", "fct_order_cohorts", "dim_customers"),
    *(
        "state_heatmap",
        "fct_state_daily",
        "fct_events_daily",
        "fct_funnel_daily",
        "dim_feature_flags",
    ),
    *("dim_experiments", "fct_email_daily", "dim_contacts"),
    "fct_financial_transactions",
)
WITH_LABEL = ("fct_order_events_daily", "fct_order_cohorts", "state_heatmap", "fct_state_daily")


@dataclass(frozen=True)
class Expected:
    """One client: settings, what was answered, order files, rows of any table, a label's lake.

    Without settings (`known`) it is nobody's client.
    """

    client: Client
    answers: Answers
    files: tuple[OrderFile, ...] = ()
    rows: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    known: bool = True
    lake: Sequence[MadeFile] = ()

    def mart(self, name: str) -> list[Row]:
        """The rows of a mart."""
        rows: Iterable[Row] = getattr(self, f"_{name}", lambda: self._elsewhere(name))()
        return list(rows)

    @cached_property
    def shop(self) -> Shop:
        rejected = frozenset(
            row["date"]
            for row in self.rows.get("ops.rejected_rows", ())
            if row["table_name"] in ORDER_TABLES
        )
        return Shop(self.client, self.files, rejected)

    @cached_property
    def merge(self) -> Computation:
        days = {(row["report_date"], row["advertiser_id"]) for row in self.shop.order_days()}
        return Computation(self.client, self.answers, frozenset(days))

    @cached_property
    def targets(self) -> Targets:
        return Targets.of(self.client, self.rows.get("google_sheets.targets", ()))

    @cached_property
    def audience(self) -> Audience:
        customers = {row["customer_hash"]: row for row in self.shop.dim_customers()}
        return Audience(
            self.client, self.rows, ledger(self.client, self.rows, self.known), customers
        )

    def _elsewhere(self, name: str) -> Iterator[Row]:
        if name in REPORTS:
            yield from (row for row in self._daily_summary() if row["report_name"] == name)
            return
        for part in (self.merge, self.shop, self.audience):
            for row in getattr(part, name, tuple)():
                label = (
                    self.merge.advertiser_labels[row["advertiser_id"]]
                    if name in WITH_LABEL
                    else None
                )
                yield row | ({"advertiser_label": label} if label else {})

    def _fct_advertiser_daily(self) -> Iterator[Row]:
        return fct_advertiser_daily(self.merge)

    def _daily_summary(self) -> Iterator[Row]:
        return daily_summary(self.merge, self.shop, self.targets)

    def _summary_comparisons(self) -> Iterator[Row]:
        return summary_comparisons(self.merge)

    def _affiliate_leaderboard(self) -> Iterator[Row]:
        return affiliate_leaderboard(self.merge)

    def _cpa_change_by_affiliate(self) -> Iterator[Row]:
        return cpa_change_by_affiliate(self.merge, summed(self.merge))

    def _budget_pace(self) -> Iterator[Row]:
        return budget_pace(self.merge, summed(self.merge), self.targets)

    def _fct_financial_transactions(self) -> Iterator[Row]:
        return fct_financial_transactions(self.client.id, self.lake)


def ledger(client: Client, rows: Mapping[str, Sequence[Row]], known: bool = True) -> Ledger:
    """The ledger that stands in a client's rows."""
    accepted = {
        (row["source"], row["table_name"], row["kind"], row["subject"])
        for row in rows.get("ops.accepted_issues", ())
    }
    issues = [
        *rows.get("ops.rejected_rows", ()),
        *(
            row | {"date": row["first_date"]}
            for row in rows.get("ops.load_issues", ())
            if (row["source"], row["table_name"], row["kind"], row["word"]) not in accepted
        ),
    ]
    return Ledger(client, rows.get("ops.load_runs", ()), issues, known)


def answers(client: Client, rows: Mapping[str, Sequence[Row]]) -> Answers:
    """A client's raw rows as answers."""
    reads = ledger(client, rows)
    return Answers(
        reads.loaded,
        tuple(_network_row(row) for row in rows.get("everflow.daily_stats", ())),
        tuple(_spend_row(row) for row in rows.get("redtrack.daily_spend", ())),
        reads.closed,
        reads.settled,
        reads.spoiled,
    )


def _network_row(row: Row) -> NetworkRow:
    return NetworkRow(
        row["date"],
        row["affiliate_id"],
        bounded(trimmed(row["affiliate_label"])),
        row["advertiser_id"],
        bounded(trimmed(row["advertiser_label"])),
        Figures(
            clicks=row["clicks"],
            conversions=row["conversions"],
            revenue=landed(row["revenue"]),
            payout=landed(row["payout"]),
            events=row.get("event") or 0,
            event_revenue=landed(row.get("event_revenue")),
            media_buying_cost=landed(row.get("media_buying_cost")),
        ),
        row["_loaded_at"],
    )


def _spend_row(row: Row) -> SpendRow:
    return SpendRow(
        row["date"],
        clean(row["source_id"]),
        bounded(trimmed(row["source"])),
        Figures(
            spend=landed(row["cost"]),
            spend_rows=int(row["cost"] is not None),
            tracker_clicks=row["clicks"],
            tracker_conversions=row["conversions"],
            tracker_revenue=landed(row.get("revenue")),
        ),
        row["_loaded_at"],
    )
