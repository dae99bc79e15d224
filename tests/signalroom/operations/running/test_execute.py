"""What becomes of a step that fails, and of those that come after it."""

from signalroom.operations.running.execute import WAITS, StepRun, execute
from signalroom.operations.running.process import attempt
from signalroom.operations.running.step import Context, Step, StepResult
from tests.signalroom.operations.running.conftest import DOWN, FAILED, OK, step


def run(context: Context, *steps: Step) -> tuple[dict[str, StepRun], list[float]]:
    """What became of each, and how long was waited."""
    waited: list[float] = []
    done = execute(steps, context, say=lambda _: None, attempt=attempt, wait=waited.append)
    return {one.step: one for one in done}, waited


def test_a_failure_holds_back_what_needs_it_and_nothing_else(context: Context) -> None:
    done, _ = run(
        context,
        step("clicks", lambda _: FAILED),
        step("marts", after=("clicks",)),
        step("page", lambda _: FAILED, needs=("marts",)),
        step("mail", needs=("page",)),
        step("post", needs=("mail",)),
        step("copy"),
    )
    assert {name: one.status for name, one in done.items()} == {
        "clicks": "failed",
        "marts": "ok",
        "page": "failed",
        "mail": "held back",
        "post": "held back",
        "copy": "ok",
    }
    assert (done["mail"].message, done["mail"].attempts) == ("it needs page", 0)


def test_what_may_be_over_by_itself_is_tried_again_and_a_mistake_is_not(context: Context) -> None:
    answers = [DOWN, DOWN, StepResult("ok", rows=7)]
    done, waited = run(
        context, step("clicks", lambda _: answers.pop(0)), step("key", lambda _: FAILED)
    )
    assert (done["clicks"].status, done["clicks"].attempts, done["clicks"].rows) == ("ok", 3, 7)
    assert waited == list(WAITS)
    assert done["key"].attempts == 1


def test_what_stays_down_is_given_up(context: Context) -> None:
    done, waited = run(context, step("clicks", lambda _: DOWN))
    assert (done["clicks"].status, done["clicks"].attempts) == ("failed", 3)
    assert waited == list(WAITS)


def test_an_error_of_any_kind_is_the_steps_own(context: Context) -> None:
    def mistake(_: Context) -> StepResult:
        raise KeyError("nobody thought of it")

    done, _ = run(context, step("clicks", mistake), step("copy", lambda _: OK))
    assert done["clicks"].message == "KeyError: 'nobody thought of it'"
    assert done["copy"].is_well
