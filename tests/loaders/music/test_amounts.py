"""Amounts are what they mean however a statement writes them, or nothing at all."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loaders.music.amounts import Point, amount, count, currencies_beside, plain, point_of

SPACES = (" ", "\u00a0", "\u202f")
NEGATIVE = ("-{}", "\u2212{}", "({})", "{}-", "\u20ac -{}", "-$ {}", "(EUR {})")
POSITIVE = ("{}", "+{}", "\u20ac {}", "{} EUR", "${}", " {} ")
amounts = st.decimals(-(10**9), 10**9, places=6, allow_nan=False)


@given(amounts, st.sampled_from([".", ","]), st.data())
def test_an_amount_is_read_in_every_spelling(
    meant: Decimal, point: Point, data: st.DataObject
) -> None:
    group = data.draw(st.sampled_from(["", "'", "," if point == "." else ".", *SPACES]))
    whole, _, fraction = f"{abs(meant):,.6f}".partition(".")
    digits = f"{whole.replace(',', group)}{point}{fraction}"
    ways = NEGATIVE if meant < 0 else POSITIVE
    text = data.draw(st.sampled_from(ways)).format(digits)
    assert amount(text, point) == meant
    assert point_of([text], "," if point == "." else ".") == point


@given(amounts)
def test_one_spelling_says_the_same(meant: Decimal) -> None:
    text = plain(meant)
    assert Fraction(text) == Fraction(meant)
    assert amount(text, ".") == meant
    assert text == plain(Decimal(text))
    assert "E" not in text


@given(st.text(alphabet="0123456789.,-+() '\u20ac$eE_n", max_size=12))
def test_a_text_is_an_amount_or_a_value_error(text: str) -> None:
    try:
        found = amount(text, ".")
    except ValueError:  # and nothing else
        return
    assert found.is_finite()


@pytest.mark.parametrize(
    "text",
    ["", "-", "n/a", "NaN", "Infinity", "1_000", "1,23", "1.2.3", "--1", "()", "1 2", "9e99"],
)
def test_what_is_no_amount(text: str) -> None:
    with pytest.raises(ValueError, match="amount"):
        amount(text, ".")


def test_the_eighteenth_decimal_is_the_last() -> None:
    assert plain(amount("0.0042000000000000003", ".")) == "0.0042"
    assert plain(amount("1.5E-05", ".")) == "0.000015"
    assert plain(amount("123456789012345678.123456789012345678", ".")).endswith("345678")


@pytest.mark.parametrize(
    ("texts", "point"),
    [
        (["1,234"], "."),
        (["1,234", "0,0042"], ","),
        (["1.234.567", "12"], ","),
        (["1,234,567.5"], "."),
        (["n.a.", "Total", "1,5"], ","),
    ],
)
def test_a_file_tells_its_decimal_point(texts: list[str], point: Point) -> None:
    assert point_of(texts, ".") == point


def test_a_file_has_one_decimal_point() -> None:
    with pytest.raises(ValueError, match=r"'0\.5' and '0,5' have different decimal points"):
        point_of(["0.5", "0,5"], ".")


def test_units_are_whole() -> None:
    assert count("-1,200", ".") == -1200
    with pytest.raises(ValueError, match="not a whole number"):
        count("1.5", ".")


def test_a_sign_stands_for_its_currencies() -> None:
    assert currencies_beside("12.5") is None
    assert currencies_beside("\u20ac 0,0042") == ("EUR",)
    assert "USD" in (currencies_beside("$1") or ())
