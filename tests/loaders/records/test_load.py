"""Records: each there once by its key, whatever a service hands over, on both targets."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from loaders import ledger, ops, records
from loaders.errors import ApiError, NothingToRead
from loaders.records import RecordSource
from loaders.source import Account, Finding, Job, Request
from loaders.table import Column, Page, Row, Table
from loaders.warehouse import DuckDB, Warehouse
from loaders.windows import Window
from tests.support import on_both_targets

NOON = datetime(2025, 12, 5, 12, tzinfo=UTC)
ACCOUNT = Account("713", "America/New_York", "USD", date(2025, 12, 1), {})
COLUMNS = {
    "id": Column("bigint", required=True),
    "happened_at": Column("timestamp", required=True),
    "name": Column("text"),
    "amount": Column("decimal"),
    "is_new": Column("bool"),
    "day": Column("date"),
    "properties": Column("json"),
}
LOG = Table(
    "log",
    COLUMNS,
    ("id",),
    cursor="happened_at",
    look_back=timedelta(days=2),
    is_dated=True,
    in_order=True,
)
EDITED = Table(
    "edited",
    COLUMNS,
    ("id",),
    cursor="happened_at",
    look_back=timedelta(days=1),
    full_every=timedelta(days=7),
)
WHOLE = Table("whole", COLUMNS, ("id",))
WAITING = "1 no longer in the list; marked removed when the next full read says so"


def since(day: int) -> Window:
    return Window(date(2025, 12, day), timezone="America/New_York")


def row(id: int, at: datetime = NOON, **values: Any) -> Row:
    return {"id": id, "happened_at": at} | values


@dataclass
class Service:
    """Answers with the rows it is given, two a page; remembers what it was asked."""

    rows: list[Row] = field(default_factory=list)
    page: int = 2
    breaks_after: int | None = None
    asked: list[Window] = field(default_factory=list)
    hidden: set[int] = field(default_factory=set)

    def read(self, table: Table, window: Window) -> Iterator[Page]:
        self.asked.append(window)
        if table.name != self.table:
            return
        found = [
            r
            for r in self.rows
            if not isinstance(r["happened_at"], datetime)
            or table.cursor is None
            or (
                (window.since is None or r["happened_at"] >= window.since)
                and (window.until is None or r["happened_at"] < window.until)
            )
        ]
        for start in range(0, len(found), self.page):
            if self.breaks_after is not None and start >= self.breaks_after:
                raise ApiError("made: broke off")
            yield Page(f"page {1 + start // self.page}", found[start : start + self.page])

    table: str = "log"

    def examine(self) -> Iterator[Finding]:
        yield Finding("ok", "made")


@dataclass
class Shy(Service):
    """Its list hides some rows."""

    def read(self, table: Table, window: Window) -> Iterator[Page]:
        for page in super().read(table, window):
            yield Page(page.origin, [one for one in page.rows if one["id"] not in self.hidden])

    def read_alone(self, _: Table, keys: Iterable[tuple[Any, ...]]) -> Iterator[Page]:
        for (id_,) in keys:
            yield Page(f"row {id_}", [one for one in self.rows if one["id"] == id_])


@dataclass
class Stand:
    """A warehouse, a service and the loads between them."""

    warehouse: Warehouse
    workdir: Path
    service: Service
    tables: tuple[Table, ...] = (LOG,)
    runs: int = 0

    def load(self, now: datetime = NOON, **request: Any) -> ops.Run:
        self.runs += 1
        source = self.source
        job = Job(ACCOUNT, self.warehouse, self.workdir, Request(f"run-{self.runs}", **request))
        ops.create(self.warehouse)
        ledger.create_tables(self.warehouse, schema=source.name, tables=source.tables)
        (run,) = records.RecordLoad(source, job, now).run()
        return run

    @property
    def source(self) -> RecordSource:
        self.service.table = self.tables[0].name
        return RecordSource("made", self.tables, (), time(3), lambda _: self.service)

    def held(self, columns: str = "id", table: str | None = None) -> list[Any]:
        table = table or self.tables[0].name
        rows = self.warehouse.query(f"select {columns} from made.{table} order by id")
        return [value for (value,) in rows] if "," not in columns else rows

    def ids(self) -> Sequence[int]:
        return [i for i, gone in self.held("id, _removed_at") if gone is None]


@pytest.fixture
def stand(warehouse: Warehouse, tmp_path: Path) -> Stand:
    return Stand(warehouse, tmp_path / "work", Service())


@on_both_targets
def test_every_type_arrives_as_it_is(stand: Stand) -> None:
    stand.service.rows = [
        row(
            1,
            name='a "quoted", line\nof \x00 two \ud800',
            amount="12.5",
            is_new="0",
            day=date(2025, 12, 5),
            properties='{"a": {"b": "x\\u0000y", "c": "\\\\u0000"}, "n": 1.10, "bad": "\\ud800"}',
        ),
        row(2, name="", properties={"list": [1, None]}),
    ]
    assert stand.load().verdict == "ok"
    first, second = stand.held(
        "happened_at, name, amount, is_new, day, _client_id, _loaded_at, _removed_at"
    )
    assert first[0] == NOON
    assert first[1] == 'a "quoted", lineof  two ?'
    assert (str(first[2]), first[3], first[4]) == ("12.5000", False, date(2025, 12, 5))
    assert first[5:] == ("713", NOON, None)
    assert second[1:5] == (None, None, None, None)
    value = (
        "json_extract_string(properties, '$.a.b'), json_extract_string(properties, '$.a.c')"
        if isinstance(stand.warehouse, DuckDB)
        else "properties -> 'a' ->> 'b', properties -> 'a' ->> 'c'"
    )
    assert stand.held(value)[0] == ("xy", "\\u0000")


@on_both_targets
def test_a_second_load_changes_nothing_and_a_restated_record_takes_its_place(stand: Stand) -> None:
    stand.service.rows = [row(1, name="old"), row(2, name="old"), row(3, name="old")]
    stand.load()
    stand.load(NOON + timedelta(hours=1))
    assert stand.held("id, name") == [(1, "old"), (2, "old"), (3, "old")]
    stand.service.rows[1]["name"] = "new"
    stand.load(NOON + timedelta(hours=2))
    assert stand.held("id, name") == [(1, "old"), (2, "new"), (3, "old")]


@on_both_targets
def test_what_vanished_is_marked_once_and_may_come_back(stand: Stand) -> None:
    stand.tables = (WHOLE,)
    stand.service.rows = [row(i) for i in range(20)]
    stand.load()
    gone = stand.service.rows.pop(7)
    assert stand.load(NOON + timedelta(hours=1)).messages == [WAITING]
    assert stand.load(NOON + timedelta(hours=2)).messages == ["1 deleted at the source"]
    assert stand.load(NOON + timedelta(hours=3)).messages == []
    assert dict(stand.held("id, _removed_at"))[7] == NOON + timedelta(hours=2)
    stand.service.rows.append(gone)
    stand.load(NOON + timedelta(hours=4))
    assert len(stand.ids()) == 20


@on_both_targets
@pytest.mark.parametrize("table", [WHOLE, LOG])
def test_one_look_is_no_proof_of_absence(stand: Stand, table: Table) -> None:
    """A page that comes short marks nobody; neither does one read beside another that failed."""
    stand.tables = (table,)
    every = [row(i) for i in range(20)]
    nights = iter(range(1, 99))

    def load(*ids: int) -> list[int]:
        stand.service.rows = [every[i] for i in ids]
        stand.load(NOON + timedelta(hours=next(nights)))
        return [i for i, gone in stand.held("id, _removed_at") if gone]

    assert load(*range(20)) == []
    assert load(*range(17)) == []
    assert load(*range(3, 20)) == [], "others than the night before"
    stand.service.breaks_after = 4
    assert load(*range(3, 20)) == []
    stand.service.breaks_after = None
    assert load(*range(6, 20)) == [0, 1, 2], "as many as that are suspicious, but for these"
    assert load(*range(20)) == []


@on_both_targets
def test_many_that_vanish_are_suspicious_and_nothing_is_landed(stand: Stand) -> None:
    stand.tables = (WHOLE,)
    stand.service.rows = [row(i, name="old") for i in range(20)]
    stand.load()
    stand.service.rows = [row(i, name="new") for i in range(16)]
    run = stand.load(NOON + timedelta(hours=1))
    assert (run.verdict, run.complete_through) == ("suspicious-empty", None)
    assert (
        "got 16 rows, but 4 of the 20 existing rows are missing from the response; --allow-empty"
        in str(run.error)
    )
    assert stand.held("id, name") == [(i, "old") for i in range(20)]
    assert stand.load(NOON + timedelta(hours=2), allow_empty=True).verdict == "ok"
    assert len(stand.ids()) == 16


@pytest.mark.parametrize("table", [WHOLE, LOG])
def test_others_in_their_place_are_suspicious_too(stand: Stand, table: Table) -> None:
    """As many rows came as stand, but of another account: what stands is not marked."""
    stand.tables = (table,)
    stand.service.rows = [row(i) for i in range(10)]
    stand.load()
    stand.service.rows = [row(i) for i in range(10, 20)]
    run = stand.load(NOON + timedelta(hours=1))
    assert (run.verdict, run.complete_through) == ("suspicious-empty", None)
    assert "got 10 rows, but 10 of the " in str(run.error)
    assert set(range(10)) <= set(stand.ids())


@pytest.mark.parametrize("table", [WHOLE, LOG])
def test_nothing_in_place_of_something_is_suspicious(stand: Stand, table: Table) -> None:
    stand.tables = (table,)
    stand.service.rows = [row(1)]
    stand.load()
    stand.service.rows = []
    assert stand.load(NOON + timedelta(hours=1)).verdict == "suspicious-empty"
    assert stand.ids() == [1]
    assert stand.load(NOON + timedelta(hours=2), allow_empty=True).verdict == "expected-empty"
    assert stand.ids() == []


@on_both_targets
@pytest.mark.parametrize("table", [WHOLE, LOG])
def test_a_change_that_stays_is_believed_a_day_later(stand: Stand, table: Table) -> None:
    """The same again: not the same night's, and not others of which as many are missing."""
    stand.tables = (table,)
    every = [row(i) for i in range(20)]
    stand.service.rows = every
    stand.load()

    def verdict(ids: Sequence[int], hours: int) -> str:
        stand.service.rows = [every[i] for i in ids]
        return stand.load(NOON + timedelta(hours=hours)).verdict

    assert verdict(range(10), 1) == "suspicious-empty"
    assert verdict(range(10), 24) == "suspicious-empty"
    assert verdict(range(10, 20), 25) == "suspicious-empty"
    if table is WHOLE:  # of one in order, what cannot be read keeps everything as it stands
        stand.service.rows = [*every[:9], row(99, amount="n/a")]
        assert stand.load(NOON + timedelta(hours=26)).verdict == "suspicious-empty"
    assert len(stand.ids()) == 20
    stand.service.rows = every[:9]  # the world goes on: one more went
    run = stand.load(NOON + timedelta(hours=27))
    assert run.verdict == "ok"
    assert run.messages[0].startswith("believed, as it was so on 2025-12-05 13:00 UTC too: got 9 ")
    assert run.messages[1].startswith("11 no longer in the list")
    assert verdict(range(9), 28) == "ok"
    assert stand.ids() == list(range(9))
    assert verdict(range(3), 29) == "suspicious-empty"


