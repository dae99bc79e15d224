"""A restore brings back all of a backup, or says in a sentence why it changed nothing."""

import os
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from tests.signalroom.operations.conftest import back_up, backups, everything
from tests.signalroom.operations.test_backup import leave_wal, wrapped
from tests.support import DECEMBER, Project, on_both_targets, on_postgres

LATER = "update ops.load_runs set finished_at = '2031-05-06 07:08:09+00'"


def refused(project: Project, *arguments: str) -> str:
    """What is said of a restore that must change nothing."""
    before = everything(project)
    done = project.run("restore", *arguments)
    assert done.exit_code == 1, done.output
    assert len(done.output.splitlines()) == 1
    assert everything(project) == before
    assert list(project.root.glob("*.replaced-*")) == []
    return done.output


def moment(project: Project) -> str:
    ((ended,),) = project.query("select max(finished_at) from ops.load_runs")
    return f"{ended.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


@on_both_targets
def test_every_table_comes_back_and_loads_go_on(loaded_project: Project) -> None:
    before = everything(loaded_project)
    path = back_up(loaded_project)
    loaded_project.execute(
        "drop table redtrack.daily_spend",
        "delete from everflow.daily_stats",
        "alter table ops.hash_salt add column of_a_later_release integer",
        "create table ops.of_a_later_release as select 1 as one",
        "create view staging_view as select * from ops.rejected_rows"
        if loaded_project.database is None
        else "create schema staging; create view staging.late as select * from ops.rejected_rows",
    )
    said = loaded_project.succeed("restore", str(path))
    assert f"is as it was after the load of {moment(loaded_project)}" in said
    assert everything(loaded_project) == before
    loaded_project.succeed("load", "redtrack", *DECEMBER)
    assert loaded_project.raw("redtrack")


@on_both_targets
def test_into_nothing(loaded_project: Project) -> None:
    before = everything(loaded_project)
    path = back_up(loaded_project)
    if loaded_project.database is None:
        loaded_project.warehouse.unlink()
    else:
        loaded_project.database.drop()
        loaded_project.database.server.admin.execute(
            f"create database {loaded_project.database.name}"
        )
    loaded_project.succeed("restore", str(path))
    assert everything(loaded_project) == before


@on_both_targets
def test_what_is_newer_stays_unless_forced(loaded_project: Project) -> None:
    loaded_project.execute("update ops.load_runs set finished_at = null where source = 'redtrack'")
    before, backed_up = everything(loaded_project), moment(loaded_project)
    path = back_up(loaded_project)
    loaded_project.execute(LATER)
    said = refused(loaded_project, str(path))
    assert "has what was loaded at 2031-05-06 07:08:09 UTC, and " in said
    assert f"{path.name} ends at {backed_up}; --force puts the older one in its place" in said
    assert loaded_project.run("restore", str(path), "--force").exit_code == 0
    assert everything(loaded_project) == before


def test_the_file_that_is_replaced_stays_beside(loaded_project: Project) -> None:
    path = back_up(loaded_project)
    loaded_project.execute(LATER)
    said = loaded_project.run("restore", str(path), "--force").output
    (kept,) = loaded_project.root.glob("signalroom.duckdb.replaced-*")
    assert f"; the former one is {kept}" in said
    with duckdb.connect(str(kept), read_only=True) as former:
        assert former.execute(
            "select distinct year(finished_at) from ops.load_runs"
        ).fetchall() == [(2031,)]


def spoiled(project: Project) -> None:
    """What opens no more, and the WAL that belonged to it."""
    leave_wal(project)
    with project.warehouse.open("rb+") as file:
        file.truncate(100_000)


def test_a_spoiled_file_is_replaced_and_its_wal_is_not_replayed(loaded_project: Project) -> None:
    before = everything(loaded_project)
    path = back_up(loaded_project)
    spoiled(loaded_project)
    os.utime(loaded_project.warehouse, (1, 1))
    assert loaded_project.run("restore", str(path)).exit_code == 0
    assert everything(loaded_project) == before
    spoiled(loaded_project)
    done = loaded_project.run("restore", str(path))
    assert done.exit_code == 1
    assert "it is judged by its file's time" in done.output
    assert f"has what was loaded at {datetime.now(UTC):%Y-%m-%d}" in done.output


