"""The made orders and the demo's files of them: volume, forms, and what is odd."""

import csv
import re
from collections import Counter, defaultdict
from datetime import date
from pathlib import Path

from sandbox.order_columns import COLUMNS, PROSPECT_COLUMNS
from sandbox.order_files import CARDS, demo_files, write_full
from sandbox.order_rows import Row
from sandbox.orders import FULL, Feed, Volume

FILES = {file.key: file for file in demo_files()}
ORDERS = {key: file for key, file in FILES.items() if key.endswith(("csv", "gz", "zip"))}
CREATES = {
    match[1]: file
    for key, file in ORDERS.items()
    if (match := re.match(r"orders-create/orders-create-([-\d]{10})", key))
}
FEED = Feed()
CREATED = {row["orders_id"]: row for day in FEED.days for row in FEED.created_on(day)}
UPDATED = [(day, row) for day in FEED.days for row in FEED.updated_on(day)]
ROWS = [*CREATED.values(), *(row for _, row in UPDATED)]


def test_the_volume_is_exact() -> None:
    """Older orders make up what a day's updates lack; what is too much is left out."""
    assert (len(CREATED), len(UPDATED), len(FEED.days)) == (1_080, 1_224, 18)
    assert (FULL.created, FULL.updated, FULL.days) == (304_951, 346_044, 18)
    assert len(COLUMNS) == len(set(COLUMNS)) == 129
    assert {tuple(row) for row in ROWS} == {COLUMNS}


def test_values_have_the_known_forms() -> None:
    assert all(re.fullmatch(r"3\d{6}", row["orders_id"]) for row in ROWS)
    assert all(re.fullmatch(r"\d+(\.\d*[1-9])?", row["total_amount"]) for row in ROWS)
    assert all(date.fromisoformat(row["order_date"]) <= date(2025, 12, 18) for row in ROWS)
    assert {row["order_status"] for row in ROWS} == {
        "NEW", "DECLINED", "VOID/REFUNDED", "SHIPPED", "PENDING", "ON-HOLD", "ARCHIVED",
    }  # fmt: skip
    assert {row["product_category"] for row in ROWS} == {"CCW", "EXP", "OTR", ""}
    mails = {row["billing_email"].strip().lower() for row in ROWS}
    assert {mail.partition("@")[2] for mail in mails} == {"example.com", ""}
    states = Counter(row["billing_state"] for row in ROWS)
    assert [state for state, _ in states.most_common(4)] == ["CA", "TX", "FL", "NY"]
    assert {"PR", "AE", "AP", "ZZ", "", "Texas", " tx"} <= states.keys()


def test_updates_come_early_twice_a_day_and_of_unknown_orders() -> None:
    changes: dict[tuple[date, str], list[str]] = defaultdict(list)
    for day, row in UPDATED:
        changes[day, row["orders_id"]].append(row["order_status"])
    assert ["ON-HOLD", "NEW"] in changes.values()
    create_days = {row["orders_id"]: day for day in FEED.days for row in FEED.created_on(day)}
    assert any(day < create_days[n] for day, n in changes if n in create_days), "create comes late"
    assert {n for _, n in changes} - CREATED.keys(), "orders from before the first day"


def test_refunds_and_chargebacks_come_days_later() -> None:
    assert not any(row["refund_flag"] for row in CREATED.values())
    refunded = [row for row in ROWS if row["refund_flag"]]
    assert {row["order_status"] for row in refunded} >= {"VOID/REFUNDED", "NEW"}, "part of it too"
    assert all(row["refund_date"] > row["order_date"] for row in refunded)
    assert any(row["chargeback_flag"] for row in refunded), "both"


