"""Running the loaders: which client and source, one after the other, under the warehouse's lock."""

import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import click

from loaders import clock, ledger, ops
from loaders.errors import LoadError, LockLostError, NothingToRead
from loaders.registry import SOURCES, Source, complete_tables
from loaders.source import Account, Job, Request
from loaders.verify import GOOD
from signalroom.config.clients import Client
from signalroom.config.settings import InvalidSetting, NotConfigured, Settings


@dataclass(frozen=True)
class Outcome:
    """The result of loading one source of one client, in words."""

    client_id: str
    source: str
    kind: Literal["ok", "skipped", "failed"]
    text: str
    rows: int = 0
    is_transient: bool = False  # what failed may be over in some minutes

    @property
    def line(self) -> str:
        """The result as it is printed."""
        kind = "" if self.kind == "ok" else f"{self.kind}: "
        return f"{self.client_id} {self.source}: {kind}{self.text}"


def load_all(
    settings: Settings,
    target: str,
    clients: Sequence[Client],
    sources: Sequence[str],
    request: Request,
    *,
    are_typed: bool = True,
) -> Iterator[Outcome]:
    """Load each source of each client; one that fails does not stop the others.

    A source that the user typed must be configured, and of each client one; else it is skipped.
    """
    from signalroom.operations.telemetry.logs import logged_with

    warehouse = settings.warehouse(target)
    with warehouse.lock("signalroom load", click.echo), warehouse.session(read_only=False):
        ops.create(warehouse, complete_tables())
        unusable: dict[str, str] = {}
        for name, source in SOURCES.items():
            try:
                ledger.create_tables(warehouse, schema=name, tables=source.tables)
            except LoadError as error:
                unusable[name] = str(error)
        accounts = [(*pair, _account(settings, *pair)) for pair in pairs(clients)]
        configured = {client for client, _, account in accounts if isinstance(account, Account)}
        for client, source, account in accounts:
            if sources and source.name not in sources:
                continue
            if source.name in unusable:
                yield Outcome(client.client_id, source.name, "failed", unusable[source.name])
                continue
            if isinstance(account, NotConfigured):
                bad = (are_typed and bool(sources)) or isinstance(account, InvalidSetting)
                kind: Literal["failed", "skipped"] = (
                    "failed" if bad or client not in configured else "skipped"
                )
                yield Outcome(client.client_id, source.name, kind, account.message)
                continue
            try:
                with logged_with(load=request.run_id, client=client.client_id, source=source.name):
                    for run in source.load(Job(account, warehouse, settings.workdir, request)):
                        yield format_run(run)
                    warehouse.tidy(source.name)
            except LockLostError:
                raise
            except NothingToRead as early:
                yield Outcome(client.client_id, source.name, "skipped", str(early))
            except LoadError as error:  # the warehouse itself fails
                yield Outcome(
                    client.client_id,
                    source.name,
                    "failed",
                    str(error),
                    is_transient=error.is_transient,
                )


def _account(settings: Settings, client: Client, source: Source) -> Account | NotConfigured:
    """The client's account at a source, or why there is none."""
    try:
        return settings.account(client, source)
    except NotConfigured as missing:
        return missing


def plan_all(
    settings: Settings,
    target: str,
    clients: Sequence[Client],
    sources: Sequence[str],
    request: Request,
) -> Iterator[Outcome]:
    """What `load_all` would read and replace; asks no service and writes nothing."""
    warehouse = settings.warehouse(target)
    for client, source in pairs(clients, sources):
        try:
            account = settings.account(client, source)
            job = Job(account, warehouse, settings.workdir, request)
            with warehouse.reading():
                for text in source.plan(job, clock.now()):
                    yield Outcome(client.client_id, source.name, "ok", text)
        except NotConfigured as missing:
            yield Outcome(client.client_id, source.name, "skipped", missing.message)
        except NothingToRead as early:
            yield Outcome(client.client_id, source.name, "skipped", str(early))
        except LoadError as error:
            yield Outcome(client.client_id, source.name, "failed", str(error))


def pairs(
    clients: Sequence[Client], sources: Sequence[str] = ()
) -> Iterator[tuple[Client, Source]]:
    """Each client with each of its enabled sources, in the registry's order."""
    for client in clients:
        for name, source in SOURCES.items():
            if name in client.sources and (not sources or name in sources):
                yield client, source


def new_run_id() -> str:
    """An id for one call of the command, sortable by time."""
    return f"{clock.now():%Y%m%dT%H%M%S}-{uuid.uuid4().hex[:8]}"


def format_run(run: ops.Run) -> Outcome:
    """A run in one line, under its table's name where the source has several."""
    several = [table.name for table in SOURCES[run.source].tables] != [run.table_name]
    source = f"{run.source}.{run.table_name}" if several else run.source
    window = f"{run.window_start}..{run.window_end}: " if run.is_dated else ""
    if run.verdict not in GOOD:
        what = f"{run.rows_written:,} other rows loaded" if run.rows_written else "nothing replaced"
        text = f"{window}{run.verdict}, {what}: {run.error}"
        return Outcome(
            run.client_id, source, "failed", text, run.rows_written, is_transient=run.is_transient
        )
    what = run.nothing_new or f"{window}{run.rows_written:,} rows, {run.verdict}"
    parts = [what, *run.messages]
    if run.days_emptied:
        parts.append(f"{run.days_emptied} days emptied")
    if run.rejected:
        first = run.rejected[0]
        parts.append(
            f"{run.rows_rejected:,} rejected, see ops.rejected_rows "
            f"(first: {first.origin}, record {first.line}: {first.reason})"
        )
    counted: Counter[str] = Counter()
    for issue in run.issues:
        counted[issue.kind] += issue.rows
    parts += [f"{kind} ({rows:,})" for kind, rows in counted.items()]
    if run.complete_through and run.is_dated:
        parts.append(f"complete through {run.complete_through}")
    return Outcome(run.client_id, source, "ok", ", ".join(parts), run.rows_written)
