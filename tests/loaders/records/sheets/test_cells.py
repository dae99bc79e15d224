"""What a cell means: the value that people meant, or a reason that names what they typed."""

import json
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loaders.fitting import FITTERS
from loaders.sheets.cells import Cell, typed_number, value_of
from loaders.sheets.grid import Grid
from loaders.sheets.sheet import RAW_TYPES, SheetType
from sandbox.google_sheets.a1 import Box, parse_box

OTHERS = (
    "A$1,000.00", "R$ 1.000,00", "C$10.00", "CA$10.00", "HK$10", "NZ$10", "10.00 A$", "$CA 10",
    "S/$ 10 PEN", "XX$10", "₹10", "10 kr", "kr.10", "10 zł", "Fr. 10", "CHF10", "10 eur", "R 10",
    "AUD 1,000", "$1,000 AUD", "\uff04AU10", "CA $1,000", "AU $10",
)  # fmt: skip
SHOWN_ALONE = (  # as text these are no numbers
    "$1,000 CA", "\u0e3f1,000", "KSh1,000", "S/1,000", "Q1,000", "Br1,000", "1,000 Kroner",
    "1,000 per day",
)  # fmt: skip
NOTHING_SHOWN = "\u200b\u00a0 \u202f"
AMOUNTS = st.decimals(min_value=-(10**9), max_value=10**9, places=2)
FINITE = st.floats(allow_nan=False, allow_infinity=False)  # JSON has neither


def cell(value: Any, format: str = "", shown: str | None = None) -> Cell:
    return Cell(value, str(value) if shown is None else shown, format)


def meant(value: Any, kind: SheetType, format: str = "", shown: str | None = None) -> Any:
    return value_of(cell(value, format, shown), kind, "USD")


@given(AMOUNTS)
def test_an_amount_may_be_typed_in_the_ways_of_many_countries(amount: Decimal) -> None:
    american = f"{amount:,.2f}"
    for text in (
        american,
        american.translate(str.maketrans(",.", ".,")),
        american.translate(str.maketrans(",.", " ,")),
        american.replace(",", "'"),
        american.replace("-", "\u2212"),
        f"({american.removeprefix('-')})" if amount < 0 else f"+{american}",
        f"{amount:.2f}",
    ):
        assert typed_number(text) == amount


@given(st.integers(-(10**12), 10**12))
def test_a_whole_number_with_commas_is_refused_where_it_may_be_a_fraction(number: int) -> None:
    """1,234 is a thousand and some in New York, and one and a bit in Berlin."""
    text = f"{number:,}"
    if 1_000 <= abs(number) < 1_000_000:
        with pytest.raises(ValueError, match="may mean thousands or a fraction"):
            typed_number(text)
    else:
        assert typed_number(text) == number
    assert typed_number(str(number)) == number


@given(st.decimals(min_value=-(10**6), max_value=10**6, places=3))
def test_three_digits_behind_a_point_are_refused_where_they_may_be_thousands(
    number: Decimal,
) -> None:
    text = f"{number:.3f}"
    if 1 <= abs(number) < 1_000:
        with pytest.raises(ValueError, match="may mean thousands or a fraction"):
            typed_number(text)
    else:
        assert typed_number(text) == number


@given(st.floats(min_value=-1e13, max_value=1e13))
def test_a_number_is_exact_in_the_digits_of_its_json(number: float) -> None:
    spelled = json.dumps(number)
    answered = {"effectiveValue": {"numberValue": json.loads(spelled)}, "formattedValue": "x"}
    wanted = Decimal(spelled).quantize(Decimal("0.0001"), ROUND_HALF_UP)
    assert value_of(Cell.of(answered), "decimal", "USD") == wanted


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("$1,234.50", "1234.5"),
        ("1.200,50 USD", "1200.5"),
        ("USD 7", "7"),
        ("-$45", "-45"),
        ("US$1,234.50", "1234.5"),
        ("US$ 12.50", "12.5"),
        ("12.50 $US", "12.5"),
        ("$12.50 USD", "12.5"),
        ("usd 12.50", "12.5"),
        ("USD 1,000", "1000"),
        ("$1,000", "1000"),
        ("USD$12.50", "12.5"),
        ("($45.00)", "-45"),
        ("0.125", "0.125"),
        (".5", "0.5"),
        ("12,5", "12.5"),
        ("007", "7"),
    ],
)
def test_an_amount_typed_as_text(text: str, number: str) -> None:
    assert meant(text, "decimal") == Decimal(number)


