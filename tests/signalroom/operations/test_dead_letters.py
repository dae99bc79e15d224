"""What was refused is kept with its original, and put in its place once by a replay."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from loaders import clock
from loaders.fitting import FITTERS, fit_bigint
from loaders.originals import kept, read_back
from loaders.warehouse import DuckDB
from sandbox.s3 import S3Exports
from sandbox.server import Sandbox
from tests.loaders.test_covered import ALL, covered
from tests.support import DECEMBER, Project, on_both_targets

CARD = "4111 1111 1111 1111"
KEY = "orders-create/orders-create-2025-12-19.csv"


@pytest.fixture
def spoiled(loaded_project: Project, sandbox: Sandbox) -> Project:
    """A project whose newest load refused one row of Everflow."""
    refuse(loaded_project, sandbox, "n/a")
    return loaded_project


def refuse(project: Project, sandbox: Sandbox, value: str) -> None:
    sandbox.everflow.faults.on("bad_metric", metric="cv", value=value)
    assert project.run("load", "everflow", *DECEMBER).exit_code == 0
    sandbox.everflow.faults.clear()


@contextmanager
def newer_release(patch: pytest.MonkeyPatch) -> Iterator[None]:
    """One that can read n/a."""
    with patch.context() as patched:
        patched.setitem(FITTERS, "bigint", lambda v: 7 if v == "n/a" else fit_bigint(v))
        yield


def letters(project: Project, columns: str = "kind, reason, replayed_at") -> list[tuple[Any, ...]]:
    return project.query(f"select {columns} from ops.rejected_rows order by rejected_at, line")


@on_both_targets
def test_a_row_is_put_in_its_place_once(spoiled: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    before = spoiled.raw("everflow")
    ((letter, day),) = letters(spoiled, "rejected_row_id, date")
    assert letter[:12] in spoiled.run("dead-letters", "list", "--source", "everflow").output
    assert '"conversions": "n/a"' in spoiled.run("dead-letters", "show", letter[:8]).output

    refused = spoiled.run("dead-letters", "replay", letter[:8])
    assert refused.exit_code == 1
    assert "waits still: conversions: 'n/a' is not a number" in refused.output
    assert spoiled.raw("everflow") == before

    with newer_release(monkeypatch):
        placed = spoiled.run("dead-letters", "replay", "--reason", "not a number")
        assert (placed.exit_code, "1 of 1 are in their place" in placed.output) == (0, True)
        again = spoiled.run("dead-letters", "replay", letter)
    assert (again.exit_code, "it is replayed" in again.output) == (0, True)
    (added,) = set(spoiled.raw("everflow")) - set(before)
    assert added[0] == day
    assert 7 in added
    assert len(spoiled.raw("everflow")) == len(before) + 1 == 444


def test_its_day_is_free(spoiled: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(ALL - covered(spoiled)) == 1
    with newer_release(monkeypatch):
        spoiled.run("dead-letters", "replay")
    assert covered(spoiled) == ALL


def test_who_dies_in_the_middle_leaves_nothing_half_done(
    spoiled: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, kept_aside = spoiled.raw("everflow"), letters(spoiled)
    whole = DuckDB.transaction

    @contextmanager
    def dying(self: DuckDB) -> Iterator[Any]:
        with whole(self) as execute:

            def until_the_note(sql: str, parameters: Any = ()) -> None:
                if sql.startswith("update ops.rejected_rows"):
                    raise KeyboardInterrupt
                execute(sql, parameters)

            yield until_the_note

    with newer_release(monkeypatch):
        with monkeypatch.context() as patched:
            patched.setattr(DuckDB, "transaction", dying)
            assert spoiled.run("dead-letters", "replay").output.endswith("Aborted!\n")
        assert (spoiled.raw("everflow"), letters(spoiled)) == (before, kept_aside)
        assert spoiled.run("dead-letters", "replay").exit_code == 0
    assert len(spoiled.raw("everflow")) == len(before) + 1


def test_a_row_whose_key_is_taken_stays_where_it_is(
    spoiled: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two rows of one key in an answer: one is in the table, and nobody knows which is right."""
    with newer_release(monkeypatch):
        spoiled.run("dead-letters", "replay")
        before = spoiled.raw("everflow")
        spoiled.execute("update ops.rejected_rows set replayed_at = null")
        assert spoiled.run("dead-letters", "replay").exit_code == 1
    ((_, reason, replayed_at),) = letters(spoiled)
    assert "is there, of the same read or a later one" in reason
    assert replayed_at is None
    assert spoiled.raw("everflow") == before


def test_a_later_read_settles_what_was_refused_before(spoiled: Project) -> None:
    assert spoiled.run("load", "everflow", *DECEMBER).exit_code == 0
    before = spoiled.raw("everflow")
    assert "waits for anybody" in spoiled.run("dead-letters", "list").output
    assert " settled " in spoiled.run("dead-letters", "list", "--all").output
    assert "waits for anybody" in spoiled.run("dead-letters", "replay").output
    assert spoiled.raw("everflow") == before


