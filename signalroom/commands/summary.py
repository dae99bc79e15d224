"""signalroom summary"""

import click

from loaders import clock
from signalroom.config.settings import Settings
from signalroom.options import client_option, target_option
from signalroom.printing import format_option, show


@click.command()
@client_option
@target_option
@click.option(
    "--days",
    type=click.IntRange(1),
    default=7,
    show_default=True,
    help="How many days up to the newest complete one.",
)
@format_option
def summary(client_id: str | None, target: str, days: int, kind: str) -> None:
    """Print the daily summary; what is loaded of orders, funnel, e-mail and targets follows.

    The first line says as of when: all of it is of so many days up to the newest complete one.
    Later days that are not complete are shown as such.

    \b
    signalroom summary
    signalroom summary --client 713 --days 30 --target prod
    signalroom summary --days 1 --format md
    """
    from loaders.errors import LoadError
    from loaders.windows import local_day
    from signalroom.config.clients import select_clients
    from signalroom.overview import check_loaded
    from signalroom.report import check_marts, report

    settings = Settings.of_this_process()
    clients = select_clients(settings.clients(), client_id)
    try:
        warehouse = settings.warehouse(target)
        with warehouse.reading():
            check_loaded(settings, warehouse, "summary")
            check_marts(warehouse)
            parts = (
                part
                for client in clients
                for part in report(
                    warehouse,
                    client.client_id,
                    today=local_day(clock.now(), client.timezone),
                    days=days,
                )
            )
            show(parts, kind)
    except LoadError as error:
        raise click.ClickException(str(error)) from None
