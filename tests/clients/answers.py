"""What the two services answer for a client, asked over HTTP as their documentation says.

Nothing of the loaders is used: the rows are read here once more, by the services' own fields.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import requests

from sandbox.server import Sandbox
from tests.expected.figures import Figures, clean, landed
from tests.expected.merge import Answers, NetworkRow, SpendRow

PAGE_SIZE = 1000
CLOSES_AT = {"everflow": time(3), "redtrack": time(6)}  # of the next day
SETTLED_AFTER = timedelta(days=35)


def ask(sandbox: Sandbox, account: str, first: date, last: date, timezone: str) -> Answers:
    """Ask both services for a window, in US dollars, by the days of a timezone."""
    issues: defaultdict[str, dict[date, set[str]]] = defaultdict(dict)
    network: list[NetworkRow] = []
    for raw in _everflow_rows(sandbox, account, first, last, timezone):
        cells = {cell["column_type"]: cell for cell in raw["columns"]}
        day = datetime.fromtimestamp(int(cells["date"]["id"]), ZoneInfo(timezone)).date()
        try:
            figures = _network_figures(raw["reporting"])
        except ArithmeticError:  # the row is put aside, the others stand
            issues["everflow"][day] = {"rejected rows"}
            continue
        affiliate, advertiser = cells["affiliate"], cells["advertiser"]
        ids = int(affiliate["id"] or 0), int(advertiser["id"] or 0)
        network.append(
            NetworkRow(day, ids[0], affiliate["label"], ids[1], advertiser["label"], figures)
        )
    spend = [
        SpendRow(
            date.fromisoformat(raw["date"]),
            clean(raw["source_id"]) or clean(f"title:{raw['source']}"),
            raw["source"].strip(),
            _spend_figures(raw),
        )
        for raw in _redtrack_rows(sandbox, account, first, last, timezone)
    ]
    now = datetime.now(UTC).astimezone(ZoneInfo(timezone))
    days = {first + timedelta(days=n) for n in range((last - first).days + 1)}
    return Answers(
        days,
        tuple(network),
        tuple(spend),
        {
            name: {day for day in days if now >= _end(day, now, at)}
            for name, at in CLOSES_AT.items()
        },
        {key: {day for day in days if now.date() - day > SETTLED_AFTER} for key in CLOSES_AT},
        issues,
    )


def _end(day: date, now: datetime, closes_at: time) -> datetime:
    return datetime.combine(day + timedelta(days=1), closes_at, now.tzinfo)


def _everflow_rows(
    sandbox: Sandbox, account: str, first: date, last: date, timezone: str
) -> list[dict[str, Any]]:
    url = f"{sandbox.url('everflow')}/v1"
    headers = {"X-Eflow-API-Key": f"sandbox-everflow-{account}"}
    zones = _body(requests.get(f"{url}/meta/timezones", headers=headers, timeout=10))["timezones"]
    asked = {
        "from": first.isoformat(),
        "to": last.isoformat(),
        "timezone_id": next(z["timezone_id"] for z in zones if z["timezone"] == timezone),
        "currency_id": "USD",
        "columns": [{"column": name} for name in ("date", "affiliate", "advertiser")],
    }
    report = f"{url}/networks/reporting/entity/table"
    body = _body(requests.post(report, json=asked, headers=headers, timeout=10))
    assert body["incomplete_results"] is False
    rows: list[dict[str, Any]] = body["table"]
    return rows


def _redtrack_rows(
    sandbox: Sandbox, account: str, first: date, last: date, timezone: str
) -> Iterator[dict[str, Any]]:
    asked = {
        "api_key": f"sandbox-redtrack-{account}",
        "group": "date,source",
        "sortby": "date,source,source_id",
        "date_from": first.isoformat(),
        "date_to": last.isoformat(),
        "timezone": timezone,
        "per": str(PAGE_SIZE),
    }
    rows: list[dict[str, Any]] = _body(
        requests.get(f"{sandbox.url('redtrack')}/report", params=asked, timeout=10)
    )
    assert len(rows) < PAGE_SIZE, "one page holds them all"
    yield from rows


def _body(response: requests.Response) -> Any:
    response.raise_for_status()
    return json.loads(response.text, parse_float=Decimal)


def _network_figures(reporting: Mapping[str, Any]) -> Figures:
    return Figures(
        clicks=_count(reporting["total_click"]),
        conversions=_count(reporting["cv"]),
        revenue=_money(reporting["revenue"]),
        payout=_money(reporting["payout"]),
        events=_count(reporting["event"]),
        event_revenue=_money(reporting["event_revenue"]),
        scrubbed_conversions=_count(reporting["invalid_cv_scrub"]),
        view_through_conversions=_count(reporting["view_through_cv"]),
        media_buying_cost=_money(reporting["media_buying_cost"]),
    )


def _spend_figures(raw: Mapping[str, Any]) -> Figures:
    """Only a missing cost is unknown; the other numbers are left out where they are zero."""
    return Figures(
        spend=_money(raw.get("cost")),
        spend_rows=int(raw.get("cost") is not None),
        tracker_clicks=_count(raw.get("clicks")),
        tracker_conversions=_count(raw.get("conversions")),
        tracker_revenue=_money(raw.get("revenue")),
    )


def _count(value: object) -> int:
    return int(Decimal(str(value or 0)))


def _money(value: object) -> Decimal:
    return landed(Decimal(str(value or 0)))
