"""Redtrack's API: the report by day and source, and the list of sources; the key in the query."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from flask import Blueprint, Response, g, request

from sandbox.data import ACCOUNTS, Source
from sandbox.days import REDTRACK_METRICS, REDTRACK_MONEY, redtrack_cells
from sandbox.facts import Facts, summed
from sandbox.redtrack_rows import Row, spoil, title_of, total_of, typed_row
from sandbox.service import Limit, RefusedError, Service, answer, fault, keys_of
from sandbox.shape import HOME_ZONE, Cell, local_date

ACCOUNT_ZONE = HOME_ZONE.key  # no endpoint tells it
MOST_PER_PAGE = 1_000
DEFAULT_PER_PAGE = 100


@dataclass(frozen=True)
class Ask:
    """A report request that passed validation."""

    by_source: bool
    first: date
    last: date
    zone: str
    sort_by: tuple[str, ...]


class Redtrack(Service):
    """The fake of api.redtrack.io."""

    name = "redtrack"

    def __init__(self) -> None:
        ids = ("source_id", "source")
        super().__init__(Facts(redtrack_cells, REDTRACK_METRICS, REDTRACK_MONEY, ids))
        self.limits = {
            "minute": Limit(20, 60, self.now),
            "second": Limit(2, 1, self.now),
        }

    def add_routes(self, routes: Blueprint) -> None:
        routes.add_url_rule("/report", view_func=self.report)
        routes.add_url_rule("/sources", view_func=self.sources)

    def account_of_request(self) -> str:
        key = request.args.get("api_key", "")
        if key not in keys_of(self.name):
            raise RefusedError(401, "Unauthorized")
        return keys_of(self.name)[key]

    def keep_limits(self) -> None:
        if request.endpoint != f"{self.name}.report":
            return  # the lists took dozens of calls back to back
        cost = 2 if fault("double_counting") else 1
        if not self.limits["second"].take():
            raise RefusedError(429, "API rate limit exceeded", {"Retry-After": "1"})
        if not self.limits["minute"].take(cost):
            wait = str(self.limits["minute"].seconds_left)
            raise RefusedError(429, "API rate limit exceeded", {"Retry-After": wait})

    def limit_headers(self) -> dict[str, str]:
        minute = self.limits["minute"]
        return {
            "X-Ratelimit-Limit-Minute": str(minute.limit),
            "X-Ratelimit-Remaining-Minute": str(minute.remaining),
            "Ratelimit-Reset": str(minute.seconds_left),
        }

    def report(self) -> Response:
        if fault("conflict"):
            raise RefusedError(409, "Conflict")
        if fault("broken_report"):
            raise RefusedError(500, "Problem with loading report")
        if fault("object_in_200"):
            return answer({"id": "x"})
        ask = self._ask()
        rows = self._rows(ask)
        page = [typed_row(row) for row in self._page(ask, rows)]
        spoil(page)
        if not page and fault("null_for_empty"):
            return answer(None)
        if not page and fault("items_null"):
            return answer({"items": None, "total": {}})
        with_total = request.args.get("total") == "true" or fault("envelope_unasked")
        if with_total and not fault("bare_list"):
            return answer({"items": page, "total": total_of(rows)})
        return answer(page)

    def sources(self) -> Response:
        """Every source the account ever had: deleted ones are marked, blank ones not listed."""
        listed = [
            _listing(source, number)
            for number, source in enumerate(ACCOUNTS[g.account].sources, 1)
            if source.listed and _status(source) is not None
        ]
        per, page = _per(), _positive("page", 1)
        return answer(listed[(page - 1) * per : page * per])

    def _rows(self, ask: Ask) -> list[Row]:
        def day_of(cell: Cell) -> date:
            return local_date(ask.zone, cell.hour)

        cells = (c for c in self.facts_for_request() if ask.first <= day_of(c) <= ask.last)
        sums = summed(cells, lambda c: (day_of(c), c.key if ask.by_source else None))
        return [
            Row(day.isoformat(), source, dict(zip(REDTRACK_METRICS, values, strict=True)))
            for (day, source), values in sums.items()
        ]

    def _page(self, ask: Ask, rows: Sequence[Row]) -> list[Row]:
        """One page. Rows that sortby leaves equal come in another order in each answer."""
        order = random.Random(len(self.requests))  # noqa: S311 -- repeatable, no secret
        ordered = order.sample(rows, len(rows))
        if not fault("unstable_order"):
            ordered.sort(key=lambda row: [row.sort_value(name) for name in ask.sort_by])
        per = _per()
        if capped := fault("per_capped"):
            per = min(per, int(str(capped["rows"])))
        step = per
        if overlap := fault("overlapping_pages"):
            step = max(1, per - int(str(overlap["rows"])))
        start = (_positive("page", 1) - 1) * step
        return ordered[start : start + per]

    @staticmethod
    def _ask() -> Ask:
        """Validate a report request as Redtrack does; unknown parameters have no effect."""
        asked = request.args
        for name in ("group", "date_from", "date_to"):
            if not asked.get(name):
                raise RefusedError(400, f"{name} is required")
        if asked["group"] not in ("date", "date,source"):  # of many, what the loader asks for
            raise RefusedError(500, "Problem with loading report")
        sort_by = tuple(name for name in asked.get("sortby", "").split(",") if name)
        if len(sort_by) > 3:
            raise RefusedError(400, "sortby takes at most 3 fields")
        other_zone = fault("account_zone")
        own_zone = str(other_zone["timezone"]) if other_zone else ACCOUNT_ZONE
        zone = _zone(asked.get("timezone") or own_zone)
        by_source = asked["group"] == "date,source"
        return Ask(by_source, _date("date_from"), _date("date_to"), zone, sort_by)


def _listing(source: Source, number: int) -> dict[str, object]:
    currency = "USD"
    if (other := fault("other_currency")) and other["source_id"] == source.id:
        currency = str(other["currency"])
    return {
        "id": source.id,
        "title": title_of(source.id, source.title),
        "alias": source.alias,
        "status": _status(source),
        "type": "paid",
        "currency": currency,
        "cost_models": ["cpc"],
        "serial_number": number,
        "created_at": "2025-10-01T09:00:00Z",
        "updated_at": "2025-10-01T09:00:00Z",
    }


def _status(source: Source) -> object:
    """1 active, 2 paused, 3 deleted; None: it is not even listed any more."""
    changed = fault("source_status")
    return changed["status"] if changed and changed["source_id"] == source.id else source.status


def _per() -> int:
    """How many rows a page holds; more than the most are not given, without a word."""
    return min(_positive("per", DEFAULT_PER_PAGE), MOST_PER_PAGE)


def _positive(name: str, default: int) -> int:
    text = request.args.get(name, str(default))
    if not text.isdecimal() or int(text) < 1:
        raise RefusedError(400, f"invalid {name}")
    return int(text)


def _date(name: str) -> date:
    try:
        return date.fromisoformat(request.args[name])
    except ValueError:
        raise RefusedError(400, f"invalid {name}") from None


def _zone(name: str) -> str:
    try:
        return ZoneInfo(name).key
    except (ZoneInfoNotFoundError, ValueError):
        raise RefusedError(400, "invalid timezone") from None
