"""The endpoints as data: which rows of which mart, by which key, and how they can be narrowed.

A new endpoint is an entry of `ENDPOINTS`; its first key is what the scopes of API keys are about.
"""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "bigint", "boolean", "date"]
Comparison = Literal["=", ">=", "<="]


@dataclass(frozen=True)
class Filter:
    """A parameter that narrows the rows: `column` compared with its value."""

    name: str
    kind: Kind
    description: str
    column: str
    comparison: Comparison = "="
    values: tuple[str, ...] = ()  # all that it may be, where they are few


@dataclass(frozen=True)
class Endpoint:
    """`/api/<name>`: the rows of a mart in the order of their key.

    With `columns` it has the distinct rows of those alone; they hold the key and all that is
    filtered by.
    """

    name: str
    mart: str
    summary: str
    key: tuple[tuple[str, Kind], ...]
    filters: tuple[Filter, ...]
    columns: tuple[str, ...] = ()

    @property
    def kinds(self) -> dict[str, Kind]:
        """The columns that rows are found by, and their kinds."""
        return dict(self.key) | {one.column: one.kind for one in self.filters}


CLIENT = Filter(
    "client_id", "text", "Rows of this client; else of all that the key is for.", "client_id"
)
DAYS = (
    Filter("start", "date", "The first report date.", "report_date", ">="),
    Filter("end", "date", "The last report date.", "report_date", "<="),
)
IS_COMPLETE = Filter(
    "is_complete", "boolean", "Only complete days, or only those that are not.", "is_complete"
)
ADVERTISER = Filter("advertiser_id", "bigint", "Rows of this advertiser.", "advertiser_id")

ENDPOINTS = (
    Endpoint(
        "daily-summary",
        "daily_summary",
        "Conversions, revenue, spend and CPA by day and advertiser, and whether they are complete.",
        key=(("client_id", "text"), ("report_date", "date"), ("advertiser_id", "bigint")),
        filters=(CLIENT, *DAYS, ADVERTISER, IS_COMPLETE),
    ),
    Endpoint(
        "leaderboard",
        "affiliate_leaderboard",
        "The affiliates of an advertiser by revenue, in windows up to the newest complete day.",
        key=(
            ("client_id", "text"),
            ("window_name", "text"),
            ("advertiser_id", "bigint"),
            ("affiliate_id", "bigint"),
        ),
        filters=(
            CLIENT,
            Filter(
                "window",
                "text",
                "One window.",
                "window_name",
                values=("yesterday", "7_days", "month_to_date", "all"),
            ),
            ADVERTISER,
            Filter("affiliate_id", "bigint", "Rows of this affiliate.", "affiliate_id"),
            Filter("is_internal", "boolean", "Only the client's own, or others.", "is_internal"),
        ),
    ),
    Endpoint(
        "completeness",
        "daily_summary",
        "Which days are complete and settled, and what the others lack.",
        key=(("client_id", "text"), ("report_date", "date")),
        filters=(CLIENT, *DAYS, IS_COMPLETE),
        columns=(
            *("client_id", "report_date", "is_complete", "incomplete_reason", "is_settled"),
            *("orders_complete", "orders_incomplete_reason"),
        ),
    ),
)
MARTS = sorted({endpoint.mart for endpoint in ENDPOINTS})
