"""What can be wrong with a Postgres is one sentence, exit code 1, and nothing half done."""

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkdtemp

import psycopg2
import pytest

from loaders.registry import SOURCES
from loaders.warehouse import Postgres
from tests.support import DECEMBER, Project, on_postgres, told

pytestmark = [pytest.mark.slow, on_postgres]

PASSWORD = "s3cret/and+long"  # noqa: S105  # of a role that the test makes
TRACE = ("Traceback", "psycopg2.", "DETAIL", PASSWORD)


def load(project: Project) -> tuple[int | None, list[str]]:
    """The exit code of a load, and what it said but for what it is doing."""
    running = project.start("load", *DECEMBER)
    said, _ = running.communicate(timeout=120)
    for trace in (*TRACE, project.environ["PGPASSWORD"]):
        assert trace not in said
    return running.returncode, told(said)


def test_tcp_with_a_password_works_like_the_socket(
    loaded_project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert loaded_project.database is not None
    before = loaded_project.state()
    aim(loaded_project, monkeypatch, loaded_project.database.tcp_environ)
    exit_code, said = load(loaded_project)
    assert exit_code == 0, said
    assert loaded_project.state() == before
    assert "444" in loaded_project.run("status").output


def aim(project: Project, monkeypatch: pytest.MonkeyPatch, environ: Mapping[str, str]) -> None:
    """Other variables for the processes and for the commands in this one."""
    project.environ.update(environ)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)


@dataclass(frozen=True)
class Unreachable:
    """Variables that lead nowhere, and what is said of it."""

    says: tuple[str, ...]
    environ: dict[str, str] = field(default_factory=dict)


UNREACHABLE = {
    "wrong password": Unreachable(
        ("password authentication failed", "check PGUSER and PGPASSWORD"),
        {"PGPASSWORD": "wr@ng/and+long"},
    ),
    "no such user": Unreachable(
        ("password authentication failed", "check PGUSER and PGPASSWORD"), {"PGUSER": "nobody"}
    ),
    "no such database": Unreachable(
        ('database "nowhere" does not exist', "check PGDATABASE"), {"PGDATABASE": "nowhere"}
    ),
    "nobody listens": Unreachable(("refused", "check PGHOST and PGPORT"), {"PGPORT": "9"}),
    "no such host": Unreachable(
        ("could not translate host name", "check PGHOST and PGPORT"), {"PGHOST": "db.invalid"}
    ),
    "no such socket": Unreachable(("check PGHOST and PGPORT",), {"PGHOST": "/nowhere"}),
    "no encryption": Unreachable(
        ("server does not support SSL", "check PGSSLMODE"), {"PGSSLMODE": "require"}
    ),
}


