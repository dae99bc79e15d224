"""What a run is to do: the steps of its kind that were asked for, without those that are done."""

from collections.abc import Collection, Sequence

from signalroom.operations.running.step import Kind, Step


def chosen(
    steps: Sequence[Step], kind: Kind, *, only: Collection[str] = (), skip: Collection[str] = ()
) -> list[Step]:
    """The steps of a kind, in their order."""
    return [
        step
        for step in steps
        if kind in step.kinds and (not only or step.name in only) and step.name not in skip
    ]


def left(steps: Sequence[Step], done: Collection[str]) -> list[Step]:
    """The steps that are not done, and those that take up the work of one of them."""
    again: list[Step] = []
    for step in steps:
        names = {other.name for other in again}
        if step.name not in done or names & {*step.after, *step.needs}:
            again.append(step)
    return again
