"""What the running day has come to, hour by hour, beside other days at the same hour.

The marts know days alone, and restate them; an hour that is over is known from here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from loaders.ops import OPS, OpsTable, make
from loaders.warehouse import Warehouse
from signalroom.config.clients import Client
from signalroom.tables import Part, Share

Day = date  # where a field has the name of its type


@dataclass(frozen=True)
class HourlySnapshot:
    """One row of `ops.hourly_snapshots`: an advertiser's day as it was in an hour of it.

    `hour` is by the client's clock; of the one that November has twice, the second stays.
    """

    client_id: str
    day: Day
    hour: int
    advertiser_id: int
    advertiser_label: str
    conversions: int
    revenue: Decimal
    spend: Decimal
    taken_at: datetime


SNAPSHOTS = OpsTable(
    "hourly_snapshots", HourlySnapshot, ("client_id", "day", "hour", "advertiser_id")
)
MEASURES = ("conversions", "revenue", "spend")
BESIDE = {"today": 0, "yesterday": 1, "a week ago": 7}  # days back
HEADER = ("advertiser", "measure", *BESIDE, "on yesterday", "on a week ago")
COMPARED = """
select
    advertiser_id,
    max(advertiser_label),
    max(case when day = %s then {measure} end),
    max(case when day = %s then {measure} end),
    max(case when day = %s then {measure} end)
from ops.hourly_snapshots
where client_id = %s and hour = %s
group by advertiser_id
having count(case when day = %s then 1 end) > 0
order by advertiser_id
"""


def take(warehouse: Warehouse, client: Client, now: datetime) -> int:
    """Keep the client's day as the marts have it in this hour, in place of what it had before."""
    day, hour = _hour(client, now)
    make(warehouse, [SNAPSHOTS])
    found = warehouse.query(
        "select advertiser_id, advertiser_label, conversions, revenue, spend "
        "from marts.daily_summary where client_id = %s and report_date = %s",
        (client.client_id, day),
    )
    place = (client.client_id, day, hour)
    rows = [
        HourlySnapshot(*place, advertiser_id, label, conversions, revenue, spend, now)
        for advertiser_id, label, conversions, revenue, spend in found
    ]
    with warehouse.transaction() as execute:
        execute(
            f"delete from {OPS}.{SNAPSHOTS.name} where client_id = %s and day = %s and hour = %s",  # noqa: S608
            (client.client_id, day, hour),
        )
        SNAPSHOTS.insert(execute, rows)
    return len(rows)


def compare(warehouse: Warehouse, client: Client, now: datetime) -> Part:
    """Today against yesterday and the same weekday, each as it was in this hour."""
    _, hour = _hour(client, now)
    title = f"Client {client.client_id} today in the hour from {hour}:00, and other days in it"
    return Part(title, HEADER, list(_compared(warehouse, client, now)))


def _compared(warehouse: Warehouse, client: Client, now: datetime) -> Iterator[tuple[Any, ...]]:
    today, hour = _hour(client, now)
    days = [today - timedelta(back) for back in BESIDE.values()]
    by_measure = {
        measure: warehouse.query(
            COMPARED.format(measure=measure), (*days, client.client_id, hour, today)
        )
        for measure in MEASURES
    }
    for rows in zip(*by_measure.values(), strict=True):  # an advertiser each
        for measure, (_, label, now_, before, week) in zip(MEASURES, rows, strict=True):
            yield label, measure, now_, before, week, _change(now_, before), _change(now_, week)


def _change(now: Any, before: Any) -> Share | None:
    """By how much it is more, where there was something."""
    return Share(Decimal(now) / Decimal(before) - 1) if before else None


def _hour(client: Client, now: datetime) -> tuple[date, int]:
    local = now.astimezone(ZoneInfo(client.timezone))
    return local.date(), local.hour
