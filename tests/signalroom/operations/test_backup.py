"""A backup holds what the warehouse held, or does not exist; old ones go."""

import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.server import Sandbox
from signalroom.operations.backups.kept import TIME, Keeping
from tests.loaders.test_full_disk import small_disk
from tests.postgres import Database
from tests.signalroom.operations.conftest import back_up, backups, everything
from tests.support import DECEMBER, Project, on_both_targets, on_postgres

NOW = datetime(2025, 12, 19, 12, tzinfo=UTC)
HANG = """
import time
from signalroom.cli import main
from signalroom.operations.backups.duckdb_file import DuckDBCopy
from signalroom.operations.backups.postgres_dump import PostgresDump
def verify(self, path, taken, name):
    print("written", path.stat().st_size > 0, flush=True)
    time.sleep(60)
DuckDBCopy.verify = PostgresDump.verify = verify
main()
"""


def wrapped(programs: Path, folder: Path, name: str, script: str, monkeypatch: object) -> None:
    """A program of that name that comes first, and may go on with the real one as `$real`."""
    program = folder / "programs" / name
    program.parent.mkdir(exist_ok=True)
    program.write_text(f"#!/bin/bash\nreal={programs / name}\n{script}\n")
    program.chmod(0o755)
    assert isinstance(monkeypatch, pytest.MonkeyPatch)
    monkeypatch.setenv("PATH", f"{program.parent}:{programs}:/usr/bin:/bin")


@on_both_targets
def test_it_is_its_owners_alone_and_says_what_is_in_it(loaded_project: Project) -> None:
    said = loaded_project.run("backup").output
    (path,) = backups(loaded_project)
    form = r"signalroom-(dev-\d{8}T\d{6}Z\.duckdb|prod-\d{8}T\d{6}Z\.dump)"
    assert re.fullmatch(form, path.name)
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    found = everything(loaded_project)
    rows = sum(len(rows) for _, rows in found.values())
    how = "restored" if loaded_project.database else "opened"
    assert f"{path.name}: {len(found)} tables, {rows:,} rows" in said
    assert f"MB; {how} and compared" in said
    assert list(path.parent.iterdir()) == [path]


@on_both_targets
@pytest.mark.slow
def test_it_waits_for_a_load_and_holds_all_of_it(loaded_project: Project, sandbox: Sandbox) -> None:
    sandbox.everflow.faults.on("slow", seconds=3, times=1)
    load = loaded_project.start("load", "everflow", *DECEMBER)
    assert load.stdout is not None
    assert "713 everflow: reading" in load.stdout.readline()
    said = loaded_project.succeed("backup")
    assert load.wait() == 0
    assert said.startswith(f"waiting for signalroom load (pid {load.pid}")
    after = everything(loaded_project)
    loaded_project.execute("delete from ops.load_runs")
    assert loaded_project.run("restore", str(backups(loaded_project)[0])).exit_code == 0
    assert everything(loaded_project) == after


