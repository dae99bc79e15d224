"""signalroom summary"""

from collections.abc import Mapping, Sequence
from typing import Any

import click

from loaders.warehouse import Warehouse
from signalroom.options import client_option, target_option
from signalroom.settings import Settings

Row = tuple[Any, ...]

ADVERTISER = {"id": "advertiser_id", "advertiser": "advertiser_label"}
SUMMARY = {
    "date": "report_date",
    **ADVERTISER,
    "conversions": "conversions",
    "revenue": "revenue",
    "payout": "payout",
    "spend": "spend",
    "effective CPA": "effective_cpa",
    "CPA": "cpa",
    "complete?": "is_complete",
    "waiting for": "incomplete_reason",
}
ORDERS = {
    "date": "report_date",
    **ADVERTISER,
    "orders": "orders",
    "approved": "approved_orders",
    "approval rate": "approval_rate",
    "order revenue": "order_revenue",
    "AOV": "aov",
    "orders complete?": "orders_complete",
}
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
STATES_SHOWN = 10

ADDED = {"conversions", "revenue", "payout", "spend", "orders", "approved", "order revenue"}
SHARES = {"approval rate", "decline rate"}


@click.command()
@client_option
@target_option
@click.option(
    "--days",
    type=click.IntRange(1),
    default=7,
    show_default=True,
    help="How many of the newest days.",
)
def summary(client_id: str | None, target: str, days: int) -> None:
    """Print the daily summary; where order files are loaded, also orders by day and the top states.

    \b
    signalroom summary
    signalroom summary --client 713 --days 30 --target prod
    """
    from loaders.errors import LoadError
    from signalroom.clients import select_clients

    settings = Settings.of_this_process()
    try:
        warehouse = settings.warehouse(target)
        for client in select_clients(settings.clients(), client_id):
            print_summary(warehouse, client.client_id, days=days)
            print_orders(warehouse, client.client_id, days=days)
    except LoadError as error:
        raise click.ClickException(str(error)) from None


def print_summary(warehouse: Warehouse, client_id: str, *, days: int | None) -> None:
    """Print the rows of marts.daily_summary of the newest `days`, or of all, and their sums.

    Complete days of an advertiser without conversions and money are left out, and so are days that
    only orders reach back to.
    """
    for mart in ("daily_summary", "state_heatmap"):
        if mart not in warehouse.columns("marts"):
            raise click.ClickException(
                f"{warehouse.name} has no marts.{mart} yet; run `signalroom build`"
            )
    rows = warehouse.query(
        f"select {', '.join(SUMMARY.values())} from marts.daily_summary "  # noqa: S608
        "where client_id = %s and (conversions <> 0 or revenue <> 0 or payout <> 0 or spend <> 0 "
        "or (not is_complete and incomplete_reason <> 'not loaded')) "
        "order by report_date, length(advertiser_id), advertiser_id",
        (client_id,),
    )
    shown = _newest(rows, days)
    title = f"Daily summary of client {client_id}, money in the client's currency"
    _print(title, SUMMARY, [*shown, *_sums(SUMMARY, shown)])


def print_orders(warehouse: Warehouse, client_id: str, *, days: int) -> None:
    """Print the orders of the newest `days` and their sums, and the top states; or nothing."""
    rows = warehouse.query(
        f"select {', '.join(ORDERS.values())} from marts.daily_summary "  # noqa: S608
        "where client_id = %s and orders <> 0 "
        "order by report_date, length(advertiser_id), advertiser_id",
        (client_id,),
    )
    if shown := _newest(rows, days):
        title = f"Orders of client {client_id} by the day of the order; they are not conversions"
        _print(title, ORDERS, [*shown, *_sums(ORDERS, shown)])
    states = warehouse.query(
        f"select {', '.join(STATES.values())}, window_start_date, window_end_date, "  # noqa: S608
        "orders_complete from marts.state_heatmap where client_id = %s and window_name = '7_days' "
        f"order by revenue desc, state_code, advertiser_id limit {STATES_SHOWN}",
        (client_id,),
    )
    if states:
        start, end, is_complete = states[0][len(STATES) :]
        lacking = "" if is_complete else ", some of whose orders are not there yet"
        title = f"Top states of client {client_id} by order revenue, {start}..{end}{lacking}"
        _print(title, STATES, [row[: len(STATES)] for row in states])


def _newest(rows: Sequence[Row], days: int | None) -> list[Row]:
    """The rows of the newest days, or all."""
    dates = sorted({row[0] for row in rows})
    return [row for row in rows if days is None or row[0] in dates[-days:]]


def _sums(columns: Mapping[str, str], rows: Sequence[Row]) -> list[Row]:
    """A row an advertiser with what can be added up; ratios are marts' business."""
    by_advertiser: dict[str, list[Row]] = {}
    for row in rows:
        by_advertiser.setdefault(row[1], []).append(row)
    sums = []
    for advertiser_id, of_one in by_advertiser.items():
        measures = dict(zip(columns, zip(*of_one, strict=True), strict=True))
        added = [_sum(name, values) for name, values in measures.items()]
        sums.append(("sum", advertiser_id, of_one[-1][2], *added[3:]))
    return sums


def _sum(name: str, values: Sequence[Any]) -> Any:
    if name in ADDED:
        return sum(values)
    return all(values) if name.endswith("complete?") else None


def _print(title: str, columns: Mapping[str, str], rows: Sequence[Row]) -> None:
    from signalroom.tables import Share, print_table

    shares = [name in SHARES for name in columns]
    click.echo()
    print_table(
        title,
        list(columns),
        [
            [
                Share(value) if is_share and value is not None else value
                for value, is_share in zip(row, shares, strict=True)
            ]
            for row in rows
        ],
    )
