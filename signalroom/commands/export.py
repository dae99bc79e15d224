"""signalroom export"""

from pathlib import Path

import click

from signalroom.config.settings import Settings
from signalroom.export import FORMATS, default_folder, write
from signalroom.options import client_option, target_option


@click.command()
@client_option
@target_option
@click.option(
    "--format",
    "kind",
    type=click.Choice(FORMATS),
    default="csv",
    show_default=True,
    help="A file for each mart, or one file of all (sqlite, duckdb).",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="The folder; else export/<client>. With several clients, one in it for each.",
)
def export(client_id: str | None, target: str, kind: str, out: Path | None) -> None:
    """Write a client's marts to files for a spreadsheet, a BI tool or a notebook.

    All of them, with that client's rows alone, as of one moment. csv and xlsx are for spreadsheets:
    rates are percentages, and no text is a formula. parquet, json, sqlite and duckdb have the
    values as they are in the warehouse.

    \b
    signalroom export --format xlsx
    signalroom export --client 713 --format duckdb --out to-metabase --target prod
    """
    from loaders.errors import LoadError
    from signalroom.config.clients import select_clients
    from signalroom.overview import check_loaded
    from signalroom.terminal import say

    settings = Settings.of_this_process()
    clients = select_clients(settings.clients(), client_id)
    try:
        warehouse = settings.warehouse(target)
        with warehouse.reading():
            check_loaded(settings, warehouse, "export")
            for client in clients:
                folder = out or default_folder(client.client_id)
                folder = folder / client.client_id if out and len(clients) > 1 else folder
                for written in write(warehouse, client.client_id, folder, kind):
                    say(f"{written.path}: {written.rows:,} rows")
                    for note in written.notes:
                        say(f"    {note}")
    except LoadError as error:
        raise click.ClickException(str(error)) from None
    except OSError as error:
        raise click.ClickException(f"cannot write {error.filename}: {error.strerror}") from None
