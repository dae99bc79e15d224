"""signalroom load"""

import re
import sys
from datetime import date
from typing import TYPE_CHECKING

import click

from signalroom.config.clients import select_clients
from signalroom.config.settings import Settings
from signalroom.options import DAY, check_days, client_option, target_option
from signalroom.stopping import stoppable
from signalroom.terminal import say

if TYPE_CHECKING:
    from signalroom.config.clients import Client


def _whole_number(_: click.Context, __: click.Parameter, value: str | None) -> str | None:
    if value is not None and not re.fullmatch(r"[0-9]+", value):
        raise click.BadParameter(f"{value!r} is not an Everflow advertiser id, which is a number")
    return value


@click.command()
@click.argument("sources", nargs=-1, metavar="[SOURCE]...")
@client_option
@click.option("--start-date", type=DAY, help="First day to read, in the client's zone.")
@click.option("--end-date", type=DAY, help="Last day to read, included.")
@click.option(
    "--advertiser-id", metavar="ID", callback=_whole_number, help="Only this advertiser (Everflow)."
)
@target_option
@click.option("--dry-run", is_flag=True, help="Show what would be loaded; change nothing.")
@click.option("--full-refresh", is_flag=True, help="Load again from the client's start date.")
@click.option(
    "--allow-empty", is_flag=True, help="Accept a response that deletes all rows of a day."
)
@click.option(
    "--max-files", type=click.IntRange(1), metavar="N", help="Only the most recent N files a table."
)
@stoppable()
def load(  # noqa: PLR0917  # click passes them by name
    sources: tuple[str, ...],
    client_id: str | None,
    start_date: date | None,
    end_date: date | None,
    advertiser_id: str | None,
    target: str,
    dry_run: bool,
    full_refresh: bool,
    allow_empty: bool,
    max_files: int | None,
) -> None:
    """Load sources into the raw tables; all of them, or those named.

    Without dates the first load reads from the client's start date, later ones the last 35 days and
    whatever was missed. Only the days that were read are replaced. Files are read when they are new
    or changed. Exit code 1 when a source failed or its response was suspicious.

    \b
    signalroom load
    signalroom load everflow --client 713 --start-date 2025-12-01 --end-date 2025-12-18
    signalroom load s3_exports --max-files 3
    """
    from loaders.errors import LoadError
    from loaders.registry import SOURCES
    from loaders.source import Request
    from signalroom.loading import load_all, new_run_id, plan_all

    unknown = sorted(set(sources) - set(SOURCES))
    if unknown:
        raise click.UsageError(
            f"There is no source {unknown[0]!r}; known sources: {', '.join(SOURCES)}"
        )
    settings = Settings.of_this_process()
    clients = select_clients(settings.clients(), client_id)
    check_days(clients, start_date, end_date, full_refresh=full_refresh)
    _refuse_what_nobody_has(clients, sources)
    request = Request(
        new_run_id(), start_date, end_date, advertiser_id, full_refresh, allow_empty, max_files
    )
    run = plan_all if dry_run else load_all
    failed = False
    try:
        for outcome in run(settings, target, clients, sources, request):
            say(outcome.line)
            failed |= outcome.kind == "failed"
    except LoadError as error:
        raise click.ClickException(str(error)) from None
    sys.exit(1 if failed else 0)


def _refuse_what_nobody_has(clients: "list[Client]", sources: tuple[str, ...]) -> None:
    for source in sources:
        if not any(source in client.sources for client in clients):
            ids = ", ".join(client.client_id for client in clients)
            raise click.UsageError(f"{source} is not enabled in client.toml of {ids}")
