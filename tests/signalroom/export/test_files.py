"""What an export holds, read back from each format, and that nothing of another client is in it."""

import csv
import json
import re
import sqlite3
import zipfile
from collections.abc import Callable
from contextlib import closing
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import duckdb
import pyarrow as pa
import pytest
from pyarrow import parquet

from signalroom.export import FORMATS, xlsx_file
from signalroom.export.csv_file import FORMULA
from signalroom.export.rows import Rows, of_values, unlike
from tests.signalroom.odd_mart import DESCRIPTION, LARGE_ID, MADE, ROWS, TYPES
from tests.support import Project, on_both_targets

NAMES = list(TYPES)
NULLS = "allow_quoted_nulls = false"
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
ESCAPED = re.compile("_x([0-9A-F]{4})_")  # how XLSX spells what XML cannot hold
BY_TEXT: Callable[[Any], str] = repr


@pytest.fixture
def exported(project: Project) -> Callable[[str], Path]:
    """Client 713's files of a format."""
    project.execute(*MADE)

    def export(kind: str) -> Path:
        result = project.run("export", "--client", "713", "--format", kind)
        assert result.exit_code == 0, result.output
        return project.root / "export" / "713"

    return export


def alike(found: list[tuple[Any, ...]]) -> bool:
    """Every value of every row, in any order: text is sorted otherwise on each engine."""
    return sorted(found, key=BY_TEXT) == sorted(ROWS, key=BY_TEXT)


@on_both_targets
def test_parquet_has_every_value_and_what_it_means(exported: Callable[[str], Path]) -> None:
    found = parquet.read_table(exported("parquet") / "odd_texts.parquet")
    assert alike(list(zip(*(column.to_pylist() for column in found.columns), strict=True)))
    assert found.schema.field("spend").type == pa.decimal128(18, 4)
    assert found.schema.metadata[b"description"].decode() == DESCRIPTION
    assert found.schema.field("zebra").metadata[b"description"] == b"A text."


@on_both_targets
def test_json_has_every_digit(exported: Callable[[str], Path]) -> None:
    path = exported("json") / "odd_texts.json"
    rows = json.loads(path.read_text(), parse_float=Decimal)
    for row in rows:
        row["report_date"] = row["report_date"] and date.fromisoformat(row["report_date"])
    assert alike([tuple(row.values()) for row in rows])
    assert list(rows[0]) == NAMES


@on_both_targets
def test_csv_is_read_as_numbers_days_and_percentages(exported: Callable[[str], Path]) -> None:
    """An apostrophe keeps a text from being a formula, and nothing is no empty text."""
    path = exported("csv") / "odd_texts.csv"
    assert path.read_bytes().startswith("\ufeff".encode())
    with path.open(encoding="utf-8-sig", newline="") as file:
        header, *lines = csv.reader(file)
    assert header == NAMES
    found = {line[3]: line for line in lines}
    assert len(found) == len(ROWS)
    for row in ROWS:
        text = row[1] or ""
        assert found[str(row[3])] == [
            row[0],
            f"'{text}" if text.startswith(tuple(FORMULA)) else text,
            "" if row[2] is None else str(row[2]),
            str(row[3]),
            str(row[4]),
            "" if row[5] is None else "25.31%",
            "" if row[6] is None else str(row[6]).lower(),
        ]
    with duckdb.connect() as connection:
        read = connection.sql(f"from read_csv('{path}', all_varchar = true, {NULLS})").fetchall()
    assert {row[1] for row in read} >= {"", None}
    assert not any((row[1] or "").startswith(tuple(FORMULA)) for row in read)


