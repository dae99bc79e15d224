"""The state of each source, from the warehouse alone."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC
from typing import Any

from loaders import ledger
from loaders.redaction import redact
from loaders.warehouse import Warehouse
from loaders.windows import covered_through
from signalroom.config.clients import Client
from signalroom.loading import pairs


def source_states(warehouse: Warehouse, clients: Sequence[Client]) -> Iterator[tuple[Any, ...]]:
    """The state of every enabled source of each client, as rows.

    Client, source, newest run, rows, rejected rows, the day up to which every day was read closed,
    verdict and error.
    """
    for client, source in pairs(clients):
        run = ledger.last_run(warehouse, source.name, client.client_id) or {}
        finished_at = run.get("finished_at")
        tables = [table.name for table in source.tables]
        complete = source.complete_days(warehouse, client.account({}))
        yield (
            client.client_id,
            source.name,
            f"{finished_at.astimezone(UTC):%Y-%m-%d %H:%M}" if finished_at else None,
            sum(_rows(warehouse, source.name, table, client.client_id) for table in tables),
            _rejected(warehouse, run),
            covered_through(client.start_date, complete),
            run.get("verdict", "never loaded"),
            redact(run.get("error") or "") or None,  # of an earlier release, which hid less
        )


def file_states(warehouse: Warehouse, clients: Sequence[Client]) -> Iterator[tuple[Any, ...]]:
    """The loaded files of each table, as rows: client, table, files, rows and so on."""
    counted = ledger.count_files(warehouse)
    for client, source in pairs(clients):
        for table in source.tables:
            counts = counted.get((client.client_id, table.name))
            if counts:
                yield (client.client_id, f"{source.name}.{table.name}", *counts)


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
