"""Everflow: the network's conversions, revenue and payout by day, affiliate and advertiser.

    POST /v1/networks/reporting/entity/table  ->  everflow.daily_stats

- The API's day is a day of the requested time zone, given as an epoch second of its midnight.
- Answers are cut at 10,000 rows, sometimes without saying so: such a window is asked for in halves,
  a single day by affiliates, and every window is compared with /entity/summary.
- Affiliate "0" / "N/A" is a real row with real money.
- No cursor: past days are restated, so whole days are read again and replaced.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from functools import cached_property
from itertools import count
from operator import itemgetter
from typing import Any
from zoneinfo import ZoneInfo

from loaders.answers import answer, expect, expect_rows, new_rows, unexpected
from loaders.daily import DailySource
from loaders.errors import ApiError, TruncatedError
from loaders.http import Api
from loaders.source import Account, Finding, Setting
from loaders.table import Column, Row, Table
from loaders.verify import Answer, add_up
from loaders.windows import Window

ROW_CAP = 10_000
DIMENSIONS = ("date", "affiliate", "advertiser")

# our column: Everflow's metric
METRICS = {
    "clicks": "total_click",
    "conversions": "cv",
    "revenue": "revenue",
    "payout": "payout",
    "profit": "profit",
    "event": "event",
    "event_revenue": "event_revenue",
    "invalid_cv_scrub": "invalid_cv_scrub",
    "view_through_cv": "view_through_cv",
    "media_buying_cost": "media_buying_cost",
}
COMPARED = {name: METRICS[name] for name in ("clicks", "conversions", "revenue", "payout")}

ID = Column("bigint", required=True, is_id=True, was_text=True)

DAILY_STATS = Table(
    name="daily_stats",
    columns={
        "date": Column("date", required=True),
        "affiliate_id": ID,
        "affiliate_label": Column("text"),
        "advertiser_id": ID,
        "advertiser_label": Column("text"),
        "clicks": Column("bigint", required=True),
        "conversions": Column("bigint", required=True),
        "revenue": Column("decimal", required=True),
        "payout": Column("decimal", required=True),
        "profit": Column("decimal"),
        "event": Column("bigint"),
        "event_revenue": Column("decimal"),
        "invalid_cv_scrub": Column("bigint"),
        "view_through_cv": Column("bigint"),
        "media_buying_cost": Column("decimal"),
        "currency": Column("text"),
    },
    key=("date", "affiliate_id", "advertiser_id"),
    replaces="day",
    makes_days_complete=True,
)


class Everflow:
    """One network account."""

    def __init__(self, account: Account) -> None:
        self.account = account
        key = account.settings["api_key"]
        self.api = Api(
            "everflow",
            account.settings["base_url"].rstrip("/").removesuffix("/v1"),
            secrets=(key,),
            headers={"X-Eflow-API-Key": key},
            remedies=dict.fromkeys((401, 403), "check EVERFLOW_API_KEY"),
        )

    def read(self, window: Window, advertiser_id: str | None) -> Answer:
        filters = [_filter("advertiser", advertiser_id)] if advertiser_id else []
        rows = self._rows(window, filters)
        result = Answer(
            totals=self._totals(window, filters),
            answered=add_up([_part(row, "reporting") for row in rows], COMPARED),
        )
        origin = f"entity/table {window}"
        for line, raw in enumerate(rows, start=1):
            row = self._flatten(raw)
            answered_id = row["advertiser_id"]
            if advertiser_id and answered_id != advertiser_id:  # both as text
                raise ApiError(
                    f"everflow: asked for advertiser {advertiser_id}, got a row of {answered_id}"
                )
            result.add(DAILY_STATS, row, origin=origin, line=line)
        return result

    def examine(self) -> Iterator[Finding]:
        network = self._get("networks")
        zone_id, currency = network.get("reporting_timezone_id"), network.get("default_currency_id")
        yield Finding("ok", "everflow: reachable, the key is accepted")
        if currency not in (None, self.account.currency):
            yield Finding(
                "warn",
                f"everflow: the network's currency is {currency}, the client's is "
                f"{self.account.currency}: money is converted by Everflow",
            )
        if zone_id not in (None, self._timezone_id):
            yield Finding(
                "warn",
                f"everflow: the network reports in time zone {zone_id}, the client in "
                f"{self.account.timezone} ({self._timezone_id}): its own pages show other days",
            )

    def _get(self, path: str, **parameters: Any) -> dict[str, Any]:
        return expect(dict, answer(self.api.get(f"/v1/{path}", parameters)), f"everflow: {path}")

    def _report(self, path: str, window: Window, filters: list[dict[str, str]]) -> dict[str, Any]:
        asked = {
            "from": str(window.start),
            "to": str(window.end),
            "timezone_id": self._timezone_id,
            "currency_id": self.account.currency,
            "columns": [{"column": name} for name in DIMENSIONS],
            "query": {"filters": filters},
        }
        response = self.api.post(f"/v1/networks/reporting/{path}", json=asked)
        return expect(dict, answer(response), f"everflow: {path}")

    @cached_property
    def _timezone_id(self) -> int:
        for zone in _part(self._get("meta/timezones"), "timezones", list):
            if zone.get("timezone") == self.account.timezone:
                return int(zone["timezone_id"])
        raise ApiError(f"everflow: knows no time zone {self.account.timezone}; see client.toml")

    def _totals(self, window: Window, filters: list[dict[str, str]]) -> dict[str, Decimal]:
        summary = self._report("entity/summary", window, filters)
        if missing := set(COMPARED.values()) - set(summary):
            raise unexpected(", ".join(sorted(missing)), summary, "everflow: entity/summary")
        return add_up([summary], COMPARED)

    def _rows(
        self, window: Window, filters: list[dict[str, str]], affiliate_ids: Sequence[str] = ()
    ) -> list[Any]:
        """All rows of a window, or of affiliates on one day, however often an answer is cut."""
        chosen = [_filter("affiliate", affiliate_id) for affiliate_id in affiliate_ids]
        body = self._report("entity/table", window, filters + chosen)
        if not {"table", "incomplete_results"} & set(body):
            raise unexpected("a table", body, "everflow: entity/table")
        rows = expect(list, body.get("table") or [], "everflow: the table of entity/table")
        if not body.get("incomplete_results") and len(rows) < ROW_CAP:
            return rows
        if len(window) > 1:
            halves = window.chunks((len(window) + 1) // 2)
            return [row for half in halves for row in self._rows(half, filters)]
        ids = affiliate_ids or self._affiliate_ids()
        if len(ids) == 1:
            raise TruncatedError(
                f"everflow: {window.start}, affiliate {ids[0]} alone exceeds {ROW_CAP} rows"
            )
        middle = len(ids) // 2
        parts = (ids[:middle], ids[middle:])
        return [row for part in parts for row in self._rows(window, filters, part)]

    def _affiliate_ids(self) -> list[str]:
        path = "networks/affiliates"
        pages = (
            expect_rows(self._get(path, page_size=500, page=page).get("affiliates") or [], path)
            for page in count(1)
        )
        found = new_rows(pages, itemgetter("network_affiliate_id"), f"everflow: {path}")
        ids = {str(affiliate["network_affiliate_id"]) for page in found for affiliate in page}
        return ["0", *sorted(ids - {"0"})]  # the list leaves out N/A, which has rows all the same

    def _flatten(self, raw: Any) -> Row:
        """A row by our column names; columns are found by their type, never by position."""
        cells = _part(raw, "columns", list)
        columns = {str(_part(cell, "column_type", str)).lower(): cell for cell in cells}
        affiliate, advertiser = columns.get("affiliate", {}), columns.get("advertiser", {})
        reporting = _part(raw, "reporting")
        return {
            "date": parse_day(columns.get("date", {}), self.account.timezone),
            "affiliate_id": _id(affiliate),
            "affiliate_label": affiliate.get("label"),
            "advertiser_id": _id(advertiser),
            "advertiser_label": advertiser.get("label"),
            "currency": self.account.currency,
            **{name: reporting.get(field) for name, field in METRICS.items()},
        }


def parse_day(cell: dict[str, Any], timezone: str) -> date | None:
    """The day of a date column: an epoch second of midnight in `timezone`, or an ISO date.

    Accounts carry it in `id`, in `label` or in both; None where neither holds a day.
    """
    for value in (cell.get("id"), cell.get("label")):
        text = str(value or "").strip()
        try:
            if text.isdigit():
                return datetime.fromtimestamp(int(text), ZoneInfo(timezone)).date()
            return date.fromisoformat(text[:10])
        except (ValueError, OverflowError, OSError):
            continue
    return None


def _id(cell: dict[str, Any]) -> str | None:
    """The id of a column, blank meaning N/A; None where the row lacks the column."""
    return (str(cell.get("id") or "").strip() or "0") if cell else None


def _filter(resource: str, value: str) -> dict[str, str]:
    return {"resource_type": resource, "filter_id_value": value}  # a number here is a 400


def _part(value: Any, name: str, kind: type = dict) -> Any:
    """A part of an answer, empty where it is not of the kind the API promises."""
    part = value.get(name) if isinstance(value, dict) else None
    return part if isinstance(part, kind) else kind()


SOURCE = DailySource(
    name="everflow",
    table=DAILY_STATS,
    weights=("conversions", "revenue", "payout"),
    settings=(
        Setting("api_key", names_account=True),
        Setting("base_url", "https://api.eflow.team"),
    ),
    closes_at=time(3),
    chunk_days=90,
    open=Everflow,
    by_advertiser=True,
)
