"""A CSV file as batches: the same records as Python's csv module, and what is done with the odd."""

import csv
import gzip
import io
import re
import zipfile
from collections.abc import Collection
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loaders.errors import FileError
from loaders.files import csv_stream, packing
from loaders.files.csv_stream import CsvStream
from loaders.files.headings import column_names, distinct

gzipped = partial(gzip.compress, mtime=0)
Records = dict[int, list[str | None]]
CELLS = st.one_of(
    st.text("ab \"',;\n\r\té€0", max_size=6), st.sampled_from(["", "x", '"', '""', "a\r\nb", " "])
)


def read(body: bytes, identifiers: Collection[str] = ()) -> tuple[CsvStream, Records]:
    """The stream, and its records by number."""
    stream = CsvStream(
        io.BytesIO(body), renames={}, reserved=(), expected=(), identifiers=identifiers
    )
    records: Records = {}
    for batch in stream.batches():
        *columns, numbers = [column.to_pylist() for column in batch.columns]
        for number, *values in zip(numbers, *columns, strict=True):
            assert number not in records
            records[number] = values
    return stream, records


def written(rows: list[list[str]], end: str = "\n", quoting: int = csv.QUOTE_MINIMAL) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator=end, quoting=quoting)  # type: ignore[arg-type]
    writer.writerows(rows)
    return text.getvalue().encode()


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packing, "BLOCK", 256)


@st.composite
def files(draw: st.DrawFn) -> bytes:
    """A header of two or more columns, and records of which some have another width."""
    width = draw(st.integers(2, 5))
    header = [f"column {place}" for place in range(width)]
    row = st.lists(CELLS, min_size=1, max_size=6)
    good = st.lists(CELLS, min_size=width, max_size=width)
    rows = draw(st.lists(st.one_of(good, good, good, row), max_size=60))
    quoting = draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
    body = written([header, *rows], draw(st.sampled_from(["\n", "\r\n"])), quoting)
    return draw(st.sampled_from([body, body.rstrip(b"\r\n")]))


@given(files())
@settings(max_examples=300, deadline=None)
def test_the_records_are_those_of_pythons_csv_module(body: bytes) -> None:
    header, *expected = [r for r in csv.reader(io.StringIO(body.decode(), newline="")) if r]
    rows = {n: r for n, r in enumerate(expected, start=1) if "".join(r).strip()}
    good = {n: r for n, r in rows.items() if len(r) == len(header)}
    bad = [n for n, r in rows.items() if len(r) != len(header)]
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(packing, "BLOCK", 256)
        if bad and not good:
            with pytest.raises(FileError, match="records do not fit"):
                read(body)
            return
        stream, records = read(body)
    assert [record.number for record in stream.rejected] == bad
    assert stream.blank == len(expected) - len(rows)
    assert records == {
        n: [value if value.strip(" ") else None for value in r] for n, r in good.items()
    }


def test_numbers_stay_right_across_batches_and_rejected_records(small_blocks: None) -> None:
    rows = [[str(n), "x" * 20] if n % 7 else [str(n)] for n in range(1, 1001)]
    stream, records = read(written([["id", "text"], *rows]))
    assert {n: values[0] for n, values in records.items()} == {
        n: str(n) for n in range(1, 1001) if n % 7
    }
    assert [bad.number for bad in stream.rejected] == list(range(7, 1001, 7))
    assert stream.rejected[0].reason == "1 fields instead of 2"
    assert stream.rejected[0].text == "7"


def test_a_line_end_within_quotes_is_kept_wherever_a_block_ends(small_blocks: None) -> None:
    """Arrow takes a line feed at the start of a block for the rest of the line end before it."""
    for offset in range(260):
        _, records = read(written([["a", "b"], ["x" * offset, "one\r\ntwo"], ["y", "z"]], "\r\n"))
        assert records == {1: ["x" * offset or None, "one\r\ntwo"], 2: ["y", "z"]}


def test_a_record_is_read_wherever_the_last_blocks_end(small_blocks: None) -> None:
    """Arrow finds a record in two blocks, not in three."""
    for length in range(230, 300):
        text = "x" * length + ";0"
        _, records = read(b"a,b\n1,2\n3," + text.encode())
        assert records == {1: ["1", "2"], 2: ["3", text]}


@pytest.mark.parametrize(
    "body",
    [
        b"\xef\xbb\xbfname,city\nZo\xc3\xab,M\xc3\xbcnchen\n",
        "name,city\nZoë,München\n".encode("latin-1"),
        b"\xef\xbb\xbf" + "name,city\nZoë,München".encode("latin-1"),
        gzipped("name,city\r\nZoë,München\r\n".encode()),
        b"\n\r\nname,city\n\nZo\xc3\xab,M\xc3\xbcnchen\n\n",
        b'"na\0me","city"\n"Zo\xc3\xab","M\xc3\xbcnchen"\n',
    ],
)
def test_packings_and_encodings(body: bytes) -> None:
    stream, records = read(body)
    assert records == {1: ["Zoë", "München"]}
    assert not stream.rejected


