"""Faulty answers of any kind, at any time: what is ok is right, and the next load heals the rest.

`faults.UNSEEN` names what nobody can see.
"""

import time
from functools import partial

import pytest

from loaders.registry import SOURCES
from loaders.verify import GOOD
from tests.conftest import Prepared
from tests.sources.conftest import Case, behind, load_first
from tests.sources.faults import KINDS, UNSEEN, WITH_TOTALS, Faults
from tests.support import DECEMBER, on_both_targets

each_source = pytest.mark.parametrize("source", SOURCES)


def disturb(
    case: Case,
    prepared: Prepared,
    patch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    *,
    least: int,
    seed: int,
) -> None:
    """Load what changed upstream again and again, until so many answers were faulty."""
    print(f"seed {seed}")  # noqa: T201  # of a test that failed
    target = "prod" if case.project.database else "dev"
    first = prepared(case.source, target, partial(load_first, case.source))
    case.sample.move(case.sandbox, 1)
    case.load()
    twin = case.state()
    faults = Faults(seed, share=0.3)
    while faults.given.total() < least:
        case.project.copy_warehouse(first)
        runs, before = len(case.ledger("1")), faults.given.copy()
        with behind(case.sandbox, faults, case.project, patch), patch.context() as impatient:
            impatient.setenv("RUNTIME__REQUEST_TIMEOUT", "1")
            impatient.setenv("RUNTIME__REQUEST_MAX_ATTEMPTS", "2")
            said = case.project.run("load", case.source, *DECEMBER).output
        given = faults.given - before
        unseen = case.source not in WITH_TOTALS and UNSEEN & given.keys()
        for table, verdict, error in case.ledger("table_name, verdict, error")[runs:]:
            if verdict in GOOD and not unseen:
                assert case.rows(table) == twin[table], (table, given, said)
            assert "Traceback" not in (error or "")
        assert "unexpected error" not in caplog.text, (given, caplog.text)
    case.load()
    assert case.state() == twin, faults.given


def test_there_are_31_kinds() -> None:
    assert len(KINDS) == 31


@each_source
def test_what_is_ok_is_right_and_the_next_load_heals(
    case: Case,
    prepared: Prepared,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    disturb(case, prepared, monkeypatch, caplog, least=5, seed=713)


@pytest.mark.soak
@pytest.mark.timeout(1800)
@each_source
@on_both_targets
def test_four_hundred_faulty_answers(
    case: Case,
    prepared: Prepared,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Of six sources on two engines, 34 each."""
    disturb(case, prepared, monkeypatch, caplog, least=34, seed=int(time.time()))
