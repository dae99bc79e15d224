"""A clear word where the warehouse is in other hands, is none, or cannot be found."""

import json
import subprocess
import sys

import pytest

from loaders.warehouse import MANNERS, Postgres
from signalroom.config.settings import Settings
from tests.support import DECEMBER, Project, on_both_targets

HOLD_FILE = """
import duckdb, sys, time
connection = duckdb.connect(sys.argv[1])
print("held", flush=True)
time.sleep(60)
"""


def test_a_file_open_elsewhere_is_said_before_anything_is_read(project: Project) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD_FILE, str(project.warehouse)],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline().strip() == "held"
    try:
        results = [project.run(*command) for command in (("load", *DECEMBER), ("status",))]
        holder = project.warehouse.with_name(f"{project.warehouse.name}.holder")
        holder.write_text(json.dumps({"purpose": "signalroom build", "pid": process.pid}))
        of_ours = project.run("status").output
    finally:
        process.kill()
        process.wait()
    for result in results:
        assert result.exit_code == 1
        assert "is open in another program" in result.output
        assert f"PID {process.pid}" in result.output
        assert "Traceback" not in result.output
    said = f"signalroom build (pid {process.pid}) is working on it; run again when it has ended"
    assert said in of_ours
    assert "close it there" not in of_ours


def test_something_else_than_a_warehouse_is_said(project: Project) -> None:
    project.warehouse.write_text("not a database, however long one looks at it" * 100)
    result = project.run("load", *DECEMBER)
    assert result.exit_code == 1
    assert "cannot open" in result.output
    assert "Traceback" not in result.output


def test_the_address_of_postgres() -> None:
    """A socket folder goes into the query, the only form that dlt reads; passwords are quoted."""
    environ = {"PGHOST": "db.example", "PGUSER": "u", "PGPASSWORD": "p@/ss", "PGDATABASE": "d"}
    assert Postgres(environ).url() == (
        f"postgresql://u:p%40%2Fss@db.example:5432/d?sslmode=require&{MANNERS}"
    )
    local = environ | {"PGHOST": "/var/run/pg", "PGSSLMODE": "disable", "PGPORT": "5433"}
    assert Postgres(local).url() == (
        f"postgresql://u:p%40%2Fss@localhost:5433/d?host=/var/run/pg&sslmode=disable&{MANNERS}"
    )
    assert "p@/ss" not in Postgres(environ).name


def test_prod_names_the_variables_it_needs(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("PGHOST", "PGUSER", "PGPASSWORD", "PGDATABASE"):
        monkeypatch.delenv(name, raising=False)
    result = project.run("load", "--target", "prod", *DECEMBER)
    assert result.exit_code == 1
    assert "PGHOST, PGUSER, PGPASSWORD, PGDATABASE not set" in result.output


@on_both_targets
def test_what_is_noted_of_tables_views_and_their_columns(project: Project) -> None:
    project.execute(
        "create schema noted",
        "create table noted.days (day date, cost decimal(18, 4))",
        "create view noted.costs as select cost from noted.days",
        "comment on table noted.days is 'One row per day.'",
        "comment on view noted.costs is 'Costs alone.'",
        "comment on column noted.days.cost is 'In the client''s currency.'",
    )
    settings = Settings(project.root, project.process_environ)
    warehouse = settings.warehouse("prod" if project.database else "dev")
    assert warehouse.comments("noted") == {
        "days": {"": "One row per day.", "cost": "In the client's currency."},
        "costs": {"": "Costs alone."},
    }
    assert warehouse.comments("marts_of_nobody") == {}
