"""signalroom anomalies"""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING

import click

from signalroom.config.clients import Client, select_clients
from signalroom.config.settings import Settings
from signalroom.options import DAY, DAYS, client_option, target_option
from signalroom.printing import format_option, show

if TYPE_CHECKING:
    from loaders.warehouse import Warehouse
    from signalroom.tables import Part


@click.group()
def anomalies() -> None:
    """What was out of the usual, by docs/anomalies.md's rules."""


@anomalies.command("list")
@client_option
@target_option
@click.option(
    "--days",
    type=DAYS,
    default=14,
    show_default=True,
    help="How many days up to the newest that is reported.",
)
@format_option
def list_(client_id: str | None, target: str, days: int, kind: str) -> None:
    """List what was out of the usual, the newest first.

    \b
    signalroom anomalies list
    signalroom anomalies list --client 713 --days 30 --target prod
    """
    from signalroom.operations.anomalies import anomalies as found
    from signalroom.operations.anomalies import as_list

    def parts(warehouse: "Warehouse", client: Client, newest: date) -> "Iterator[Part]":
        since = newest - timedelta(days - 1)
        yield as_list(found(warehouse, client.client_id, since=since), client, days)

    _show(client_id, target, kind, parts)


@anomalies.command()
@client_option
@target_option
@click.option("--start-date", type=DAY, help="First day; else a year before the last.")
@click.option("--end-date", type=DAY, help="Last day; else the newest that is reported.")
@format_option
def backtest(
    client_id: str | None,
    target: str,
    start_date: date | None,
    end_date: date | None,
    kind: str,
) -> None:
    """Replay the rules over history: the alerts that each would have sent in each month.

    Every day is judged by the days before it alone, with the numbers that are known now.

    \b
    signalroom anomalies backtest
    signalroom anomalies backtest --client 713 --start-date 2025-01-01 --format csv
    """
    from signalroom.operations.anomalies import anomalies as found
    from signalroom.operations.anomalies import backtested

    def parts(warehouse: "Warehouse", client: Client, newest: date) -> "Iterator[Part]":
        last = end_date or newest
        first = start_date or last - timedelta(364)
        if last < first:
            raise click.UsageError(f"--end-date {last} is before --start-date {first}")
        yield from backtested(found(warehouse, client.client_id, since=first), client, first, last)

    _show(client_id, target, kind, parts)


def _show(
    client_id: str | None,
    target: str,
    kind: str,
    parts: "Callable[[Warehouse, Client, date], Iterator[Part]]",
) -> None:
    from loaders.errors import LoadError
    from signalroom.operations.anomalies import MART
    from signalroom.overview import check_loaded
    from signalroom.tables import Part

    settings = Settings.of_this_process()
    clients = select_clients(settings.clients(), client_id)
    try:
        warehouse = settings.warehouse(target)
        with warehouse.reading():
            check_loaded(settings, warehouse, "anomalies list")
            if MART not in warehouse.columns("marts"):
                raise click.ClickException(
                    f"{warehouse.name} has no marts.{MART} yet; run `signalroom build`"
                )
            newest = dict(
                warehouse.query(
                    "select client_id, max(report_date) from marts.daily_summary group by client_id"
                )
            )
            show(
                [
                    part
                    for one in clients
                    for part in (
                        parts(warehouse, one, newest[one.client_id])
                        if one.client_id in newest
                        else [Part(f"{one.client_id}: no day is reported yet")]
                    )
                ],
                kind,
            )
    except LoadError as error:
        raise click.ClickException(str(error)) from None
