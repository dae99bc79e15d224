"""What a run is to do, and what became of it, for people and for programs."""

import json
from collections.abc import Iterator
from datetime import timedelta

from signalroom.operations.running.run import Outcome, Task
from signalroom.operations.running.steps import command
from signalroom.tables import Part


def plan(task: Task) -> Iterator[Part]:
    """The steps that are left, in their order."""
    run, target = task.run, task.context.target
    clients = ", ".join(client.client_id for client in task.context.clients) or "none"
    rows = [
        (step.name, f"{step.minutes:g} min", ", ".join(step.needs), command(step.name, target))
        for step in task.steps
    ]
    title = f"{run.kind} run of {run.day} on {task.context.warehouse.name}, clients: {clients}"
    done = [f"done already: {', '.join(step.step for step in task.done)}"] if task.done else []
    yield Part(title, ("step", "limit", "needs", "by hand"), rows, notes=done)


def parts(outcome: Outcome, target: str) -> Iterator[Part]:
    """What failed, with the command to look at it, then all steps."""
    run = outcome.run
    bad = [step for step in outcome.steps if not step.is_well]
    if bad:
        lines = [
            f"{one.step} {one.status}: {one.message}; to look at it: `{command(one.step, target)}`"
            for one in bad
        ]
        yield Part("What failed:", notes=lines)
    rows = [
        (
            one.step,
            one.status,
            one.attempts,
            one.rows,
            _took(one.finished_at - one.started_at),
            one.message,
        )
        for one in outcome.steps
    ]
    took = f", {_took(run.finished_at - run.started_at)} min" if run.finished_at else ""
    yield Part(
        f"{run.kind} run {run.run_id} of {run.day}: {run.status}{took}",
        ("step", "status", "attempts", "rows", "took", "message"),
        rows,
        texts=("message",),
        expendable=("attempts", "rows"),
        notes=[f"not kept in the warehouse: {run.message}"] if run.message else [],
    )


def as_json(outcome: Outcome | str) -> str:
    """One object; `status` is ok, failed or, where there was nothing to do, idle."""
    if isinstance(outcome, str):
        return json.dumps({"status": "idle", "message": outcome})
    steps = [{n: v for n, v in vars(step).items() if n != "answers"} for step in outcome.steps]
    told = vars(outcome.run) | {"missed_nights": outcome.missed, "steps": steps}
    return json.dumps(told, default=str)


def _took(time: timedelta) -> str:
    seconds = round(time.total_seconds())
    return f"{seconds // 60}:{seconds % 60:02}"
