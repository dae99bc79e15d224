"""The state of each source, from the warehouse alone."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from operator import itemgetter
from typing import Any

import click

from loaders import ledger, ops
from loaders.registry import Source
from loaders.verify import GOOD
from loaders.warehouse import Warehouse
from loaders.windows import covered_through
from signalroom.config.clients import Client
from signalroom.config.settings import Settings
from signalroom.loading import pairs

LATE = timedelta(hours=26)  # a nightly load and two hours, as dbt's freshness
DEMO = "demo.duckdb"


@dataclass(frozen=True)
class Trouble:
    """Something of a source that fails, or is late where there is no `error`.

    `what` are the source or some of its tables; `since` when, or since the last good load.
    """

    client_id: str
    source: str
    what: str
    since: datetime
    good_at: datetime | None
    command: str
    error: str = ""

    def __str__(self) -> str:
        """In one line."""
        who = f"{self.client_id} {self.what}"
        if not self.error:
            return f"{who}: late, {self.last_good}; run `{self.command}`"
        since = f"failing since {_minute(self.since)} UTC"
        return f"{who}: {since}, {self.last_good}; run `{self.command}`: {self.error}"

    @property
    def last_good(self) -> str:
        """When it was well."""
        return f"last good load {f'{_minute(self.good_at)} UTC' if self.good_at else 'never'}"


def source_states(warehouse: Warehouse, clients: Sequence[Client]) -> Iterator[tuple[Any, ...]]:
    """The state of every enabled source of each client, as rows.

    Client, source, newest run, rows, rejected rows, the day up to which every day was read closed,
    and the verdict.
    """
    for client, source in pairs(clients):
        run = ledger.last_run(warehouse, source.name, client.client_id) or {}
        tables = [table.name for table in source.tables]
        complete = source.complete_days(warehouse, client.account({}))
        yield (
            client.client_id,
            source.name,
            _minute(run.get("finished_at")),
            sum(_rows(warehouse, source.name, table, client.client_id) for table in tables),
            _rejected(warehouse, run),
            covered_through(client.start_date, complete),
            run.get("verdict", "never loaded"),
        )


def troubles(
    warehouse: Warehouse, clients: Sequence[Client], *, target: str, now: datetime
) -> Iterator[Trouble]:
    """What fails or is late. A source that nobody ever tried to load is neither."""
    for client, source in pairs(clients) if _has_ledger(warehouse) else ():
        command = f"signalroom load {source.name} --client {client.client_id}"
        command += f" --target {target}" if target != "dev" else ""
        good = _newest_good(warehouse, client, source)
        alike: dict[tuple[Any, ...], list[str]] = {}
        for table, since, error in _failing(warehouse, client, source):
            alike.setdefault((since, good.get(table), error), []).append(table)
        for (since, good_at, error), tables in alike.items():
            what = _named(source, tables)
            yield Trouble(client.client_id, source.name, what, since, good_at, command, error)
        if good and not alike and (newest := max(good.values())) < now - LATE:
            yield Trouble(client.client_id, source.name, source.name, newest, newest, command)


def file_states(warehouse: Warehouse, clients: Sequence[Client]) -> Iterator[tuple[Any, ...]]:
    """The loaded files of each table, as rows: client, table, files, rows and so on."""
    counted = ledger.count_files(warehouse)
    for client, source in pairs(clients):
        for table in source.tables:
            counts = counted.get((client.client_id, table.name))
            if counts:
                yield (client.client_id, f"{source.name}.{table.name}", *counts)


def check_loaded(settings: Settings, warehouse: Warehouse, command: str) -> None:
    """ClickException where no load ever wrote into the warehouse, with what to do about it."""
    if said := nothing_loaded(settings, warehouse, command):
        raise click.ClickException(said)


def nothing_loaded(settings: Settings, warehouse: Warehouse, command: str) -> str | None:
    """What is said of a warehouse into which nothing was ever loaded; None of any other."""
    if _has_ledger(warehouse) and warehouse.query("select 1 from ops.load_runs limit 1"):
        return None
    said = f"nothing is loaded in {warehouse.name} yet; run `make -k load build`"
    if (settings.root / DEMO).exists():
        said += f", or see the demo's numbers: DUCKDB_PATH={DEMO} signalroom {command}"
    return said


def _has_ledger(warehouse: Warehouse) -> bool:
    return warehouse.exists() and ops.LOAD_RUNS.name in warehouse.columns(ops.OPS)


def _newest_good(warehouse: Warehouse, client: Client, source: Source) -> dict[str, datetime]:
    """By table, when its newest good run began."""
    runs = warehouse.query(
        "select table_name, max(started_at) from ops.load_runs "  # noqa: S608
        f"where client_id = %s and source = %s and verdict in {GOOD} group by table_name",
        (client.client_id, source.name),
    )
    return dict(runs)


def _failing(
    warehouse: Warehouse, client: Client, source: Source
) -> Iterator[tuple[str, datetime, str]]:
    """The tables whose newest run was bad, since when all were, and the newest error."""
    runs = warehouse.query(
        "select table_name, started_at, verdict, error from ops.load_runs as bad "  # noqa: S608
        "where client_id = %s and source = %s and not exists ("
        "select 1 from ops.load_runs as good where good.client_id = bad.client_id "
        "and good.source = bad.source and good.table_name = bad.table_name "
        f"and good.started_at >= bad.started_at and good.verdict in {GOOD}"
        ") order by table_name, started_at",
        (client.client_id, source.name),
    )
    known = {table.name for table in source.tables}
    for table, group in groupby(runs, itemgetter(0)):
        bad = list(group)
        if table in known:
            yield table, bad[0][1], f"{bad[-1][2]}, {bad[-1][3]}"


def _named(source: Source, tables: Sequence[str]) -> str:
    if len(tables) == len(source.tables):
        return source.name
    return ", ".join(f"{source.name}.{table}" for table in tables)


def _minute(moment: datetime | None) -> str | None:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M}" if moment else None


def _rejected(warehouse: Warehouse, run: Mapping[str, Any]) -> int | None:
    """The rows that a run rejected, in all tables of its source."""
    if not run:
        return None
    ((rejected,),) = warehouse.query(
        "select cast(sum(rows_rejected) as bigint) from ops.load_runs "
        "where run_id = %s and source = %s and client_id = %s",
        (run["run_id"], run["source"], run["client_id"]),
    )
    return int(rejected)


def _rows(warehouse: Warehouse, schema: str, table: str, client_id: str) -> int:
    if table not in warehouse.columns(schema):
        return 0
    sql = f"select count(*) from {schema}.{table} where _client_id = %s"  # noqa: S608
    return int(warehouse.query(sql, (client_id,))[0][0])
