"""Behind a real PgBouncer: its session mode will do, others are refused with the reason."""

import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest

from tests.postgres import Database, free_port
from tests.support import DECEMBER, Project, on_postgres

PROGRAM = shutil.which("pgbouncer", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")

pytestmark = [
    on_postgres,
    pytest.mark.skipif(PROGRAM is None, reason="pgbouncer is not installed: apt install pgbouncer"),
]


@pytest.fixture
def pooled(
    request: pytest.FixtureRequest,
    project: Project,
    database: Database,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Project]:
    """The project behind a PgBouncer in a mode, all else by its defaults."""
    server, port = database.server, free_port()
    tmp_path.chmod(0o755)
    settings = tmp_path / "pgbouncer.ini"
    settings.write_text(
        f"[databases]\n* = host={server.socket_folder} port={server.port} user={server.superuser}\n"
        f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\n"
        f"auth_type = any\npool_mode = {request.param}\n"
    )
    user = ["-u", server.system_user] if server.system_user else []
    process = subprocess.Popen([str(PROGRAM), "-q", *user, str(settings)])
    project.environ |= {"PGHOST": "127.0.0.1", "PGPORT": str(port)}
    monkeypatch.setenv("PGHOST", "127.0.0.1")
    monkeypatch.setenv("PGPORT", str(port))
    try:
        for _ in range(50):
            try:
                psycopg2.connect(host="127.0.0.1", port=port, dbname=database.name).close()
                break
            except psycopg2.OperationalError:
                time.sleep(0.1)
        yield project
    finally:
        process.terminate()
        process.wait()


@pytest.mark.parametrize("pooled", ["session"], indirect=True)
def test_session_mode_works(pooled: Project, database: Database) -> None:
    pooled.succeed("load", "everflow", *DECEMBER)
    assert database.fetch("select count(*) from everflow.daily_stats")[1] == [(444,)]
    assert "is reachable" in pooled.run("doctor").output


@pytest.mark.parametrize("pooled", ["transaction", "statement"], indirect=True)
def test_other_modes_are_refused(pooled: Project) -> None:
    for command in (["load", "everflow", *DECEMBER], ["doctor"]):
        result = pooled.run(*command)
        assert result.exit_code == 1
        assert "a pooler in transaction mode" in result.output
        assert "use its session mode" in " ".join(result.output.split())