@pytest.mark.parametrize(
    "text",
    [
        "n/a", "-", "TBD", "?", "≈ 23", "½", "1e3", "1,23,4", "1,2345.6", "12.", "=B5", "1 2",
        "1,,2", "$", "5%", "٣", "1.2.3", "0,123,456", "--5", "()",
    ],
)  # fmt: skip
def test_what_is_no_amount(text: str) -> None:
    with pytest.raises(ValueError, match="is not a number"):
        meant(text, "decimal")


@pytest.mark.parametrize(
    ("value", "format", "shown", "reason"),
    [
        (True, "", "TRUE", "'TRUE' is not a number"),
        (45_995, "DATE", "12/4/2025", "'12/4/2025' is a date or a time"),
        (0.5, "TIME", "12:00", "is a date or a time"),
        (0.235, "PERCENT", "23.5%", "'23.5%' is a percentage"),
        (10, "CURRENCY", "€10.00", "'€10.00' is not in USD"),
        (10, "NUMBER", "10 EUR", "'10 EUR' is not in USD"),  # a format that somebody made
        ("€10.00", "", "€10.00", "'€10.00' is not in USD"),
        ("10 GBP", "", "10 GBP", "'10 GBP' is not in USD"),
        *((value, "CURRENCY", shown, "is not in USD") for shown in OTHERS for value in (10, shown)),
        *((1000, "NUMBER", shown, "is not in USD") for shown in SHOWN_ALONE),
        (1e21, "", "1E+21", "more digits than a sheet keeps"),
        (10**14, "", "100000000000000", "does not fit"),
    ],
)
def test_a_number_that_is_no_amount(value: Any, format: str, shown: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        meant(value, "decimal", format, shown)


@pytest.mark.parametrize(("text", "currency"), [("1,000 €", "EUR"), ("$1.000", "USD")])
def test_beside_a_unit_too_a_number_may_mean_two_things(text: str, currency: str) -> None:
    with pytest.raises(ValueError, match="may mean thousands or a fraction"):
        value_of(cell(text), "decimal", currency)


def test_a_whole_number_has_no_fraction() -> None:
    assert meant(1_200, "integer", "NUMBER", "1,200") == 1_200
    assert meant(12.0, "integer") == 12
    with pytest.raises(ValueError, match="is not a whole number"):
        meant(12.5, "integer")


def test_the_sign_of_an_amount_must_be_of_the_clients_currency() -> None:
    assert value_of(cell(10, "CURRENCY", "€10.00"), "decimal", "EUR") == 10
    with pytest.raises(ValueError, match="is not in EUR"):
        value_of(cell(10, "CURRENCY", "$10.00"), "decimal", "EUR")
    assert value_of(cell(10, "CURRENCY", "$10.00"), "decimal", "CAD") == 10
    for currency, shown in (("CAD", "CA$10"), ("BRL", "R$ 10"), ("INR", "₹10"), ("SEK", "10 kr")):
        assert value_of(cell(10, "CURRENCY", shown), "decimal", currency) == 10
    for shown in ("USD 1,000", "US$1,000.00", "$1,000 US", "US $1,000", "1.0K", "1E+03"):
        assert value_of(cell(1_000, "NUMBER", shown), "decimal", "USD") == 1_000
    assert value_of(cell(0, "NUMBER", "$ -"), "decimal", "USD") == 0  # as accountants show it


@given(st.decimals(min_value=-1000, max_value=1000, places=1))
def test_a_percentage_is_a_share(percentage: Decimal) -> None:
    share = percentage / 100
    assert meant(f"{percentage} %", "percent") == share
    assert meant(float(share), "percent", "PERCENT", f"{percentage}%") == share


@pytest.mark.parametrize("value", [12.5, 1, "12.5", True, "%", "n/a%"])
def test_a_percentage_without_its_sign_is_none(value: Any) -> None:
    with pytest.raises(ValueError, match=r"has no % sign, and is not a percentage|is not a number"):
        meant(value, "percent")
    assert meant(0, "percent") == 0


# Text, booleans, blanks


@pytest.mark.parametrize(
    ("value", "format", "shown", "text"),
    [
        ("007", "", None, "007"),
        ("two\nlines  \u200b", "", None, "two lines"),
        (7, "", "7", "7"),
        (1_200, "NUMBER", "1,200", "1200"),
        (0.1, "", "0.1", "0.1"),
        (1e-7, "SCIENTIFIC", "1.00E-07", "0.0000001"),
        (True, "", "WAHR", "TRUE"),
        (0.125, "PERCENT", "12.50%", "12.50%"),
        (5, "CURRENCY", "$5.00", "$5.00"),
        (0.354166, "TIME", "8:30 AM", "8:30 AM"),
        (45_992, "DATE", "12/1/2025", "12/1/2025"),
    ],
)
def test_text_is_what_was_typed(value: Any, format: str, shown: str | None, text: str) -> None:
    kind = "stringValue" if isinstance(value, str) else "numberValue"
    answered = {
        "effectiveValue": {"boolValue" if value is True else kind: value},
        "formattedValue": value if shown is None else shown,
        "effectiveFormat": {"numberFormat": {"type": format}} if format else {},
    }
    assert value_of(Cell.of(answered), "text", "USD") == text


def test_a_long_number_has_lost_digits_and_is_no_id() -> None:
    assert meant(123456789012345, "text") == "123456789012345"
    with pytest.raises(ValueError, match=r"'1\.23457E\+17' has more digits .* type it as text"):
        meant(123456789012345680, "text", "", "1.23457E+17")


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        (True, True),
        (False, False),
        ("Yes", True),
        ("no", False),
        ("TRUE", True),
        (1, True),
        (0, False),
    ],
)
def test_yes_and_no(value: Any, wanted: bool) -> None:
    assert meant(value, "boolean") is wanted


