"""Doing the steps of a plan, one after the other, and noting each when it has ended."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from time import sleep
from typing import Literal

from loaders import clock
from loaders.http import Answer
from loaders.warehouse.base import Say
from signalroom.operations.running.process import attempt_apart
from signalroom.operations.running.step import Context, Step, StepResult

WAITS = (60.0, 300.0)  # seconds before what may be over by itself is tried again
Status = Literal["ok", "skipped", "failed", "held back"]
WELL: tuple[Status, ...] = ("ok", "skipped")


@dataclass(frozen=True)
class StepRun:
    """One row of `ops.run_steps`: what became of a step of a run.

    What is left out of its repr is not stored: what services answered to its last attempt.
    """

    run_id: str
    step: str
    status: str
    attempts: int
    started_at: datetime
    finished_at: datetime
    rows: int | None
    message: str
    answers: Sequence[Answer] = field(default=(), repr=False)

    @property
    def is_well(self) -> bool:
        """Whether nobody needs to look at it."""
        return self.status in WELL


def execute(
    steps: Iterable[Step],
    context: Context,
    *,
    say: Say,
    attempt: Callable[[Step, Context], StepResult] = attempt_apart,
    wait: Callable[[float], None] = sleep,
) -> Iterator[StepRun]:
    """Do the steps; one that fails holds back those alone that need it."""
    missing: set[str] = set()
    for step in steps:
        started_at = clock.now()
        if lacking := [name for name in step.needs if name in missing]:
            result, attempts = None, 0
            status, message = "held back", f"it needs {', '.join(lacking)}"
        else:
            say(f"== {step.name}")
            result, attempts = _try(step, context, say, attempt, wait)
            status, message = result.status, result.message
        if status not in WELL:
            missing.add(step.name)
        yield StepRun(
            context.run_id,
            step.name,
            status,
            attempts,
            started_at,
            clock.now(),
            result.rows if result else None,
            message,
            result.answers if result else (),
        )


def _try(
    step: Step,
    context: Context,
    say: Say,
    attempt: Callable[[Step, Context], StepResult],
    wait: Callable[[float], None],
) -> tuple[StepResult, int]:
    """The result of the last attempt, and how many there were."""
    for attempts, seconds in enumerate(WAITS, start=1):
        result = attempt(step, context)
        if not result.is_transient:
            return result, attempts
        say(f"{step.name}: {result.message}; trying again in {seconds:.0f} s")
        wait(seconds)
    return attempt(step, context), len(WAITS) + 1
