"""The demo's files: each holds the rows it says, and the odd ones are odd."""

import re

import pytest

from sandbox.order_columns import COLUMNS, PROSPECT_COLUMNS
from sandbox.order_files import CARDS, OrderFile, demo_files, resent
from sandbox.orders import Feed
from tests.sandbox.bucket import records

FILES = {file.key: file for file in demo_files()}
ORDERS = {key: file for key, file in FILES.items() if key.endswith(("csv", "gz", "zip"))}
CREATES = {
    match[1]: file
    for key, file in ORDERS.items()
    if (match := re.match(r"orders-create/orders-create-([-\d]{10})", key))
}


def snake(heading: str) -> str:
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", heading.strip())
    return apart.replace(" ", "_").lower()


@pytest.mark.parametrize("file", ORDERS.values(), ids=ORDERS.keys())
def test_a_file_holds_its_rows(file: OrderFile) -> None:
    header, *found = records(file.key, file.body) or [[]]
    names = [snake(heading) for heading in header]
    assert len(found) == len(file.rows) + len(file.rejected)
    for number, values in enumerate(found, 1):
        if number in file.rejected:
            assert len(values) != len(names)
        else:
            assert len(values) == len(names)
            # the later of two columns of one name does not count
            row = dict(zip(reversed(names), reversed(values), strict=True))
            assert file.rows[number].items() <= row.items()


def test_the_files_hold_the_feed() -> None:
    placed = {row["orders_id"] for file in CREATES.values() for row in file.rows.values()}
    feed = Feed()
    made = {row["orders_id"] for day in feed.days for row in feed.created_on(day)}
    assert len(made - placed) == 2, "the records of the wrong width"
    assert placed < made


def test_what_is_odd() -> None:
    assert [key for key in FILES if key.endswith(("/", "gz", "zip"))] == [
        "orders-create/",
        "orders-create/orders-create-2025-12-02.csv.gz",
        "orders-update/orders-update-2025-12-02.csv.gz",
        "orders-create/orders-create-2025-12-03.zip",
    ]
    assert CREATES["2025-12-04"].body.startswith(b"\xef\xbb\xbf")
    with pytest.raises(UnicodeDecodeError):
        CREATES["2025-12-05"].body.decode()
    assert b"Zo\xeb" in CREATES["2025-12-05"].body
    assert b"\r\n" in CREATES["2025-12-06"].body
    assert "Building 7,\nsecond door\non the left" in CREATES["2025-12-06"].rows[1].values()
    assert CREATES["2025-12-07"].body.startswith(b"ORDERS_ID,Order_Status,Order Date,")
    assert CREATES["2025-12-09"].rejected == (10, 25)
    assert not CREATES["2025-12-13"].body.endswith(b"\n")
    assert CREATES["2025-12-15"].body.startswith(b'"orders_id",')


def test_columns_come_and_go() -> None:
    columns = {day: tuple(file.rows[1]) for day, file in CREATES.items()}
    assert columns["2025-12-07"] == COLUMNS
    assert columns["2025-12-08"] == (*COLUMNS, "utm_device_category")
    assert "fax" in columns["2025-12-11"]
    assert "fax" not in columns["2025-12-12"]


def test_a_file_comes_out_of_order() -> None:
    late, next_ones = CREATES["2025-12-10"], ("2025-12-11", "2025-12-12", "2025-12-13")
    assert all(CREATES[day].modified < late.modified for day in next_ones)
    ids = [row["orders_id"] for row in late.rows.values()]
    assert ids[-5:] == sorted(ids[-5:], reverse=True)


def test_cards_are_planted() -> None:
    rows = CREATES["2025-12-11"].rows
    assert [rows[n]["credit_card_number"] for n in (1, 2, 3, 4)] == list(CARDS)
    assert "4111 1111 1111 1111" in rows[5]["employee_notes"]
    assert "5555-5555-5555-4444" in rows[6]["system_notes"]
    assert rows[7]["c3"] == "378282246310005"


def test_prospects_are_few() -> None:
    stem = "prospects-create/prospects-create"
    assert records("", FILES[f"{stem}-2025-12-01.csv"].body) == [list(PROSPECT_COLUMNS)]
    assert FILES[f"{stem}-2025-12-02.csv"].body == b""
    assert len(FILES[f"{stem}-2025-12-03.csv"].rows) == 4
    header, *_ = records("", FILES[f"{stem}.csv"].body)
    assert header == [*PROSPECT_COLUMNS, "", "notes"]


def test_a_file_sent_again_has_other_rows() -> None:
    first = CREATES["2025-12-01"]
    again = resent(first)
    ids = {row["orders_id"] for row in first.rows.values()}
    ids_again = {row["orders_id"] for row in again.rows.values()}
    assert ids_again < ids, "orders vanish"
    assert again.rows[1] not in first.rows.values(), "others cost something else"
    assert resent(again).body != again.body
