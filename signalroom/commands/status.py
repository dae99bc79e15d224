"""signalroom status"""

import sys

import click

from loaders import clock
from signalroom.config.clients import select_clients
from signalroom.config.settings import Settings
from signalroom.options import client_option, target_option
from signalroom.printing import format_option, show

LOADS = (
    "client",
    "source",
    "last load (UTC)",
    "rows",
    "rejected",
    "complete through",
    "status",
)
FILES = ("client", "table", "files", "rows", "rejected", "cards masked", "newest day")


EXPENDABLE = ("rejected", "rows", "last load (UTC)", "cards masked", "files")


@click.command()
@client_option
@target_option
@click.option("--check", is_flag=True, help="Exit code 1 when something fails or is late.")
@format_option
def status(client_id: str | None, target: str, check: bool, kind: str) -> None:
    """Show, per client and source: last load, rows, complete through, status; and loaded files.

    What fails or is late (no good load for 26 hours) follows, with the last good load and what to
    run; then what was not understood of the newest days, as the last build found it.

    \b
    signalroom status
    signalroom status --client 713 --target prod
    signalroom status --check || echo "look at the loads"
    signalroom status --format json
    """
    from loaders.errors import LoadError
    from signalroom.overview import file_states, nothing_loaded, source_states, troubles
    from signalroom.review import NOT_UNDERSTOOD, lines
    from signalroom.tables import Part

    settings = Settings.of_this_process()
    clients = select_clients(settings.clients(), client_id)
    now = clock.now()
    try:
        warehouse = settings.warehouse(target)
        with warehouse.reading():
            states = list(source_states(warehouse, clients))
            files = list(file_states(warehouse, clients))
            bad = [str(one) for one in troubles(warehouse, clients, target=target, now=now)]
            unclear = [line for one in clients for line in lines(warehouse, one.client_id)]
            empty = nothing_loaded(settings, warehouse, "status")
    except LoadError as error:
        raise click.ClickException(str(error)) from None
    parts = [Part(f"Loads into {warehouse.name}", LOADS, states, expendable=EXPENDABLE)]
    if files:
        parts.append(Part("Loaded files", FILES, files, expendable=EXPENDABLE))
    if bad:
        parts.append(Part("Failing or late:", notes=bad))
    if unclear:
        parts.append(Part(NOT_UNDERSTOOD, notes=unclear))
    if empty:
        parts.append(Part(empty[:1].upper() + empty[1:]))
    show(parts, kind)
    sys.exit(1 if check and (bad or empty) else 0)
