"""signalroom backup"""

from pathlib import Path

import click

from loaders import clock
from signalroom.config.settings import Settings
from signalroom.options import target_option
from signalroom.stopping import stoppable


@click.command()
@target_option
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="The folder; else DATABASE_BACKUP_PATH.",
)
@stoppable()
def backup(target: str, out: Path | None) -> None:
    """Copy the warehouse to a file, and restore that file once to prove it.

    A DuckDB file is copied, of Postgres what is ours is dumped by pg_dump; loads and builds wait
    meanwhile. The newest DATABASE_BACKUP_KEEP backups of a target are kept, and those younger than
    DATABASE_BACKUP_DAYS. One that does not hold what the warehouse held is not kept: exit code 1.

    \b
    signalroom backup
    signalroom backup --target prod --out /mnt/backups
    """
    from loaders.errors import LoadError
    from signalroom.operations.backups import back_up
    from signalroom.terminal import say

    out = out and out.absolute()  # before the process goes to the project's folder
    try:
        back_up(Settings.of_this_process(), target, out, clock.now(), say)
    except LoadError as error:
        raise click.ClickException(str(error)) from None
