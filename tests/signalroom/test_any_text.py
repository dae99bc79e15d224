"""Text of any kind, in any column that a command shows: none fails, and all of it is shown."""

import logging
import os
import pty
import re
import subprocess
import sys
import termios
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from loaders.errors import LoadError
from signalroom.loading import Outcome
from signalroom.terminal import PlainFormatter, plain
from tests.signalroom.small_marts import ISSUES, MARTS
from tests.support import Project

# what the commands look up by, and shows no text of others
OURS = {
    *("client_id", "source", "source_name", "table_name", "window_name", "run_id", "verdict"),
    *("timezone", "currency", "advertiser_id", "missing"),
}
TEXT_COLUMNS = """
select table_schema || '.' || table_name, column_name from information_schema.columns
where data_type = 'VARCHAR'
and (table_schema = 'marts' or table_name in ('data_issues', 'load_runs'))
"""
SHOWN = {  # by command, the columns whose text it shows whole in a pipe
    "summary": {
        *("advertiser_label", "orders_incomplete_reason", "state_code", "event_name"),
        *("email_name", "redtrack_source", "word"),
    },
    "review": {"origin", "kind", "word", "example"},
    "status": {"error", "word"},
    "doctor": {"redtrack_source", "word"},
}
ANY = st.text(st.characters(codec="utf-8"), max_size=40)
OF_COMMANDS: dict[str, Any] = {
    "deadline": None,
    "suppress_health_check": [HealthCheck.function_scoped_fixture],
}
BAD_RUN = (
    "insert into ops.load_runs (run_id, source, client_id, table_name, verdict, started_at, error, "
    "rows_rejected) values ('2', 'redtrack', '713', 'daily_spend', 'failed', "
    "'2025-12-10 07:00:00+00', '', 0)"
)


@pytest.fixture
def texts(project: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    """Small marts, something not understood, a load that failed, and no service to ask."""
    for name in project.environ:
        monkeypatch.delenv(name)
    project.execute(*MARTS, ISSUES, BAD_RUN)
    return project


def put(project: Project, text: str) -> dict[str, str]:
    """Write the text, with the column's name before it, into every column of text."""
    written = {}
    with duckdb.connect(str(project.warehouse)) as connection:
        for table, column in connection.execute(TEXT_COLUMNS).fetchall():
            if column not in OURS:
                written[column] = f"{column} {text}"
                # without a word, an issue is known by where it came from
                where = f"{column} <> ''" if column == "word" else f"{column} is not null"
                statement = f"update {table} set {column} = ? where {where}"
                connection.execute(statement, [written[column]])
    return written


@given(text=ANY)
@example(text="error in [/var/www/html/index.php] on line 3")
@example(text="Save [red]big[/red] [/b] now :smile: {{ x }} %s \\N")
@example(text="\x1b]0;owned\x07\x1b[2J\x9b31m\u202e\x00\r\n\u2028")
@example(text="'\"; drop table x; --")
@example(text="x" * 10_000)
@example(text="1e400 NaN -0.00 ٣")
@settings(max_examples=5, **OF_COMMANDS)
def test_no_text_stops_a_command(texts: Project, text: str) -> None:
    written = put(texts, text)
    for command, columns in SHOWN.items():
        result = texts.run(command)
        assert result.exit_code == (1 if command == "doctor" else 0), result.output
        lines = result.output.split("\n")
        assert [line for line in lines if plain(line) != line] == []
        for column in columns:
            assert any(plain(written[column]).rstrip() in line for line in lines), column


@given(text=ANY)
@example(text="\x1b[2J\n713 everflow: 444 rows, ok")
@settings(max_examples=25, **OF_COMMANDS)
def test_no_text_stops_what_a_load_says(project: Project, text: str) -> None:
    """Outcomes, errors and lines of the log are a line each."""

    def outcomes(*_: object) -> Iterator[Outcome]:
        logging.getLogger("loaders").warning("log %s", text)
        yield Outcome("713", "everflow", "failed", f"outcome {text}")
        raise LoadError(f"error {text}")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("signalroom.loading.load_all", outcomes)
        result = project.run("load")
    assert result.exit_code == 1
    said = [line for line in result.output.split("\n") if line]
    assert said[-2:] == [
        f"713 everflow: failed: outcome {plain(text)}",
        f"Error: error {plain(text)}",
    ]


def test_a_line_of_the_log_is_plain_and_its_traceback_whole() -> None:
    try:
        raise ValueError("two\nlines")
    except ValueError:
        place = ("loaders", logging.ERROR, "", 0)
        record = logging.LogRecord(*place, "bad \x1b[2J\n%s", ("x",), sys.exc_info())
    first, *traceback = PlainFormatter().format(record).split("\n")
    assert first == r"bad \x1b[2J\nx"
    assert traceback[-2:] == ["ValueError: two", "lines"]


def test_on_a_terminal_of_eighty_columns_no_number_is_cut(texts: Project) -> None:
    """The command itself, on a terminal as a person has it."""
    texts.execute("update marts.daily_summary set advertiser_label = repeat('long ', 40)")
    controller, terminal = pty.openpty()
    termios.tcsetwinsize(terminal, (24, 80))
    command = [sys.executable, "-m", "signalroom", "summary"]
    environ = texts.process_environ | {"COLUMNS": ""}
    with subprocess.Popen(command, cwd=texts.root, env=environ, stdout=terminal) as running:
        os.close(terminal)
        said = "".join(read(controller))
    assert running.returncode == 0, said
    table = said.partition("Daily summary")[2].partition("\r\n\r\n")[0].split("\r\n")[1:]
    assert re.search(r"\n2025-12-07  long long[ a-z]*… +200 +8,000.00 +6,000.00 +30.00 +yes", said)
    assert any(line.startswith("Left out at 80 columns: payout, id") for line in table), said


def test_a_terminal_without_our_characters_shows_them_escaped(texts: Project) -> None:
    environ = texts.process_environ | {"PYTHONIOENCODING": "latin-1"}
    command = [sys.executable, "-m", "signalroom", "review"]
    put(texts, "大阪 ü")
    done = subprocess.run(command, cwd=texts.root, env=environ, capture_output=True, check=True)
    assert "word \\u5927\\u962a ü".encode("latin-1") in done.stdout


def read(controller: int) -> Iterator[str]:
    """All that was written to a terminal; Linux ends it with an error."""
    with suppress(OSError):
        while part := os.read(controller, 1 << 16):
            yield part.decode()
    os.close(controller)
