"""The summary of a client: one day that all of it is as of, and a part for each subject."""

from datetime import date

import click

from loaders.warehouse import Warehouse
from signalroom.report.as_of import AsOf
from signalroom.report.audience import print_email, print_funnel
from signalroom.report.orders import print_orders
from signalroom.report.performance import print_pace, print_performance
from signalroom.review import lines, print_lines
from signalroom.terminal import say

NEEDED = {  # what an earlier version's marts lack
    "daily_summary": {"effective_cpa_reason", "cpa_reason", "orders_incomplete_reason"},
    "cpa_change_by_affiliate": set[str](),
    "state_heatmap": set[str](),
    "budget_pace": set[str](),
    "fct_source_daily": set[str](),
    "fct_funnel_daily": set[str](),
    "fct_email_daily": {"read_of_sent"},
}


def print_report(
    warehouse: Warehouse,
    client_id: str,
    *,
    today: date,
    days: int,
    performance_days: int | None = None,
) -> None:
    """Print what is loaded of a client, of so many days up to the newest complete one.

    `today` is the client's; `performance_days` are those of the first part where they are others.
    """
    as_of = AsOf.of(warehouse, client_id)
    if as_of is None:
        say(f"Client {client_id}: no day is loaded yet")
        return
    say(as_of.sentence(today))
    print_performance(warehouse, as_of, days=performance_days or days)
    print_orders(warehouse, as_of, days=days)
    print_funnel(warehouse, as_of, days=days)
    print_email(warehouse, as_of, days=days)
    print_pace(warehouse, client_id)
    print_lines(list(lines(warehouse, client_id)))


def check_marts(warehouse: Warehouse) -> None:
    """ClickException where marts are missing or of an earlier version."""
    marts = warehouse.columns("marts")
    for mart, columns in NEEDED.items():
        if mart not in marts:
            raise click.ClickException(
                f"{warehouse.name} has no marts.{mart} yet; run `signalroom build`"
            )
        if columns - marts[mart].keys():
            raise click.ClickException(
                f"marts.{mart} of {warehouse.name} is of an earlier version; run `signalroom build`"
            )