def test_a_relation_turns_over_freely(stand: Stand) -> None:
    stand.tables = (replace(WHOLE, turns_over=True),)
    for night, first in enumerate((1, 4, 7, 10, 30)):
        stand.service.rows = [row(i) for i in range(first, first + 10)]
        assert stand.load(NOON + timedelta(days=night)).verdict == "ok"
        assert stand.ids() == list(range(first, first + 10))
    stand.service.rows = []
    assert stand.load(NOON + timedelta(days=6)).verdict == "suspicious-empty"


@on_both_targets
def test_two_records_with_one_id_are_both_kept_and_told(stand: Stand) -> None:
    """The same one sent twice stays one, and the next load changes nothing."""
    stand.tables = (replace(LOG, key=("id", "happened_at"), own_id="id"),)
    stand.service.rows = [row(1, name="a"), row(1, NOON + timedelta(minutes=5), name="b"), row(2)]
    stand.service.rows += stand.service.rows[:1]
    for hour in (1, 2):
        run = stand.load(NOON + timedelta(hours=hour))
        assert run.messages == ["1 came twice", "2 share their id with others"]
        assert sorted(stand.held("id, coalesce(name, '')")) == [(1, "a"), (1, "b"), (2, "")]


def test_what_a_list_hides_is_asked_for_alone(stand: Stand) -> None:
    stand.tables = (WHOLE,)
    stand.service = Shy(rows=[row(i) for i in range(6)])
    stand.load()
    stand.service.hidden = {3, 4, 5}
    del stand.service.rows[4]
    run = stand.load(NOON + timedelta(hours=1))
    assert (run.verdict, run.messages) == ("ok", [WAITING])
    assert stand.load(NOON + timedelta(hours=2)).messages == ["1 deleted at the source"]
    assert stand.ids() == [0, 1, 2, 3, 5]


