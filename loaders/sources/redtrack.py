"""Redtrack: spend and tracker counts by day and traffic source.

    GET /report?group=date,source  ->  redtrack.daily_spend

- The key travels in the address, so no address is ever shown with its query.
- Twenty requests a minute, and some count twice: the quota that each answer names is respected.
- Pages overlap and may be capped below what was asked: rows are taken once by key, and only a page
  with nothing new is the end. The sum is compared with the `total` of the answer.
- Numbers come as numbers, text or nothing. A missing cost is unknown, which is not zero.
- A blank source id means that only the title is known; its key is "title:" and the title. Where
  reports carry no ids at all, /sources has the id of a title.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from dlt.sources.helpers.rest_client.auth import APIKeyAuth
from requests import Response

from loaders.daily import DailySource
from loaders.errors import ApiError
from loaders.http import Api, answer, expect_rows, new_rows
from loaders.source import Account, Finding, Setting
from loaders.table import Column, Row, Table
from loaders.verify import Answer, add_up
from loaders.windows import Window

PAGE_SIZE = 1000
DELETED = "3"
SECONDS_APART = 0.5  # two requests a second
COMPARED = {name: name for name in ("clicks", "conversions", "cost", "revenue")}

DAILY_SPEND = Table(
    name="daily_spend",
    columns={
        "date": Column("date", required=True),
        "source_id": Column("text"),
        "source": Column("text"),
        "clicks": Column("bigint"),
        "conversions": Column("bigint"),
        "cost": Column("decimal"),
        "revenue": Column("decimal"),
    },
    key=("date", "source_id"),
    replaces="day",
    makes_days_complete=True,
)


class Redtrack:
    """One tracker account."""

    def __init__(self, account: Account) -> None:
        self.account = account
        key = account.settings["api_key"]
        self.api = Api(
            "redtrack",
            account.settings["base_url"],
            secrets=(key,),
            auth=APIKeyAuth(name="api_key", api_key=key, location="query"),  # added last of all
            pause=seconds_to_wait,
            remedies=dict.fromkeys((401, 403), "check REDTRACK_API_KEY"),
        )

    def read(self, window: Window, advertiser_id: str | None) -> Answer:
        del advertiser_id  # Redtrack knows no advertisers
        totals: dict[str, Decimal] = {}
        pages = self._pages(window, totals)
        found = new_rows(pages, _identity, f"redtrack: /report for {window}")
        rows = [row for page in found for row in page]
        result = Answer(totals=totals, answered=add_up(rows, COMPARED))
        ids = {} if all("source_id" in row for row in rows) else self._ids_by_title()
        for line, raw in enumerate(rows, start=1):
            result.add(DAILY_SPEND, _flatten(raw, ids), origin=f"report {window}", line=line)
        return result

    def _pages(self, window: Window, totals: dict[str, Decimal]) -> Iterator[list[Row]]:
        """The pages of a report; `totals` takes the first that come with one."""
        asked = self._parameters(window, group="date,source", order="date,source,source_id")
        for number in count(1):
            rows, page_totals = self._get("/report", asked | {"page": number})
            if len(set(map(_identity, rows))) < len(rows):
                raise ApiError(f"redtrack: /report has two rows of one source and day in {window}")
            offered = {name: field for name, field in COMPARED.items() if field in page_totals}
            if not totals:
                totals |= add_up([page_totals], offered)
            yield rows

    def _get(self, path: str, asked: dict[str, Any]) -> tuple[list[Row], dict[str, Any]]:
        """Rows and totals of any of the shapes of an answer: a list, null, or items and a total."""
        body, totals = answer(self.api.get(path, asked)), None
        if isinstance(body, dict) and "items" in body:
            body, totals = body["items"], body.get("total")
        rows = expect_rows([] if body is None else body, f"redtrack: {path}")
        return rows, totals if isinstance(totals, dict) else {}

    def _sources(self) -> list[Row]:
        pages = (self._get("/sources", {"per": PAGE_SIZE, "page": page})[0] for page in count(1))
        found = new_rows(pages, lambda source: source.get("id"), "redtrack: /sources")
        return [source for page in found for source in page]

    def _ids_by_title(self) -> dict[str, str]:
        """The id of each source in use, for accounts whose reports carry titles alone."""
        in_use = [source for source in self._sources() if str(source.get("status")) != DELETED]
        titles = Counter(source.get("title") for source in in_use)
        return {s["title"]: str(s["id"]) for s in in_use if titles[s.get("title")] == 1}

    def examine(self) -> Iterator[Finding]:
        sources = self._sources()
        yield Finding("ok", "redtrack: reachable, the key is accepted")
        for source in sources:
            currency = source.get("currency")
            if currency not in (None, "", self.account.currency):
                yield Finding(
                    "warn",
                    f"redtrack: source {source.get('title')!r} keeps its cost in {currency}, the "
                    f"client in {self.account.currency}: /report converts nothing",
                )
        ours, theirs = (self._sums_by_day(recent_days(), named) for named in (True, False))
        if ours != theirs:
            yield Finding(
                "warn",
                "redtrack: days differ between the account's own time zone and "
                f"{self.account.timezone}: spend is booked by the account's day, set it to the "
                "client's zone in Redtrack",
            )

    def _sums_by_day(self, window: Window, named_zone: bool) -> dict[Any, Any]:
        parameters = self._parameters(window, group="date", order="date")
        if not named_zone:
            del parameters["timezone"]
        rows, _ = self._get("/report", parameters)
        return {row.get("date"): add_up([row], COMPARED) for row in rows}

    def _parameters(self, window: Window, *, group: str, order: str) -> dict[str, Any]:
        return {
            "group": group,
            "sortby": order,  # pages are stable only in an order without ties
            "date_from": str(window.start),
            "date_to": str(window.end),
            "timezone": self.account.timezone,
            "per": PAGE_SIZE,
            "total": "true",
        }


def recent_days() -> Window:
    """The week before today."""
    today = datetime.now(UTC).date()
    return Window(today - timedelta(7), today - timedelta(1))


def seconds_to_wait(response: Response) -> float:
    """How long to hold the next request: until the minute is over when the quota is spent."""
    headers = response.headers
    try:
        remaining = int(headers.get("X-Ratelimit-Remaining-Minute", "2"))
        reset = float(headers.get("Ratelimit-Reset", "60"))
    except ValueError:
        return SECONDS_APART
    return reset if remaining < 2 else SECONDS_APART  # one request may use up two


def _identity(row: Row) -> tuple[Any, ...]:
    return row.get("date"), _source_id(row)


def _source_id(row: Row) -> str:
    source_id = str(row.get("source_id") or "").strip()
    return source_id or f"title:{str(row.get('source') or '').strip()}"


def _flatten(raw: Row, ids_by_title: Mapping[str, str]) -> Row:
    try:
        day = date.fromisoformat(str(raw.get("date"))[:10])
    except ValueError:
        day = None
    measures = {name: raw.get(name) for name in COMPARED}
    source = raw.get("source")
    named = None if "source_id" in raw else ids_by_title.get(str(source))
    source_id = named or _source_id(raw)
    return {"date": day, "source_id": source_id, "source": source, **measures}


SOURCE = DailySource(
    name="redtrack",
    table=DAILY_SPEND,
    weights=("cost", "conversions", "revenue"),
    settings=(
        Setting("api_key", names_account=True),
        Setting("base_url", "https://api.redtrack.io"),
    ),
    closes_at=time(6),
    chunk_days=30,
    open=Redtrack,
)
