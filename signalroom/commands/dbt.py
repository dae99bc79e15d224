"""signalroom dbt"""

import sys

import click

from signalroom.building import run_dbt
from signalroom.config.settings import Settings
from signalroom.stopping import stoppable


@click.command(context_settings={"ignore_unknown_options": True, "help_option_names": []})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@stoppable()
def dbt(arguments: tuple[str, ...]) -> None:
    """Run dbt with the settings of .env.

    \b
    signalroom dbt build
    signalroom dbt test --target prod
    """
    sys.exit(run_dbt(Settings.of_this_process(), *arguments))
