"""What cannot be read is named and left out whole; the rest is loaded, and it can be made good."""

import gzip
import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from loaders.errors import ApiError, LoadError, LockLostError
from loaders.files import packing
from loaders.files.bucket import Bucket, StoredFile
from loaders.files.load import FileLoad
from loaders.files.reading import Group, Read
from loaders.land import land
from loaders.source import Account, Job, Request
from loaders.sources import s3_exports
from loaders.warehouse import DuckDB
from sandbox.order_files import OrderFile
from sandbox.s3 import S3Exports
from tests.loaders.files.support import (
    DAY,
    MORNING,
    NEXT_DAY,
    UPDATE,
    load,
    orders_csv,
    stands,
)
from tests.support import Project, on_both_targets

GZ = "orders-create/orders-create-2025-12-05.csv.gz"
ACCOUNT = Account("713", "America/New_York", "USD", date(2025, 12, 1), {})
# what the sandbox must have to send a file again with other rows
ROWS = {n: {"orders_id": str(n), "total_amount": "95"} for n in range(1, 99)}
MANY = OrderFile(DAY, b"orders_id,total_amount\n1,95\n", MORNING, ROWS)
Break = Callable[[S3Exports], None]


def fault(name: str, **options: Any) -> Break:
    return lambda bucket: bucket.faults.on(name, path=DAY, **options)


@pytest.fixture
def two_days(orders: Project, bucket: S3Exports) -> S3Exports:
    bucket.put(DAY, orders_csv("1,NEW,95", "2,NEW,19"))
    bucket.put(NEXT_DAY, orders_csv("3,NEW,35"))
    return bucket


@on_both_targets
@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (fault("body_cut_off"), "broke off at"),
        (fault("truncated"), "bytes instead of"),
        (
            fault("replaced", when="before", times=99),
            "was replaced while it was read, 3 times over",
        ),
        (fault("missing"), "does not exist"),
        (lambda b: b.put(DAY, gzip.compress(orders_csv("1,NEW,95"))[:-9]), "cannot be unpacked"),
        (lambda b: b.put(DAY, orders_csv("1", "2")), "2 of 2 records do not fit"),
        (
            lambda b: b.put(
                DAY, orders_csv("1,NEW,95", first="Order_ID,order_status,total_amount")
            ),
            f"{DAY}: has no column orders_id but order_id; if that is it, set S3_COLUMNS=order_id=",
        ),
    ],
)
def test_a_file_that_cannot_be_read_is_named_and_the_others_land(
    spoil: Break, says: str, orders: Project, two_days: S3Exports
) -> None:
    if says.startswith("was replaced"):
        two_days.put_file(MANY)
    spoil(two_days)
    result = orders.run("load", "s3_exports")
    assert result.exit_code == 1
    assert f"{DAY}: " in result.output
    assert says in result.output
    assert "failed, 1 other rows loaded" in result.output
    assert stands(orders) == [(NEXT_DAY, 1, "3", "35")]
    assert orders.query("select file_name from ops.loaded_files") == [(NEXT_DAY,)]
    assert "failed" in orders.run("status").output

    two_days.faults.clear()
    two_days.put(DAY, orders_csv("1,NEW,95"))
    load(orders)
    assert stands(orders) == [(DAY, 1, "1", "95"), (NEXT_DAY, 1, "3", "35")]


@on_both_targets
def test_a_changed_file_that_cannot_be_read_leaves_its_former_rows(
    orders: Project, two_days: S3Exports
) -> None:
    load(orders)
    two_days.put(DAY, gzip.compress(orders_csv("1,NEW,96"))[:-9])
    assert orders.run("load", "s3_exports").exit_code == 1
    assert stands(orders)[:2] == [(DAY, 1, "1", "95"), (DAY, 2, "2", "19")]