def test_the_encoding_is_one_for_the_whole_file(small_blocks: None) -> None:
    """Its only letter beyond ASCII stands in the last block."""
    rows = [["a", "b"], *([["x", "y" * 50]] * 50), ["é", "ö"]]
    _, records = read(written(rows).decode().encode("latin-1"))
    assert records[51] == ["é", "ö"]


def zipped(**members: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, body in members.items():
            archive.writestr(name, body)
    return packed.getvalue()


def test_a_zip_holds_one_file() -> None:
    assert read(zipped(orders=b"a,b\n1,2\n"))[1] == {1: ["1", "2"]}
    assert read(zipped(**{"__MACOSX/x": b"?", "orders": b"a\n1\n"}))[1] == {1: ["1"]}
    with pytest.raises(FileError, match="holds 2 files instead of one"):
        read(zipped(one=b"a\n1\n", two=b"a\n2\n"))


@pytest.mark.parametrize("body", [b"", b"a,b", b"a,b\n", b"\n", b"a,b\r\n\r\n", gzipped(b"")])
def test_a_file_without_records(body: bytes) -> None:
    stream, records = read(body)
    assert (records, stream.rejected) == ({}, [])


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (gzipped(b"a,b\n" + b"1,2\n" * 1000)[:-20], "cannot be unpacked"),
        (zipped(x=b"a,b\n1,2\n" * 100)[:-30], "cannot be unpacked"),
        (b'a,b\n1,"' + b"x" * 2000 + b"\n", "a quote is never closed"),
        (b'a,b\n1,x\n2,"oops\n3,y\n', "a quote is never closed"),
        (b'a,b\n1,x\n"oops,2\n3,y\n', "a quote is never closed"),
        (b'a,"b\n1,2\n', "its header cannot be read"),
        (b'a,"b\r1,2\r', "its header cannot be read"),
        (b"x" * 5000, "its header cannot be read"),
        ("a,b\n1,2\n".encode("utf-16"), "is UTF-16"),
        (b"a,b\n1\n2\n", "2 of 2 records do not fit; first: record 1 has 1 fields instead"),
    ],
)
def test_what_cannot_be_read_says_why(body: bytes, says: str, small_blocks: None) -> None:
    with pytest.raises(FileError, match=says):
        read(body)


@pytest.mark.parametrize(
    "body",
    [
        b"<Error><Code>InternalError</Code></Error>",
        b'{\n "error": "gone"\n}\n',
        b"3770978,NEW,95\n3770979,NEW,19\n",
        b"orders_id;order_status\n1;NEW\n",
    ],
)
def test_what_has_none_of_our_columns_is_no_file_of_ours(body: bytes) -> None:
    stream = CsvStream(
        io.BytesIO(body), renames={}, reserved=(), expected=["orders_id", "order_status"]
    )
    with pytest.raises(FileError, match="no heading that we know"):
        list(stream.batches())


@pytest.mark.parametrize("blank", [",,", " ,\t, ", '"",,""', ",", ",,,,,,", "   ", '" \n "'])
def test_a_record_without_any_value_is_no_row(blank: str) -> None:
    stream, records = read(f"a,b,c\n1,,\n{blank}\n,,3\n4\n{blank}\n5,,\n".encode())
    assert records == {1: ["1", None, None], 3: [None, None, "3"], 6: ["5", None, None]}
    assert (stream.blank, [bad.number for bad in stream.rejected]) == (2, [4])


@pytest.mark.parametrize(
    "body",
    [
        b"\0" * 40,
        gzipped(b"\0" * 5000),
        b"a,b\n1,2\n" + b"\0" * 500,
        b"a,b\n1,2\n" + b"\0" * 100 + b"\n3,4\n",
    ],
)
def test_zeros_in_place_of_text_are_refused(body: bytes) -> None:
    with pytest.raises(FileError, match="holds zeros in place of text"):
        read(body)


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_a_header_that_comes_again_is_no_row(mark: bytes) -> None:
    """As where two files were packed one behind the other."""
    first, second = (
        gzip.compress(mark + text) for text in (b"A b,c\n1,2\n", b'"A b",c\n3,4\nc,c\n')
    )
    stream, records = read(first + second)
    assert records == {1: ["1", "2"], 3: ["3", "4"], 4: ["c", "c"]}
    assert (stream.repeated, stream.blank) == (1, 0)


