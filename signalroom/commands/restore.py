"""signalroom restore"""

from pathlib import Path

import click

from loaders import clock
from signalroom.config.settings import Settings
from signalroom.options import target_option
from signalroom.stopping import stoppable


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@target_option
@click.option("--force", is_flag=True, help="Also where something newer is replaced.")
@stoppable()
def restore(file: Path, target: str, force: bool) -> None:
    """Put a backup in the warehouse's place.

    Where the warehouse has a load that the backup has not, that needs --force. A DuckDB file that
    is replaced stays beside under another name. On Postgres all of it is one transaction; who may
    read a table stays as it is. Load and build afterwards: that reads what is missing since.

    \b
    signalroom restore backups/signalroom-dev-20251219T113000Z.duckdb
    signalroom restore backups/signalroom-prod-20251219T113000Z.dump --target prod --force
    """
    from loaders.errors import LoadError
    from signalroom.operations import backups
    from signalroom.terminal import say

    file = file.absolute()  # before the process goes to the project's folder
    try:
        backups.restore(Settings.of_this_process(), target, file, clock.now(), say, force=force)
    except LoadError as error:
        raise click.ClickException(str(error)) from None
