"""The made orders: their volume, their forms, and what becomes of them."""

import csv
import re
from collections import Counter, defaultdict
from datetime import date
from pathlib import Path

import pytest

from sandbox.order_columns import COLUMNS
from sandbox.order_files import CARDS, write_full
from sandbox.orders import DEMO, FULL, Event, Feed, Volume


@pytest.fixture(scope="module")
def events() -> list[Event]:
    return list(Feed().events())


@pytest.fixture(scope="module")
def created(events: list[Event]) -> dict[str, Event]:
    return {event.row["orders_id"]: event for event in events if event.kind == "create"}


def test_the_volume_is_exact(events: list[Event]) -> None:
    assert Counter(event.kind for event in events) == {"create": 1_080, "update": 1_224}
    assert len({event.day for event in events}) == DEMO.days == 18
    assert (FULL.created, FULL.updated, FULL.days) == (304_951, 346_044, 18)


def test_every_row_has_the_129_columns(events: list[Event]) -> None:
    assert len(COLUMNS) == len(set(COLUMNS)) == 129
    assert {tuple(event.row) for event in events} == {COLUMNS}


def test_the_feed_is_the_same_every_time(events: list[Event]) -> None:
    assert list(Feed().events()) == events


def test_values_have_the_known_forms(events: list[Event]) -> None:
    rows = [event.row for event in events]
    assert all(re.fullmatch(r"3\d{6}", row["orders_id"]) for row in rows)
    assert all(re.fullmatch(r"\d+(\.\d*[1-9])?", row["total_amount"]) for row in rows)
    assert all(date.fromisoformat(row["order_date"]) <= date(2025, 12, 18) for row in rows)
    for flag in ("refund_flag", "chargeback_flag"):
        assert {row[flag] for row in rows} == {"", "1"}
    assert {row["order_status"] for row in rows} == {
        "NEW", "DECLINED", "VOID/REFUNDED", "SHIPPED", "PENDING", "ON-HOLD", "ARCHIVED",
    }  # fmt: skip
    assert {row["product_category"] for row in rows} == {"CCW", "EXP", "OTR", ""}
    mails = {row["billing_email"].strip().lower() for row in rows}
    assert {mail.partition("@")[2] for mail in mails} == {"example.com", ""}


def test_states_are_spelt_as_people_spell_them(events: list[Event]) -> None:
    states = Counter(event.row["billing_state"] for event in events)
    assert [state for state, _ in states.most_common(4)] == ["CA", "TX", "FL", "NY"]
    assert {"PR", "AE", "AP", "ZZ", ""} <= states.keys()
    odd = [state for state in states if not re.fullmatch("([A-Z]{2})?", state)]
    assert {"Texas", " tx"} <= set(odd)


def test_ids_rise_with_the_days(created: dict[str, Event]) -> None:
    placed = [created[orders_id].row["order_date"] for orders_id in sorted(created)]
    assert placed == sorted(placed)


def test_some_updates_come_before_their_create(
    events: list[Event], created: dict[str, Event]
) -> None:
    updated_on = defaultdict(list)
    for event in events:
        if event.kind == "update":
            updated_on[event.row["orders_id"]].append(event.day)
    early = [i for i, days in updated_on.items() if i in created and min(days) < created[i].day]
    assert early
    for orders_id in early:
        assert created[orders_id].row["order_date"] < created[orders_id].day.isoformat()
    assert updated_on.keys() - created.keys(), "orders from before the first day"


def test_an_order_changes_several_times_on_one_day(events: list[Event]) -> None:
    changes = defaultdict(list)
    for event in events:
        if event.kind == "update":
            changes[event.day, event.row["orders_id"]].append(event.row["order_status"])
    assert ["ON-HOLD", "NEW"] in changes.values()


def test_refunds_and_chargebacks_come_days_later(
    events: list[Event], created: dict[str, Event]
) -> None:
    assert not any(event.row["refund_flag"] for event in created.values())
    refunded = [event.row for event in events if event.row["refund_flag"]]
    assert {row["order_status"] for row in refunded} >= {"VOID/REFUNDED", "NEW"}, "part of it too"
    assert all(row["refund_date"] > row["order_date"] for row in refunded)
    assert any(event.row["chargeback_flag"] for event in events)
    assert any(row["chargeback_flag"] for row in refunded), "both"


def test_customers_come_back(created: dict[str, Event]) -> None:
    rows = [event.row for event in created.values()]
    orders = Counter(row["customer_id"] for row in rows)
    assert max(orders.values()) > 2
    rebills = [row for row in rows if row["is_recurring"] == "1"]
    assert all(row["parent_order_id"] and int(row["rebill_depth"]) > 0 for row in rebills)
    known = [(row, created.get(row["parent_order_id"])) for row in rows if row["parent_order_id"]]
    pairs = [(row, parent.row) for row, parent in known if parent]
    assert pairs
    for row, parent in pairs:
        assert row["customer_id"] == parent["customer_id"]
        assert row["product_category"] == parent["product_category"]
    assert any(row["parent_order_id"] and row["is_recurring"] == "0" for row in rows), "an upsell"


def test_the_only_card_numbers_are_the_networks_test_numbers(events: list[Event]) -> None:
    found = {
        re.sub(r"\D", "", number)
        for event in events
        for value in event.row.values()
        for number in re.findall(r"\d(?:[ -]?\d){12,18}", value)
    }
    assert found
    assert found <= set(CARDS)


def test_a_volume_is_written_row_by_row(tmp_path: Path) -> None:
    volume = Volume(created=500, updated=600, days=3)
    paths = write_full(tmp_path, volume)
    assert [path.relative_to(tmp_path).as_posix() for path in paths[:2]] == [
        "orders-create/orders-create-2025-12-01.csv",
        "orders-update/orders-update-2025-12-01.csv",
    ]
    read: list[dict[str, str]] = []
    for path in paths:
        with path.open(encoding="utf-8", newline="") as file:
            read += csv.DictReader(file)
    assert read == [event.row for event in Feed(volume).events()]
    assert len(read) == 1_100


def test_any_volume_is_exact() -> None:
    """Older orders make up what a day's updates lack; what is too much is left out."""
    volume = Volume(created=3_050, updated=3_460)
    kinds = Counter(event.kind for event in Feed(volume).events())
    assert kinds == {"create": volume.created, "update": volume.updated}
