"""Short ways to ask Everflow's and Redtrack's stand-ins, and to read their answers by column."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import requests

from sandbox.server import Sandbox

FACEBOOK = "66c79f91be26fd4634569658"
Rows = list[dict[str, Any]]


def everflow(
    sandbox: Sandbox, path: str, *, body: object = None, key: str | None = "sandbox-everflow-713"
) -> requests.Response:
    url = f"{sandbox.url('everflow')}/v1/{path}"
    headers = {"X-Eflow-API-Key": key} if key else {}
    method = "GET" if body is None else "POST"
    return requests.request(method, url, json=body, headers=headers, timeout=10)


def wish(*columns: str, **changes: object) -> dict[str, object]:
    """The body of a report request of December 1-18, with changes."""
    body: dict[str, object] = {
        "from": "2025-12-01",
        "to": "2025-12-18",
        "timezone_id": 80,
        "currency_id": "USD",
        "columns": [{"column": c} for c in columns or ("date", "affiliate", "advertiser")],
        **changes,
    }
    return {name: value for name, value in body.items() if value is not None}


def ask_table(sandbox: Sandbox, *columns: str, **changes: object) -> requests.Response:
    path = "networks/reporting/entity/table"
    return everflow(sandbox, path, body=wish(*columns, **changes))


def table(sandbox: Sandbox, *columns: str, **changes: object) -> Rows:
    rows: Rows = ask_table(sandbox, *columns, **changes).json()["table"]
    return rows


def summary(sandbox: Sandbox, **changes: object) -> dict[str, Any]:
    path = "networks/reporting/entity/summary"
    total: dict[str, Any] = everflow(sandbox, path, body=wish(**changes)).json()
    return total


def ids(row: dict[str, Any]) -> dict[str, Any]:
    return {column["column_type"]: column["id"] for column in row["columns"]}


def labels(row: dict[str, Any]) -> dict[str, Any]:
    return {column["column_type"]: column["label"] for column in row["columns"]}


def total(rows: Iterable[dict[str, Any]], metric: str) -> Decimal:
    return sum((Decimal(str(row["reporting"][metric])) for row in rows), Decimal(0))


def local_day(epoch: str, zone: str) -> str:
    return datetime.fromtimestamp(int(epoch), ZoneInfo(zone)).date().isoformat()


def ask_report(sandbox: Sandbox, **changes: object) -> requests.Response:
    """Redtrack's report of December 1-18 by day and source, with changes."""
    asked = {
        "api_key": "sandbox-redtrack-713",
        "group": "date,source",
        "date_from": "2025-12-01",
        "date_to": "2025-12-18",
        "timezone": "America/New_York",
        "sortby": "date,source,source_id",
        "per": 1000,
        **changes,
    }
    params = {name: str(value) for name, value in asked.items() if value is not None}
    return requests.get(f"{sandbox.url('redtrack')}/report", params=params, timeout=10)


def report(sandbox: Sandbox, **changes: object) -> Rows:
    rows: Rows = ask_report(sandbox, **changes).json()
    return rows


def key(row: dict[str, Any]) -> tuple[str, str, str]:
    return row["date"], row.get("source_id") or "", row["source"]


def amount(rows: Iterable[dict[str, Any]], metric: str) -> Decimal:
    return sum((Decimal(str(row.get(metric) or 0)) for row in rows), Decimal(0))