@on_postgres
def test_it_is_of_one_moment(
    loaded_project: Project, programs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A row that somebody writes while it is dumped is neither in it nor missed."""
    row = "insert into ops.hash_salt values ('meanwhile', now())"
    script = f'[[ $1 == --version ]] || {programs}/psql -q -c "{row}"\nexec $real "$@"'
    wrapped(programs, tmp_path, "pg_dump", script, monkeypatch)
    before = everything(loaded_project)
    path = back_up(loaded_project)
    assert len(loaded_project.query("select salt from ops.hash_salt")) == 2
    assert loaded_project.run("restore", str(path)).exit_code == 0
    assert everything(loaded_project) == before


def leave_wal(project: Project) -> None:
    """A writer dies: what it wrote last is in the file's WAL alone."""
    writer = (
        f"import duckdb, os; c = duckdb.connect({str(project.warehouse)!r});"
        "c.execute(\"insert into ops.hash_salt values ('in the WAL', now())\"); os._exit(0)"
    )
    subprocess.run([sys.executable, "-c", writer], check=True)
    assert Path(f"{project.warehouse}.wal").exists()


def test_what_a_dead_writer_left_in_its_wal_is_in_it(loaded_project: Project) -> None:
    leave_wal(loaded_project)
    path = back_up(loaded_project)
    with duckdb.connect(str(path), read_only=True) as alone:
        salts = alone.execute("select salt from ops.hash_salt").fetchall()
    assert ("in the WAL",) in salts
    assert not Path(f"{loaded_project.warehouse}.wal").exists()


@on_both_targets
@pytest.mark.slow
def test_one_that_is_killed_has_no_name(loaded_project: Project) -> None:
    target = "prod" if loaded_project.database else "dev"
    killed = subprocess.Popen(
        [sys.executable, "-c", HANG, "backup", "--target", target],
        cwd=loaded_project.root,
        env=loaded_project.process_environ,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert killed.stdout is not None
    assert killed.stdout.readline() == "written True\n"
    killed.kill()
    killed.communicate()
    assert backups(loaded_project) == []
    assert back_up(loaded_project)


@pytest.mark.parametrize(
    "spoil",
    [
        "delete from everflow.daily_stats where _row_id is not null",
        "drop table redtrack.daily_spend",
    ],
)
def test_a_copy_that_differs_is_not_kept(
    spoil: str, loaded_project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    copyfile = shutil.copyfile

    def spoiled(source: Path, to: Path) -> None:
        copyfile(source, to)
        with duckdb.connect(str(to)) as connection:
            connection.execute(spoil.replace("_row_id", "affiliate_id"))

    monkeypatch.setattr("shutil.copyfile", spoiled)
    refuses_difference(loaded_project, spoil.split()[2])


@on_postgres
def test_a_dump_that_differs_is_not_kept(
    loaded_project: Project, programs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrapped(
        programs,
        tmp_path,
        "pg_dump",
        'exec $real "$@" $([[ $1 == --version ]] || echo --exclude-table-data=ops.hash_salt)',
        monkeypatch,
    )
    refuses_difference(loaded_project, "ops.hash_salt")


def refuses_difference(project: Project, table: str) -> None:
    done = project.run("backup")
    assert done.exit_code == 1
    assert f"could not be verified, and is not kept: restored, it differs in {table}" in done.output
    assert list((project.root / "backups").iterdir()) == []
    if project.database:
        left = "select datname from pg_database where datname like 'signalroom_check%'"
        assert project.query(left) == []


@on_postgres
def test_a_role_that_may_make_no_database_has_its_dump_read(
    loaded_project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = loaded_project.database
    assert database is not None
    database.execute(
        "drop role if exists keeper",
        "create role keeper login",
        "grant pg_read_all_data to keeper",
    )
    monkeypatch.setenv("PGUSER", "keeper")
    said = loaded_project.run("backup").output
    monkeypatch.undo()
    database.execute("drop role keeper")
    assert "not restored, as the role may not create a database, but read to its end" in said


@on_postgres
@pytest.mark.parametrize(
    ("script", "says"),
    [
        (
            "echo 'pg_dump (PostgreSQL) 15.18 (Debian 15.18-0)'",
            "is Postgres 18, and pg_dump (PostgreSQL) 15.18 (Debian 15.18-0) is older; put "
            "PostgreSQL's client programs of version 18 or newer first in PATH",
        ),
        (None, "pg_dump is not installed; put PostgreSQL's client programs of version"),
        ('[[ $1 == --version ]] && exec $real "$@"; echo "pg_dump: error: no" >&2; exit 1', ": no"),
    ],
)
def test_without_a_fit_pg_dump(  # noqa: PLR0917  # pytest passes them by name
    script: str | None,
    says: str,
    loaded_project: Project,
    programs: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if script is None:
        monkeypatch.setenv("PATH", str(tmp_path))
    else:
        wrapped(programs, tmp_path, "pg_dump", script, monkeypatch)
    done = loaded_project.run("backup")
    assert done.exit_code == 1
    assert says in done.output
    assert backups(loaded_project) == []


@on_postgres
def test_the_password_is_on_no_command_line(
    loaded_project: Project, programs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = loaded_project.database
    assert isinstance(database, Database)
    for name, value in database.tcp_environ.items():
        monkeypatch.setenv(name, value)
    log = tmp_path / "log"
    for name in ("pg_dump", "pg_restore", "psql"):
        line = f'echo {name} "$@" >> {log}; exec $real "$@"'
        wrapped(programs, tmp_path, name, line, monkeypatch)
    path = back_up(loaded_project)
    assert loaded_project.run("restore", str(path)).exit_code == 0
    lines = log.read_text()
    assert {line.split()[0] for line in lines.splitlines()} == {"pg_dump", "pg_restore", "psql"}
    assert database.server.password not in lines


@on_both_targets
def test_a_full_disk(loaded_project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    disk = loaded_project.root / "disk"
    with small_disk(disk, "40k"):
        early = loaded_project.run("backup", "--out", str(disk))
        monkeypatch.setattr(Keeping, "refuse_without_room", lambda *_: None)
        late = loaded_project.run("backup", "--out", str(disk))
        assert list(disk.iterdir()) == []
    assert (early.exit_code, late.exit_code) == (1, 1)
    assert f"{disk} has 0.0 MB free, and the backup may need" in early.output
    assert "No space left on device" in late.output
    assert len(late.output.splitlines()) == 1


def test_an_empty_warehouse_has_nothing_to_keep(loaded_project: Project) -> None:
    loaded_project.warehouse.unlink()
    done = loaded_project.run("backup")
    assert done.exit_code == 1
    assert "has nothing to back up; run `signalroom load`" in done.output
    assert not loaded_project.warehouse.exists()


@pytest.mark.parametrize("value", ["0", "-1", "many", "1.5"])
def test_at_least_one_is_kept(
    value: str, loaded_project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_BACKUP_KEEP", value)
    done = loaded_project.run("backup")
    assert done.exit_code == 1
    assert f"DATABASE_BACKUP_KEEP must be a whole number from 1 on, not {value}" in done.output


@given(
    ages=st.lists(st.timedeltas(timedelta(-3), timedelta(60)), max_size=40),
    count=st.integers(1, 20),
    days=st.integers(1, 30),
)
def test_which_ones_go(ages: list[timedelta], count: int, days: int) -> None:
    keeping = Keeping(Path(), count, days)
    moments = sorted({(NOW - age).replace(microsecond=0) for age in ages})
    names = {keeping.path("dev", moment).name: moment for moment in moments}
    others = ["notes.txt", "signalroom-dev-20251219T000000Z.duckdb.wal", "signalroom-dev-x.duckdb"]
    others += ["signalroom-dev-20251399T000000Z.duckdb"]
    others += [keeping.path("prod", NOW - timedelta(300)).name]
    going = keeping.outdated([*others, *reversed(names)], "dev", NOW)
    assert set(going) <= set(names)
    assert not set(going) & set(list(names)[-count:])
    assert all(NOW - names[name] > timedelta(days) for name in going)
    staying = [moment for name, moment in names.items() if name not in going]
    assert sum(NOW - moment > timedelta(days) for moment in staying) <= count
    assert going == sorted(going)


def test_what_goes_is_said(loaded_project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = loaded_project.root / "elsewhere"
    folder.mkdir()
    monkeypatch.setenv("DATABASE_BACKUP_PATH", "elsewhere")
    monkeypatch.setenv("DATABASE_BACKUP_KEEP", "2")
    now = datetime.now(UTC)
    names = [f"signalroom-dev-{now - timedelta(days):{TIME}}.duckdb" for days in (4, 3, 2)]
    left = f".{names[0]}.123.part"  # by one that was killed
    for name in [*names, left]:
        (folder / name).touch()
    said = loaded_project.run("backup").output
    gone = {name for name in [*names, left] if f"deleted elsewhere/{name}" in said}
    assert gone == {*names[:2], left}
    assert len(list(folder.iterdir())) == 2
