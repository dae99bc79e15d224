"""What of a run asks for a person: sources and steps that fail, and nights without a run."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Literal

from loaders.warehouse import Warehouse
from signalroom.config.clients import Client
from signalroom.operations.problem import Problem
from signalroom.operations.running.history import Run, failing_since, newest_steps, runs_of
from signalroom.operations.running.run import missed_nights
from signalroom.operations.running.steps import STEPS, command
from signalroom.overview import Trouble, troubles

# without these tomorrow's numbers are wrong or missing
CRITICAL = {"everflow", "redtrack", "s3_exports", "mappings", "build"}


def problems(
    warehouse: Warehouse, clients: Sequence[Client], run: Run, now: datetime
) -> list[Problem]:
    """What is wrong as of a run, which may still be going on."""
    with warehouse.reading():
        found = list(troubles(warehouse, clients, target=warehouse.target, now=now))
        told = {trouble.source for trouble in found if trouble.error}
        return [
            *map(_of_source, found),
            *_of_steps(warehouse, told),
            *_of_nights(warehouse, run),
        ]


def _of_source(one: Trouble) -> Problem:
    return Problem(
        f"load {one.client_id} {one.what}",
        one.client_id,
        _severity(one.source),
        f"{one.client_id} {one.what} {'fails' if one.error else 'is late'}",
        "\n".join(filter(None, [one.error, one.last_good])),
        one.since,
        one.command,
    )


def _of_steps(warehouse: Warehouse, told: set[str]) -> Iterator[Problem]:
    """The steps that failed when they were done last, in a daily or an hourly run.

    But for those of sources of which it is told already.
    """
    names = {step.name for step in STEPS}  # an earlier release may have had others
    for step in newest_steps(warehouse):
        if step.status == "failed" and step.step in names - told:
            yield Problem(
                f"step {step.step}",
                "",
                _severity(step.step),
                f"step {step.step} fails",
                step.message,
                failing_since(warehouse, step.step),
                command(step.step, warehouse.target),
            )


def _of_nights(warehouse: Warehouse, run: Run) -> Iterator[Problem]:
    if missed := missed_nights(runs_of(warehouse, run.kind), run):
        days = ", ".join(map(str, missed))
        text = "none came to its end; this one reads what was missed"
        look = "signalroom status" + (" --target prod" if warehouse.target == "prod" else "")
        key = f"no run of {missed[0]}"
        title = f"no run of {days}"
        yield Problem(key, "", "warning", title, text, run.started_at, look, is_over=True)


def _severity(name: str) -> Literal["warning", "critical"]:
    return "critical" if name in CRITICAL else "warning"