def test_card_numbers_and_secrets_are_taken_out_and_the_row_is_read_again(
    loaded_project: Project, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = loaded_project.environ["EVERFLOW_API_KEY"]
    refuse(loaded_project, sandbox, f"{CARD} {secret}")
    ((payload, reason, is_whole),) = letters(loaded_project, "payload, reason, is_whole")
    for text in (payload, reason, loaded_project.run("dead-letters", "list").output):
        assert "4111 1111" not in text
        assert secret not in text
    assert "**** **** **** 1111" in payload
    assert not is_whole
    sandbox.everflow.faults.on("bad_metric", metric="cv", value=f"{CARD} {secret}")
    again = loaded_project.run("dead-letters", "replay")
    assert (again.exit_code, "0 of 1 are in their place" in again.output) == (1, True)
    sandbox.everflow.faults.clear()
    assert loaded_project.run("dead-letters", "replay").exit_code == 0
    assert len(loaded_project.raw("everflow")) == 444
    assert covered(loaded_project) == ALL


def test_what_is_read_again_and_refused_again_still_waits(
    project: Project, bucket: S3Exports
) -> None:
    bucket.empty()
    bucket.put(KEY, b"orders_id,order_status,total_amount\n1,NEW,95\n2,NEW\n3\n4,NEW,95\n")
    assert project.run("load", "s3_exports").exit_code == 0
    for _ in range(2):
        of_one = project.query(
            "select rejected_row_id from ops.rejected_rows where line = 2 "
            "order by rejected_at desc limit 1"
        )[0][0]
        for replay, said in ((("replay", of_one), "0 of 1 are"), (("replay",), "0 of 2 are")):
            done = project.run("dead-letters", *replay)
            assert (done.exit_code, said in done.output) == (1, True), done.output
            assert "waits still: 2 fields instead of 3" in done.output
    bucket.put(KEY, b"orders_id,order_status,total_amount\n1,NEW,95\n2,NEW,95\n3\n4,NEW,95\n")
    done = project.run("dead-letters", "replay")
    assert (done.exit_code, "1 of 2 are in their place" in done.output) == (1, True), done.output


def test_an_answer_is_kept_and_read_again(loaded_project: Project, sandbox: Sandbox) -> None:
    sandbox.everflow.faults.on("html")
    assert loaded_project.run("load", "everflow", *DECEMBER).exit_code == 1
    ((kind, reason, payload),) = letters(loaded_project, "kind, reason, payload")
    assert (kind, "that is not JSON" in reason, "html" in payload) == ("answer", True, True)
    still = loaded_project.run("dead-letters", "replay", "--source", "everflow")
    assert (still.exit_code, "waits still" in still.output) == (1, True)
    sandbox.everflow.faults.clear()
    assert loaded_project.run("dead-letters", "replay").exit_code == 0
    assert "waits for anybody" in loaded_project.run("dead-letters", "list").output


def test_a_refused_file_is_loaded_when_the_settings_are_right(
    project: Project, bucket: S3Exports, monkeypatch: pytest.MonkeyPatch
) -> None:
    bucket.empty()
    bucket.put(KEY, b"orderno,order_status,total_amount\n1,NEW,95\n")
    for _ in range(2):
        assert project.run("load", "s3_exports").exit_code == 1
    ((kind, reason, payload),) = letters(project, "kind, reason, payload")
    assert (kind, KEY in payload, "has no column orders_id" in reason) == ("file", True, True)
    assert "2025-12-19" in project.run("dead-letters", "show", "").output
    monkeypatch.setenv("S3_COLUMNS", "orderno=orders_id")
    assert project.run("dead-letters", "replay", "--table", "orders_create").exit_code == 0
    assert project.query("select orders_id, total_amount from s3_exports.orders_create") == [
        ("1", "95")
    ]
    assert "waits for anybody" in project.run("dead-letters", "list").output


def test_what_holds_a_day_back_is_never_purged(
    spoiled: Project, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    refuse(spoiled, sandbox, "none")  # its day was read again: the first letter is settled
    later = datetime.now(UTC) + timedelta(40)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert "0 letters" in spoiled.run("dead-letters", "purge", "--older-than", "41").output
    said = spoiled.run("dead-letters", "purge", "--older-than", "30").output
    ((day, reason),) = letters(spoiled, "date, reason")
    assert "'none' is not a number" in reason
    assert f"1 are open and stay; not complete for them: {day}" in said
    assert len(covered(spoiled)) == len(ALL) - 1


def test_an_id_that_is_nobodys_or_twos(spoiled: Project, sandbox: Sandbox) -> None:
    refuse(spoiled, sandbox, "none")
    for beginning, says in (("", "2 begin so"), ("nothing", "there is none")):
        result = spoiled.run("dead-letters", "show", beginning)
        assert (result.exit_code, says in result.output) == (2, True)


@pytest.mark.parametrize("option", [("--source", "everflo"), ("--table", "orders")])
def test_a_name_that_nothing_has_is_wrong_usage(
    option: tuple[str, str], loaded_project: Project
) -> None:
    said = loaded_project.run("dead-letters", "replay", *option)
    assert (said.exit_code, f"There is no {option[0][2:]} {option[1]!r}; known" in said.output) == (
        2,
        True,
    )


def test_what_is_kept_is_exact_or_says_that_it_is_not() -> None:
    row = {"cost": "0.1", "id": 10**17 + 1, "at": None, "tags": [1, {"x": True}]}
    assert read_back(kept(row)[0]) == row
    assert kept(row)[1]
    text, is_whole = kept(
        {"note": f"paid by {CARD}", "cvv": 123, "order_id": CARD, "n": [int("4" + "1" * 15)]}
    )
    assert not is_whole
    assert read_back(text) == {
        "note": "paid by **** **** **** 1111",
        "cvv": "***",
        "order_id": CARD,
        "n": ["************1111"],
    }
    assert len(kept("x" * 10**6)[0]) < 70_000
