"""Questions to either warehouse: their answers in four forms, and that they change nothing."""

import json
import shutil
import sys
import time
from pathlib import Path

import pytest

from signalroom.questions import questions
from tests.signalroom.export.test_files import sheet
from tests.signalroom.odd_mart import MADE, ROWS
from tests.support import REPOSITORY, Project, on_both_targets

SQL = (
    "select row_id, zebra, spend, click_rate, report_date, is_complete, row_id from marts.odd_texts"
    " where client_id = '713' and zebra in ('plain', '=1+1') order by zebra desc"
)


@pytest.fixture
def asked(project: Project) -> Project:
    project.execute(*MADE)
    (project.root / "docs").mkdir()
    shutil.copy(REPOSITORY / "docs/queries.sql", project.root / "docs")
    return project


def answer(project: Project, *arguments: str) -> str:
    result = project.run("query", *arguments)
    assert result.exit_code == 0, result.output
    return result.output


@on_both_targets
def test_an_answer_has_all_digits_in_every_form(asked: Project) -> None:
    assert answer(asked, SQL).splitlines()[1].split() == [
        *("9", "plain", "0.1000", "25.3%", "2025-12-01", "no", "9"),
    ]
    assert answer(asked, SQL, "--format", "csv").splitlines() == [
        "row_id,zebra,spend,click_rate,report_date,is_complete,row_id_2",
        "9,plain,0.1000,25.31%,2025-12-01,false,9",
        f"{ROWS[0][3]},'=1+1,-99999999999999.9999,25.31%,2025-12-01,true,{ROWS[0][3]}",
    ]
    assert json.loads(answer(asked, SQL, "--format", "json"))[0] == {
        **{"row_id": 9, "zebra": "plain", "spend": 0.1, "click_rate": 0.2531},
        **{"report_date": "2025-12-01", "is_complete": False, "row_id_2": 9},
    }
    assert answer(asked, SQL, "--format", "xlsx") == "query.xlsx: 2 rows\n"
    number, text, spend, *_ = sheet(Path("query.xlsx"))[0][1]
    assert (number[:2], text[:2]) == (("9", "number"), ("plain", "text"))
    assert (float(spend[0]), spend[1]) == (0.1, "number")


@on_both_targets
def test_an_answer_without_rows_has_its_columns(asked: Project) -> None:
    nothing = "select spend, zebra from marts.odd_texts where 1 = 0"
    assert answer(asked, nothing).split() == ["spend", "zebra"]
    assert answer(asked, nothing, "--format", "csv") == "spend,zebra\n"
    assert json.loads(answer(asked, nothing, "--format", "json")) == []
    assert answer(asked, nothing, "--format", "xlsx") == "query.xlsx: 0 rows\n"


WRITES = (
    "delete from marts.odd_texts",
    "drop table marts.odd_texts",
    "create table marts.more as select 1 as a",
    "insert into marts.odd_texts (zebra) values ('x') returning zebra",
    "select 1; delete from marts.odd_texts",
    "commit; delete from marts.odd_texts",
    "rollback; begin; delete from marts.odd_texts; commit",
    "copy (select 1) to 'stolen.csv'",
    "copy marts.odd_texts to program 'cat > stolen.csv'",
)
OF_POSTGRES = (
    "with gone as (delete from marts.odd_texts returning 1) select * from gone",
    "select 1 from marts.odd_texts for update",
    "select set_config('transaction_read_only', 'off', true)",
    "set transaction read write",
    "select nextval('kept')",
)
OF_DUCKDB = (
    "attach 'other.duckdb' as other",
    "set enable_external_access = true",
    "select * from read_text('.env')",
    "export database 'stolen'",
)


@pytest.mark.parametrize(
    ("target", "sql"),
    [
        *((target, sql) for target in ("dev", "prod") for sql in WRITES),
        *(("dev", sql) for sql in OF_DUCKDB),
        *(("prod", sql) for sql in OF_POSTGRES),
    ],
)
def test_the_engine_refuses_to_change_anything(asked: Project, sql: str) -> None:
    if asked.database is not None:
        asked.execute("create sequence kept")
    before = asked.query("select count(*) from marts.odd_texts")
    result = asked.run("query", sql)
    assert result.exit_code == 1, result.output
    assert result.output.startswith("Error: ")
    assert result.output.count("\n") == 1
    assert asked.query("select count(*) from marts.odd_texts") == before
    tables = "select count(*) from information_schema.tables where table_schema = 'marts'"
    assert asked.query(tables) == [(2,)]
    assert not list(asked.root.glob("stolen*")) + list(asked.root.glob("other*"))


