"""The same clients in two warehouses, DuckDB and Postgres, loaded and built as their users do.

- `december` is what the sandbox has of 713, and `nasty` the same after restatements and faults;
  `cti` is another client in that sandbox, `bedrot` a music label. They are loaded.
- `713` is the specification's worked example, `c0` to `c29` are random clients, and `stranger` is
  in no seed. Their raw rows are put there, and their order files restated between builds.
"""

import csv
import io
import json
import os
import shutil
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from itertools import count
from pathlib import Path

import pytest

from sandbox.music.lake import made_lake
from sandbox.server import Sandbox
from tests.clients import december, worked_example
from tests.clients.answers import ask
from tests.clients.order_files import SALT, WORKED_FILES, OrderFile, landing
from tests.clients.random_audience import Audience
from tests.clients.random_client import ORDER_STEPS, RandomClient
from tests.clients.raw_rows import Row, Rows, insert
from tests.dbt.compare import differences, primary_keys
from tests.expected.client import Client
from tests.expected.marts import Expected, answers
from tests.forks import Forked, dbt_forks
from tests.postgres import Server
from tests.support import DECEMBER, REPOSITORY, Project

ACCOUNTS = {"december": "713", "nasty": "713"}  # of the sandbox
SOURCES = ("everflow", "redtrack", "s3_exports", "posthog", "mautic")  # targets are put there
RANDOM_CLIENTS = 30
LOADED_AT = [datetime(2025, 12, 20 + step, tzinfo=UTC) for step in range(ORDER_STEPS)]
MODELS = ("--resource-type", "seed", "model")
NUMBERS = count()
ORDERS = "models/intermediate/orders"
INCREMENTAL = sorted(path.stem for path in (REPOSITORY / "dbt_project" / ORDERS).glob("*.sql"))
# what a build does first, until it dies before the orders, or before what is made of them
DYING = ("int_orders__touched", "int_order_files__changed", "int_order_events__stored")
DYING_LATER = (*DYING, "int_order_events__filled", "int_orders__latest")
# what earlier releases made otherwise; the next build goes on from there
AS_EARLIER = (
    "create table intermediate.int_days__loaded (client_id text)",
    "create table public.affiliate_mapping (everflow_affiliate_id text, created_at timestamp)",
)
A_TEST_HAD_FAILED = "update intermediate.int_orders__touched set is_made = false"
KINDS_TOLD_OTHERWISE = (
    "update intermediate.int_order_kinds__by_client set have_order_kinds = not have_order_kinds"
)


@dataclass(frozen=True)
class Pair:
    """A project whose warehouse is DuckDB, and its equal on Postgres."""

    dev: Project
    prod: Project
    expected: dict[str, Expected]  # by client
    random: Sequence[RandomClient]

    @property
    def projects(self) -> tuple[Project, Project]:
        return self.dev, self.prod

    def dbt(self, *arguments: str) -> None:
        """dbt on both at once; neither may fail."""
        finish(*(start_dbt(project, *arguments) for project in self.projects))

    def execute(self, *statements: str) -> None:
        for project in self.projects:
            project.execute(*statements)

    def insert(self, *tables: Mapping[str, Iterable[Row]]) -> None:
        """Rows of tables as if dlt had landed them."""
        statements: list[str] = []
        for table, rows in (one for some in tables for one in some.items()):
            landed = list(rows)
            if table in self._by_dlt:
                landed = [r | {"_dlt_load_id": "1", "_dlt_id": str(next(NUMBERS))} for r in landed]
            statements += insert(table, landed)
        self.execute("begin", *statements, "commit")

    @cached_property
    def _by_dlt(self) -> set[str]:
        found = self.prod.query(
            "select table_schema || '.' || table_name from information_schema.columns"
            " where column_name = '_dlt_load_id'"
        )
        return {table for (table,) in found}

    @cached_property
    def keys(self) -> dict[str, list[str]]:
        """The primary key of each mart."""
        return primary_keys(self.prod)

    def assert_equal(self) -> None:
        """Every mart is the same on both."""
        found = differences(self.dev, self.prod)
        assert not found, "\n".join(found)