def test_a_file_that_another_program_has_open_is_left_alone(loaded_project: Project) -> None:
    path = back_up(loaded_project)
    reader = loaded_project.start("hold", program="tests.signalroom.operations.hold")
    assert reader.stdout is not None
    assert reader.stdout.readline() == "open\n"
    assert "is open in another program" in loaded_project.run("restore", str(path)).output
    reader.kill()
    reader.wait()
    assert list(loaded_project.root.glob("*.replaced-*")) == []


@on_both_targets
def test_a_backup_of_the_other_target(loaded_project: Project, tmp_path: Path) -> None:
    """The command itself says which target it is of."""
    mine, other = ("prod", "dev") if loaded_project.database else ("dev", "prod")
    start = b"PGDMP" if mine == "dev" else bytes(8) + b"DUCK"
    path = tmp_path / "other"
    path.write_bytes(start + bytes(100))
    assert f"is a backup of {other}; restore it with --target {other}" in refused(
        loaded_project, str(path)
    )


@on_both_targets
def test_a_file_that_was_cut_short(loaded_project: Project) -> None:
    path = back_up(loaded_project)
    whole = path.read_bytes()
    for end in (3, 3_000, len(whole) * 9 // 10, len(whole) - 1):
        path.write_bytes(whole[:end])
        said = refused(loaded_project, str(path))
        wrong = "is no backup:" if end < 12 else "is not restored, and nothing is changed: "
        assert f"{path} {wrong}" in said


@on_both_targets
def test_a_foreign_file(loaded_project: Project, tmp_path: Path) -> None:
    assert f"cannot read {tmp_path}/no" in refused(loaded_project, str(tmp_path / "no"))
    text = tmp_path / "notes.txt"
    text.write_text("a text that is long enough")
    assert "is neither a DuckDB file nor a dump of pg_dump" in refused(loaded_project, str(text))
    path = tmp_path / "foreign"
    if loaded_project.database is None:
        with duckdb.connect(str(path)) as connection:
            connection.execute("create table things as select 1 as one")
    else:
        other = loaded_project.database.server.create()
        other.execute("create table things as select 1 as one")
        os.system(  # noqa: S605  # a fixed line
            f"pg_dump -Fc -h {other.environ['PGHOST']} -p {other.environ['PGPORT']} -U postgres "
            f"-f {path} {other.name}"
        )
    said = refused(loaded_project, str(path))
    assert "is no backup of ours: it has no run in ops.load_runs" in said


@on_postgres
@pytest.mark.parametrize(
    ("at", "by", "says"),
    [
        (b"PGDMP\x01", b"PGDMP\x63", "a newer one made it; put PostgreSQL's client programs"),
        (b"18.", b"99.", "was made of Postgres 99, and "),
    ],
)
def test_a_dump_of_a_newer_version(
    at: bytes, by: bytes, says: str, loaded_project: Project
) -> None:
    path = back_up(loaded_project)
    path.write_bytes(path.read_bytes().replace(at, by, 1))
    assert says in refused(loaded_project, str(path), "--force")


@on_postgres
def test_a_server_older_than_the_programs(
    loaded_project: Project, programs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = back_up(loaded_project)
    script = "$real \"$@\" | sed 's/^SET transaction_timeout/SET of_another_version/'"
    wrapped(programs, tmp_path, "pg_restore", script, monkeypatch)
    said = refused(loaded_project, str(path))
    assert 'unrecognized configuration parameter "of_another_version"; the server is older' in said


@on_postgres
def test_a_view_of_somebody_elses_keeps_what_it_reads(loaded_project: Project) -> None:
    assert loaded_project.database is not None
    path = back_up(loaded_project)
    loaded_project.execute(
        "create schema of_others", "create view of_others.v as select * from ops.load_runs"
    )
    said = refused(loaded_project, str(path))
    assert "because other objects depend on" in said
    assert "view of_others.v depends on table ops.load_runs" in said


@on_postgres
def test_who_may_read_stays_as_it_is(loaded_project: Project) -> None:
    """Neither a right that was taken since comes back, nor one by the database's defaults."""
    database = loaded_project.database
    assert database is not None
    for role in ("anon", "reader", "former"):
        if not database.fetch("select 1 from pg_roles where rolname = %s", [role])[1]:
            database.execute(f"create role {role} nologin")
    loaded_project.execute(
        "create schema marts",
        "create table marts.daily_summary as select 1 as one",
        "create table public.affiliate_mapping as select 1 as one",
        "alter table everflow.daily_stats enable row level security",
        "grant usage on schema marts to anon, reader",
        "grant select on marts.daily_summary to former",
        "comment on schema marts is 'Read by the role reader'",
    )
    path = back_up(loaded_project)
    loaded_project.execute(
        "revoke select on marts.daily_summary from former",
        "grant select, insert on marts.daily_summary to reader with grant option",
        "alter default privileges grant all on tables to anon, public",
        "alter default privileges in schema public grant all on tables to anon",
    )
    assert loaded_project.run("restore", str(path)).exit_code == 0
    rights = (
        "select n.nspname, c.relname, coalesce(r.rolname, 'public'), a.privilege_type, "
        "a.is_grantable from pg_class c join pg_namespace n on n.oid = c.relnamespace "
        "cross join aclexplode(c.relacl) a left join pg_roles r on r.oid = a.grantee "
        "where a.grantee <> c.relowner and n.nspname not in ('pg_catalog', 'information_schema')"
        "order by 4"
    )
    summary = ("marts", "daily_summary", "reader")
    assert loaded_project.query(rights) == [(*summary, "INSERT", True), (*summary, "SELECT", True)]
    assert loaded_project.query(
        "select relrowsecurity, has_schema_privilege('reader', 'marts', 'usage'), "
        "has_schema_privilege('anon', 'marts', 'usage'), "
        "obj_description('marts'::regnamespace) from pg_class "
        "where oid = 'everflow.daily_stats'::regclass"
    ) == [(True, True, True, "Read by the role reader")]


@on_postgres
@pytest.mark.slow
@pytest.mark.parametrize(("ends", "code"), [("kill -9 $PPID", -9), ("exit 1", 1)])
def test_one_that_dies_in_the_middle_changes_nothing(  # noqa: PLR0917  # pytest passes by name
    ends: str,
    code: int,
    loaded_project: Project,
    programs: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """After whole statements, which could be committed."""
    path = back_up(loaded_project)
    whole = '[[ $* == *--no-owner* ]] || exec $real "$@"'
    script = f"{whole}\n$real \"$@\" | sed '/^COPY/,$d'\n{ends}"
    wrapped(programs, tmp_path, "pg_restore", script, monkeypatch)
    before = everything(loaded_project)
    killed = loaded_project.start("restore", str(path))
    killed.communicate(timeout=60)
    assert killed.returncode == code
    assert everything(loaded_project) == before
    assert backups(loaded_project) == [path]


@on_postgres
def test_the_owner_need_not_be_a_superuser(
    loaded_project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on Supabase: restored into an empty database of his, and backed up from there."""
    assert loaded_project.database is not None
    before = everything(loaded_project)
    path = back_up(loaded_project)
    admin, database = loaded_project.database.server.admin, loaded_project.database.server.create()
    admin.execute(
        "create role owner login createdb", f"alter database {database.name} owner to owner"
    )
    monkeypatch.setenv("PGUSER", "owner")
    monkeypatch.setenv("PGDATABASE", database.name)
    restored = loaded_project.run("restore", str(path))
    backed_up = loaded_project.run("backup")
    monkeypatch.undo()
    loaded_project.database = database
    found = everything(loaded_project)
    database.drop()
    admin.execute("drop role owner")
    assert restored.exit_code == 0, restored.output
    assert "MB; restored and compared" in backed_up.output
    assert found == before
