"""signalroom build"""

import sys

import click

from signalroom.building import build_all
from signalroom.config.settings import Settings
from signalroom.options import target_option
from signalroom.stopping import stoppable


@click.command()
@target_option
@click.option("--full-refresh", is_flag=True, help="Make everything again, from the raw tables.")
@stoppable()
def build(target: str, full_refresh: bool) -> None:
    """Build and test the marts with dbt.

    On Postgres people see the old marts until all new ones are built and tested. Waits for a load
    that is running, as a load waits for a build. Does nothing where nothing is new; of orders, only
    those that changed are made again, and all of them once a week. dbt's own log is
    dbt_project/logs/dbt.log.

    \b
    signalroom build
    signalroom build --target prod
    """
    from loaders.errors import LoadError

    settings = Settings.of_this_process()
    clients = settings.clients()  # a mistake in one is found before the work
    try:
        exit_code = build_all(settings, target, clients, full_refresh=full_refresh)
    except LoadError as error:
        raise click.ClickException(str(error)) from None
    sys.exit(exit_code)
