"""Production: a Postgres with Supabase's roles, loaded with December and its orders."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from loaders.registry import SOURCES
from sandbox.server import Sandbox
from tests.dbt.warehouses import start_dbt
from tests.postgres import Database, Rows, Server
from tests.support import DECEMBER, QUICK_BUILDS, Project


@dataclass(frozen=True)
class Production:
    """A project whose `prod` is a database of its own."""

    project: Project
    database: Database

    def succeed(self, *command: str) -> str:
        """Run a command against prod that must not fail."""
        said, exit_code = self.run(*command)
        assert exit_code == 0, said
        return said

    def run(self, *command: str) -> tuple[str, int]:
        running = self.project.start(*command, without=("DUCKDB_PATH", "DBT_PROJECT_DIR"))
        said, _ = running.communicate(timeout=240)
        assert running.returncode is not None
        return said, running.returncode

    def seed(self, name: str, *arguments: str) -> tuple[str, int]:
        """One seed, by dbt alone: what it said, and its exit code."""
        seeding = start_dbt(self.project, "seed", "--select", name, *arguments)
        said, _ = seeding.communicate(timeout=240)
        return said, seeding.wait()

    @contextmanager
    def cursor(self, role: str | None = None) -> Iterator[Any]:
        """A cursor of the owner, or in the skin of another role."""
        with self.database.connect() as connection, connection.cursor() as cursor:
            if role:
                cursor.execute(f"set role {role}")
            yield cursor

    def query(self, sql: str, *, role: str | None = None) -> Rows:
        with self.cursor(role) as cursor:
            cursor.execute(sql)
            rows: Rows = cursor.fetchall()
            return rows


@pytest.fixture(scope="session")
def production(
    sandbox_server: Sandbox, postgres: Server, tmp_path_factory: pytest.TempPathFactory
) -> Production:
    """Loaded and built, before `anon`, `authenticated` and `bi` exist."""
    database = postgres.create()
    folder = tmp_path_factory.mktemp("production") / "project"
    project = Project.at(folder, sandbox_server, with_dbt=True, database=database)
    project.environ |= QUICK_BUILDS | {"SIGNALROOM_BI_ROLE": "bi"}
    for source in SOURCES:
        project.environ |= sandbox_server.environ(source)
    sandbox_server.redtrack.lift_limits()
    made = Production(project, database)
    made.succeed("load", *DECEMBER)
    made.succeed("build")
    return made
