"""signalroom summary"""

from typing import Any

import click

from loaders.warehouse import Warehouse
from signalroom.options import client_option, target_option
from signalroom.settings import Settings

COLUMNS = {
    "date": "report_date",
    "id": "advertiser_id",
    "advertiser": "advertiser_label",
    "conversions": "conversions",
    "revenue": "revenue",
    "payout": "payout",
    "spend": "spend",
    "effective CPA": "effective_cpa",
    "CPA": "cpa",
    "complete?": "is_complete",
    "waiting for": "incomplete_reason",
}

ADDED = 4  # conversions, revenue, payout, spend


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
    """Print the daily summary: conversions, revenue, payout, spend, CPA, and is it complete.

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
    except LoadError as error:
        raise click.ClickException(str(error)) from None


def print_summary(warehouse: Warehouse, client_id: str, *, days: int | None) -> None:
    """Print the rows of marts.daily_summary of the newest `days`, or of all, and their sums.

    Complete days of an advertiser without conversions and money are left out.
    """
    from signalroom.tables import print_table

    if "daily_summary" not in warehouse.columns("marts"):
        raise click.ClickException(
            f"{warehouse.name} has no marts.daily_summary yet; run `signalroom build`"
        )
    rows = warehouse.query(
        f"select {', '.join(COLUMNS.values())} from marts.daily_summary "  # noqa: S608
        "where client_id = %s and (conversions <> 0 or revenue <> 0 or payout <> 0 or spend <> 0 "
        "or not is_complete) order by report_date, length(advertiser_id), advertiser_id",
        (client_id,),
    )
    dates = sorted({row[0] for row in rows})
    shown = [row for row in rows if days is None or row[0] in dates[-days:]]
    print_table(
        f"Daily summary of client {client_id}, money in the client's currency",
        list(COLUMNS),
        [*shown, *_sums(shown)],
    )


def _sums(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """A row an advertiser with what can be added up; ratios are marts' business."""
    sums: dict[str, list[Any]] = {}
    labels: dict[str, str] = {}
    complete: dict[str, bool] = {}
    for _, advertiser_id, label, *values in rows:
        added = sums.setdefault(advertiser_id, [0] * ADDED)
        sums[advertiser_id] = [a + b for a, b in zip(added, values, strict=False)]
        labels[advertiser_id] = label
        complete[advertiser_id] = complete.get(advertiser_id, True) and values[-2]
    blanks = [None] * (len(COLUMNS) - 5 - ADDED)
    return [
        (
            "sum",
            advertiser_id,
            labels[advertiser_id],
            *added,
            *blanks,
            complete[advertiser_id],
            None,
        )
        for advertiser_id, added in sums.items()
    ]
