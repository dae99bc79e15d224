"""A project of one's own: its folder, its warehouse, and the command run in it."""

import os
import re
import shutil
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from pprint import pformat
from typing import Any, ClassVar

import duckdb
import pytest
from click.testing import CliRunner, Result
from filelock import FileLock

from sandbox.server import Sandbox
from tests.forks import Forked, command_forks, dbt_forks
from tests.postgres import Database, Rows

REPOSITORY = Path(__file__).parents[1]
DECEMBER = ("--start-date", "2025-12-01", "--end-date", "2025-12-18")
QUICK_RETRIES = {
    "RUNTIME__REQUEST_BACKOFF_FACTOR": "0.001",
    "RUNTIME__REQUEST_TIMEOUT": "5",
}
# a build for what follows it: data tests and dbt's log of ten megabytes are looked at elsewhere
QUICK_BUILDS = {"DBT_RESOURCE_TYPES": "seed model", "DBT_LOG_LEVEL_FILE": "none"}
TABLES = {"everflow": "daily_stats", "redtrack": "daily_spend"}
OF_ITS_OWN_LOAD = {"_loaded_at", "_dlt_id", "_dlt_load_id"}
WITH_TARGET = {
    *("load", "build", "status", "doctor", "summary", "dbt", "export", "query", "report"),
    *("backup", "restore", "run", "notify", "alerts", "anomalies", "dead-letters", "api"),
}
State = dict[str, Rows]

BESIDES = re.compile("reading|(s3_exports|posthog|mautic|google_sheets): skipped")

# of the repository, where a test works in a copy
LEFT_OUT = shutil.ignore_patterns(
    *(".git", ".venv", ".dlt", ".api", ".env", ".bench", ".*_cache", "__pycache__"),
    *("target", "logs", "*.duckdb*"),
)
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
    parsed: ClassVar[Path]  # where the run keeps what dbt has parsed

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
        environ = {**QUICK_RETRIES, **sandbox.environ("everflow"), **sandbox.environ("redtrack")}
        made = cls(root, environ | (database.environ if database else {}), database)
        if not with_dbt:
            (root / "dbt_project").mkdir()
            return made
        made.add_dbt()
        return made

    def add_dbt(self) -> None:
        """The repository's part for dbt."""
        self._copy_dbt()
        if self.database is None:  # whose name is in all that is parsed for Postgres
            self._copy_parsed()

    def _copy_parsed(self) -> None:
        """Spare dbt four seconds: of what it parsed once in a run, it parses only what differs.

        It starts anew where the profile is another's, which it knows by a hash.
        """
        made = Project(self.parsed / "parsed")
        parsed = Path("dbt_project/target/partial_parse.msgpack")
        with FileLock(f"{made.root}.lock"):
            if not (made.root / parsed).exists():
                shutil.rmtree(made.root, ignore_errors=True)
                shutil.copytree(REPOSITORY / "seeds", made.root / "seeds")
                made._copy_dbt()
                places = {"DBT_PROJECT_DIR": "dbt_project", "DBT_PROFILES_DIR": "."}
                environ = os.environ | places | {"DUCKDB_PATH": str(made.warehouse)}
                parse = "dbt.cli.main", ("parse", "--target", "dev")
                running = dbt_forks().start(*parse, folder=made.root, environ=environ)
                said, _ = running.communicate(timeout=240)
                assert running.returncode == 0, said
        theirs, ours = (hash_of_profile(one.warehouse) for one in (made, self))
        written = (made.root / parsed).read_bytes()
        assert written.count(theirs) == 1
        (self.root / parsed).parent.mkdir()
        (self.root / parsed).write_bytes(written.replace(theirs, ours))

    def _copy_dbt(self) -> None:
        ignored = shutil.ignore_patterns("target", "logs")
        shutil.copytree(REPOSITORY / "dbt_project", self.root / "dbt_project", ignore=ignored)
        shutil.copy(REPOSITORY / "profiles.yml", self.root)

    @property
    def warehouse(self) -> Path:
        """The DuckDB file."""
        return self.root / "signalroom.duckdb"

    def run(self, *arguments: str) -> Result:
        """The command in this process; the working folder is already the project's."""
        from signalroom.cli import main

        return CliRunner().invoke(main, self.aimed(arguments), catch_exceptions=False)

    @property
    def process_environ(self) -> dict[str, str]:
        """The environment of a process that runs in the project but finds the tests' modules."""
        return dict(os.environ) | self.environ | {"PYTHONPATH": str(REPOSITORY)}

    def start(
        self,
        *arguments: str,
        program: str = "signalroom",
        without: tuple[str, ...] = (),
    ) -> Forked:
        """The command, or another module, in a process of its own, without some variables."""
        environ = {n: value for n, value in self.process_environ.items() if n not in without}
        return command_forks().start(
            program, self.aimed(arguments), folder=self.root, environ=environ
        )

    def succeed(self, *arguments: str) -> str:
        """The command in a process of its own, which must not fail."""
        running = self.start(*arguments, without=("DUCKDB_PATH", "DBT_PROJECT_DIR"))
        said, _ = running.communicate(timeout=240)
        assert running.returncode == 0, said
        return said

    def aimed(self, arguments: tuple[str, ...]) -> tuple[str, ...]:
        """The arguments with this project's target, for the commands that know targets."""
        to_postgres = self.database is not None and WITH_TARGET & set(arguments)
        return (*arguments, "--target", "prod") if to_postgres else arguments

    def copy_warehouse(self, other: "Project") -> None:
        """Hold what another project's warehouse holds, which nobody is connected to."""
        if self.database is None:
            shutil.copy(other.warehouse, self.warehouse)
        else:
            assert other.database is not None
            self.database.copy_from(other.database)

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


def hash_of_profile(path: Path) -> bytes:
    """As dbt makes it of the profile `dev`."""
    from dbt.adapters.duckdb.credentials import DuckDBCredentials

    profile = DuckDBCredentials(
        database=path.stem, schema="public", path=str(path), settings={"memory_limit": "1GB"}
    )
    known = pformat(sorted(profile.connection_info()))
    return sha256(known.encode()).hexdigest().encode()


def told(said: str) -> list[str]:
    """The lines of a load but for what it is doing, and for the sources that nobody set up."""
    return [line for line in said.splitlines() if not BESIDES.search(line)]
