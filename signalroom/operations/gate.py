"""Whether a day's report may leave: when every declared input of the day is complete.

The inputs are what a CPA is made of, and the orders of a client that has order files; the marts
decide about both. At the client's deadline the report leaves all the same, marked provisional.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from loaders.warehouse import Warehouse
from loaders.windows import local_day
from signalroom.config.clients import Client

OF_A_CPA = ("everflow", "redtrack")
ORDERS = "s3_exports"


@dataclass(frozen=True)
class Gate:
    """A client's day: complete, or what it waits for. Neither complete nor provisional: wait."""

    client_id: str
    day: date
    is_complete: bool
    waits_for: tuple[str, ...]
    is_provisional: bool

    @property
    def sentence(self) -> str:
        """What is to be said of the day."""
        if self.is_complete:
            return f"{self.day} is complete"
        kind = "is provisional, without" if self.is_provisional else "waits for"
        return f"{self.day} {kind} {', '.join(self.waits_for)}"


def business_day(client: Client, now: datetime) -> date:
    """The day that a client's morning is about: yesterday in its zone."""
    return local_day(now, client.timezone) - timedelta(1)


def gate_of(warehouse: Warehouse, client: Client, now: datetime, day: date | None = None) -> Gate:
    """The gate of a client's day, yesterday where none is given, as the marts have it."""
    day = day or business_day(client, now)
    waits_for = tuple(_waiting(warehouse, client, day))
    zone = ZoneInfo(client.timezone)
    deadline = datetime.combine(day + timedelta(1), client.report_deadline, zone)
    is_late = bool(waits_for) and now >= deadline
    return Gate(client.client_id, day, not waits_for, waits_for, is_late)


def _waiting(warehouse: Warehouse, client: Client, day: date) -> list[str]:
    """The inputs that the day lacks, each with what is wrong where that is known."""
    of_a_cpa = [name for name in OF_A_CPA if name in client.sources]
    orders = [ORDERS] if ORDERS in client.sources else []
    rows = (
        warehouse.query(
            "select is_complete, incomplete_reason, orders_complete, orders_incomplete_reason "
            "from marts.daily_summary where client_id = %s and report_date = %s limit 1",
            (client.client_id, day),
        )
        if "daily_summary" in warehouse.columns("marts")
        else []
    )
    if not rows:
        return [*of_a_cpa, *orders]
    ((is_complete, reason, orders_complete, orders_reason),) = rows
    waiting: list[str] = []
    if of_a_cpa and not is_complete:
        waiting += of_a_cpa if reason == "not loaded" else reason.split("; ")
    if orders and not orders_complete:
        waiting.append(f"{ORDERS}: {orders_reason}")
    return waiting
