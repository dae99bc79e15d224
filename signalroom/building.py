"""Building the marts: dbt in a process of its own, and how far it is."""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from pathlib import Path
from time import monotonic
from typing import Any

import click

from signalroom import builds
from signalroom.api.snapshots import publish_where_served
from signalroom.config.clients import Client
from signalroom.config.settings import Settings
from signalroom.spilling import telling_what_spills
from signalroom.stopping import ending_with_us
from signalroom.terminal import say

SECONDS_A_LINE = 3.0  # where lines stay: in a log or a pipe
# dbt's events, one a node, and the field that says how many there are; its ConcurrencyLine, which
# comes before all of them, leaves out the unit tests
RESULTS = {"LogModelResult": "total", "LogSeedResult": "total", "LogTestResult": "num_models"}
# On prod the marts are built and tested aside and published at the end (operations/publish.sql).
ASIDE = ("--vars", "{marts_schema: marts_next}")
SUMS = "assert_every_order_is_there"  # fails where what is kept of orders is wrong
# They prove the SQL, not the data: a build on DuckDB runs them when its SQL is new. Their rows are
# written as DuckDB gives them back (5.50 is 5.5000 elsewhere).
NO_UNIT_TESTS = ("--exclude-resource-type", "unit_test")
# As each event is written down in dbt.log, a text costs less than JSON does.
LOGS = ("--log-format", "json", "--log-format-file", "text")
# The program that follows, but that Python looks less often through all that dbt knows of the
# project for what is garbage: that took an eighth of a build.
SELDOM_COLLECTED = """
import gc, runpy, sys
gc.set_threshold(10_000, 10, 10)
del sys.argv[0]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


def run_dbt(settings: Settings, *arguments: str) -> int:
    """Run dbt in a process of its own: one that has imported dbt keeps the DuckDB file locked."""
    dbt = subprocess.Popen(  # noqa: S603
        _command(arguments), env=settings.dbt_environ(), cwd=settings.root
    )
    with ending_with_us(dbt):
        return dbt.wait()


def build_marts(settings: Settings, target: str, *arguments: str) -> int:
    """Build and test the marts; dbt's warnings and errors are printed as they come."""
    exit_code, _ = _build(settings, target, *NO_UNIT_TESTS, *arguments)
    return exit_code


def _build(settings: Settings, target: str, *arguments: str) -> tuple[int, set[str]]:
    """dbt's exit code, and the names of what failed."""
    aside = ASIDE if target == "prod" else ()
    command = _command((*LOGS, "build", "--target", target, *aside, *arguments))
    dbt = subprocess.Popen(  # noqa: S603
        command, env=settings.dbt_environ(), cwd=settings.root, stdout=subprocess.PIPE, text=True
    )
    spills = telling_what_spills(settings.duckdb_path()) if target == "dev" else nullcontext()
    with ending_with_us(dbt), spills, dbt:
        failed = follow(dbt.stdout or ())
    if dbt.returncode:
        click.echo("The build failed; dbt's own log is dbt_project/logs/dbt.log.")
    return dbt.returncode, failed


def build_all(
    settings: Settings,
    target: str,
    clients: Iterable[Client],
    *,
    full_refresh: bool = False,
    weekly: bool = True,
) -> int:
    """Build the marts when no load is running, tidy up, and say what of clients is not understood.

    A build that would make what is there is left out. All orders are made again where the SQL is
    new, at once when what is kept of them does not come to what they come to, and every week, in
    one of the builds that may be the `weekly` one.
    """
    from signalroom.review import lines, print_lines

    warehouse = settings.warehouse(target)
    with warehouse.lock("signalroom build", click.echo):
        sql = builds.sql_of(settings.root)
        inputs = builds.inputs_of(settings, warehouse, sql)
        before = builds.builds_of(warehouse)
        is_sql_new = builds.is_sql_new(before, sql)
        full_refresh = full_refresh or is_sql_new
        is_whole = full_refresh or (weekly and builds.is_whole_due(before))
        exit_code = 0
        if not is_whole and builds.is_the_same(before, inputs, warehouse):
            click.echo(f"Nothing is new since the build of {before[0].built_at:%F %R} UTC.")
        else:
            options = ["--full-refresh"] * full_refresh
            if is_sql_new:
                click.echo("The SQL is not that of the last build: all is made again.")
            if not is_sql_new or target != "dev":
                options.extend(NO_UNIT_TESTS)
            builds.begin(warehouse)
            if is_whole:
                builds.forget_orders(warehouse)
            exit_code, failed = _build(settings, target, *options)
            if SUMS in failed and not is_whole:
                click.echo("What is kept of orders does not add up: all of them are made again.")
                is_whole = True
                builds.forget_orders(warehouse)
                exit_code, _ = _build(settings, target, *NO_UNIT_TESTS)
            if exit_code == 0:
                for schema in ("intermediate", "marts"):
                    warehouse.tidy(schema)
                builds.note(warehouse, inputs, sql, is_whole=is_whole)
        if exit_code == 0:
            publish_where_served(settings, warehouse)
            for client in clients:
                print_lines(list(lines(warehouse, client.client_id)))
    return exit_code


def follow(lines: Iterable[str]) -> set[str]:
    """Print what dbt reports and how far it is: one moving line on a terminal, else a few lines.

    Returns the names of the models, seeds and tests that failed.
    """
    failed = set()
    moves = sys.stdout.isatty()
    ended = Counter[str]()
    printed_at = monotonic()
    for event in _events(lines):
        name, data = event["info"]["name"], event["data"]
        if event["info"]["level"] in {"warn", "error"} or name == "JinjaLogInfo":
            click.echo("\r\033[K" if moves else "", nl=False)
            for line in click.unstyle(event["info"]["msg"]).splitlines():
                say(line)
        if name in RESULTS:
            ended[name] += 1
            if event["info"]["level"] == "error":
                failed.add(data["node_info"]["node_name"])
            if moves or monotonic() - printed_at >= SECONDS_A_LINE:
                printed_at = monotonic()
                line = f"    {ended.total()} of {data[RESULTS[name]]} models, seeds and tests done"
                click.echo(f"\r{line}" if moves else line, nl=not moves)
        if name == "FinishedRunningStats":
            models, seeds, tests = (ended[result] for result in RESULTS)
            click.echo(
                ("\r\033[K" if moves else "")
                + f"    {models} models and {seeds} seeds built, {tests} tests run in "
                f"{data['execution_time']:.0f} s"
            )
    return failed


def _events(lines: Iterable[str]) -> Iterator[dict[str, Any]]:
    """dbt's events; a line that is none, such as a traceback, is an event that is an error."""
    for line in lines:
        try:
            yield json.loads(line)
        except ValueError:
            yield {"info": {"name": "", "level": "error", "msg": line.rstrip("\n")}, "data": {}}


def _command(arguments: Iterable[str]) -> list[str]:
    dbt = str(Path(sys.executable).with_name("dbt"))
    return [sys.executable, "-P", "-c", SELDOM_COLLECTED, dbt, *arguments]
