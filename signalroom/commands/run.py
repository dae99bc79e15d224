"""signalroom run"""

import sys
from contextlib import nullcontext, redirect_stdout
from datetime import date
from typing import TYPE_CHECKING, Literal

import click

from signalroom.config.settings import Settings
from signalroom.options import DAY, check_days, client_option, target_option
from signalroom.stopping import stoppable
from signalroom.terminal import say

if TYPE_CHECKING:
    from signalroom.operations.running.run import Asked, Outcome, Task


def _names(_: click.Context, __: click.Parameter, value: str | None) -> tuple[str, ...]:
    """The names of steps, with commas between them."""
    return tuple(part.strip() for part in value.split(",")) if value else ()


@click.command()
@click.argument("kind", type=click.Choice(["daily", "hourly"]), default="daily")
@client_option
@target_option
@click.option("--only", callback=_names, metavar="STEPS", help="These steps, with commas.")
@click.option("--skip", callback=_names, metavar="STEPS", help="All steps but these.")
@click.option("--start-date", type=DAY, help="First day to read, in the client's zone.")
@click.option("--end-date", type=DAY, help="Last day to read, included; else yesterday.")
@click.option("--full-refresh", is_flag=True, help="Load again from the client's start date.")
@click.option("--resume", is_flag=True, help="Go on with the same run, if it broke off or failed.")
@click.option("--force", is_flag=True, help="Also when the day has a good run and is complete.")
@click.option("--dry-run", is_flag=True, help="Show the plan; change nothing.")
@click.option(
    "--json", "is_json", is_flag=True, help="One object on standard output, for programs."
)
@stoppable("no table is half done; the same command with --resume goes on")
def run(  # noqa: PLR0917  # click passes them by name
    kind: Literal["daily", "hourly"],
    client_id: str | None,
    target: str,
    only: tuple[str, ...],
    skip: tuple[str, ...],
    start_date: date | None,
    end_date: date | None,
    full_refresh: bool,
    resume: bool,
    force: bool,
    dry_run: bool,
    is_json: bool,
) -> None:
    """Run the chain: load every source, build and test the marts, write the report.

    A step that fails holds back what needs it, and nothing else. What may be over by itself is
    tried again, each step is ended at its limit, and ops.runs and ops.run_steps keep what happened.
    While another run is going a daily one waits for a quarter of an hour, an hourly one not at all;
    then it ends, and nothing is done. Nor is it where the day has a good run and is complete. Exit
    code 1 when a step failed or was held back.

    \b
    signalroom run
    signalroom run --target prod --json
    signalroom run --only s3_exports
    signalroom run --resume
    signalroom run hourly --target prod
    """
    from loaders.errors import LoadError
    from signalroom.operations.running.run import Asked, prepare, run_now
    from signalroom.operations.running.steps import STEPS

    if dry_run and is_json:
        raise click.UsageError("--dry-run shows a plan for people: no --json")
    settings = Settings.of_this_process()
    asked = Asked(kind, client_id, only, skip, start_date, end_date, full_refresh)
    _refuse_what_cannot_be(settings, asked)
    try:
        if dry_run:
            _show_plan(prepare(settings, target, asked, STEPS, resume=resume))
            return
        with redirect_stdout(sys.stderr) if is_json else nullcontext():
            outcome = run_now(settings, target, asked, STEPS, say=say, resume=resume, force=force)
    except LoadError as error:
        raise click.ClickException(str(error)) from None
    _show(outcome, target, is_json=is_json)
    sys.exit(0 if isinstance(outcome, str) or outcome.run.status == "ok" else 1)


def _refuse_what_cannot_be(settings: Settings, asked: "Asked") -> None:
    from signalroom.operations.running.plan import chosen
    from signalroom.operations.running.run import clients_of
    from signalroom.operations.running.steps import STEPS

    known = [step.name for step in chosen(STEPS, asked.kind)]
    whose = f"a{'n' if asked.kind == 'hourly' else ''} {asked.kind} run: {', '.join(known)}"
    for name in (*asked.only, *asked.skip):
        if name not in known:
            raise click.UsageError(f"{name!r} is no step of {whose}")
    if not chosen(STEPS, asked.kind, only=asked.only, skip=asked.skip):
        raise click.UsageError(f"--only and --skip leave no step of {whose}")
    if asked.kind == "hourly" and (asked.start_date or asked.end_date or asked.full_refresh):
        raise click.UsageError("an hourly run reads the running day: no dates, no --full-refresh")
    clients, _ = clients_of(settings, asked)
    check_days(clients, asked.start_date, asked.end_date, full_refresh=asked.full_refresh)


def _show_plan(task: "Task") -> None:
    """What would be done, a line a step."""
    from signalroom.operations.running.summary import plan
    from signalroom.tables import print_parts

    print_parts(plan(task))


def _show(outcome: "Outcome | str", target: str, *, is_json: bool) -> None:
    """What became of it, or why nothing was done."""
    from signalroom.operations.running.summary import as_json, parts
    from signalroom.tables import print_parts

    if is_json:
        click.echo(as_json(outcome))
    elif isinstance(outcome, str):
        say(outcome)
    else:
        click.echo()
        print_parts(parts(outcome, target))
