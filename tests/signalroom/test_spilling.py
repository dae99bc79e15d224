"""DuckDB's memory: its limit, and what is said where it does not suffice."""

from pathlib import Path

import duckdb
import pytest

from signalroom import spilling
from signalroom.spilling import telling_what_spills
from tests.support import Project

ROWS = 3_000_000


@pytest.mark.parametrize(("limit", "spills"), [("60MB", True), ("1GB", False)])
def test_a_build_says_when_duckdb_writes_beside_its_file(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    limit: str,
    spills: bool,
) -> None:
    monkeypatch.setattr(spilling, "LOOKED_AT_EVERY", 0.01)
    path = tmp_path / "made.duckdb"
    with telling_what_spills(path), duckdb.connect(str(path)) as connection:
        connection.execute(f"set memory_limit = '{limit}'; set threads = 1")
        connection.execute(
            f"create table made as select md5(n::varchar) as text from range({ROWS}) as r (n)"
            " order by text"
        )
    said = capsys.readouterr().out
    assert ("MB beside made.duckdb: what it worked on" in said) is spills


@pytest.mark.parametrize(
    ("name", "value"), [("DUCKDB_MEMORY_LIMIT", "much"), ("DUCKDB_THREADS", "0")]
)
def test_a_limit_that_duckdb_does_not_understand_is_named(
    project: Project, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    said = project.run("build")
    assert said.exit_code == 1
    assert f"Error: {name} must be such as" in said.output
