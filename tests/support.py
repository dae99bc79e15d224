"""A project of one's own: its folder, its warehouse, and the command run in it."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
from click.testing import CliRunner, Result

from sandbox.server import Sandbox

REPOSITORY = Path(__file__).parents[1]
DECEMBER = ("--start-date", "2025-12-01", "--end-date", "2025-12-18")
QUICK_RETRIES = {
    "RUNTIME__REQUEST_BACKOFF_FACTOR": "0.001",
    "RUNTIME__REQUEST_TIMEOUT": "5",
}


@dataclass
class Project:
    """A copy of the repository's data and configuration with an empty DuckDB warehouse."""

    root: Path
    environ: dict[str, str] = field(default_factory=dict)

    @classmethod
    def at(cls, root: Path, sandbox: Sandbox, *, with_dbt: bool = False) -> "Project":
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
        return cls(root, QUICK_RETRIES | sandbox_environ(sandbox, "713"))

    @property
    def warehouse(self) -> Path:
        return self.root / "signalroom.duckdb"

    def run(self, *arguments: str) -> Result:
        """The command in this process; the working folder is already the project's."""
        from signalroom.cli import main

        return CliRunner().invoke(main, arguments, catch_exceptions=False)

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
            [sys.executable, *program, *arguments],
            cwd=self.root,
            env={name: value for name, value in environ.items() if name not in without},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.warehouse), read_only=True) as connection:
            return connection.execute(sql).fetchall()

    def raw(self, service: str) -> list[tuple[Any, ...]]:
        """The rows of a raw table but for load ids and times, in order."""
        table = {"everflow": "daily_stats", "redtrack": "daily_spend"}[service]
        return sorted(
            self.query(
                f"select * exclude (_loaded_at, _dlt_id, _dlt_load_id) from {service}.{table}"
            ),
            key=repr,
        )

    def last_run(self, service: str, client_id: str = "713") -> dict[str, Any]:
        """The newest row of the ledger."""
        with duckdb.connect(str(self.warehouse), read_only=True) as connection:
            found = connection.execute(
                "select * from ops.load_runs where source = ? and client_id = ? "
                "order by started_at desc limit 1",
                (service, client_id),
            )
            row = found.fetchone()
            assert row is not None, f"no run of {service} for {client_id} in the ledger"
            return dict(zip([column[0] for column in found.description], row, strict=True))


def sandbox_environ(sandbox: Sandbox, client_id: str, suffix: str = "") -> dict[str, str]:
    """The variables that point a client at the sandbox."""
    return {
        f"{service.upper()}_{name}{suffix}": value
        for service in sandbox.services
        for name, value in (
            ("BASE_URL", sandbox.url(service)),
            ("API_KEY", f"sandbox-{service}-{client_id}"),
        )
    }
