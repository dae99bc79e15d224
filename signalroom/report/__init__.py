"""The summary of a client: one day that all of it is as of, and a part for each subject."""

from collections.abc import Iterator
from datetime import date

import click

from loaders.warehouse import Warehouse
from signalroom.report.as_of import AsOf
from signalroom.report.audience import email, funnel
from signalroom.report.orders import orders
from signalroom.report.performance import pace, performance
from signalroom.review import NOT_UNDERSTOOD, lines
from signalroom.tables import Part

NEEDED = {  # what an earlier version's marts lack
    "daily_summary": {"effective_cpa_reason", "cpa_reason", "orders_incomplete_reason"},
    "cpa_change_by_affiliate": set[str](),
    "state_heatmap": set[str](),
    "budget_pace": set[str](),
    "fct_source_daily": set[str](),
    "fct_funnel_daily": set[str](),
    "fct_email_daily": {"read_of_sent"},
}


def report(
    warehouse: Warehouse,
    client_id: str,
    *,
    today: date,
    days: int,
    performance_days: int | None = None,
) -> Iterator[Part]:
    """What is loaded of a client, of so many days up to the newest complete one.

    `today` is the client's; `performance_days` are those of the first part where they are others.
    """
    as_of = AsOf.of(warehouse, client_id)
    if as_of is None:
        yield Part(f"Client {client_id}: no day is loaded yet")
        return
    yield Part(as_of.sentence(today))
    yield performance(warehouse, as_of, days=performance_days or days)
    yield from orders(warehouse, as_of, days=days)
    yield from funnel(warehouse, as_of, days=days)
    yield from email(warehouse, as_of, days=days)
    yield from pace(warehouse, client_id)
    if unclear := list(lines(warehouse, client_id)):
        yield Part(NOT_UNDERSTOOD, notes=unclear)


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
