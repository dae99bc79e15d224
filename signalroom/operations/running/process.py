"""A step in a process of its own, which is ended when it takes too long or when we are.

It is forked, so that it has our clock, our settings and the secrets that are hidden; no connection
to a warehouse is open then but that of the run's own lock, which it leaves alone.
"""

import logging
import subprocess
from dataclasses import replace
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from multiprocessing.context import ForkProcess

import click

from loaders.errors import LoadError
from loaders.http import Answer, answers
from loaders.redaction import redact
from signalroom.operations.running.step import Context, Step, StepResult
from signalroom.stopping import GRACE, end, ending_with_us, stoppable

log = logging.getLogger(__name__)


class StepProcess(ForkProcess):
    """A process that may be waited for like a `subprocess.Popen`."""

    def wait(self, timeout: float | None = None) -> int:
        self.join(timeout)
        if self.exitcode is None:
            raise subprocess.TimeoutExpired(self.name, timeout or 0)
        return self.exitcode


def attempt(step: Step, context: Context) -> StepResult:
    """Do a step; whatever goes wrong is its result."""
    collected: list[Answer] = []
    answers.set(collected)
    return replace(_done(step, context), answers=tuple(collected))


def _done(step: Step, context: Context) -> StepResult:
    try:
        return step.run(context)
    except LoadError as error:
        return StepResult("failed", str(error), is_transient=error.is_transient)
    except click.ClickException as error:
        return StepResult("failed", redact(error.format_message()))
    except Exception as error:
        log.error("unexpected error", exc_info=error)
        return StepResult("failed", redact(f"{type(error).__name__}: {error}"))


def attempt_apart(step: Step, context: Context) -> StepResult:
    """Do a step in a process of its own, within its limit."""
    ours, theirs = Pipe(duplex=False)
    process = StepProcess(name=step.name, target=_work, args=(step, context, theirs))
    process.start()
    theirs.close()  # or its end would not be heard
    with ending_with_us(process), ours:
        if not ours.poll(step.minutes * 60):
            end(process)
            text = f"ended after {step.minutes:g} min, its limit"
            return StepResult("failed", text)  # it would take as long at once: the next run tries
        try:
            result: StepResult = ours.recv()
        except EOFError:
            code = process.wait()
            how = f"was killed by signal {-code}" if code < 0 else f"ended with exit code {code}"
            return StepResult("failed", f"its process {how}", is_transient=True)
        process.join(GRACE)  # a thread of a library must not hold us
        process.kill()
    return result


def _work(step: Step, context: Context, answer: Connection) -> None:
    with stoppable(what_now=None):  # whoever is told is told by the run
        answer.send(attempt(step, context))