def start_dbt(project: Project, *arguments: str) -> Forked:
    """dbt as a process of its own: one that has imported dbt keeps the DuckDB file locked."""
    variables = {"DBT_PROJECT_DIR": "dbt_project", "DBT_PROFILES_DIR": "."}
    variables["DUCKDB_PATH"] = str(project.warehouse)
    # a test that warns of data is no error; a warning of dbt is
    variables["DBT_WARN_ERROR_OPTIONS"] = '{"error": "all", "warn": ["LogTestResult"]}'
    target = "dev" if project.database is None else "prod"
    return dbt_forks().start(
        "dbt.cli.main",
        ["--no-use-colors", *arguments, "--target", target],
        folder=project.root,
        environ=os.environ | project.environ | variables,
    )


def finish(*running: Forked) -> None:
    """Wait for all; none may fail."""
    said = [(process.communicate(timeout=600)[0], process.returncode) for process in running]
    for text, exit_code in said:
        assert exit_code == 0, text[-5000:]


def built(folder: Path, postgres: Server, *, seed: int) -> Pair:
    """Two warehouses with the random clients of a seed beside the others."""
    random = [RandomClient(number, seed) for number in range(RANDOM_CLIENTS)]
    with Sandbox() as sandbox:
        dev = Project.at(folder / "dev", sandbox, with_dbt=True)
        prod = Project.at(folder / "prod", sandbox, with_dbt=True, database=postgres.create())
        for project in (dev, prod):
            _describe_clients(project)
        expected = _loaded(sandbox, dev, prod, "december")
    with Sandbox() as sandbox:
        december.make_nasty(sandbox)
        expected |= _loaded(sandbox, dev, prod, "nasty", "cti")
        expected["bedrot"] = _label(sandbox, dev, prod)
    put_there = [_worked(), _stranger(), *(client.expected for client in random)]
    pair = Pair(dev, prod, expected | {one.client.id: one for one in put_there}, random)
    pair.insert(*(one.rows for one in put_there), december.targets())
    # each drew a salt of its own, and so its own customers
    pair.execute(f"update ops.hash_salt set salt = '{SALT}'")
    compiled = {path: path.read_text() for path in (dev.root / "seeds").glob("*.csv")}
    _write_seeds(pair, compiled, [client.earlier for client in random])
    _land(pair, 0)
    pair.dbt("build", *MODELS, "--select", f"+{ORDERS}", "+dim_customers")
    pair.execute(A_TEST_HAD_FAILED)
    _land(pair, 1)
    pair.dbt("run", "--select", *DYING)
    pair.execute(*AS_EARLIER)
    _land(pair, 2)
    pair.dbt("run", "--select", *DYING_LATER)
    pair.execute(KINDS_TOLD_OTHERWISE)
    _write_seeds(pair, compiled, [client.client for client in random])
    without_unit_tests = ("--exclude-resource-type", "unit_test")  # one engine is enough for them
    finish(start_dbt(dev, "build"), start_dbt(prod, "build", *without_unit_tests))
    return pair


def _describe_clients(project: Project) -> None:
    """The sandbox's account 713 is two clients here; its own id is the worked example's."""
    folder = project.root / "data" / "clients"
    for name in ("december", "nasty"):
        shutil.copytree(folder / "713", folder / name)
        config = folder / name / "config" / "client.toml"
        text = config.read_text().replace('"713"', f'"{name}"', 1)
        # a report's name is one advertiser's
        config.write_text(text.replace("_summary", "_nasty") if name == "nasty" else text)
    shutil.rmtree(folder / "713")
    config = folder / "cti" / "config" / "client.toml"
    config.write_text(config.read_text() + december.CTI_ADVERTISERS)
    (folder / "cti" / "mappings").mkdir()
    (folder / "cti" / "mappings" / "internal-affiliates.csv").write_text(december.CTI_MAPPING)
    run(project, "mappings", "sync", "--all")


def _loaded(sandbox: Sandbox, dev: Project, prod: Project, *clients: str) -> dict[str, Expected]:
    """December of some clients, of all six sources but the first; what is expected of them."""
    for service in sandbox.services.values():
        service.lift_limits()
    for project in (dev, prod):
        project.environ = {n: v for n, v in project.environ.items() if n not in _keys(sandbox)}
        for client in clients:
            account = ACCOUNTS.get(client, client)
            for source in SOURCES if client != "december" else SOURCES[:2]:
                of_it = sandbox.environ(source, account).items()
                project.environ |= {f"{name}__{client}": value for name, value in of_it}
            run(project, "load", "--client", client, *DECEMBER)
    first, last = (date.fromisoformat(day) for day in DECEMBER[1::2])
    expected = {}
    for name in clients:
        described = Client.of(dev.root / "data" / "clients" / name)
        read = ask(sandbox, ACCOUNTS.get(name, name), first, last, described.timezone)
        rows = _people(dev, name) | december.targets(name)
        expected[name] = Expected(described, read, _files(dev, name), rows)
    return expected


