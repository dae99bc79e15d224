"""A project of one's own: its folder, its warehouse, and the command run in it."""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pytest
from click.testing import CliRunner, Result

from sandbox.posthog.data import PROJECT_IDS
from sandbox.s3_auth import ACCESS_KEY, SECRET_KEY
from sandbox.server import Sandbox
from tests.postgres import Database, Rows

REPOSITORY = Path(__file__).parents[1]
DECEMBER = ("--start-date", "2025-12-01", "--end-date", "2025-12-18")
QUICK_RETRIES = {
    "RUNTIME__REQUEST_BACKOFF_FACTOR": "0.001",
    "RUNTIME__REQUEST_TIMEOUT": "5",
}
TABLES = {"everflow": "daily_stats", "redtrack": "daily_spend"}
OF_ITS_OWN_LOAD = {"_loaded_at", "_dlt_id", "_dlt_load_id"}
WITH_TARGET = {"load", "build", "status", "doctor", "summary", "dbt"}
State = dict[str, Rows]

BESIDES = re.compile("reading|s3_exports: skipped")

# the fixtures `project` and `loaded_project` stand on DuckDB unless a test says otherwise
on_both_targets = pytest.mark.parametrize("target", ["dev", "prod"])
on_postgres = pytest.mark.parametrize("target", ["prod"])


@dataclass
class Project:
    """A copy of the repository's data and configuration with a warehouse of its own.

    The warehouse is the DuckDB file in the folder, or the Postgres database where there is one.
    """

    root: Path
    environ: dict[str, str] = field(default_factory=dict)
    database: Database | None = None

    @classmethod
    def at(
        cls,
        root: Path,
        sandbox: Sandbox,
        *,
        with_dbt: bool = False,
        database: Database | None = None,
    ) -> "Project":
        """Make the project; dbt's part of it is copied only where dbt is run."""
        root.mkdir(parents=True)
        for name in ("data", "seeds", ".dlt"):
            ignored = shutil.ignore_patterns("pipelines", "secrets.toml")
            shutil.copytree(REPOSITORY / name, root / name, ignore=ignored)
        if with_dbt:
            ignored = shutil.ignore_patterns("target", "logs")
            shutil.copytree(REPOSITORY / "dbt_project", root / "dbt_project", ignore=ignored)
            shutil.copy(REPOSITORY / "profiles.yml", root)
        else:
            (root / "dbt_project").mkdir()
        environ = QUICK_RETRIES | sandbox_environ(sandbox, "713")
        return cls(root, environ | (database.environ if database else {}), database)

    @property
    def warehouse(self) -> Path:
        """The DuckDB file."""
        return self.root / "signalroom.duckdb"

    def run(self, *arguments: str) -> Result:
        """The command in this process; the working folder is already the project's."""
        from signalroom.cli import main

        return CliRunner().invoke(main, self._aimed(arguments), catch_exceptions=False)

    @property
    def process_environ(self) -> dict[str, str]:
        """The environment of a process that runs in the project but finds the tests' modules."""
        return dict(os.environ) | self.environ | {"PYTHONPATH": str(REPOSITORY)}

    def start(
        self,
        *arguments: str,
        program: tuple[str, ...] = ("-m", "signalroom"),
        without: tuple[str, ...] = (),
    ) -> subprocess.Popen[str]:
        """The command in a process of its own, which can be killed, without some variables."""
        environ = self.process_environ
        return subprocess.Popen(
            [sys.executable, *program, *self._aimed(arguments)],
            cwd=self.root,
            env={name: value for name, value in environ.items() if name not in without},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def succeed(self, *arguments: str) -> str:
        """The command in a process of its own, which must not fail."""
        running = self.start(*arguments, without=("DUCKDB_PATH", "DBT_PROJECT_DIR"))
        said, _ = running.communicate(timeout=240)
        assert running.returncode == 0, said
        return said

    def _aimed(self, arguments: tuple[str, ...]) -> tuple[str, ...]:
        """The arguments with this project's target, for the commands that know targets."""
        to_postgres = self.database is not None and WITH_TARGET & set(arguments)
        return (*arguments, "--target", "prod") if to_postgres else arguments

    def fetch(self, sql: str) -> tuple[list[str], Rows]:
        """The names of the columns, and all rows."""
        if self.database is not None:
            return self.database.fetch(sql)
        with duckdb.connect(str(self.warehouse), read_only=True) as connection:
            found = connection.execute(sql)
            return [column[0] for column in found.description], found.fetchall()

    def query(self, sql: str) -> Rows:
        return self.fetch(sql)[1]

    def execute(self, *statements: str) -> None:
        """Do to the warehouse what somebody might do to it by hand."""
        if self.database is not None:
            self.database.execute(*statements)
            return
        with duckdb.connect(str(self.warehouse)) as connection:
            for statement in statements:
                connection.execute(statement)

    def raw(self, service: str) -> Rows:
        """The rows of a raw table but for load ids and times, in order."""
        names, rows = self.fetch(f"select * from {service}.{TABLES[service]}")
        kept = [place for place, name in enumerate(names) if name not in OF_ITS_OWN_LOAD]
        return sorted((tuple(row[place] for place in kept) for row in rows), key=repr)

    def state(self) -> State:
        """All raw rows."""
        return {service: self.raw(service) for service in TABLES}

    def last_run(self, service: str, client_id: str = "713") -> dict[str, Any]:
        """The newest row of the ledger."""
        names, rows = self.fetch(
            f"select * from ops.load_runs where source = '{service}' "
            f"and client_id = '{client_id}' order by started_at desc limit 1"
        )
        assert rows, f"no run of {service} for {client_id} in the ledger"
        return dict(zip(names, rows[0], strict=True))


def sandbox_environ(sandbox: Sandbox, client_id: str, suffix: str = "") -> dict[str, str]:
    """The variables that point a client at the sandbox."""
    made = {
        f"{service.upper()}_{name}{suffix}": value
        for service in ("everflow", "redtrack")
        for name, value in (
            ("BASE_URL", sandbox.url(service)),
            ("API_KEY", f"sandbox-{service}-{client_id}"),
        )
    }
    mautic = sandbox.mautic.environ(sandbox.url("mautic"), client_id)
    return made | {f"{name}{suffix}": value for name, value in mautic.items()}


def bucket_environ(sandbox: Sandbox) -> dict[str, str]:
    """The variables that point a client at the sandbox's bucket."""
    return {
        "S3_BUCKET_NAME": sandbox.s3_exports.bucket,
        "AWS_ENDPOINT_URL": sandbox.url("s3_exports"),
        "AWS_ACCESS_KEY_ID": ACCESS_KEY,
        "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
    }


def posthog_environ(sandbox: Sandbox, client_id: str = "713", suffix: str = "") -> dict[str, str]:
    """The variables that point a client at the sandbox's PostHog."""
    return {
        f"POSTHOG_HOST{suffix}": sandbox.url("posthog"),
        f"POSTHOG_API_KEY{suffix}": f"sandbox-posthog-{client_id}",
        f"POSTHOG_PROJECT_ID{suffix}": str(PROJECT_IDS[client_id]),
    }


def told(said: str) -> list[str]:
    """The lines of a load but for what it is doing, and for the bucket that nobody set up."""
    return [line for line in said.splitlines() if not BESIDES.search(line)]