@on_both_targets
def test_groups_keep_each_record_once(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    """A key that comes again is known within its group, and replaced by a later group."""
    monkeypatch.setattr(records, "GROUP_ROWS", 4)
    numbers = [1, 2, 2, 3, 4, 5, 6, 7, 1, 8, 9]
    stand.service.rows = [row(n, NOON + timedelta(seconds=i)) for i, n in enumerate(numbers)]
    run = stand.load(NOON + timedelta(hours=1))
    assert stand.held() == list(range(1, 10))
    assert run.rows_read == 11
    assert run.messages == ["1 came twice"]


def test_what_was_landed_of_a_read_that_broke_off_stands_and_no_day_is_complete(
    stand: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(records, "GROUP_ROWS", 4)
    days = [NOON - timedelta(days=2) + timedelta(hours=6 * i) for i in range(8)]
    stand.service.rows = [row(i, day) for i, day in enumerate(days)]
    stand.service.breaks_after = 6
    run = stand.load()
    assert (run.verdict, run.rows_written, run.complete_through) == ("failed", 4, None)
    assert stand.held() == [0, 1, 2, 3]
    stand.service.breaks_after = None
    assert stand.load(NOON + timedelta(days=1)).complete_through == date(2025, 12, 5)
    assert stand.held() == list(range(8))


def test_a_run_begins_with_the_newest_record_less_the_look_back(stand: Stand) -> None:
    """In whole days of the client's zone; a clock that is ahead does not move it."""
    ahead = datetime(2031, 1, 1, tzinfo=UTC)
    stand.service.rows = [row(1, datetime(2025, 12, 4, 3, tzinfo=UTC)), row(2, ahead)]
    stand.load()
    assert stand.service.asked == [since(1)]
    stand.load(NOON + timedelta(days=1))
    assert stand.service.asked[-1] == since(1)
    stand.service.rows.append(row(3, NOON + timedelta(days=9)))
    stand.load(NOON + timedelta(days=10))
    stand.load(NOON + timedelta(days=10, hours=1))
    assert stand.service.asked[-1] == since(12)
    stand.load(NOON + timedelta(days=10, hours=2), full_refresh=True)
    assert stand.service.asked[-1] == since(1)
    assert stand.held() == [1, 2, 3]


def test_days_that_were_never_read_are_read(stand: Stand) -> None:
    stand.service.rows = [row(1, datetime(2025, 12, 2, 12, tzinfo=UTC)), row(2)]
    stand.load(start_date=date(2025, 12, 4))
    assert stand.held() == [2]
    stand.load(NOON + timedelta(hours=1))
    assert stand.held() == [1, 2]


def test_dates_bound_what_is_read_and_what_is_replaced(stand: Stand) -> None:
    stand.service.rows = [row(i, NOON - timedelta(days=4 - i)) for i in range(5)]
    stand.load()
    stand.service.rows = [row(2, NOON - timedelta(days=2), name="new")]
    days = {"start_date": date(2025, 12, 2), "end_date": date(2025, 12, 3)}
    for hour in (1, 2):
        stand.load(NOON + timedelta(hours=hour), **days)
    assert stand.ids() == [0, 2, 3, 4]
    with pytest.raises(NothingToRead, match="starts on 2025-12-01, after 2025-11-30"):
        stand.load(end_date=date(2025, 11, 30))


def test_records_known_by_their_change_are_read_in_full_first(stand: Stand) -> None:
    stand.tables = (EDITED,)
    stand.service.rows = [row(1, datetime(2020, 1, 1, tzinfo=UTC)), row(2)]
    stand.load(start_date=date(2025, 12, 4))
    assert stand.held() == [1, 2]
    stand.load(NOON + timedelta(hours=1))
    assert stand.service.asked == [Window(timezone="America/New_York"), since(4)]


def test_what_did_not_change_is_read_again_after_a_week(stand: Stand) -> None:
    """Only then it is seen that it vanished; the next run reads in full again, and believes it.

    A record that was spoiled comes as soon as it fits.
    """
    stand.tables = (EDITED,)
    old, spoiled = row(1, NOON - timedelta(days=3)), row(3, NOON, amount="n/a")
    stand.service.rows = [old, row(2), *(row(i) for i in range(10, 20))]
    stand.load()
    stand.service.rows = [row(2, NOON + timedelta(days=2)), *stand.service.rows[2:], spoiled]
    stand.load(NOON + timedelta(days=3))
    assert 1 in stand.ids()
    spoiled["amount"] = 1
    stand.load(NOON + timedelta(days=4))
    assert stand.service.asked[-1].since == datetime(2025, 12, 4, 5, tzinfo=UTC)
    assert {1, 3} <= set(stand.ids())
    stand.load(NOON + timedelta(days=7))
    assert stand.service.asked[-1] == Window(timezone="America/New_York")
    assert {1, 3} <= set(stand.ids())
    del stand.service.rows[1]
    stand.load(NOON + timedelta(days=8))
    assert stand.service.asked[-1] == Window(timezone="America/New_York")
    assert {1, 3} & set(stand.ids()) == {3}
    stand.load(NOON + timedelta(days=9))
    assert stand.service.asked[-1].since, "once more a week later, not every night"


def test_an_error_while_landing_fails_the_run_alone(
    stand: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise OSError("No space left on device")

    stand.service.rows = [row(1)]
    with monkeypatch.context() as patched:
        patched.setattr(records, "land", full)
        run = stand.load()
    assert (run.verdict, run.error) == ("failed", "OSError: No space left on device")


@on_both_targets
def test_a_record_that_cannot_be_read_is_kept_aside_and_not_taken_for_gone(stand: Stand) -> None:
    stand.tables = (WHOLE,)
    stand.service.rows = [row(1, name="old"), row(2, name="old")]
    stand.load()
    stand.service.rows = [row(1, name="new"), row(2, amount="n/a")]
    run = stand.load(NOON + timedelta(hours=1))
    assert (run.verdict, run.rows_rejected) == ("ok", 1)
    assert stand.held("id, name, _removed_at") == [(1, "new", None), (2, "old", None)]
    assert stand.warehouse.query("select origin, line, reason from ops.rejected_rows") == [
        ("page 1", 2, "amount: 'n/a' is not a number")
    ]
    assert not stand.source.complete_days(stand.warehouse, ACCOUNT)


def test_a_row_that_cannot_be_read_spoils_its_own_day_alone(stand: Stand) -> None:
    stand.service.rows = [
        row(1, NOON - timedelta(days=3)),
        row(2, NOON - timedelta(days=2), amount="n/a"),
        row(3, NOON),
    ]
    stand.load(NOON + timedelta(days=1))
    days = stand.source.complete_days(stand.warehouse, ACCOUNT)
    assert days == {date(2025, 12, day) for day in (1, 2, 4, 5)}


def test_where_no_row_can_be_read_nothing_is_landed(stand: Stand) -> None:
    stand.service.rows = [row(1, name="old")]
    stand.load()
    stand.service.rows = [{"id": 1, "happened_at": "noon"}]
    run = stand.load(NOON + timedelta(hours=1))
    assert run.error == (
        "made: none of 1 rows of log can be read; page 1, line 1: happened_at: 'noon' is not a time"
    )


def test_a_table_in_order_needs_a_cursor() -> None:
    with pytest.raises(ValueError, match="without a cursor"):
        replace(WHOLE, is_dated=True)
    with pytest.raises(ValueError, match="no column"):
        replace(WHOLE, cursor="coalesce(happened_at, day)", is_dated=True)


def test_a_key_cannot_be_blank() -> None:
    with pytest.raises(ValueError, match="must be required"):
        Table("t", COLUMNS, ("name",))