def _label(sandbox: Sandbox, dev: Project, prod: Project) -> Expected:
    """The label's lake as it was made."""
    for project in (dev, prod):
        project.environ |= sandbox.environ("music")
        run(project, "load", "music", "--client", "bedrot")
    client = Client.of(dev.root / "data" / "clients" / "bedrot")
    return Expected(client, answers(client, {}), rows=_people(dev, client.id), lake=made_lake())


def _keys(sandbox: Sandbox) -> set[str]:
    """The variables of the account that a project has from the start."""
    return {name for source in SOURCES for name in sandbox.environ(source)}


def _worked() -> Expected:
    """The worked example with its orders, and with people."""
    client, rows = worked_example.CLIENT, worked_example.rows()
    for table, people in Audience(client.id, client.timezone, seed=7).rows.items():
        rows[table] = rows.get(table, []) + people
    return Expected(client, answers(client, rows), WORKED_FILES, rows)


def _stranger() -> Expected:
    nobody = Client("stranger", "UTC", "USD", date.max, ())
    rows = Audience(nobody.id, nobody.timezone, seed=4).rows
    return Expected(nobody, answers(nobody, {}), rows=rows, known=False)


def _land(pair: Pair, step: int) -> None:
    """The order files of a step in the place of the step before; the worked example's at first."""
    before, files = (
        [file for client in pair.random if number >= 0 for file in client.files[number]]
        for number in (step - 1, step)
    )
    if step == 0:
        files += WORKED_FILES
    gone, fresh = landing(before, files, LOADED_AT[step])
    pair.execute(*gone)
    pair.insert(fresh)


def _write_seeds(pair: Pair, compiled: Mapping[Path, str], clients: Sequence[Client]) -> None:
    """The seeds of the loaded clients, and the lines of those whose rows are put there."""
    lines: defaultdict[str, list[tuple[object, ...]]] = defaultdict(list)
    for client in (worked_example.CLIENT, *clients):
        for seed, line in client.seeds():
            number = (1000 + len(lines[seed]),) if seed == "affiliate_mapping" else ()
            lines[seed].append((*number, *line))
    for path, text in compiled.items():
        added = io.StringIO()
        csv.writer(added, lineterminator="\n").writerows(lines[path.stem])
        for project in pair.projects:
            (project.root / "seeds" / path.name).write_text(text + added.getvalue())


@contextmanager
def inside(project: Project) -> Iterator[None]:
    """This process in the project's folder, with its environment."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(project.root)
        for name in ("DUCKDB_PATH", "DBT_PROJECT_DIR"):
            patch.delenv(name, raising=False)
        for name, value in project.environ.items():
            patch.setenv(name, value)
        yield


def run(project: Project, *command: str) -> str:
    """The command in this process; it must not fail."""
    with inside(project):
        done = project.run(*command)
    assert done.exit_code == 0, done.output
    return done.output


def _people(project: Project, client: str) -> Rows:
    """A client's visitors, contacts and mail, and the ledger of them, as they were loaded."""
    found: Rows = {}
    for table in Audience(client, "UTC", seed=0, size=0).rows:
        id_ = "client_id" if table.startswith("ops.") else "_client_id"
        names, rows = project.fetch(f"select * from {table} where {id_} = '{client}'")
        found[table] = [dict(zip(names, values, strict=True)) for values in rows]
    for event in found["posthog.events"]:
        event["properties"] = json.loads(event["properties"])
    return found


def _files(project: Project, client: str) -> tuple[OrderFile, ...]:
    """A client's order files as they were loaded."""
    found = []
    names, entries = project.fetch(
        f"select * from ops.loaded_files where client_id = '{client}' and table_name like 'orders%'"
    )
    for entry in (dict(zip(names, values, strict=True)) for values in entries):
        columns, rows = project.fetch(
            f"select * from s3_exports.{entry['table_name']} where _client_id = '{client}'"
            f" and _file_name = '{entry['file_name']}' order by _row_id"
        )
        records = [dict(zip(columns, values, strict=True)) for values in rows]
        place = client, entry["table_name"], entry["file_name"], entry["file_date"]
        found.append(OrderFile(*place, records, entry["covers_day"], entry["sort_key"]))
    return tuple(found)
