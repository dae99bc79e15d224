"""Orders by the day of the order, and the states they come from; they are not conversions."""

from collections.abc import Iterator, Sequence

from loaders.warehouse import Warehouse
from signalroom.report.as_of import AsOf
from signalroom.report.figures import (
    ADVERTISER,
    BY_ADVERTISER,
    Row,
    by_advertiser,
    none,
    part,
    ratio,
    select,
    sums,
)
from signalroom.tables import Part

ORDERS = {
    "date": "report_date",
    **ADVERTISER,
    "orders": "orders",
    "approved": "approved_orders",
    "approval rate": "approval_rate",
    "order revenue": "order_revenue",
    "AOV": "aov",
    "orders complete?": "orders_complete",
    "waiting for": "orders_incomplete_reason",
}
EXPENDABLE = ("id", "waiting for", "AOV", "approved", "order revenue")
STATES = {
    "state": "state_code",
    **ADVERTISER,
    "orders": "orders",
    "first orders": "first_orders",
    "decline rate": "decline_rate",
    "order revenue": "revenue",
    "AOV": "aov",
    "core orders": "core_orders",
    "core revenue": "core_revenue",
}
STATES_EXPENDABLE = ("id", "core orders", "core revenue", "AOV", "first orders", "decline rate")
STATES_SHOWN = 10
WINDOW = ("window_start_date", "window_end_date", "orders_complete")


def orders(warehouse: Warehouse, as_of: AsOf, *, days: int) -> Iterator[Part]:
    """The orders of so many days and of later ones, their sums, and the top states."""
    client_id = as_of.client_id
    of_client = "marts.daily_summary where client_id = %s and orders <> 0"
    rows = select(
        warehouse,
        ORDERS.values(),
        f"{of_client} and report_date >= %s order by report_date, {BY_ADVERTISER}",
        (client_id, as_of.start(days)),
    )
    if rows:
        title = f"Orders of client {client_id} by the day of the order; they are not conversions"
        added = [_sum(of_one) for of_one in by_advertiser(rows)]
        shares = ("approval rate",)
        yield part(title, ORDERS, [*rows, *added], shares=shares, expendable=EXPENDABLE)
    else:
        mart = "(select * from marts.daily_summary where orders <> 0) as with_orders"
        yield from none(warehouse, as_of, mart=mart, what="Orders", days=days)
    states = select(
        warehouse,
        [*STATES.values(), *WINDOW],
        "marts.state_heatmap where client_id = %s and window_name = '7_days' "
        f"order by revenue desc, state_code, advertiser_id limit {STATES_SHOWN}",
        (client_id,),
    )
    if states:
        start, end, is_complete = (states[0][name] for name in WINDOW)
        lacking = "" if is_complete else ", some orders are not loaded yet"
        title = f"Top states of client {client_id} by order revenue, {start}..{end}{lacking}"
        shares = ("decline rate",)
        yield part(title, STATES, states, shares=shares, expendable=STATES_EXPENDABLE)


def _sum(rows: Sequence[Row]) -> Row:
    """The sums of an advertiser, and its rates where the orders of no day are missing."""
    added = sums(rows, ["orders", "approved_orders", "order_revenue"])
    added["orders_complete"] = all(row["orders_complete"] for row in rows)
    if added["orders_complete"]:
        added["approval_rate"] = ratio(added["approved_orders"], added["orders"])
        added["aov"] = ratio(added["order_revenue"], added["approved_orders"])
    return added
