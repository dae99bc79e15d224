"""signalroom status"""

import click

from signalroom.clients import select_clients
from signalroom.options import client_option, target_option
from signalroom.settings import Settings


@click.command()
@client_option
@target_option
def status(client_id: str | None, target: str) -> None:
    """Show, per client and source: last load, rows, complete through, verdict.

    \b
    signalroom status
    signalroom status --client 713 --target prod
    """
    from loaders.errors import LoadError
    from signalroom.overview import source_states
    from signalroom.tables import print_table

    settings = Settings.of_this_process()
    clients = select_clients(settings.clients(), client_id)
    try:
        states = list(source_states(settings.warehouse(target), clients))
    except LoadError as error:
        raise click.ClickException(str(error)) from None
    print_table(
        f"Loads into {settings.warehouse(target).name}",
        (
            "client",
            "source",
            "last load (UTC)",
            "rows",
            "rejected",
            "complete through",
            "verdict",
            "error",
        ),
        [state.cells() for state in states],
    )