@pytest.mark.parametrize(
    ("header", "says"),
    [
        (
            "order_id,total_amount",
            "orders_id but order_id; if that is it, set S3_COLUMNS=order_id=",
        ),
        (
            "Order Id,total_amount",
            "orders_id but order_id; if that is it, set S3_COLUMNS=order_id=",
        ),
        (
            "total_amount,sid",
            "orders_id; set S3_COLUMNS=theirs=orders_id if it is headed otherwise",
        ),
    ],
)
def test_a_file_without_the_column_that_it_is_asked_for(header: str, says: str) -> None:
    expected = ["orders_id", "total_amount"]
    for renames in ({}, {"order_id": "orders_id"}):
        stream = CsvStream(
            io.BytesIO(f"{header}\n1,2\n".encode()),
            renames=renames,
            reserved=(),
            expected=expected,
            asks_for=["orders_id"],
        )
        if renames and "order_id" in says:
            assert [batch.num_rows for batch in stream.batches()] == [1]
            continue
        with pytest.raises(FileError, match=re.escape(f"has no column {says}")):
            list(stream.batches())


@pytest.mark.parametrize("header", ["total_amount,Total Amount", "x,Amount,TOTAL_AMOUNT"])
def test_two_columns_that_are_one_to_us(header: str) -> None:
    """Which holds the amount is not guessed; of others both are kept, and that is said."""
    stream = CsvStream(
        io.BytesIO(f"{header},notes,Notes\n1,2,3,4\n".encode()),
        renames={"amount": "total_amount"},
        reserved=(),
        expected=["total_amount"],
    )
    with pytest.raises(FileError, match="has 2 columns that are total_amount to us; leave one"):
        list(stream.batches())
    assert read(b"notes,Notes,NOTES,x\n1,2,3,4\n")[0].twins == 2


@pytest.mark.parametrize(
    "heading", ["orders_id", "ID", "parentOrderId", "click_id", "uuid", "afid"]
)
def test_ids_stay_as_they_are(heading: str) -> None:
    """Both pass the check: were they masked, two orders would be one."""
    rows = [["5432100061001", "5432100061001"], ["5432100141001", "5432100141001\x15"]]
    stream, records = read(written([[heading, "notes"], *rows]), identifiers=["afid"])
    assert records == {
        1: ["5432100061001", "*********1001"],
        2: ["5432100141001", "*********1001"],
    }
    assert stream.masked == 2


@pytest.mark.parametrize("heading", ["Card ID", "credit_card", "cc_id", "notes", "phone"])
def test_other_columns_are_masked(heading: str) -> None:
    body = written([["x", heading], ["1", "4111111111111111"]])
    assert read(body)[1] == {1: ["1", "************1111"]}


def test_more_bad_records_than_good_ones_are_no_csv() -> None:
    read(b"a,b\n1,2\n" + b"1\n" * 100)
    with pytest.raises(FileError, match="101 of 102 records do not fit"):
        read(b"a,b\n1,2\n" + b"1\n" * 101)


def test_too_many_bad_records_are_no_csv(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_stream, "REJECTED_AT_MOST", 5)
    with pytest.raises(FileError, match="more than 5 records do not fit; first: record 2"):
        read(b"a,b\n1,2\n" + b"secret\n" * 9)


def test_card_numbers_are_masked_in_good_and_bad_records() -> None:
    rows = [
        ["id", "Credit Card Number", "notes"],
        ["1", "1234567890123", "card 4111 1111 1111 1111, by phone"],
        ["2", "4111111111111111", ""],
        ["3", "4111111111111111"],
    ]
    stream, records = read(written(rows))
    assert records == {
        1: ["1", "*********0123", "card **** **** **** 1111, by phone"],
        2: ["2", "************1111", None],
    }
    # nobody knows which field of it is the card's, so no digit is kept
    assert [bad.text for bad in stream.rejected] == ["*,****************"]
    assert stream.masked == 4  # three by the check, one by its column


@pytest.mark.parametrize(
    ("header", "names"),
    [
        (
            ["Order_Status", "Total Amount", "ORDERS_ID"],
            ["order_status", "total_amount", "orders_id"],
        ),
        (
            ["notes", "Notes", "", " ", "notes_2"],
            ["notes", "notes_2", "column_3", "column_4", "notes_2_2"],
        ),
        (["_row_id", "employeeNotes", "1st"], ["_row_id_2", "employee_notes", "_1st"]),
        (["Bill State", "x"], ["billing_state", "x"]),
        (["CTID", "xmin"], ["ctid_2", "xmin_2"]),  # Postgres has columns of these names
    ],
)
def test_names_of_columns(header: list[str], names: list[str]) -> None:
    renames = {"bill_state": "billing_state"}
    called = column_names(header, renames=renames)
    assert distinct(called, reserved=["_row_id"]) == names


def test_long_names_fit_postgres_and_stay_apart() -> None:
    called = column_names(["x" * 80, "x" * 80, "x" * 79], renames={})
    names = distinct(called, reserved=())
    assert len(set(names)) == 3
    assert max(map(len, names)) <= 63