@pytest.mark.parametrize("case", UNREACHABLE)
def test_a_postgres_that_cannot_be_reached_is_one_sentence(
    case: str, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert project.database is not None
    aim(project, monkeypatch, project.database.tcp_environ | UNREACHABLE[case].environ)
    exit_code, said = load(project)
    assert exit_code == 1
    (sentence,) = said
    assert sentence.startswith("Error: cannot reach postgres ")
    for part in UNREACHABLE[case].says:
        assert part in sentence
    for command in ("status", "summary"):
        result = project.run(command)
        assert (result.exit_code, result.output.strip()) == (1, sentence)
    doctor = project.run("doctor")
    assert doctor.exit_code == 1
    assert sentence.replace("Error: ", "FAIL  warehouse: ") in doctor.output


@pytest.fixture
def role(loaded_project: Project, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A role without any right in the loaded warehouse, and the project in its skin."""
    database = loaded_project.database
    assert database is not None
    name = f"role_of_{database.name}"
    database.execute(f"create role {name} login password '{PASSWORD}'")
    aim(
        loaded_project,
        monkeypatch,
        database.tcp_environ | {"PGUSER": name, "PGPASSWORD": PASSWORD},
    )
    yield name
    database.execute(f"drop owned by {name}", f"drop role {name}")


def test_a_role_that_may_not_create_schemas(role: str, loaded_project: Project) -> None:
    database = loaded_project.database
    assert database is not None
    for schema in ("everflow", "redtrack", "ops"):
        for name in (schema, f"{schema}_staging"):
            database.execute(f"drop schema if exists {name} cascade")
    exit_code, said = load(loaded_project)
    assert exit_code == 1
    name = Postgres(loaded_project.environ).name
    assert said == [
        f"Error: {name}: permission denied for database {database.name}; "
        f"grant it to the role {role}, see docs/production.md"
    ]
    assert loaded_project.query("select 1 from pg_namespace where nspname = 'everflow'") == []


def test_a_role_that_may_only_read(role: str, loaded_project: Project) -> None:
    before = loaded_project.state()
    for schema in (*SOURCES, "ops"):
        loaded_project.execute(
            f"grant usage on schema {schema} to {role}",
            f"grant select on all tables in schema {schema} to {role}",
        )
    exit_code, said = load(loaded_project)
    assert exit_code == 1
    for line, source in zip(said, ("everflow", "redtrack"), strict=True):
        assert line.startswith(f"713 {source}: failed: postgres ")
        assert "permission denied" in line
        assert f"grant it to the role {role}" in line
    assert loaded_project.state() == before
    assert loaded_project.run("status").exit_code == 0


def test_a_role_that_may_not_even_read(role: str, loaded_project: Project) -> None:
    """Which is not the same as a warehouse into which nothing was loaded."""
    result = loaded_project.run("status")
    assert result.exit_code == 1
    assert "permission denied for schema ops; grant it to the role" in result.output
    assert load(loaded_project)[0] == 1


DISK_FULL = """
create function public.full_disk() returns trigger language plpgsql as $$
begin
    raise exception 'could not extend file "base/5/16384": No space left on device'
    using errcode = 'disk_full', hint = 'Check free disk space.';
end $$;
"""


def test_a_full_disk(loaded_project: Project) -> None:
    before = loaded_project.state()
    loaded_project.execute(
        DISK_FULL,
        "create trigger full_disk before insert on everflow.daily_stats "
        "for each row execute function public.full_disk()",
    )
    exit_code, said = load(loaded_project)
    assert exit_code == 1
    failed, loaded = said
    assert failed.startswith("713 everflow: failed: 2025-12-01..2025-12-18: failed, nothing ")
    assert "No space left on device; the disk of the server is full" in failed
    assert loaded.startswith("713 redtrack: 2025-12-01..2025-12-18: 145 rows, ok")
    assert loaded_project.state() == before
    assert loaded_project.last_run("everflow")["verdict"] == "failed"
    assert "the disk of the server is full" in " ".join(loaded_project.run("status").output.split())


def test_a_database_that_lets_itself_only_be_read(loaded_project: Project) -> None:
    """As Supabase makes it when the disk is nearly full."""
    assert loaded_project.database is not None
    before, name = loaded_project.state(), loaded_project.database.name
    loaded_project.execute(f"alter database {name} set default_transaction_read_only = on")
    exit_code, said = load(loaded_project)
    assert exit_code == 1
    assert all("the database only lets itself be read" in line for line in said)
    assert loaded_project.state() == before
    assert loaded_project.run("status").exit_code == 0


@pytest.fixture
def tiny_disk(loaded_project: Project) -> Iterator[None]:
    """A disk of a megabyte that holds everflow.daily_stats."""
    database = loaded_project.database
    assert database is not None
    server = database.server
    folder = Path(mkdtemp(prefix="disk-"))  # pytest's are closed to the server's own user
    mounted = (
        os.geteuid() == 0
        and not subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=1m,mode=777", "tmpfs", folder], check=False
        ).returncode
    )
    if not mounted:
        folder.rmdir()
        pytest.skip("only root can mount a disk of its own")
    place = folder / "tablespace"
    place.mkdir()
    assert server.system_user is not None, "the server itself never runs as root"
    shutil.chown(place, server.system_user)
    server.admin.execute(f"create tablespace tiny location '{place}'")
    try:
        database.execute("alter table everflow.daily_stats set tablespace tiny")
        yield
    finally:
        database.drop()
        server.admin.execute("drop tablespace tiny")
        subprocess.run(["umount", folder], check=True)
        folder.rmdir()


@pytest.mark.usefixtures("tiny_disk")
def test_a_disk_that_is_really_full(loaded_project: Project) -> None:
    before = loaded_project.state()
    loaded_project.execute("create table public.ballast (stuff text) tablespace tiny")
    with pytest.raises(psycopg2.errors.DiskFull):
        loaded_project.execute(
            "insert into public.ballast select repeat('x', 1000) from generate_series(1, 9000)"
        )
    exit_code, (failed, untidied, loaded) = load(loaded_project)
    assert exit_code == 1
    assert "No space left on device; the disk of the server is full" in failed
    assert "No space left on device; the disk of the server is full" in untidied
    assert "145 rows, ok" in loaded
    assert loaded_project.state() == before
    loaded_project.execute("drop table public.ballast")
    assert load(loaded_project)[0] == 0
    assert loaded_project.state() == before
