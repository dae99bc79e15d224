"""Which steps a run does, and in what order."""

from signalroom.operations.running.plan import chosen, left
from signalroom.operations.running.step import Step
from signalroom.operations.running.steps import STEPS
from tests.signalroom.operations.running.conftest import step

SOME = [
    step("files"),
    step("clicks"),
    step("marts", after=("files", "clicks")),
    step("page", needs=("marts",)),
    step("copy"),
]


def names(steps: list[Step]) -> list[str]:
    return [one.name for one in steps]


def test_order_files_come_first_and_each_step_after_what_it_takes_up() -> None:
    order = names(list(STEPS))
    assert order[:3] == ["s3_exports", "everflow", "redtrack"]
    for place, one in enumerate(STEPS):
        assert {*one.after, *one.needs} <= set(order[:place]), one.name


def test_an_hour_reads_what_is_booked_by_the_hour() -> None:
    loads = [one.name for one in chosen(STEPS, "hourly") if one.command.startswith("signalroom lo")]
    assert loads == ["everflow", "redtrack"]


def test_some_steps_alone_or_all_but_some() -> None:
    assert names(chosen(SOME, "daily", only=["page", "files"])) == ["files", "page"]
    assert names(chosen(SOME, "daily", skip=["copy"])) == ["files", "clicks", "marts", "page"]


def test_what_is_done_is_left_out_unless_it_takes_up_what_is_done_now() -> None:
    assert names(left(SOME, {"files", "clicks", "copy"})) == ["marts", "page"]
    assert names(left(SOME, {"files", "marts", "page"})) == ["clicks", "marts", "page", "copy"]
    assert left(SOME, names(SOME)) == []