@pytest.mark.parametrize("value", ["x", "maybe", 2, 0.5, "-"])
def test_neither_yes_nor_no(value: Any) -> None:
    with pytest.raises(ValueError, match="is neither yes nor no"):
        meant(value, "boolean")


@pytest.mark.parametrize("kind", get_args(SheetType))
def test_what_nobody_sees_is_nothing_and_an_error_is_never_a_value(kind: SheetType) -> None:
    for answered in (
        {},
        {"effectiveFormat": {"numberFormat": {"type": "CURRENCY"}}},
        {"effectiveValue": {"stringValue": ""}, "formattedValue": ""},
        {"effectiveValue": {"stringValue": NOTHING_SHOWN}, "formattedValue": NOTHING_SHOWN},
    ):
        assert Cell.of(answered).is_blank
        assert value_of(Cell.of(answered), kind, "USD") is None
    error = {"effectiveValue": {"errorValue": {"type": "REF"}}, "formattedValue": "#REF!"}
    assert not Cell.of(error).is_blank
    with pytest.raises(ValueError, match="'#REF!' is the error of a formula"):
        value_of(Cell.of(error), kind, "USD")


@given(
    st.one_of(st.text(), st.text("0123456789.,' -/%$()€"), FINITE, st.integers(), st.booleans()),
    st.sampled_from(["", "NUMBER", "DATE", "DATE_TIME", "TIME", "PERCENT", "CURRENCY", "TEXT"]),
    st.sampled_from(get_args(SheetType)),
)
def test_whatever_stands_in_a_cell_is_a_value_or_a_reason(
    value: Any, format: str, kind: SheetType
) -> None:
    try:
        found = meant(value, kind, format)
    except ValueError as reason:
        found = None
        said = str(reason)
    else:
        said = "taken"
    assert said
    assert FITTERS[RAW_TYPES[kind]](found) == found


@given(st.integers(0, 18_277), st.integers(0, 10**6))
def test_a_cell_has_its_address(column: int, row: int) -> None:
    for title, shown in (("Targets", "Targets"), ("Bob's plan", "'Bob''s plan'"), ("B2", "'B2'")):
        grid = Grid(title, 0, 0, (), ())
        tab, _, cell = grid.address(row, column).rpartition("!")
        assert (tab, parse_box(cell)) == (shown, Box(row, row + 1, column, column + 1))
