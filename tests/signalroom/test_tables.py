"""Tables fit their terminal, and text from outside is text."""

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from signalroom import tables
from signalroom.tables import Share, print_table
from signalroom.terminal import plain

HEADER = ("date", "id", "label", "conversions", "spend", "share", "waiting for")
TEXTS, EXPENDABLE = ("label", "waiting for"), ("share", "id", "waiting for")
NUMBERS = re.compile(r"-?[0-9][0-9,]*\.?[0-9]*%?")
ROWS = st.lists(
    st.tuples(
        st.dates().map(str),
        st.integers(0, 10**6).map(str),
        st.text(),
        st.integers(-(10**9), 10**9),
        st.one_of(st.none(), st.decimals(-(10**9), 10**9, places=4)),
        st.one_of(st.none(), st.decimals(0, 10, places=4).map(Share)),
        st.text(st.characters(codec="utf-8")),
    ),
    min_size=1,
    max_size=4,
)


def printed(
    rows: Sequence[Sequence[Any]], width: int | None, monkeypatch: pytest.MonkeyPatch
) -> list[str]:
    said: list[str] = []
    monkeypatch.setattr(tables, "terminal_width", lambda: width)
    monkeypatch.setattr("click.echo", lambda line: said.extend(str(line).split("\n")))
    monkeypatch.setattr("click.secho", lambda line, **_: said.append(line))
    print_table("Title", HEADER, rows, texts=TEXTS, expendable=EXPENDABLE)
    return said


@given(rows=ROWS, width=st.one_of(st.none(), st.integers(20, 200)))
def test_what_is_shown_is_whole_and_fits(rows: list[Any], width: int | None) -> None:
    """Every value stands there as it is; left out are only columns that are named."""
    with pytest.MonkeyPatch.context() as patch:
        said = printed(rows, width, patch)
    assert all(plain(line) == line for line in said)
    stacked = said[1].startswith("date  ") and not said[1].startswith("date  " + " " * 6 + "id")
    left_out = "".join(line for line in said if line.startswith("Left out at"))
    body = [line for line in said[1:] if not line.startswith("Left out at")]
    if width is not None and not stacked:
        assert max(map(cell_len, body)) <= width
    words = [word for line in body for word in line.split()]
    for row in rows:
        for name, value in zip(HEADER, row, strict=True):
            if name not in TEXTS and f" {name}" not in left_out.replace(",", ""):
                assert tables.shown(value) in words
            if name in TEXTS and width is None:
                assert tables.shown(value).strip() in "\n".join(body)


@pytest.mark.parametrize(
    ("width", "names", "left_out"),
    [
        (120, "date id label conversions spend share waiting for", None),
        (62, "date id label conversions spend waiting for", "share"),
        (52, "date label conversions spend", "share, id, waiting for"),
    ],
)
def test_columns_are_left_out_by_importance(
    width: int, names: str, left_out: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = ("2025-12-18", "1178", "CCW", 10_003, Decimal("10003.93"), Share("0.5"), "w" * 40)
    said = printed([row], width, monkeypatch)
    assert " ".join(said[1].split()) == names
    assert said[-1].startswith(f"Left out at {width} columns: {left_out};") == bool(left_out)


def test_a_narrow_terminal_has_a_value_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    row = ("2025-12-18", "1178", "CCW", 10_003, Decimal("10003.93"), None, "")
    assert printed([row, row], 30, monkeypatch)[1:9] == [
        "date         2025-12-18",
        "id           1178",
        "label        CCW",
        "conversions  10,003",
        "spend        10,003.93",
        "share        –",
        "waiting for  –",
        "",
    ]


def test_wide_characters_take_two_cells(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [("2025-12-18", "1", label, 7, None, None, "x") for label in ("大阪の広告", "CCW")]
    _, _, first, second = printed(rows, None, monkeypatch)
    assert cell_len(first) == cell_len(second)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Promo [/b] now", "Promo [/b] now"),
        ("Save [red]big[/red] :smile:", "Save [red]big[/red] :smile:"),
        ("\x1b[31mred\x07\x9b0m\x00", r"\x1b[31mred\x07\x9b0m\x00"),
        ("one\r\ntwo\u2028\tthree\x7f", r"one\r\ntwo\u2028\tthree\x7f"),
        ("\u202egnp\u2066\u200f\ufeff", r"\u202egnp\u2066\u200f\ufeff"),
        ("\ud800 half, no\xa0break, Łódź 大阪 🎯", r"\ud800 half, no" "\xa0break, Łódź 大阪 🎯"),
        (r"\N %s {{ x }}", r"\N %s {{ x }}"),
    ],
)
def test_text_is_shown_as_it_is_or_escaped(text: str, shown: str) -> None:
    assert plain(text) == shown
