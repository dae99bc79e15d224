"""A label's lake, from its files to the raw tables and the ledger."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from loaders.errors import ApiError, FileError
from loaders.files.folder import Folder
from sandbox.music.label import MadeLine
from sandbox.music.lake import write_lake, written
from tests.loaders.music.test_statement import SALE, SYMPHONIC
from tests.support import Project, on_both_targets

LANDING = "1_landing/symphonic"


@pytest.fixture
def lake(project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a lake that has nothing in it yet."""
    folder = tmp_path / "lake"
    for zone in (LANDING, "4_curated"):
        (folder / zone).mkdir(parents=True)
    monkeypatch.setenv("DATA_LAKE_PATH", str(folder))
    return folder


def load(project: Project, *arguments: str, exit_code: int = 0) -> str:
    result = project.run("load", "music", "--client", "bedrot", *arguments)
    assert result.exit_code == exit_code, result.output
    return result.output


def put(lake: Path, name: str, *amounts: str) -> None:
    (lake / LANDING / name).write_bytes(written(SYMPHONIC, [[*SALE, one] for one in amounts]))


def stands(project: Project) -> list[tuple[Any, ...]]:
    """File, record and amount of every line."""
    rows = project.query("select _file_name, _row_id, amount from music.lines order by 1, 2")
    return [(name.removeprefix(f"{LANDING}/"), *rest) for name, *rest in rows]


def meant(line: MadeLine) -> dict[str, Any]:
    """A line as it must land."""
    track = line.track
    said = {
        "line_kind": line.kind,
        "period_start": str(line.start) if line.start else None,
        "period_end": str(line.end) if line.end else None,
        "units": None if line.units is None else str(line.units),
    }
    if track:
        said |= {"track_title": track.title, "isrc": track.isrc or None, "store": line.store}
    return said


@on_both_targets
def test_every_line_of_the_lake_lands_as_it_is_meant(project: Project, lake: Path) -> None:
    files = write_lake(lake)
    said = load(project)
    names, rows = project.fetch("select * from music.lines")
    landed: dict[str, dict[int, dict[str, Any]]] = {}
    for row in (dict(zip(names, row, strict=True)) for row in rows):
        landed.setdefault(row["_file_name"], {})[row["_row_id"]] = row
    for file in files:
        found = landed.pop(file.key, {})
        good = {n: line for n, line in enumerate(file.lines, start=1) if line}
        assert found.keys() == good.keys(), file.key
        for number, line in good.items():
            row, expected = found[number], meant(line)
            assert {name: row[name] for name in expected} == expected, (file.key, number)
            assert (row["format"], row["_client_id"]) == (file.format, "bedrot")
            assert Decimal(row["amount"] or 0) == (line.amount or 0)
        money = {number for number, row in found.items() if row["line_kind"] != "total"}
        exact = sum((good[number].amount or Decimal(0) for number in money), Decimal(0))
        got = sum((Decimal(found[number]["amount"] or 0) for number in money), Decimal(0))
        assert got == exact, file.key
    assert landed == {}
    ((original,),) = project.query(
        "select original from music.lines where format = 'tunecore' and _row_id = 2"
    )
    assert json.loads(original)["Total Earned"] == "\u20ac 1.234,5625"

    refused = project.query("select origin, line, payload from ops.rejected_rows order by line")
    assert [row[:2] for row in refused] == [
        ("1_landing/tunecore/april.csv", n) for n in (31, 32, 33)
    ]
    assert [next(w for w in ("n/a", "QZ-MADE", "soon") if w in row[2]) for row in refused] == [
        *("n/a", "QZ-MADE", "soon")
    ]
    assert "copies of another file (1)" in said
    assert project.query(
        "select dataset, date, source, streams from music.curated order by date"
    ) == [
        ("daily_streams", "2026-06-01", "spotify", "1234"),
        ("daily_streams", "2026-06-02", "spotify", "99"),
    ]
    assert load(project).count("no file is new or changed") == 2


@on_both_targets
def test_the_same_bytes_are_loaded_once_and_never_lost(project: Project, lake: Path) -> None:
    put(lake, "june.csv", "1", "1")
    put(lake, "june (1).csv", "1", "1")
    assert "copies of another file (1)" in load(project)
    ((holder, *_), _) = rows = stands(project)
    assert rows == [(holder, 1, "1"), (holder, 2, "1")]
    (copy,) = {"june.csv", "june (1).csv"} - {holder}

    put(lake, holder, "2", "3", "4")  # the next month under the same name
    load(project)
    june, july = [(copy, 1, "1"), (copy, 2, "1")], [(holder, n, str(n + 1)) for n in (1, 2, 3)]
    assert stands(project) == sorted([*june, *july])
    load(project, "--full-refresh")
    assert stands(project) == sorted([*june, *july])

    (lake / LANDING / copy).unlink()
    put(lake, "again.csv", "1", "1")
    assert "1 files are no longer there" in load(project, "--allow-empty")
    assert stands(project) == sorted([*june, *july])


def test_what_the_lake_lacks_is_told_with_the_setting(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "nowhere", "DATA_LAKE_PATH")
    with pytest.raises(ApiError, match=r"nowhere/1_landing cannot be listed.*check DATA_LAKE_PATH"):
        folder.files("1_landing")


def test_a_file_that_changes_while_it_is_read_is_not_taken(tmp_path: Path) -> None:
    (tmp_path / ".hidden").mkdir()
    for name in ("a.csv", ".b.csv", ".hidden/c.csv"):
        (tmp_path / name).write_text("x")
    folder = Folder(tmp_path, "DATA_LAKE_PATH")
    (listed,) = folder.files("")

    def read_and_write() -> None:
        with folder.read(listed) as (present, local):
            assert (present, local.read()) == (listed, b"x")
            (tmp_path / "a.csv").write_text("longer")

    with pytest.raises(FileError, match="was changed"):
        read_and_write()
    with pytest.raises(FileError, match="cannot be read"), folder.read(listed):
        (tmp_path / "a.csv").unlink()


@pytest.mark.parametrize(
    ("header", "row", "reason"),
    [
        ("date|source", ("2026-06-01", "x"), "has no heading streams"),
        ("date|source|streams|extra", ("2026-06-01", "x", 1, 2), "not in client.toml: extra"),
        ("date|source|streams", ("", "x", 1), "record 1: date: is missing"),
    ],
)
def test_a_dataset_is_what_the_client_declares(
    header: str, row: tuple[object, ...], reason: str, project: Project, lake: Path
) -> None:
    (lake / "4_curated/tidy_daily_streams.csv").write_bytes(written(header, [row]))
    (lake / "4_curated/something else.csv").write_text("not declared, not read\n")
    assert reason in load(project, exit_code=1)
