"""What a statement says and what is odd of it, without a warehouse."""

import io
import json
from datetime import date
from typing import Any

import pytest

from loaders.errors import FileError
from loaders.files.masking import passes_luhn
from loaders.music.formats import FORMATS
from loaders.music.statement import StatementStream
from sandbox.music.lake import written

SYMPHONIC = (
    "Reporting Period|Track Title|ISRC Code|Digital Service Provider|Territory|Count|Royalty ($US)"
)
CDBABY = "Sale Date|Partner|Track|Net Payable|Currency"
SALE = ("JUN-26", "Song", "QZMDE2600001", "Spotify", "US", "2")


def read(body: bytes, key: str = "file.csv") -> tuple[list[dict[str, Any]], StatementStream]:
    stream = StatementStream(io.BytesIO(body), key)
    return [row for batch in stream.batches() for row in batch.to_pylist()], stream


def refusal(body: bytes) -> str:
    with pytest.raises(FileError) as refused:
        read(body)
    return str(refused.value)


def issues(stream: StatementStream) -> list[tuple[str, int, str, str]]:
    found = stream.issues("file.csv", date(2026, 6, 1))
    return [(issue.kind, issue.rows, issue.word, issue.example) for issue in found]


def test_headings_count_without_case_blanks_and_marks() -> None:
    header = "REPORTING_PERIOD|track  title|Isrc-Code|digital service provider|territory|COUNT"
    (row,), _ = read(written(f"{header}|Royalty (US)", [[*SALE, "0.5"]]))
    assert (row["format"], row["isrc"], row["amount"]) == ("symphonic", "QZMDE2600001", "0.5")


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ("What|Else", "is of no format that we know: its headings are What, Else"),
        (f"{SYMPHONIC}|Bonus", "has headings that symphonic never had: Bonus"),
        (f"{SYMPHONIC}|isrc code", "has the heading ISRC Code twice"),
        (
            "transaction_id|sale_date|accounting_date|split_id",
            "has no heading net_revenue or net_amount or royalty or revenue or amount",
        ),
    ],
)
def test_a_file_with_other_headings_is_refused(header: str, reason: str) -> None:
    assert reason in refusal(written(header, [["x"] * (header.count("|") + 1)]))


def test_an_encoding_is_its_formats() -> None:
    body = written(SYMPHONIC, [[*SALE, "\u00e9"]], encoding="latin-1")
    assert "is in latin-1, and files of symphonic in utf-8" in refusal(body)


def test_no_two_formats_are_told_by_the_same_headings() -> None:
    told_by = [frozenset(one.told_by) for one in FORMATS]
    assert len(set(told_by)) == len(FORMATS)


def test_one_decimal_point_for_a_file() -> None:
    rows, _ = read(written(SYMPHONIC, [[*SALE, "1,234"], [*SALE, "0,5"]], ";"))
    assert [row["amount"] for row in rows] == ["1.234", "0.5"]
    body = written(SYMPHONIC, [[*SALE, "0.5"], [*SALE, "0,5"]], ";")
    assert "'0.5' and '0,5' have different decimal points" in refusal(body)


def test_a_total_is_no_money_and_is_compared() -> None:
    total = ["Total", *[""] * 5]
    lines = [[*SALE, "0.123456"], [*SALE, "0.2"]]
    rows, right = read(written(SYMPHONIC, [*lines, [*total, "0.32"]]))
    assert [row["line_kind"] for row in rows] == ["sale", "sale", "total"]
    assert issues(right) == []
    _, wrong = read(written(SYMPHONIC, [*lines, [*total, "0.34"]]))
    assert issues(wrong) == [
        ("totals that are not the sum of their lines", 1, "", "total 0.34, lines 0.323456")
    ]


def test_a_song_that_is_named_total_is_a_song() -> None:
    sale = ["2026-06", "Spotify", "Total", "0.5", "USD"]
    rows, _ = read(written(CDBABY, [sale, ["", "", "Total", "0.5", ""]]))
    assert [(row["line_kind"], row["track_title"]) for row in rows] == [
        ("sale", "Total"),
        ("total", "Total"),
    ]


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        (["2026-06", "", "Song", "", "USD"], "amount: is missing"),
        (["", "", "Song", "0.5", "USD"], "period: is missing"),
        (["06/05/2026", "", "", "0.5", ""], "period: '06/05/2026' may begin with the day or"),
        (["2026-06", "", "", "\u20ac 0.5", "USD"], "amount: is in EUR, not USD"),
        (["2026-06", "", "", "0.5", "dollars"], "currency: 'dollars' is not a currency's code"),
    ],
)
def test_a_line_that_cannot_be_read_is_kept_as_it_was(cells: list[str], reason: str) -> None:
    good = ["2026-06", "Spotify", "Song", "0.5", "USD"]
    rows, stream = read(written(CDBABY, [good, cells, good]))
    assert [row["_row_id"] for row in rows] == [1, 3]
    (refused,) = stream.rejected
    assert refused.number == 2
    assert refused.reason.startswith(reason)
    assert all(f'"{cell}"' in refused.text for cell in cells if cell)


def test_a_file_of_which_most_cannot_be_read_is_refused() -> None:
    said = refusal(written(SYMPHONIC, [[*SALE, "n/a"]] * 3))
    assert said.startswith("3 of 3 records cannot be read; first: record 1: amount: 'n/a' is not")


@pytest.mark.parametrize(
    ("key", "song"),
    [
        ("1_landing/x/Night Bus_timeline.csv", "Night Bus"),
        ("Night Bus-timeline (1).csv.gz", "Night Bus"),
        ("Timeline.csv", "Timeline"),
        ("Vol. 2 (Live).csv", "Vol. 2 (Live)"),
    ],
)
def test_a_song_stands_in_the_name_of_its_file(key: str, song: str) -> None:
    (row,), stream = read(b"date,streams\n2026-06-01,7\n", key)
    assert row["track_title"] == stream.named == song


def test_the_record_is_kept_as_json_whatever_is_in_it() -> None:
    title = 'A "B" \\ \t\u2028 \u00e9\n\x07'
    (row,), _ = read(written(SYMPHONIC, [["JUN-26", title, *SALE[2:], "0.5"]]))
    assert json.loads(row["original"])["Track Title"] == title


def test_a_card_number_is_hidden_in_text_and_none_is_a_code_or_an_amount() -> None:
    header, card, upc = (
        "Sale Date|Partner|UPC|Track|Net Payable",
        "4111111111111111",
        "4222222222222",
    )
    assert passes_luhn(upc.encode())
    line = ["2026-06", "x", upc, f"Pay {card}", f"0.{card}"]
    (row,), stream = read(written(header, [line]))
    assert (row["upc"], row["amount"], stream.masked) == (upc, f"0.{card}", 1)
    assert row["track_title"] == "Pay ************1111"
    assert card not in row["original"].replace(f"0.{card}", "")
    assert card not in refusal(written(f"{card}|Else", [["x", "y"]]))