@on_both_targets
def test_xlsx_has_numbers_days_percentages_and_texts(exported: Callable[[str], Path]) -> None:
    cells, formats, book = sheet(exported("xlsx") / "odd_texts.xlsx")
    header, *lines = cells
    assert [cell[0] for cell in header] == NAMES
    found = {line[3][0]: [*line, None, None][:7] for line in lines}
    assert len(found) == len(ROWS)
    for row in ROWS:
        client, text, day, number, spend, rate, _ = found[str(row[3])]
        assert client[:2] == (row[0], "text")
        assert (text[:2] if text else None) == ((row[1], "text") if row[1] is not None else None)
        assert number[1] == ("text" if row[3] == LARGE_ID else "number")
        assert (float(spend[0]), spend[1]) == (float(row[4]), "number")
        if row[2]:
            assert date(1899, 12, 30) + timedelta(int(day[0])) == row[2]
            assert formats[day[2]] == "yyyy-mm-dd"
        if row[5] is not None:
            assert (rate[0], formats[rate[2]]) == ("0.2531", "0.00%")
    assert "<f>" not in book
    assert 'state="frozen"' in book
    assert "A text." in book


def sheet(path: Path) -> tuple[list[list[Any]], dict[str, str], str]:
    """The cells of the first sheet (text, kind, style), formats by style, and all XML there is."""
    with zipfile.ZipFile(path) as book:
        texts = {name: book.read(name).decode() for name in book.namelist()}
    styles = ElementTree.fromstring(texts["xl/styles.xml"])  # noqa: S314
    codes = {f.attrib["numFmtId"]: f.attrib["formatCode"] for f in styles.iter(f"{MAIN}numFmt")}
    of_cells = next(styles.iter(f"{MAIN}cellXfs"))
    formats = {str(n): codes.get(xf.attrib["numFmtId"], "") for n, xf in enumerate(of_cells)}
    rows = []
    cells_of = ElementTree.fromstring(texts["xl/worksheets/sheet1.xml"])  # noqa: S314
    for row in cells_of.iter(f"{MAIN}row"):
        cells: dict[int, Any] = {}
        for cell in row:
            place = ord(cell.attrib["r"].rstrip("0123456789")) - ord("A")
            kind = {"inlineStr": "text", "b": "bool"}.get(cell.attrib.get("t", ""), "number")
            value = ESCAPED.sub(lambda found: chr(int(found[1], 16)), "".join(cell.itertext()))
            cells[place] = (value, kind, cell.attrib.get("s", "0"))
        rows.append([cells.get(place) for place in range(max(cells, default=-1) + 1)])
    return rows, formats, "".join(texts.values())


@on_both_targets
def test_sqlite_sorts_and_adds_up_amounts(exported: Callable[[str], Path]) -> None:
    with closing(sqlite3.connect(exported("sqlite") / "713.sqlite")) as file:
        exact = file.execute("select * from odd_texts__exact").fetchall()
        shown = file.execute("select spend, typeof(spend) from odd_texts order by spend").fetchall()
        about = file.execute(
            "select type, decimals, meaning from columns where \"column\" in ('spend', 'zebra')"
        ).fetchall()
    places = Decimal("0.0001")
    back = [
        (
            *row[:2],
            row[2] and date.fromisoformat(row[2]),
            row[3],
            row[4] * places,
            None if row[5] is None else row[5] * places,
            None if row[6] is None else bool(row[6]),
        )
        for row in exact
    ]
    assert alike(back)
    assert shown == [(float(row[4]), "real") for row in sorted(ROWS, key=lambda row: row[4])]
    assert about == [("string", None, "A text."), ("decimal128(18, 4)", 4, "")]


@on_both_targets
def test_duckdb_opens_in_older_tools(exported: Callable[[str], Path]) -> None:
    with duckdb.connect(str(exported("duckdb") / "713.duckdb"), read_only=True) as file:
        assert alike(file.execute("select * from odd_texts").fetchall())
        types = [row[1] for row in file.execute("describe odd_texts").fetchall()]
        ((comment,),) = file.execute("select comment from duckdb_tables()").fetchall()
        ((tags,),) = file.execute(
            "select tags from duckdb_databases() where not internal"
        ).fetchall()
    assert types[2:] == ["DATE", "BIGINT", "DECIMAL(18,4)", "DECIMAL(18,4)", "BOOLEAN"]
    assert comment == DESCRIPTION
    assert tags["storage_version"].startswith("v1.2.0")


