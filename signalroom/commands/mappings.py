"""signalroom mappings"""

import os
from pathlib import Path

import click

from loaders import clock
from signalroom.config.mappings import plan_sync
from signalroom.config.seeds import write_seeds
from signalroom.config.settings import project_root
from signalroom.terminal import say


@click.group()
def mappings() -> None:
    """Compile the clients' mappings and settings for dbt."""


@mappings.command()
@click.option("--client", "client_id", metavar="ID", help="Compile this client only.")
@click.option("--all", "all_clients", is_flag=True, help="Compile every client.")
@click.option("--dry-run", is_flag=True, help="Show the rows that would change; write nothing.")
@click.option("--check", is_flag=True, help="Fail when seeds/ differs from data/; write nothing.")
def sync(client_id: str | None, all_clients: bool, dry_run: bool, check: bool) -> None:
    """Compile data/clients/ to the seeds/ that dbt loads.

    \b
    Example: signalroom mappings sync --client 713 --dry-run
    """
    from loaders.registry import SOURCES

    if (client_id is None) != all_clients:
        raise click.UsageError("Give either --client ID or --all.")
    os.chdir(project_root())
    root = Path()  # messages name files from there
    plans = plan_sync(root, client_id, now=clock.now(), known_sources=set(SOURCES))
    if not (dry_run or check):
        write_seeds(root, plans)
    for plan in plans:
        click.echo(plan.summary)
        if dry_run or check:
            for line in plan.differences():
                say(line)
    drifted = [plan.seed.name for plan in plans if plan.has_drift]
    if check and drifted:
        fix = "run `signalroom mappings sync --all` and commit seeds/"
        raise click.ClickException(f"seeds/ differs from data/ in {', '.join(drifted)}; {fix}")
