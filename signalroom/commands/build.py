"""signalroom build"""

import sys

import click

from signalroom.commands.dbt import run_dbt
from signalroom.config.settings import Settings
from signalroom.options import target_option

# On prod the marts are built and tested aside and published at the end (macros/publish.sql);
# unit tests prove the SQL, not the data, and were run before it came here.
ASIDE = ("--vars", "{marts_schema: marts_next}", "--exclude-resource-type", "unit_test")


@click.command()
@target_option
@click.option("--full-refresh", is_flag=True, help="Make every table anew.")
def build(target: str, full_refresh: bool) -> None:
    """Build and test the marts with dbt; people who read them see the old ones or the new ones.

    Waits for a load that is under way, as a load waits for a build.

    \b
    signalroom build
    signalroom build --target prod
    """
    from loaders.errors import LoadError

    settings = Settings.of_this_process()
    arguments = [*(ASIDE if target == "prod" else ()), *["--full-refresh"] * full_refresh]
    try:
        warehouse = settings.warehouse(target)
        with warehouse.lock("signalroom build", click.echo):
            exit_code = run_dbt(settings, "build", "--target", target, *arguments)
            if exit_code == 0:
                for schema in ("intermediate", "marts"):
                    warehouse.tidy(schema)
    except LoadError as error:
        raise click.ClickException(str(error)) from None
    sys.exit(exit_code)
