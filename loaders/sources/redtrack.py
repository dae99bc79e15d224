"""Redtrack: spend and tracker counts by day and traffic source.

    GET /report?group=date,source  ->  redtrack.daily_spend

- The key travels in the address, so no address is ever shown with its query.
- Twenty requests a minute, and some count twice: the quota that each answer names is respected.
- Pages overlap and may be capped below what was asked: rows are taken once by key, and only a page
  with nothing new is the end. The sum is compared with the `total` of the answer.
- Numbers come as numbers, text or nothing. A missing cost is unknown, which is not zero.
- A blank source id means that only the title is known; its key is "title:" and the title. Where
  reports carry no ids at all, the rows that are loaded and /sources have the id of a title.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from decimal import Decimal
from functools import cached_property
from itertools import count
from typing import Any

from dlt.sources.helpers.rest_client.auth import APIKeyAuth
from requests import Response

from loaders import clock
from loaders.answers import answer, expect_rows, new_rows
from loaders.daily import DailySource
from loaders.errors import ApiError
from loaders.http import Api
from loaders.source import Account, Finding, Setting
from loaders.table import Column, Row, Table
from loaders.verify import Answer, add_up
from loaders.windows import Window

PAGE_SIZE = 1000
DELETED = "3"
TITLE_ALONE = "title:"
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


@dataclass(frozen=True)
class Names:
    """Which source a title meant on a day, for accounts whose reports carry titles alone.

    A source may be renamed, deleted and its title given to another, while its past days are read
    again. `sources`: those that are listed now, with the deleted ones; `loaded`: day, title and id
    of the rows that are loaded.
    """

    sources: Sequence[Row]
    loaded: Sequence[tuple[Any, ...]]

    @cached_property
    def _loaded_by_title(self) -> dict[str, list[tuple[date, str]]]:
        found: defaultdict[str, list[tuple[date, str]]] = defaultdict(list)
        for day, title, source_id in self.loaded:
            if source_id and not source_id.startswith(TITLE_ALONE):
                found[_text(title)].append((day, source_id))
        return found

    @cached_property
    def _listed(self) -> dict[str, Row]:
        return {str(source["id"]): source for source in self.sources}

    def id_of(self, title: str, day: date) -> str | None:
        """The one source that it can have been: by the day's own rows, by the list of sources, or,
        when that names none, by the rows of the nearest day; None when it may be two, or nobody's.
        """
        there = {
            id_: str(source.get("status")) != DELETED
            for id_, source in self._listed.items()
            if _text(source.get("title")) == title
            and str(source.get("created_at") or "")[:10] <= str(day + timedelta(1))
        }
        loaded = [
            (abs(then - day), id_)
            for then, id_ in self._loaded_by_title.get(title, ())
            if _text(self._listed.get(id_, {}).get("title", title)) == title  # or it is renamed
        ]
        nearest = min(loaded, default=None)
        for ids in (
            {id_ for away, id_ in loaded if not away},
            {id_ for id_, is_in_use in there.items() if is_in_use},
            set(there),
            {id_ for away, id_ in loaded if nearest and away == nearest[0] and not there},
        ):
            if len(ids) == 1:
                return ids.pop()
        return None


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
        has_ids = any(_text(row.get("source_id")) for row in rows)
        for line, raw in enumerate(rows, start=1):
            row, title = _flatten(raw), _text(raw.get("source"))
            if row["date"] and title and not (has_ids and "source_id" in raw):
                row["source_id"] = self._names.id_of(title, row["date"]) or row["source_id"]
            result.add(DAILY_SPEND, row, origin=f"report {window}", line=line)
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

    @cached_property
    def _names(self) -> Names:
        """Asked for only where a report lacks ids."""
        return Names(self._sources(), self.account.earlier(("date", "source", "source_id")))

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
    today = clock.now().date()
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
    return _text(row.get("source_id")) or f"{TITLE_ALONE}{_text(row.get('source'))}"


def _text(value: object) -> str:
    return str(value or "").strip()


def _flatten(raw: Row) -> Row:
    try:
        day = date.fromisoformat(str(raw.get("date"))[:10])
    except ValueError:
        day = None
    measures = {name: raw.get(name) for name in COMPARED}
    return {"date": day, "source_id": _source_id(raw), "source": raw.get("source"), **measures}


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