@on_both_targets
@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("selec 1", "syntax error at or near"),
        ("select nobody from marts.odd_texts", "nobody"),
        ("select 1 from marts.nothing", "nothing"),
        ("", "give one of these: a statement, --name NAME, or --list"),
        (" ;", ""),
        ("-- of what?", ""),
        ("select '\udcff'", "the statement is not UTF-8"),
    ],
)
def test_a_wrong_question_is_one_sentence(asked: Project, sql: str, said: str) -> None:
    result = asked.run("query", sql)
    assert result.exit_code in (1, 2)
    assert said in result.output
    assert "Traceback" not in result.output


@on_both_targets
def test_a_question_that_takes_too_long_is_ended(
    asked: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    for engine in ("duckdb", "postgres"):
        monkeypatch.setattr(f"loaders.warehouse.{engine}.ASKING", 0.5)
    numbers = "range(1000000000)" if asked.database is None else "generate_series(1, 1000000000)"
    result = asked.run("query", f"select count(*) from {numbers} as a, {numbers} as b")
    assert result.exit_code == 1
    assert "it took longer" in result.output


def test_a_rate_that_is_no_decimal_is_a_percentage_too(asked: Project) -> None:
    assert answer(asked, "select cast(0.332 as double) as step_rate").split() == [
        "step_rate",
        "33.2%",
    ]


def test_a_copy_under_another_name_is_said(asked: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """DuckDB's views name the file that they were made in."""
    asked.execute("create view marts.looked as select * from signalroom.marts.odd_texts")
    shutil.copy(asked.warehouse, asked.root / "copy.duckdb")
    monkeypatch.setenv("DUCKDB_PATH", "copy.duckdb")
    result = asked.run("query", "select * from marts.looked")
    assert result.exit_code == 1
    assert "a copy of a warehouse must keep the name of its file" in result.output


@on_both_targets
def test_bytes_are_shown_as_hex(asked: Project) -> None:
    sql = "select cast('ab' as {}) as word".format("blob" if asked.database is None else "bytea")
    assert answer(asked, sql).splitlines()[1] == "\\x6162"


@pytest.mark.parametrize("target", ["prod"])
def test_a_day_that_python_has_not_is_said(asked: Project) -> None:
    result = asked.run("query", "select '4713-01-01 BC'::date")
    assert result.exit_code == 1
    assert "out of range" in result.output
    assert "ask for it as text" in result.output


def test_a_file_that_cannot_be_written_is_said(asked: Project) -> None:
    result = asked.run("query", "select 1", "--format", "xlsx", "--out", "nowhere/x.xlsx")
    assert (result.exit_code, result.output) == (
        1,
        "Error: cannot write nowhere/x.xlsx: No such file or directory\n",
    )


def test_questions_have_names(asked: Project) -> None:
    listed = answer(asked, "--list")
    for name in ("what-moved-cpa", "top-affiliates", "unmapped-sources", "morning"):
        assert f"\n{name} " in listed
    (first, *_) = json.loads(answer(asked, "--list", "--format", "json"))
    assert first["name"] == "network-by-day"
    result = asked.run("query", "--name", "what")
    assert result.exit_code == 1
    assert "has no question 'what'; it has: network-by-day, " in result.output


@on_both_targets
def test_a_named_question_is_asked(asked: Project) -> None:
    path = asked.root / "docs/queries.sql"
    path.write_text("-- Head.\n\n-- name: one\n-- What. And more.\nselect 5 as five;\n")
    assert answer(asked, "--name", "one").split() == ["five", "5"]
    assert answer(asked, "--list").splitlines()[1].split() == ["one", "What"]
    (one,) = questions(asked.root)
    assert one.meaning == "What. And more."


def test_a_warehouse_that_is_not_there_is_said(asked: Project) -> None:
    asked.warehouse.unlink()
    result = asked.run("query", "select 1")
    assert result.exit_code == 1
    assert "is not there; run `make -k load build`" in result.output
    assert not asked.warehouse.exists()


def test_an_answer_comes_in_under_two_seconds(asked: Project) -> None:
    """From the start of a process, with everything that it imports; 0.2 s where it is quiet."""
    started = time.monotonic()
    running = asked.start("query", "select 1 as one", program="signalroom")
    said, _ = running.communicate(timeout=60)
    assert said.split() == ["one", "1"]
    assert time.monotonic() - started < 2
    loaded = (
        "import sys; from signalroom.cli import main; "
        "main(['query', 'select 1 as one'], standalone_mode=False); "
        "print([name for name in ('dlt', 'dbt', 'altair', 'pyarrow') if name in sys.modules])"
    )
    import subprocess

    process = subprocess.run(
        [sys.executable, "-c", loaded], capture_output=True, text=True, check=True
    )
    assert process.stdout.splitlines()[-1] == "[]"