@on_both_targets
def test_nothing_lands_of_a_file_that_breaks_off_in_its_middle(
    orders: Project, two_days: S3Exports, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its first rows were in the same buffer as those of the file before and after it."""
    monkeypatch.setattr(packing, "BLOCK", 64)
    monkeypatch.setattr("loaders.files.reading.READERS", 1)
    many = [f"{n},NEW,95" for n in range(50)]
    two_days.put(DAY, orders_csv(*many, '"' + "x" * 1000))
    two_days.put(UPDATE.replace("update", "create").replace("05", "04"), orders_csv(*many))
    result = orders.run("load", "s3_exports")
    assert "a quote is never closed" in result.output
    assert len(stands(orders)) == 51
    assert DAY not in {row[0] for row in stands(orders)}


@pytest.mark.parametrize("name", ["body_cut_off", "slow_down", "connection_dropped", "truncated"])
def test_what_fails_once_is_tried_again(name: str, orders: Project, two_days: S3Exports) -> None:
    two_days.faults.on(name, path=DAY, times=1)
    load(orders)
    assert len(stands(orders)) == 3


def test_an_object_replaced_after_it_was_listed_is_read_as_it_is_now(
    orders: Project, two_days: S3Exports
) -> None:
    two_days.faults.on("replaced", path=DAY, when="before", body="orders_id\n9\n")
    load(orders)
    assert stands(orders) == [(DAY, 1, "9", None), (NEXT_DAY, 1, "3", "35")]
    load(orders)
    assert len(stands(orders)) == 2


def test_an_object_replaced_after_it_was_read_is_read_again_by_the_next_run(
    orders: Project, two_days: S3Exports
) -> None:
    two_days.faults.on("replaced", path=DAY, when="after", body="orders_id\n9\n")
    load(orders)
    assert [row[2] for row in stands(orders)] == ["1", "2", "3"]
    load(orders)
    assert [row[2] for row in stands(orders)] == ["9", "3"]


def test_a_bucket_that_may_not_be_listed(orders: Project, two_days: S3Exports) -> None:
    two_days.faults.on("forbidden")
    result = orders.run("load", "s3_exports")
    assert result.exit_code == 1
    assert "AccessDenied" in result.output
    assert orders.query("select distinct verdict from ops.load_runs") == [("failed",)]
    assert "AccessDenied" in orders.run("doctor").output


@pytest.mark.parametrize(
    "answer",
    [
        {"body": "<html><head><title>Sorry</title></head><body>Back soon</body></html>"},
        {"body": "<!doctype html><p>Sorry<br>Back soon"},
        {"body": ""},
        {"body": "", "status": 204},
    ],
)
def test_what_is_no_listing_is_refused(
    answer: dict[str, Any], orders: Project, two_days: S3Exports
) -> None:
    load(orders)
    two_days.put(UPDATE, orders_csv("1,NEW,95"))
    two_days.faults.on("no_listing", **answer)
    result = orders.run("load", "s3_exports")
    assert result.exit_code == 1
    assert result.output.count("cannot be listed: ") == 3
    assert "Traceback" not in result.output
    two_days.faults.clear()
    assert "orders_update: 2025-12-05..2025-12-05: 1 rows, ok" in load(orders)


@on_both_targets
def test_many_files_gone_at_once_are_suspicious_and_believed_a_day_later(
    orders: Project, bucket: S3Exports
) -> None:
    """What is new is loaded all the same; one after the other may go."""
    keys = [f"orders-create/orders-create-2025-12-{day:02}.csv" for day in range(1, 11)]
    for key in keys:
        bucket.put(key, orders_csv("1,NEW,95"))
    load(orders)
    for key in keys[:3]:
        bucket.remove(key)
    bucket.put("orders-create/orders-create-2025-12-11.csv", orders_csv("2,NEW,95"))
    result = orders.run("load", "s3_exports")
    assert result.exit_code == 1
    assert "suspicious-empty, 1 other rows loaded: got 8 files, but 3 of the 10 ex" in result.output
    assert orders.run("load", "s3_exports").exit_code == 1
    orders.execute("update ops.load_runs set started_at = started_at - interval '1 day'")
    assert "believed, as it was so on " in load(orders)
    assert load(orders).count(": no file is new or changed\n") == 3
    for key in keys[3:]:
        bucket.remove(key)
        load(orders)
    assert len(stands(orders)) == 11
    bucket.empty()
    assert "got 0 files, but 1 of the 1" in orders.run("load", "s3_exports").output
    load(orders, "--allow-empty")


@on_both_targets
@pytest.mark.parametrize("width", [251, 2000])
def test_a_file_too_wide_is_refused_and_leaves_the_table_as_it_is(
    width: int, orders: Project, two_days: S3Exports
) -> None:
    columns = [f"h{n}" for n in range(width - 1)]
    two_days.put(
        DAY, orders_csv(",".join(["1", *columns]), first=",".join(["orders_id", *columns]))
    )
    result = orders.run("load", "s3_exports")
    assert result.exit_code == 1
    assert f"{DAY}: has {width:,} columns, and at most 250 are taken of a file" in result.output
    assert stands(orders) == [(NEXT_DAY, 1, "3", "35")]
    assert "h1" not in orders.fetch("select * from s3_exports.orders_create")[0]


@pytest.mark.slow
@on_both_targets
def test_four_clients_with_columns_of_their_own_fit(
    orders: Project, bucket: S3Exports, monkeypatch: pytest.MonkeyPatch
) -> None:
    """New, sent again, and beyond: what would widen the table too far is refused, and no other."""
    keys = [f"orders-create/orders-create-2025-12-{day:02}.csv" for day in range(1, 5)]
    for again in range(2):
        for client, key in enumerate(keys):
            names = [f"c{client}_{n}" for n in range(130)]
            line = ",".join([str(again), *(["a value of some length"] * 130)])
            bucket.put(key, orders_csv(line, first=",".join(["orders_id", *names])))
        load(orders)
    assert orders.query(
        "select orders_id, count(c0_0), count(c3_129) from s3_exports.orders_create group by 1"
    ) == [("1", 1, 1)]
    most = len(orders.fetch("select * from s3_exports.orders_create")[0])
    monkeypatch.setattr("loaders.files.reading.WIDEST_TABLE", most)
    bucket.put(DAY, orders_csv("7,1", first="orders_id,one_more"))
    bucket.put(NEXT_DAY, orders_csv("8,1", first="orders_id,c0_1"))
    said = orders.run("load", "s3_exports").output
    assert f"{DAY}: has 1 columns that orders_create has not, which has {most} of at " in said
    assert (NEXT_DAY, 1, "8", None) in stands(orders)


@on_both_targets
@pytest.mark.parametrize("lines", [None, [], [",,", ",,"], ["1,NEW,95"]])
def test_a_file_that_comes_again_with_few_rows_is_believed_a_day_later(
    lines: list[str] | None, orders: Project, bucket: S3Exports
) -> None:
    body = b"" if lines is None else orders_csv(*lines)
    bucket.put(DAY, orders_csv(*(f"{n},NEW,95" for n in range(20))))
    bucket.put(NEXT_DAY, orders_csv("21,NEW,95"))
    load(orders)
    bucket.resend(DAY, body)
    bucket.resend(NEXT_DAY, orders_csv("22,NEW,95"))
    got = body.count(b"95")
    for _ in range(2):
        result = orders.run("load", "s3_exports")
        assert result.exit_code == 1
        assert f"{DAY}: got {got} rows, but {20 - got} of the 20 existing rows" in result.output
        assert [row[2] for row in stands(orders)][-2:] == ["19", "22"]
    noted = "select origin, first_date, kind, holds_back from ops.load_issues"
    assert orders.query(f"{noted} where holds_back") == [
        (DAY, date(2025, 12, 5), "file not loaded", True)
    ]
    orders.execute("update ops.load_runs set started_at = started_at - interval '1 day'")
    assert "believed, as it was so on " in load(orders)
    assert len(stands(orders)) == got + 1
    assert orders.query(f"{noted} where holds_back") == []


@on_both_targets
def test_a_file_that_is_not_loaded_is_an_issue_until_it_is_or_goes(
    orders: Project, two_days: S3Exports, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Refused, or not yet reached when the run was killed."""
    noted = "select origin, example, file_version from ops.load_issues order by 1"

    def killed(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(FileLoad, "read", killed)
        orders.run("load", "s3_exports")
    said = orders.query(noted)
    assert [row[:2] for row in said] == [(key, "not read yet") for key in (DAY, NEXT_DAY)]
    for again in range(2):
        two_days.put(DAY, orders_csv(f"{again},9", first="order_id,total_amount"))
        assert orders.run("load", "s3_exports", "--start-date", "2025-12-05").exit_code == 1
        ((key, why, version),) = orders.query(noted)
        assert key == DAY
        assert why.startswith("has no column orders_id")
        assert version not in {row[2] for row in said}
        said.append((key, why, version))
    load(orders, "--start-date", "2025-12-06")
    assert orders.query(noted) == said[-1:]
    two_days.remove(DAY)
    load(orders)
    assert orders.query(noted) == []


def test_rows_that_stand_twice_are_found_out(
    orders: Project, two_days: S3Exports, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when a connection is lost at the commit, and dlt does the job again."""

    def land_twice(*arguments: Any, **named: Any) -> None:
        land(*arguments, **named)
        land(*arguments, **named)

    with monkeypatch.context() as patched:
        patched.setattr("loaders.files.load.land", land_twice)
        result = orders.run("load", "s3_exports")
    assert "has 4 rows of" in result.output
    assert orders.query("select count(*) from ops.loaded_files") == [(0,)]
    load(orders)
    assert len(stands(orders)) == 3


def test_a_lost_table_is_read_again(orders: Project, two_days: S3Exports) -> None:
    load(orders)
    orders.execute("drop table s3_exports.orders_create")
    load(orders)
    assert len(stands(orders)) == 3


def test_a_prefix_that_may_not_be_listed_keeps_no_other_table_back(
    orders: Project, two_days: S3Exports, monkeypatch: pytest.MonkeyPatch
) -> None:
    listing = Bucket.files

    def list_all_but_prospects(bucket: Bucket, prefix: str) -> list[StoredFile]:
        if prefix.startswith("prospects"):
            raise ApiError(f"{prefix} cannot be listed: AccessDenied")
        return listing(bucket, prefix)

    monkeypatch.setattr(Bucket, "files", list_all_but_prospects)
    result = orders.run("load", "s3_exports")
    assert result.exit_code == 1
    assert re.search(r"s3_exports.prospects_create: .*failed.*AccessDenied", result.output)
    assert len(stands(orders)) == 3


@on_both_targets
def test_a_former_version_that_comes_back_after_a_kill_is_read_again(
    orders: Project, two_days: S3Exports, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The ledger must not vouch for rows that were about to change."""
    before = two_days.file(DAY)
    load(orders)
    two_days.put(DAY, orders_csv("9,NEW,1"))
    with monkeypatch.context() as patched:
        patched.setattr("loaders.ledger.write_files", _broken)
        assert orders.run("load", "s3_exports").exit_code == 1
    two_days.put(DAY, before.body, before.modified)
    load(orders)
    assert len(stands(orders)) == 3


def _broken(*_: Any) -> None:
    raise LoadError("cut")


def test_two_warehouses_of_one_project_do_not_share_a_buffer(orders: Project) -> None:
    """A demo beside a load: neither may import the other's rows."""
    folders = set()
    for warehouse in (DuckDB(orders.root / "one.duckdb"), DuckDB(orders.root / "two.duckdb")):
        job = Job(ACCOUNT, warehouse, orders.root, Request("run"))
        folders.add(FileLoad(s3_exports.SOURCE, job).folder)
    assert len(folders) == 2


def test_who_lost_the_lock_takes_nothing_out(
    orders: Project, two_days: S3Exports, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another load may have noted these very files meanwhile."""
    load(orders)
    two_days.resend(DAY, orders_csv("9,NEW,1"))

    def lost(_: DuckDB) -> None:
        raise LockLostError("somebody else has it")

    reading = Group.read

    def read_slowly(group: Group) -> list[Read]:
        monkeypatch.setattr(DuckDB, "check_lock", lost)
        return reading(group)

    monkeypatch.setattr(Group, "read", read_slowly)
    assert orders.run("load", "s3_exports").exit_code == 1
    assert len(stands(orders)) == 3