@pytest.mark.parametrize("kind", FORMATS)
def test_nothing_of_another_client_and_no_half_file(
    exported: Callable[[str], Path], project: Project, kind: str
) -> None:
    folder = exported(kind)
    assert [path.name for path in sorted(folder.iterdir())] == [
        f"713.{kind}" if kind in ("sqlite", "duckdb") else f"odd_texts.{kind}"
    ]
    for path in folder.iterdir():
        content = path.read_bytes()
        if kind == "xlsx":
            content = sheet(path)[2].encode()
        assert b"CANARY" not in content
        before = content
    project.execute("alter table marts.odd_texts alter column spend type double precision")
    result = project.run("export", "--client", "713", "--format", kind)
    assert result.exit_code == 1
    assert result.output.startswith("Error: column spend has type double")
    (path,) = folder.iterdir()
    assert (sheet(path)[2].encode() if kind == "xlsx" else path.read_bytes()) == before


def test_several_clients_have_a_folder_each(project: Project) -> None:
    project.execute(*MADE)
    config = project.root / "data/clients/cti/config/client.toml"
    config.write_text(config.read_text().replace('"planned"', '"active"'))
    result = project.run("export", "--format", "json", "--out", "handed over")
    assert result.exit_code == 0, result.output
    found = {path.parent.name: json.loads(path.read_text()) for path in Path().glob("*/*/*.json")}
    assert {client: len(rows) for client, rows in found.items()} == {"713": len(ROWS), "cti": 1}
    assert f"handed over/713/odd_texts.json: {len(ROWS)} rows" in result.output


def test_a_folder_that_cannot_be_written_is_one_sentence(project: Project) -> None:
    project.execute(*MADE)
    Path("file").write_text("")
    result = project.run("export", "--client", "713", "--out", "file/below")
    assert result.exit_code == 1
    assert result.output == "Error: cannot write file/below: Not a directory\n"


def test_an_empty_mart_is_a_file_with_its_header(project: Project) -> None:
    project.execute(*MADE, "delete from marts.odd_texts")
    for kind in FORMATS:
        result = project.run("export", "--client", "713", "--format", kind)
        assert result.exit_code == 0, result.output
        assert ": 0 rows" in result.output
    folder = Path("export/713")
    assert (folder / "odd_texts.csv").read_text("utf-8-sig").strip().split(",")[0] == '"client_id"'
    assert json.loads((folder / "odd_texts.json").read_text()) == []
    assert parquet.read_table(folder / "odd_texts.parquet").num_rows == 0


def test_excel_refuses_more_rows_than_a_sheet_holds_and_says_what_it_cuts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "x" * 32_768
    rows = of_values("long", ["note", "n"], [(text, 1), ("short", 2)])
    assert xlsx_file.write(rows, tmp_path / "a.xlsx") == [
        "note: 1 texts cut at 32,767 characters; parquet has them whole"
    ]
    assert sheet(tmp_path / "a.xlsx")[0][1][0][0] == text[:-1]
    monkeypatch.setattr(xlsx_file, "MOST_ROWS", 1)
    with pytest.raises(Exception, match=r"more rows than the 1 that .* use --format parquet"):
        xlsx_file.write(rows, tmp_path / "a.xlsx")


def test_a_day_that_excel_does_not_know_is_a_text(tmp_path: Path) -> None:
    xlsx_file.write(of_values("old", ["day"], [(date(1899, 12, 31),)]), tmp_path / "a.xlsx")
    assert sheet(tmp_path / "a.xlsx")[0][1][0][:2] == ("1899-12-31", "text")


def test_columns_of_one_name_are_told_apart() -> None:
    assert unlike(["id", "id", "id_2", "id"]) == ["id", "id_2", "id_2_2", "id_3"]


def test_what_arrow_has_no_type_for_is_text() -> None:
    rows = of_values("any", ["a", "b", "c"], [(10**30, 1, [1]), (None, "x", None)])
    assert isinstance(rows, Rows)
    assert [column.to_pylist() for column in next(iter(rows.batches)).columns] == [
        [str(10**30), None],
        ["1", "x"],
        ["[1]", None],
    ]
