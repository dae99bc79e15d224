"""signalroom docs"""

import click

from signalroom.config.settings import Settings
from signalroom.options import target_option
from signalroom.stopping import stoppable


@click.command()
@target_option
@stoppable()
def docs(target: str) -> None:
    """Make the documentation site, site/index.html, a folder that opens without a server.

    Guides, the metric dictionary, dbt's own docs and the lineage of every column. It holds
    definitions and no rows. Types of raw tables and lineage are of the warehouse as it stands.

    \b
    signalroom docs
    signalroom docs --target prod
    """
    from loaders.errors import LoadError
    from signalroom.site.build import build_site

    settings = Settings.of_this_process()
    try:
        with settings.warehouse(target).lock("signalroom docs", click.echo):
            page = build_site(settings, target)
    except LoadError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"Open {page.relative_to(settings.root)}")
