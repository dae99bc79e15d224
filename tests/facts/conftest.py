"""Two warehouses, loaded and built once per session, each with what it should hold."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import duckdb
import pytest

from sandbox.server import Sandbox
from tests.facts.answers import ask
from tests.facts.computation import Client, Computation
from tests.facts.figures import Row
from tests.facts.nasty import CTI_ADVERTISERS, CTI_MAPPING, make_nasty
from tests.facts.pace import TARGETS
from tests.support import DECEMBER, Project, sandbox_environ

FIRST, LAST = date(2025, 12, 1), date(2025, 12, 18)


@dataclass(frozen=True)
class Built:
    """A warehouse with its marts, and the computation of each client loaded into it."""

    project: Project
    computations: Mapping[str, Computation]

    def rows(self, sql: str) -> list[Row]:
        with duckdb.connect(str(self.project.warehouse), read_only=True) as connection:
            found = connection.execute(sql)
            names = [column[0] for column in found.description]
            return [dict(zip(names, values, strict=True)) for values in found.fetchall()]


@pytest.fixture(scope="session")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """December 1-18 of client 713, as the sandbox has it."""
    with _fast_sandbox() as sandbox:
        return _built(
            sandbox,
            Project.at(tmp_path_factory.mktemp("facts") / "project", sandbox, with_dbt=True),
            ["713"],
        )


@pytest.fixture(scope="session")
def nasty(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The same days after restatements and faults, of two clients with their own credentials."""
    with _fast_sandbox() as sandbox:
        make_nasty(sandbox)
        project = Project.at(tmp_path_factory.mktemp("facts") / "project", sandbox, with_dbt=True)
        project.environ.update(sandbox_environ(sandbox, "cti", suffix="__cti"))
        folder = project.root / "data" / "clients" / "cti"
        with (folder / "config" / "client.toml").open("a") as config:
            config.write(CTI_ADVERTISERS)
        (folder / "mappings").mkdir()
        (folder / "mappings" / "internal-affiliates.csv").write_text(CTI_MAPPING)
        _succeed(project, "mappings", "sync", "--all")
        return _built(sandbox, project, ["713", "cti"])


@pytest.fixture(params=["plain", "nasty"])
def built(request: pytest.FixtureRequest) -> Built:
    """Each warehouse in turn."""
    warehouse: Built = request.getfixturevalue(request.param)
    return warehouse


def _built(sandbox: Sandbox, project: Project, client_ids: list[str]) -> Built:
    computations = {}
    for client_id in client_ids:
        _succeed(project, "load", "--client", client_id, *DECEMBER)
        client = Client.of(project.root / "data" / "clients" / client_id)
        answers = ask(sandbox, client_id, FIRST, LAST, client.timezone)
        computations[client_id] = Computation(client, answers)
        typed = [target for target in TARGETS if target.client == client_id]
        project.execute(*(target.statement for target in typed))
    # Unit tests have no need of this data; the data tests have to hold for it.
    _succeed(project, "dbt", "build", "--quiet", "--exclude-resource-type", "unit_test")
    return Built(project, computations)


def _succeed(project: Project, *command: str) -> None:
    running = project.start(*command, without=("DUCKDB_PATH", "DBT_PROJECT_DIR"))
    said, _ = running.communicate(timeout=240)
    assert running.returncode == 0, said


def _fast_sandbox() -> Sandbox:
    sandbox = Sandbox()
    for service in sandbox.services.values():
        service.lift_limits()
    return sandbox
