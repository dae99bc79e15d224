"""One source at a time: a project pointed at its stand-in, with what it loaded first."""

import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from types import MappingProxyType
from typing import Any

import pytest

from loaders.registry import SOURCES
from sandbox.s3 import S3Exports
from sandbox.server import Sandbox
from tests.conftest import Prepared
from tests.postgres import Rows
from tests.sources.proxy import Proxy, Spoil
from tests.sources.samples import SAMPLES, Sample
from tests.support import DECEMBER, OF_ITS_OWN_LOAD, Project

CLIENTS = ("713", "cti")


@dataclass
class Case:
    """One source of client 713 in a project of its own."""

    source: str
    sample: Sample
    sandbox: Sandbox
    project: Project

    def load(self, *more: str, exit_code: int = 0) -> str:
        """Load December; what was said."""
        result = self.project.run("load", self.source, *DECEMBER, *more)
        assert result.exit_code == exit_code, result.output
        return result.output

    @property
    def tables(self) -> list[str]:
        return [table.name for table in SOURCES[self.source].tables]

    def rows(self, table: str, client_id: str = "713") -> list[tuple[Any, ...]]:
        """The client's raw rows but for what is of a load of its own, in order."""
        names, rows = self.project.fetch(
            f"select * from {self.source}.{table} where _client_id = '{client_id}'"
        )
        kept = sorted((n, p) for p, n in enumerate(names) if n not in OF_ITS_OWN_LOAD)
        return sorted(
            (tuple((name, alike(name, row[place])) for name, place in kept) for row in rows),
            key=repr,
        )

    def state(self, client_id: str = "713") -> dict[str, list[tuple[Any, ...]]]:
        """All raw rows of a client."""
        return {table: self.rows(table, client_id) for table in self.tables}

    def ledger(self, columns: str) -> Rows:
        """The runs of the source, oldest first."""
        return self.project.query(
            f"select {columns} from ops.load_runs where source = '{self.source}' "
            "order by started_at, table_name"
        )


def alike(name: str, value: Any) -> Any:
    """A value as both engines hand it over: JSON by what it says, a mark by whether it is there."""
    if name == "_removed_at":
        return value is not None
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    if isinstance(value, str) and value[:1] in ("{", "["):
        value = json.loads(value)
    return json.dumps(value, sort_keys=True) if isinstance(value, dict | list) else value


def prepare(project: Project, source: str, sandbox: Sandbox) -> None:
    """Point both clients' accounts at the stand-in, each at its own, with what they configure."""
    sample = SAMPLES[source]
    for client_id in CLIENTS:
        config = project.root / f"data/clients/{client_id}/config/client.toml"
        text = config.read_text()
        if f'"{source}"' not in text:
            text = text.replace("sources = [", f'sources = ["{source}", ')
        config.write_text(text + sample.config.get(client_id, ""))
        served_by = sample.served_by or source
        settings = {**sandbox.environ(served_by, client_id), **sample.settings(client_id)}
        for name, value in settings.items():
            project.environ[f"{name}__{client_id}"] = value


@contextmanager
def filled(source: str) -> Iterator[Sandbox]:
    """A sandbox of its own that holds what is there before the first load."""
    with Sandbox() as sandbox:
        for service in sandbox.services.values():
            service.lift_limits()
        SAMPLES[source].fill(sandbox)
        yield sandbox


def load_first(source: str, project: Project) -> None:
    """Point a project at a sandbox of its own, and load what that holds."""
    with filled(source) as sandbox:
        prepare(project, source, sandbox)
        project.succeed("load", source, *DECEMBER)


@contextmanager
def behind(
    sandbox: Sandbox,
    spoil: Spoil,
    project: Project,
    patch: pytest.MonkeyPatch,
    translated: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[None]:
    """A proxy before each server of the sandbox, in the project's settings."""
    servers = (sandbox.url("everflow").rpartition("/")[0], sandbox.s3_exports.url)
    with patch.context() as patched, ExitStack() as stack:
        for server in servers:
            proxy = stack.enter_context(Proxy(server, spoil, translated))
            for name, value in project.environ.items():
                if server in value:
                    patched.setenv(name, value.replace(server, proxy.url))
        yield


@pytest.fixture
def everything(
    project: Project, sandbox: Sandbox, demo_bucket: S3Exports, monkeypatch: pytest.MonkeyPatch
) -> Project:
    """A project with all sources, of which nothing was loaded."""
    for source in SOURCES:
        SAMPLES[source].fill(sandbox)
        prepare(project, source, sandbox)
    for name, value in project.environ.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("loaders.files.bucket.sleep", lambda _seconds: None)
    monkeypatch.setattr("botocore.retries.standard.ExponentialBackoff.delay_amount", lambda *_: 0)
    return project


@pytest.fixture
def empty_case(
    source: str,
    project: Project,
    sandbox: Sandbox,
    demo_bucket: S3Exports,
    monkeypatch: pytest.MonkeyPatch,
) -> Case:
    """A source that was never loaded."""
    SAMPLES[source].fill(sandbox)
    prepare(project, source, sandbox)
    for name, value in project.environ.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("loaders.files.bucket.READ_TIMEOUT", 0.3)
    monkeypatch.setattr("loaders.files.bucket.sleep", lambda _seconds: None)
    monkeypatch.setattr("botocore.retries.standard.ExponentialBackoff.delay_amount", lambda *_: 0)
    return Case(source, SAMPLES[source], sandbox, project)


@pytest.fixture
def case(empty_case: Case, target: str, prepared: Prepared) -> Case:
    """A source with its first load."""
    source = empty_case.source
    empty_case.project.copy_warehouse(prepared(source, target, partial(load_first, source)))
    return empty_case
