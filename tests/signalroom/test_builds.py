"""When a build is left out, when it makes all orders again, and when it does so of itself."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from loaders import clock
from signalroom import building
from signalroom.config.settings import Settings
from signalroom.operations.running.step import Context
from signalroom.operations.running.steps import build
from tests.support import Project, on_both_targets

TOUCHED = "intermediate.int_orders__touched"
SUMS = "assert_every_order_is_there"


@dataclass
class Dbt:
    """In dbt's place: notes whether all orders would be made again and which tests would run."""

    project: Project
    answers: list[tuple[int, set[str]]] = field(default_factory=list)
    is_whole: list[bool] = field(default_factory=list)
    unit_tests: list[bool] = field(default_factory=list)
    full_refresh: list[bool] = field(default_factory=list)

    def __call__(self, _settings: Settings, _target: str, *options: str) -> tuple[int, set[str]]:
        tables = self.project.query(
            "select table_schema || '.' || table_name from information_schema.tables"
        )
        self.is_whole.append((TOUCHED,) not in tables)
        self.full_refresh.append("--full-refresh" in options)
        self.unit_tests.append("unit_test" not in options)
        if self.is_whole[-1]:
            self.project.execute(f"create table {TOUCHED} (client_id varchar)")
        return self.answers.pop(0) if self.answers else (0, set())


@pytest.fixture
def dbt(loaded_project: Project, monkeypatch: pytest.MonkeyPatch) -> Dbt:
    loaded_project.execute("create schema intermediate", "create schema marts")
    made = Dbt(loaded_project)
    monkeypatch.setattr(building, "_build", made)
    return made


@on_both_targets
def test_a_build_that_would_make_what_is_there_is_left_out(dbt: Dbt) -> None:
    project = dbt.project
    seed = project.root / "seeds" / "us_states.csv"
    macro = project.root / "dbt_project" / "macro.sql"

    def new_sql() -> None:
        macro.write_text("{% macro m() %}{% endmacro %}")

    news: list[Callable[[], object]] = [
        lambda: project.execute("update ops.load_runs set rows_written = rows_written + 1"),
        lambda: project.execute("delete from ops.load_runs where source = 'redtrack'"),
        lambda: seed.write_text(seed.read_text().replace("Texas", "Texas (made)")),
        new_sql,
        lambda: project.execute("create table marts.daily_summary (client_id varchar)"),
        lambda: project.execute("drop table marts.daily_summary"),
    ]
    assert "Nothing is new" not in project.run("build").output
    for number, tell in enumerate(news, start=1):
        assert "Nothing is new since the build of 20" in project.run("build").output
        assert len(dbt.is_whole) == number
        tell()
        assert "Nothing is new" not in project.run("build").output
    assert dbt.is_whole == [True, *(tell is new_sql for tell in news)]
    on_duckdb = project.database is None
    assert dbt.unit_tests == [on_duckdb and tell is new_sql for tell in (None, *news)]


def test_a_build_that_failed_is_built_again(dbt: Dbt) -> None:
    dbt.answers = [(1, {"fct_orders"})]
    assert dbt.project.run("build").exit_code == 1
    assert dbt.project.run("build").exit_code == 0
    assert "Nothing is new" in dbt.project.run("build").output


def test_new_sql_is_tested_and_makes_all_again_until_a_build_of_it_is_good(dbt: Dbt) -> None:
    dbt.project.run("build")
    (dbt.project.root / "dbt_project" / "macro.sql").write_text("{% macro m() %}{% endmacro %}")
    dbt.answers = [(1, {"fct_orders"})]
    assert "The SQL is not that of the last build" in dbt.project.run("build").output
    dbt.project.run("build")
    dbt.project.execute("delete from ops.load_runs where source = 'redtrack'")
    assert "The SQL" not in dbt.project.run("build").output
    assert dbt.unit_tests == dbt.full_refresh == [False, True, True, False]


def test_what_a_failed_build_left_is_made_again_when_its_cause_is_taken_back(dbt: Dbt) -> None:
    macro = dbt.project.root / "dbt_project" / "macro.sql"
    dbt.project.run("build")
    macro.write_text("{% macro m() %}{% endmacro %}")
    dbt.answers = [(1, {"fct_orders"})]
    assert dbt.project.run("build").exit_code == 1
    macro.unlink()
    assert "Nothing is new" not in dbt.project.run("build").output


def test_all_orders_are_made_again_each_week_and_when_asked(
    dbt: Dbt, monkeypatch: pytest.MonkeyPatch
) -> None:
    began = clock.now()
    settings = Settings(dbt.project.root, dbt.project.environ)
    hourly = Context(settings, "dev", (), "hourly", "a run")
    dbt.project.run("build")
    for days in (6.9, 7.1, 13.9, 14.2):
        monkeypatch.setattr(clock, "now", lambda days=days: began + timedelta(days=days))
        before = len(dbt.is_whole)
        assert build(hourly).status == "ok"
        assert len(dbt.is_whole) == before, "an hour is too short for all of them"
        dbt.project.run("build")
    dbt.project.run("build", "--full-refresh")
    assert dbt.is_whole == [True, True, True, True]


def test_orders_that_do_not_add_up_are_made_again_at_once(dbt: Dbt) -> None:
    project = dbt.project
    project.run("build")
    project.execute("update ops.load_runs set rows_written = rows_written + 1")
    dbt.answers = [(1, {SUMS, "data_issues"})]
    said = project.run("build")
    assert said.exit_code == 0
    assert "does not add up: all of them are made again" in said.output
    assert dbt.is_whole == [True, False, True]
    dbt.answers = [(1, {"fct_orders"})]
    assert project.run("build", "--full-refresh").exit_code == 1  # whole already, or another cause
    assert len(dbt.is_whole) == 4
