"""signalroom demo"""

import json
import os
import sys
from collections import Counter
from contextlib import suppress
from datetime import date
from pathlib import Path

import click

from signalroom.clients import select_clients
from signalroom.commands.dbt import run_dbt
from signalroom.commands.summary import print_summary
from signalroom.settings import Settings

CLIENT, FIRST_DAY, LAST_DAY = "713", date(2025, 12, 1), date(2025, 12, 18)
WAREHOUSE = "demo.duckdb"  # made data never meets real data
NEXT = f"""
These numbers are MADE: the sandbox's, of client {CLIENT}, {FIRST_DAY}..{LAST_DAY}, in {WAREHOUSE}.

Where to look next
  docs/queries.sql                  questions to ask {WAREHOUSE} in SQL
  DUCKDB_PATH={WAREHOUSE} make docs   every table and column explained, with lineage
  cp .env.example .env              your own accounts, then `make -k load build`
  .venv/bin/signalroom --help       status, doctor, summary and the rest
"""


@click.command()
def demo() -> None:
    """Run the main job on made data: load from the sandbox, build, test, print the summary.

    \b
    signalroom demo
    """
    from loaders.source import Request
    from sandbox.server import Sandbox
    from signalroom.loading import load_all, new_run_id

    root = Settings.of_this_process().root
    step("1/4 starting the sandbox (local stand-ins of Everflow and Redtrack, made data)")
    with Sandbox(port=0) as sandbox:
        settings = demo_settings(root, sandbox.url("everflow"), sandbox.url("redtrack"))
        step(f"2/4 loading {FIRST_DAY}..{LAST_DAY} of client {CLIENT} into {WAREHOUSE}")
        clients = select_clients(settings.clients(), CLIENT)
        request = Request(new_run_id(), FIRST_DAY, LAST_DAY)
        outcomes = list(load_all(settings, "dev", clients, (), request))
    for outcome in outcomes:
        click.echo(f"    {outcome.source}: {outcome.text}")
    if any(outcome.kind != "ok" for outcome in outcomes):
        sys.exit(1)
    step("3/4 building and testing the marts with dbt")
    if run_dbt(settings, "build", "--target", "dev", "--warn-error", "--quiet"):
        sys.exit(1)
    click.echo(f"    {built(root)}")
    step("4/4 the daily summary")
    print_summary(settings.warehouse("dev"), CLIENT, days=None)
    click.echo(NEXT)


def demo_settings(root: Path, everflow: str, redtrack: str) -> Settings:
    """Settings under which nothing but the sandbox and the demo's own file can be reached."""
    real = {name for name in os.environ if name.startswith(("PG", "EVERFLOW_", "REDTRACK_"))}
    environ = {name: value for name, value in os.environ.items() if name not in real}
    return Settings(
        root,
        environ
        | {
            "DUCKDB_PATH": WAREHOUSE,
            f"EVERFLOW_BASE_URL__{CLIENT}": everflow,
            f"EVERFLOW_API_KEY__{CLIENT}": f"sandbox-everflow-{CLIENT}",
            f"REDTRACK_BASE_URL__{CLIENT}": redtrack,
            f"REDTRACK_API_KEY__{CLIENT}": f"sandbox-redtrack-{CLIENT}",
        },
    )


def built(root: Path) -> str:
    """What dbt's last run did, in a line."""
    run = json.loads((root / "dbt_project" / "target" / "run_results.json").read_text())
    kinds = Counter(result["unique_id"].split(".")[0] for result in run["results"])
    return (
        f"{kinds['model']} models and {kinds['seed']} seeds built, {kinds['test']} data tests and "
        f"{kinds['unit_test']} unit tests passed in {run['elapsed_time']:.0f} s"
    )


def step(text: str) -> None:
    """Say what comes next, at once."""
    click.echo(click.style(text, bold=True))
    with suppress(OSError):
        sys.stdout.flush()
