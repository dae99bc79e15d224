"""One run: what there is to do now, doing it, and what became of it."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from time import monotonic, sleep

import click

from loaders import clock
from loaders.errors import LoadError, WarehouseError
from loaders.warehouse import Warehouse
from loaders.warehouse.base import Say
from loaders.windows import local_day
from signalroom.config.clients import Client, select_clients
from signalroom.config.config_file import ConfigError
from signalroom.config.settings import Settings
from signalroom.loading import new_run_id
from signalroom.operations.alerts.unreachable import tell_unreachable
from signalroom.operations.gate import gate_of
from signalroom.operations.notify.channels import channels_by_client
from signalroom.operations.running.execute import StepRun, execute
from signalroom.operations.running.history import History, Run, runs_of, steps_of
from signalroom.operations.running.plan import chosen, left
from signalroom.operations.running.step import Context, Kind, Step
from signalroom.operations.telemetry.logs import logged_with
from signalroom.operations.telemetry.tell import tell_machines

# seconds to wait for another run: the next hour brings the next hourly one
PATIENCE: dict[Kind, float] = {"daily": 900.0, "hourly": 0.0}


@dataclass(frozen=True)
class Asked:
    """What somebody asked to be run."""

    kind: Kind = "daily"
    client_id: str | None = None
    only: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()
    start_date: date | None = None
    end_date: date | None = None
    full_refresh: bool = False

    @property
    def options(self) -> str:
        """What it differs in from a whole run; '' where in nothing."""
        options = {name: value for name, value in vars(self).items() if value}
        for name in ("kind", "client_id"):  # which have columns of their own
            options.pop(name, None)
        return json.dumps(options, default=str) if options else ""


@dataclass(frozen=True)
class Task:
    """A run that is about to begin: its steps that are left, and what is done already.

    `left_out`: clients that it cannot be about, and why; its step `mappings` fails for the same.
    """

    run: Run
    steps: Sequence[Step]
    context: Context
    done: Sequence[StepRun] = ()
    left_out: Mapping[str, ConfigError] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """A run at its end."""

    run: Run
    steps: Sequence[StepRun]
    missed: Sequence[date]


def prepare(
    settings: Settings, target: str, asked: Asked, steps: Sequence[Step], *, resume: bool = False
) -> Task:
    """What is to be done now: everything that was asked for, or what a broken run left of it."""
    clients, left_out = clients_of(settings, asked)
    if not clients and not left_out:
        raise click.ClickException("no client is active; see docs/DATA_ORGANIZATION.md")
    now = clock.now()
    today = min((local_day(now, client.timezone) for client in clients), default=now.date())
    day = (asked.end_date or today - timedelta(1)) if asked.kind == "daily" else today
    run = Run(
        new_run_id(),
        asked.kind,
        asked.client_id or "",
        asked.options,
        day,
        now,
        None,
        "running",
        "",
    )
    wanted = chosen(steps, asked.kind, only=asked.only, skip=asked.skip)
    done: list[StepRun] = []
    if resume:
        warehouse = settings.warehouse(target)
        with warehouse.reading():
            if broken := _broken(warehouse, run):
                run = replace(run, run_id=broken.run_id, started_at=broken.started_at)
                done = [step for step in steps_of(warehouse, run.run_id) if step.is_well]
    wanted = left(wanted, {step.step for step in done})
    names = {step.name for step in wanted}
    context = Context(
        settings,
        target,
        clients,
        asked.kind,
        run.run_id,
        asked.start_date,
        asked.end_date,
        asked.full_refresh,
    )
    done = [step for step in done if step.step not in names]
    return Task(run, wanted, context, done, left_out)


def clients_of(settings: Settings, asked: Asked) -> tuple[list[Client], Mapping[str, ConfigError]]:
    """The clients that a run is about, and those that it leaves out as nobody can read their file.

    ConfigError where it was asked for one of these alone.
    """
    readable, broken = settings.readable_clients()
    if asked.client_id is None:
        return select_clients(readable, None), broken
    if asked.client_id in broken:
        raise broken[asked.client_id]
    return select_clients(readable, asked.client_id), {}


def is_done(task: Task) -> bool:
    """Whether a good run of everything left nothing of the day to wait for."""
    warehouse, now = task.context.warehouse, clock.now()
    if task.run.kind != "daily" or task.run.options or task.left_out:
        return False
    with warehouse.reading():
        return any(one.status == "ok" for one in _alike(warehouse, task.run)) and all(
            gate_of(warehouse, client, now).is_complete for client in task.context.clients
        )


def run_now(
    settings: Settings,
    target: str,
    asked: Asked,
    steps: Sequence[Step],
    *,
    say: Say,
    resume: bool = False,
    force: bool = False,
) -> Outcome | str:
    """Do what was asked for when no other run is going, or say why nothing was done."""
    warehouse = settings.warehouse(target)
    try:
        with _alone(warehouse, PATIENCE[asked.kind], say) as is_alone:
            if not is_alone:
                return f"another run is going on {warehouse.name}; nothing was done"
            with warehouse.lock("signalroom run", say):  # a load by hand is waited for
                task = prepare(settings, target, asked, steps, resume=resume)
                has_ended = not force and is_done(task)
            if has_ended:
                return f"{task.run.day} has a good run and is complete; nothing was done (--force)"
            if resume and not task.done:
                say("there is nothing to go on with: all that is asked for is done now")
            with logged_with(run=task.run.run_id):
                return carry_out(task, say=say)
    except LoadError as error:  # not even the step that tells people can be begun
        tell_unreachable(
            channels_by_client(settings, ()), warehouse, error, now=clock.now(), say=say
        )
        raise


def carry_out(
    task: Task,
    *,
    say: Say,
    doing: Callable[..., Iterator[StepRun]] = execute,
) -> Outcome:
    """Do it, and keep what became of it; WarehouseError where not even the beginning is kept."""
    for client_id, why in task.left_out.items():
        say(f"{client_id} is left out: {why.message}")
    history = History(task.context.warehouse, say)
    history.begin(task.run)
    with history.warehouse.reading():
        missed = missed_nights(runs_of(history.warehouse, "daily"), task.run)
    if missed:
        say(f"no run of {', '.join(map(str, missed))}: what was missed is read now")
    steps, unkept = list(task.done), ""
    for step in doing(task.steps, task.context, say=say):
        steps.append(step)
        try:
            history.note(step)
        except WarehouseError as error:
            unkept = str(error)
            say(f"{step.step} is not noted: {error}")
    is_well = not unkept and not task.left_out and all(step.is_well for step in steps)
    status = "ok" if is_well else "failed"
    run = replace(task.run, finished_at=clock.now(), status=status, message=unkept)
    try:
        history.finish(run)
    except WarehouseError as error:
        run = replace(run, status="failed", message=str(error))
    tell_machines(task.context.settings, task.context.target, run, steps, say)
    return Outcome(run, steps, missed)


def missed_nights(runs: Sequence[Run], run: Run) -> list[date]:
    """The days between the newest one of which a run came to its end, and this one's."""
    if run.kind != "daily" or run.options:
        return []
    alike = [one for one in runs if (one.client_id, one.options) == (run.client_id, "")]
    ended = [one.day for one in alike if one.finished_at and one.run_id != run.run_id]
    before = max((day for day in ended if day <= run.day), default=run.day)
    return [before + timedelta(days) for days in range(1, (run.day - before).days)]


@contextmanager
def _alone(warehouse: Warehouse, seconds: float, say: Say) -> Iterator[bool]:
    """Whether no other run is going, at the latest after so many seconds."""
    until = monotonic() + seconds
    while True:
        with warehouse.alone("run") as is_alone:
            if is_alone or monotonic() >= until:
                yield is_alone
                return
        say("waiting for another run to end")
        sleep(min(15.0, seconds))


def _alike(warehouse: Warehouse, run: Run) -> list[Run]:
    """Earlier runs that were asked for in the same words, of the same day; the newest first."""
    return [
        one
        for one in runs_of(warehouse, run.kind)
        if (one.client_id, one.options, one.day) == (run.client_id, run.options, run.day)
    ]


def _broken(warehouse: Warehouse, run: Run) -> Run | None:
    """The run to go on with: the newest one like it, if it is not well and its hour is not over."""
    newest = next(iter(_alike(warehouse, run)), None)
    if newest is None or newest.status == "ok":
        return None
    if run.kind == "hourly" and not _same_hour(newest.started_at, run.started_at):
        return None
    return newest


def _same_hour(one: datetime, other: datetime) -> bool:
    return one.timestamp() // 3600 == other.timestamp() // 3600