def test_customers_come_back() -> None:
    rows = list(CREATED.values())
    assert max(Counter(row["customer_id"] for row in rows).values()) > 2
    rebills = [row for row in rows if row["is_recurring"] == "1"]
    assert all(row["parent_order_id"] and int(row["rebill_depth"]) > 0 for row in rebills)
    assert any(row["parent_order_id"] and row["is_recurring"] == "0" for row in rows), "an upsell"
    pairs = [
        (row, CREATED[row["parent_order_id"]]) for row in rows if row["parent_order_id"] in CREATED
    ]
    assert pairs
    for row, parent in pairs:
        assert row["customer_id"] == parent["customer_id"]
        assert row["product_category"] == parent["product_category"]


def test_the_only_card_numbers_are_the_networks_test_numbers() -> None:
    found = {
        re.sub(r"\D", "", number)
        for row in ROWS
        for value in row.values()
        for number in re.findall(r"\d(?:[ -]?\d){12,18}", value)
    }
    assert found
    assert found <= set(CARDS)


def test_any_volume_is_written_row_by_row(tmp_path: Path) -> None:
    volume = Volume(created=500, updated=600, days=3)
    paths, feed = write_full(tmp_path, volume), Feed(volume)
    assert [path.relative_to(tmp_path).as_posix() for path in paths[:2]] == [
        "orders-create/orders-create-2025-12-01.csv",
        "orders-update/orders-update-2025-12-01.csv",
    ]
    found: list[Row] = []
    for path in paths:
        with path.open(encoding="utf-8", newline="") as file:
            found += csv.DictReader(file)
    made = ((feed.created_on(day), feed.updated_on(day)) for day in feed.days)
    assert found == [row for rows in made for kind in rows for row in kind]
    assert len(found) == 1_100


def test_the_files_are_odd() -> None:
    assert [key for key in FILES if key.endswith(("/", "gz", "zip"))] == [
        "orders-create/",
        "orders-create/orders-create-2025-12-02.csv.gz",
        "orders-update/orders-update-2025-12-02.csv.gz",
        "orders-create/orders-create-2025-12-03.zip",
    ]
    assert CREATES["2025-12-04"].body.startswith(b"\xef\xbb\xbf")
    assert b"Zo\xeb" in CREATES["2025-12-05"].body, "latin-1"
    assert b"\r\n" in CREATES["2025-12-06"].body
    assert "Building 7,\nsecond door\non the left" in CREATES["2025-12-06"].rows[1].values()
    assert CREATES["2025-12-07"].body.startswith(b"ORDERS_ID,Order_Status,Order Date,")
    assert CREATES["2025-12-09"].rejected == (10, 25)
    assert CREATES["2025-12-13"].modified < CREATES["2025-12-10"].modified, "out of order"
    assert [CREATES["2025-12-11"].rows[n]["credit_card_number"] for n in (1, 2, 3, 4)] == list(
        CARDS
    )
    assert "5555-5555-5555-4444" in CREATES["2025-12-11"].rows[6]["system_notes"]
    assert not CREATES["2025-12-13"].body.endswith(b"\n")
    assert CREATES["2025-12-15"].body.startswith(b'"orders_id",')


def test_columns_come_and_go() -> None:
    columns = {day: tuple(file.rows[1]) for day, file in CREATES.items()}
    assert columns["2025-12-07"] == COLUMNS
    assert columns["2025-12-08"] == (*COLUMNS, "utm_device_category")
    assert "fax" in columns["2025-12-11"]
    assert "fax" not in columns["2025-12-12"]


def test_prospects_are_few() -> None:
    stem = "prospects-create/prospects-create"
    assert FILES[f"{stem}-2025-12-01.csv"].body.decode().strip().split(",") == [*PROSPECT_COLUMNS]
    assert FILES[f"{stem}-2025-12-02.csv"].body == b""
    assert len(FILES[f"{stem}-2025-12-03.csv"].rows) == 4
    header = FILES[f"{stem}.csv"].body.decode().splitlines()[0]
    assert header.split(",") == [*PROSPECT_COLUMNS, "", "notes"]
