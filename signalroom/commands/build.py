"""signalroom build"""

import sys

import click

from signalroom.building import build_marts
from signalroom.config.settings import Settings
from signalroom.options import target_option
from signalroom.stopping import stoppable


@click.command()
@target_option
@click.option("--full-refresh", is_flag=True, help="Rebuild incremental tables from scratch.")
@stoppable()
def build(target: str, full_refresh: bool) -> None:
    """Build and test the marts with dbt.

    On Postgres people see the old marts until all new ones are built and tested. Waits for a load
    that is running, as a load waits for a build. dbt's own log is dbt_project/logs/dbt.log.

    \b
    signalroom build
    signalroom build --target prod
    """
    from loaders.errors import LoadError
    from signalroom.review import lines, print_lines

    settings = Settings.of_this_process()
    try:
        warehouse = settings.warehouse(target)
        with warehouse.lock("signalroom build", click.echo):
            exit_code = build_marts(settings, target, *["--full-refresh"] * full_refresh)
            if exit_code == 0:
                for schema in ("intermediate", "marts"):
                    warehouse.tidy(schema)
                for client in settings.clients():
                    print_lines(list(lines(warehouse, client.client_id)))
    except LoadError as error:
        raise click.ClickException(str(error)) from None
    sys.exit(exit_code)
