"""The same parts as a table, CSV, JSON and Markdown."""

import csv
import io
import json
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from signalroom.printing import show
from signalroom.tables import Exact, Id, Part, Share

HEADER = ("date", "id", "label", "count", "spend", "rate", "exact", "complete?")
ROW = (
    *(date(2025, 12, 1), Id(1234), "=1 | <b>_x_", 1234567, Decimal("1.123456789")),
    *(Share("0.25314999"), Exact("0.00001"), True),
)
PARTS = [
    Part("As of *today*"),
    Part("Money", HEADER, [ROW, [None] * len(HEADER)], notes=["    a note"]),
    Part("Other", ("a",), [("-x",), ("sum",)]),
    Part("Lines:", notes=["one", "two"]),
]


def shown(
    kind: str, capsys: pytest.CaptureFixture[str], parts: Sequence[Part] = PARTS
) -> tuple[str, str]:
    show(parts, kind)
    captured = capsys.readouterr()
    return captured.out, captured.err


def test_csv_is_data_alone(capsys: pytest.CaptureFixture[str]) -> None:
    out, err = shown("csv", capsys)
    first, second = (list(csv.reader(io.StringIO(text))) for text in out.split("\n\n"))
    assert first == [
        ["table", *HEADER],
        [
            *("Money", "2025-12-01", "1234", "'=1 | <b>_x_", "1234567", "1.1235"),
            *("25.31%", "0.00001", "true"),
        ],
        ["Money"] + [""] * len(HEADER),
    ]
    assert second == [["table", "a"], ["Other", "'-x"], ["Other", "sum"]]
    assert err.splitlines() == ["As of *today*", "    a note", "Lines:", "one", "two"]


@pytest.mark.parametrize(
    ("share", "percent"), [("1", "100.00%"), ("0", "0.00%"), ("-2", "-200.00%")]
)
def test_whole_rates_in_csv(share: str, percent: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert shown("csv", capsys, [Part("", ("a",), [(Share(share),)])])[0] == f"a\n{percent}\n"


def test_json_has_titles_and_notes_as_fields(capsys: pytest.CaptureFixture[str]) -> None:
    out, err = shown("json", capsys)
    found: list[dict[str, Any]] = json.loads(out, parse_float=Decimal)
    assert [(part["title"], part["notes"], len(part["rows"])) for part in found] == [
        ("As of *today*", [], 0),
        ("Money", ["    a note"], 2),
        ("Other", [], 2),
        ("Lines:", ["one", "two"], 0),
    ]
    assert found[1]["rows"][0] == {
        **{"date": "2025-12-01", "id": 1234, "label": "=1 | <b>_x_", "count": 1234567},
        **{"spend": Decimal("1.1235"), "rate": Decimal("0.2531")},
        **{"exact": Decimal("0.00001"), "complete?": True},
    }
    assert set(found[1]["rows"][1].values()) == {None}
    assert err == ""


def test_markdown_is_a_table_in_which_text_is_text(capsys: pytest.CaptureFixture[str]) -> None:
    assert shown("md", capsys)[0].splitlines() == [
        "As of \\*today\\*",
        "",
        "### Money",
        "",
        "| date | id | label | count | spend | rate | exact | complete? |",
        "| --- | --- | --- | --: | --: | --: | --: | --: |",
        "| 2025-12-01 | 1234 | =1 \\| \\<b\\>\\_x\\_ | 1,234,567 | 1.12 | 25.3% | 0.00001 | yes |",
        "| – | – | – | – | – | – | – | – |",
        "",
        "- a note",
        "",
        "### Other",
        "",
        "| a |",
        "| --- |",
        "| -x |",
        "| sum |",
        "",
        "Lines:",
        "",
        "- one",
        "- two",
    ]


def test_a_secret_in_a_note_is_hidden_in_every_form(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from loaders.redaction import conceal

    conceal("s3cr3t-of-a-service")
    for kind in ("table", "csv", "json", "md"):
        out, err = shown(kind, capsys, [Part("Failing", notes=["401 for s3cr3t-of-a-service"])])
        assert "s3cr3t" not in out + err
