"""What is said of a problem that comes, stays, goes and flaps, over hours of an injected clock."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signalroom.operations.alerts.alert import REMIND, STEADY, Alert, compare
from signalroom.operations.alerts.telling import urgent
from signalroom.operations.problem import Problem

START = datetime(2025, 12, 19, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
PROBLEM = Problem("load 713 everflow", "713", "warning", "Everflow failed", "HTTP 500", START, "do")


class Told:
    """Hours of one problem: x stands, X stands and is critical, . is not there, s snoozes it."""

    def __init__(self, *, every: timedelta = HOUR) -> None:
        self.now, self.every, self.known = START, every, list[Alert]()
        self.urgent = 0

    def hour(self, mark: str) -> str:
        """What is said, or nothing."""
        if mark == "s":  # for six hours, and it stands
            self.known = [replace(a, snoozed_until=self.now + 6 * HOUR) for a in self.known]
        stands = replace(PROBLEM, severity="critical") if mark == "X" else PROBLEM
        problems = [] if mark == "." else [stands]
        after, news = compare(self.known, problems, {"713"}, self.now)
        untouched = [alert for alert in self.known if not after]
        self.known = after or untouched
        self.now += self.every
        self.urgent += len(urgent(news))
        return "".join(one.kind for one in news)

    def hours(self, marks: str) -> Iterator[str]:
        for number, mark in enumerate(marks):
            if said := self.hour(mark):
                yield f"{number} {said}"


@pytest.mark.parametrize(
    ("marks", "told"),
    [
        ("..", []),
        ("xxx", ["0 new"]),
        ("x" * 47, ["0 new", "23 open", "46 open"]),
        ("xx..", ["0 new", "2 recovered"]),
        ("x" + "." * 13 + "x.", ["0 new", "1 recovered", "14 new", "15 recovered"]),
        ("x.x.x.x.x" + "." * 13, ["0 new", "1 recovered", "2 again", "20 recovered"]),
        ("x." * 30, ["0 new", "1 recovered", "2 again", "26 open", "50 open"]),
        ("xxXX.", ["0 new", "2 new", "4 recovered"]),
        ("XXxx.", ["0 new", "4 recovered"]),
        ("xsxxxxxxx", ["0 new", "7 open"]),
        ("xs...", ["0 new"]),
        ("xs" + "x" * 40, ["0 new", "7 open", "30 open"]),
        ("xs.x.x.......x", ["0 new", "13 again"]),
    ],
)
def test_what_is_told(marks: str, told: list[str]) -> None:
    assert list(Told().hours(marks)) == told


def test_what_is_over_already_is_told_once_and_never_as_recovered() -> None:
    missed = replace(PROBLEM, is_over=True)
    known, news = compare([], [missed], {"713"}, START)
    assert [one.kind for one in news] == ["new"]
    for problems in ([missed], []):
        assert compare(known, problems, {"713"}, START + HOUR) == ([], [])


@pytest.mark.parametrize(("marks", "urgent"), [("xxx", 0), ("XXX.X", 1), ("xX.x", 1)])
def test_somebody_is_woken_once(marks: str, urgent: int) -> None:
    told = Told()
    list(told.hours(marks))
    assert told.urgent == urgent


def test_a_failure_of_each_second_night_is_told_each_time() -> None:
    """A run is a minute early or late, and is none the less a night's own."""
    for early in (timedelta(0), timedelta(minutes=-1), timedelta(minutes=1)):
        told = Told(every=timedelta(days=1) + early)
        expected = [f"{n} {'recovered' if n % 2 else 'new'}" for n in range(8)]
        assert list(told.hours("x." * 4)) == expected
        assert list(Told(every=timedelta(days=1) + early).hours("xxx.")) == [
            "0 new", "1 open", "2 open", "3 recovered",
        ]  # fmt: skip


@given(st.text("x.", max_size=90))
def test_no_flapping_is_spam_and_nothing_is_hidden(marks: str) -> None:
    told = Told()
    said = [(START + n * HOUR, told.hour(mark)) for n, mark in enumerate(marks + "." * 25)]
    news = [(at, kind) for at, kind in said if kind]
    if "x" not in marks:
        assert not news
        return
    assert news[0] == (START + marks.index("x") * HOUR, "new")
    assert news[-1][1] == "recovered"
    for (_, earlier), (_, later) in pairwise(news):  # it is told as it is
        assert (earlier == "recovered") == (later in ("new", "again"))
    for start, _ in news:
        within = [kind for at, kind in news if start <= at < start + STEADY]
        assert len(within) <= 4
    stands = [at for at, kind in news if kind in ("open", "again", "new")]
    for one, two in pairwise(stands):
        assert two - one >= REMIND or any(one < at < two for at, k in news if k == "recovered")


def test_what_this_run_is_not_about_stays_as_it_is() -> None:
    told = Told()
    told.hour("x")
    for problems in ([], [replace(PROBLEM, key="other")]):
        after, news = compare(told.known, problems, {"", "cti"}, told.now)
        assert (after, news) == ([], [])


def test_it_began_when_it_was_first_seen_to_begin() -> None:
    told = Told()
    told.hour("x")
    later = replace(PROBLEM, since=START + 5 * HOUR, text="another reason")
    ((alert,), _) = compare(told.known, [later, later], {"713"}, told.now)
    assert (alert.since, alert.text, alert.times) == (START, "another reason", 1)
