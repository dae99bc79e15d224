"""Odd inputs that were met or reported, each with its right value: one file of this folder a case.

Each case is a client of its own in one project, so that all of them cost one load and one build an
engine. Its order files are in the bucket when the load begins; rows of other sources are read by
the loaders from the case, in place of a service.

    what = "one sentence"
    refused = "words that its load says"      # left out: the load must say nothing of a failure
    mapping = [["source id", "affiliate", "advertiser"]]
    [client]                                  # settings in place of the usual ones
    [[files]]                                 # key and text; each is written a second later
    [[answers]]                               # source, table, rows; an answer a load
    [[right]]                                 # sql about {client} and the rows to find ("NULL")
"""

import os
import shutil
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from loaders.daily import DailySource
from loaders.registry import SOURCES
from loaders.source import Job, Request
from loaders.table import Page, Table
from loaders.verify import Answer
from loaders.windows import Window
from sandbox.s3 import S3Exports
from sandbox.server import Sandbox
from signalroom.config.settings import Settings
from signalroom.loading import new_run_id
from tests.dbt.warehouses import finish, inside, run, start_dbt
from tests.postgres import Server
from tests.support import QUICK_RETRIES, Project

pytestmark = pytest.mark.slow

FOLDER = Path(__file__).parent
TABLES = ("orders_create", "orders_update")
WRITTEN = datetime(2025, 12, 20, 12, tzinfo=UTC)  # after the days of all files
MODELS = ("--resource-type", "seed", "model")
MAPPING = (
    "redtrack.source,redtrack.source_id,everflow.affiliate_id,everflow.affiliate_label,"
    "everflow.advertiser_id,everflow.advertiser_label"
)
CLIENT: Mapping[str, str] = {
    "name": "A case",
    "status": "active",
    "timezone": "America/New_York",
    "currency": "USD",
}
CONFIG = """{settings}
start_date = 2025-12-01
sources = {sources}
[[advertisers]]
everflow_advertiser_id = "1"
label = "CCW"
name = "CCW"
product_category = "CCW"
report_name = "daily_{id}_summary"
"""


@dataclass(frozen=True)
class Case:
    """One client, what came of it, and what is right."""

    id: str
    what: str
    right: Sequence[Mapping[str, Any]]
    refused: str | None = None
    client: Mapping[str, str] | None = None
    mapping: Sequence[Sequence[str]] = ()
    files: Sequence[Mapping[str, str]] = ()
    answers: Sequence[Mapping[str, Any]] = ()

    @classmethod
    def read(cls, path: Path) -> "Case":
        return cls(path.stem, **tomllib.loads(path.read_text(), parse_float=Decimal))

    def describe(self, root: Path) -> None:
        """Write its client's folder."""
        folder = root / "data" / "clients" / self.id
        for name in ("config", "mappings"):
            (folder / name).mkdir(parents=True)
        own = {**CLIENT, **(self.client or {}), "client_id": self.id}
        settings = "\n".join(f'{name} = "{value}"' for name, value in own.items())
        sources = sorted({"s3_exports" for _ in self.files} | {a["source"] for a in self.answers})
        (folder / "config" / "client.toml").write_text(
            CONFIG.format(settings=settings, sources=sources, id=self.id)
        )
        lines = [f"{source},{source},{a},A {a},{b},CCW" for source, a, b in self.mapping]
        (folder / "mappings" / "internal-affiliates.csv").write_text("\n".join([MAPPING, *lines]))

    def put(self, bucket: S3Exports) -> dict[str, str]:
        """Put its files into the bucket; the settings that find them there."""
        for number, file in enumerate(self.files):
            written = WRITTEN + timedelta(seconds=number)
            bucket.put(f"{self.id}/{file['key']}", file["text"].encode(), written)
        places = {name: f"{self.id}/{name.replace('_', '-')}/" for name in TABLES}
        settings = bucket.environ(bucket.url, self.id) | {
            "S3_PREFIXES": ",".join(f"{name}={place}" for name, place in places.items())
        }
        return {f"{name}__{self.id}": value for name, value in settings.items()}


CASES = [Case.read(path) for path in sorted(FOLDER.glob("*.toml"))]


@dataclass(frozen=True)
class Answering:
    """A service that answers what a case says, to a daily source or one of records."""

    answer: Mapping[str, Any]

    def read(self, asked: Window | Table, _window: object) -> Any:
        if isinstance(asked, Table):
            rows = self.answer["rows"] if asked.name == self.answer["table"] else []
            return iter([Page("answer", rows)] if rows else [])
        answer = Answer()
        (table,) = SOURCES[self.answer["source"]].tables
        for line, row in enumerate(self.answer["rows"], start=1):
            answer.add(table, row, origin="answer", line=line)
        return answer

    def examine(self) -> Iterator[Any]:
        return iter(())


@dataclass(frozen=True)
class Built:
    """A warehouse with all cases, and what their loads said."""

    project: Project
    said: Mapping[str, str]  # by client


@pytest.fixture(scope="module")
def built(
    sandbox_server: Sandbox, postgres: Server, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Built]:
    """The cases on each engine, loaded and built."""
    bucket = sandbox_server.s3_exports
    bucket.empty()
    root, made = tmp_path_factory.mktemp("cases"), {}
    for target, database in {"dev": None, "prod": postgres.create()}.items():
        project = Project.at(root / target, sandbox_server, with_dbt=True, database=database)
        project.environ = QUICK_RETRIES | (database.environ if database else {})
        shutil.rmtree(project.root / "data" / "clients")
        for case in CASES:
            case.describe(project.root)
            project.environ |= case.put(bucket)
        run(project, "mappings", "sync", "--all")
        with inside(project):
            said = {case.id: "" for case in CASES}
            for line in project.run("load", "s3_exports").output.splitlines():
                client = line.split(" ")[0]
                said[client] = said.get(client, "") + line + "\n"
            for case in CASES:
                said[case.id] += "\n".join(_land(project, target, case))
        made[target] = Built(project, said)
    bucket.reset()
    finish(*(start_dbt(one.project, "build", *MODELS) for one in made.values()))
    return made


def _land(project: Project, target: str, case: Case) -> Iterator[str]:
    """Load the answers one after the other, as `signalroom load` does; what went wrong."""
    settings = Settings(project.root, os.environ)
    (client,) = (one for one in settings.clients() if one.client_id == case.id)
    for answer in case.answers:
        source: Any = SOURCES[answer["source"]]
        warehouse = settings.warehouse(target)
        days = [row["date"] for row in answer["rows"]] if isinstance(source, DailySource) else []
        request = Request(new_run_id(), min(days, default=None), max(days, default=None))
        job = Job(client.account({}), warehouse, settings.workdir, request)
        with warehouse.lock("the cases", print), warehouse.session(read_only=False):
            for one in replace(source, open=lambda _, a=answer: Answering(a)).load(job):
                if one.error:
                    yield f"{one.source}.{one.table_name}: failed: {one.error}"


@pytest.mark.parametrize("case", CASES, ids=[case.id for case in CASES])
@pytest.mark.parametrize("target", ["dev", "prod"])
def test_a_case_has_its_right_value(built: dict[str, Built], target: str, case: Case) -> None:
    said = built[target].said[case.id]
    assert case.refused is None or case.refused in said
    assert case.refused or "failed: " not in said, said
    for right in case.right:
        found = built[target].project.query(right["sql"].format(client=case.id))
        rows = [["NULL" if value is None else value for value in row] for row in found]
        assert rows == right["rows"], f"{case.what}\n{right['sql']}\n{said}"
