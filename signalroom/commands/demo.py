"""signalroom demo"""

import logging
import os
import sys
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from loaders.redaction import redact
from signalroom.building import build_marts
from signalroom.commands.sandbox import check_installed
from signalroom.config.clients import select_clients
from signalroom.config.settings import Settings
from signalroom.stopping import stoppable
from signalroom.terminal import plain

if TYPE_CHECKING:
    from sandbox.server import Sandbox

CLIENT, FIRST_DAY, LAST_DAY = "713", date(2025, 12, 1), date(2025, 12, 18)
# made data never meets real data
WAREHOUSE, REPORT = "demo.duckdb", Path("report/demo")
# the made data has an oddity, of which a test warns; any other warning is a mistake of ours
STRICT = "{error: all, warn: [LogTestResult]}"
REAL = (
    *("PG", "EVERFLOW_", "REDTRACK_", "S3_", "AWS_"),
    *("POSTHOG_", "MAUTIC_", "GOOGLE_SHEETS_"),
)
NEXT = f"""
These numbers are MADE: the sandbox's, of client {CLIENT}, {FIRST_DAY}..{LAST_DAY}, in {WAREHOUSE}.

Where to look next, the first two in a browser
  {REPORT}/{CLIENT}/index.html                          the report; beside it pictures and an e-mail
  site/index.html                                       guides, and what every figure means
  docs/queries.sql                                      questions to ask {WAREHOUSE} in SQL
  DUCKDB_PATH={WAREHOUSE} .venv/bin/signalroom status   what is loaded, and how well; so `summary`
  cp .env.example .env                                  your own accounts, then `make -k load build`
  .venv/bin/signalroom --help                           doctor, summary, report and the rest
"""


@click.command()
@stoppable()
def demo() -> None:
    """Run the main job on made data: load from the sandbox, build, test, print the summary.

    \b
    signalroom demo
    """
    check_installed()
    from loaders.source import Request
    from sandbox.server import Sandbox
    from signalroom.loading import load_all, new_run_id
    from signalroom.report import report
    from signalroom.report.as_of import AsOf
    from signalroom.report.folder import write_report
    from signalroom.report.subject import Subject
    from signalroom.site.build import build_site
    from signalroom.tables import print_parts

    root = Settings.of_this_process().root
    logging.getLogger("loaders").setLevel(logging.WARNING)  # the outcomes say it in fewer lines
    step("1/5 starting the sandbox (local stand-ins of all six services, made data)")
    with Sandbox(port=0) as sandbox:
        settings = demo_settings(root, sandbox)
        step(f"2/5 loading {FIRST_DAY}..{LAST_DAY} of client {CLIENT} into {WAREHOUSE}")
        clients = select_clients(settings.clients(), CLIENT)
        request = Request(new_run_id(), FIRST_DAY, LAST_DAY)
        failed = False
        for outcome in load_all(settings, "dev", clients, (), request):
            click.echo(wrapped(plain(redact(f"{outcome.source}: {outcome.text}"))))
            failed |= outcome.kind != "ok"
    if failed:
        sys.exit(1)
    step("3/5 building and testing the marts with dbt")
    if build_marts(settings, "dev", "--warn-error-options", STRICT):
        sys.exit(1)
    step("4/5 the daily summary; orders, funnel and e-mail of the last 7 days; the month's pace")
    warehouse = settings.warehouse("dev")
    all_days = (LAST_DAY - FIRST_DAY).days + 1
    today = LAST_DAY + timedelta(1)
    print_parts(report(warehouse, CLIENT, today=today, days=7, performance_days=all_days))
    step("5/5 the report as a page, and the docs site")
    (client,) = clients
    with warehouse.reading():
        as_of = AsOf.of(warehouse, CLIENT)
        assert as_of, "the summary above is of a day"  # noqa: S101
        write_report(
            Subject(warehouse, client, as_of, all_days),
            root / REPORT,
            formats=("html", "png", "eml"),
            docs="../../../site",
            now=datetime.combine(today, time(12), UTC),
            note="Made data: the sandbox's.",
        )
    build_site(settings, "dev")
    click.echo(NEXT)


def demo_settings(root: Path, sandbox: "Sandbox") -> Settings:
    """Settings under which nothing but the sandbox and the demo's own file can be reached."""
    from loaders.registry import SOURCES

    environ = {name: value for name, value in os.environ.items() if not name.startswith(REAL)}
    made = {n: value for source in SOURCES for n, value in sandbox.environ(source, CLIENT).items()}
    own = {f"{name}__{CLIENT}": value for name, value in made.items()}  # beats secrets.toml
    return Settings(root, environ | {"DUCKDB_PATH": WAREHOUSE} | own)


def wrapped(text: str) -> str:
    """A long line in several."""
    return click.wrap_text(text, 112, initial_indent="    ", subsequent_indent="        ")


def step(text: str) -> None:
    """Say what comes next, at once."""
    click.echo(click.style(text, bold=True))
    with suppress(OSError):
        sys.stdout.flush()
