"""One project on each target, with the same raw rows."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from sandbox.server import Sandbox
from tests.dbt.order_files import SALT
from tests.facts.nasty import CTI_ADVERTISERS, CTI_MAPPING, make_nasty
from tests.facts.pace import TARGETS
from tests.parity.compare import differences
from tests.postgres import Server
from tests.support import DECEMBER, Project, sandbox_environ


@dataclass(frozen=True)
class Pair:
    """A project whose warehouse is DuckDB, and its equal on Postgres."""

    dev: Project
    prod: Project

    @classmethod
    def at(cls, folder: Path, sandbox: Sandbox, postgres: Server) -> "Pair":
        dev = Project.at(folder / "dev", sandbox, with_dbt=True)
        database = postgres.create()
        return cls(dev, Project.at(folder / "prod", sandbox, with_dbt=True, database=database))

    def succeed(self, *arguments: str) -> None:
        """The command on both at once; neither may fail."""
        without = ("DUCKDB_PATH", "DBT_PROJECT_DIR")
        running = [project.start(*arguments, without=without) for project in (self.dev, self.prod)]
        said = [process.communicate(timeout=280)[0] for process in running]
        for process, text in zip(running, said, strict=True):
            assert process.returncode == 0, text

    def assert_equal(self) -> None:
        """Every mart is the same on both."""
        found = differences(self.dev, self.prod)
        assert not found, "\n".join(found)


@pytest.fixture(scope="session")
def december_pair(postgres: Server, tmp_path_factory: pytest.TempPathFactory) -> Pair:
    """December of 713 and cti after restatements and faults, loaded and built as its users do."""
    with Sandbox() as sandbox:
        for service in sandbox.services.values():
            service.lift_limits()
        make_nasty(sandbox)
        pair = Pair.at(tmp_path_factory.mktemp("parity"), sandbox, postgres)
        for project in (pair.dev, pair.prod):
            project.environ |= sandbox_environ(sandbox, "cti", suffix="__cti")
            folder = project.root / "data" / "clients" / "cti"
            with (folder / "config" / "client.toml").open("a") as config:
                config.write(CTI_ADVERTISERS)
            (folder / "mappings").mkdir()
            (folder / "mappings" / "internal-affiliates.csv").write_text(CTI_MAPPING)
            for source in ("s3_exports", "posthog", "mautic"):  # its targets are ours, see below
                project.environ |= sandbox.environ(source)
        pair.succeed("mappings", "sync", "--all")
        for client_id in ("713", "cti"):
            pair.succeed("load", "--client", client_id, *DECEMBER)
        for project in (pair.dev, pair.prod):  # each drew its own, and so its own customers
            project.execute(f"update ops.hash_salt set salt = '{SALT}'")
            project.execute(*(target.statement for target in TARGETS))
    pair.prod.succeed("build")
    pair.dev.succeed("dbt", "build", "--quiet", "--exclude-resource-type", "unit_test")
    return pair
