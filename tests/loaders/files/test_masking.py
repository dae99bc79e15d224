"""Card numbers are found wherever they stand, against a plain computation of the same rule."""

import re

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loaders.files.masking import HIDDEN, TO_STARS, Masker, is_card_column, mask_column, mask_named

CARD = "4111111111111111"
BITS_OF_NUMBERS = st.sampled_from(
    [
        CARD,
        "378282246310005",
        "5555 5555 5555 4444",
        "1" * 13,
        "2025-12-17 10:30:00",
        "1Z" + "9" * 16,
    ]
)
TEXTS = st.lists(
    st.one_of(BITS_OF_NUMBERS, st.text("0123456789 -", max_size=30), st.text('xä,"\n-', max_size=3))
).map("".join)


def luhn(digits: str) -> bool:
    doubled = [int(d) * (1 + place % 2) for place, d in enumerate(reversed(digits))]
    return sum(d - 9 if d > 9 else d for d in doubled) % 10 == 0


def masked_plainly(text: str) -> str:
    """Every 13 to 19 digits in whole groups that pass lose all but the last four."""
    result = list(text)
    for number in re.finditer(r"[0-9]+(?:[ -][0-9]+)*", text):
        groups = [
            range(number.start() + g.start(), number.start() + g.end())
            for g in re.finditer("[0-9]+", number[0])
        ]
        hidden: set[int] = set()
        for first in range(len(groups)):
            for last in range(first, len(groups)):
                places = [place for group in groups[first : last + 1] for place in group]
                if 13 <= len(places) <= 19 and luhn("".join(text[p] for p in places)):
                    hidden.update(places[:-4])
        for place in hidden:
            result[place] = "*"
    return "".join(result)


@settings(deadline=None)
@given(TEXTS, st.integers(1, 40))
def test_masking_equals_the_plain_computation(text: str, size: int) -> None:
    """However the text is cut into blocks."""
    content = text.encode()
    masker = Masker()
    blocks = (content[start : start + size] for start in range(0, len(content), size))
    hidden = b"".join(masker.blocks(blocks))
    assert hidden.translate(TO_STARS).decode() == masked_plainly(text)
    assert masker.hid_any is any(byte in HIDDEN for byte in hidden)


@settings(deadline=None)
@given(st.text("0123456789", min_size=11, max_size=21))
def test_a_run_of_digits_is_masked_when_it_passes(digits: str) -> None:
    passes = 13 <= len(digits) <= 19 and luhn(digits)
    expected = "*" * (len(digits) - 4) + digits[-4:] if passes else digits
    masked = Masker().mask(f"a,{digits},b".encode())
    assert masked.translate(TO_STARS).decode() == f"a,{expected},b"


def test_a_number_is_found_where_a_large_block_is_worked_on_in_parts() -> None:
    for offset in range(30):
        filler = b"x" * ((1 << 16) - offset)
        masker = Masker()
        assert CARD.encode() not in masker.mask(filler + CARD.encode() + b"x" * 100)
        assert masker.hid_any


@pytest.mark.parametrize(
    "name",
    [
        *("card_number", "credit_card_number", "cc_number", "cc_num", "cardnumber", "pan", "cvv"),
        *("cvc", "cvv2", "card_cvv", "cc_cvv", "security_code", "credit_card", "card_code"),
        *("Card #", "Card No.", "Card Number:", "Billing CC Number", "cc_number_full"),
        *("cc_number_2", "PAN Number", "card_cid", "CC CSC", "Credit Card Number", "debit-card"),
    ],
)
def test_columns_named_like_card_numbers(name: str) -> None:
    assert is_card_column(name)


@pytest.mark.parametrize(
    "name",
    [
        *("cc_type", "cc_last_4", "cc_first_6", "cc_expires", "company", "pantry", "order_number"),
        *("orders_id", "cid", "csc", "gateway_id", "coupon_code", "card_type", "tracking_number"),
    ],
)
def test_columns_named_otherwise(name: str) -> None:
    assert not is_card_column(name)


def test_a_column_of_card_numbers_shows_four_digits_of_whole_numbers_and_none_of_others() -> None:
    """Also of numbers that do not pass the check: the column says what they are."""
    column = pa.array(["4111-1111-1111-1112", "123", None, "visa", "1234 - - 5678"])
    masked, changed = mask_column(column)
    assert masked.to_pylist() == ["****-****-****-1112", "***", None, "visa", "**** - - ****"]
    assert changed == 3


@pytest.mark.parametrize("value", ["************4440", "144444******4440", "4111-11XX-XXXX-1111"])
def test_what_is_masked_already_stays(value: str) -> None:
    assert mask_named(value) == value
