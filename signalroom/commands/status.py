"""signalroom status"""

import click

from signalroom.config.clients import select_clients
from signalroom.config.settings import Settings
from signalroom.options import client_option, target_option

LOADS = (
    "client",
    "source",
    "last load (UTC)",
    "rows",
    "rejected",
    "complete through",
    "status",
    "error",
)
FILES = ("client", "table", "files", "rows", "rejected", "cards masked", "newest day")


@click.command()
@client_option
@target_option
def status(client_id: str | None, target: str) -> None:
    """Show, per client and source: last load, rows, complete through, status; and loaded files.

    What was not understood of the newest days follows, as the last build found it.

    \b
    signalroom status
    signalroom status --client 713 --target prod
    """
    from loaders.errors import LoadError
    from signalroom.overview import file_states, source_states
    from signalroom.review import lines, print_lines
    from signalroom.tables import print_table

    settings = Settings.of_this_process()
    clients = select_clients(settings.clients(), client_id)
    try:
        warehouse = settings.warehouse(target)
        with warehouse.reading():
            states = list(source_states(warehouse, clients))
            files = list(file_states(warehouse, clients))
            unclear = [line for one in clients for line in lines(warehouse, one.client_id)]
    except LoadError as error:
        raise click.ClickException(str(error)) from None
    print_table(f"Loads into {warehouse.name}", LOADS, states)
    if files:
        click.echo()
        print_table("Loaded files", FILES, files)
    print_lines(unclear)
