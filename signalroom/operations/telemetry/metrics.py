"""Metrics for Prometheus, computed from what the warehouse and dbt keep: as a file, or pushed.

METRICS_TEXTFILE is a file in the folder of node_exporter's textfile collector, PUSHGATEWAY_URL the
address of a Pushgateway. All are gauges: each says how it stands now.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import get_args

from prometheus_client import CollectorRegistry, Gauge, push_to_gateway, write_to_textfile

from loaders.ops import LOAD_RUNS, OPS
from loaders.verify import GOOD, Verdict
from loaders.warehouse import Warehouse
from loaders.warehouse.base import Say
from signalroom.config.settings import Settings
from signalroom.operations.alerts.alert import ALERTS
from signalroom.operations.dead_letters import letters
from signalroom.operations.running.execute import Status
from signalroom.operations.telemetry.nodes import Node, nodes

SECONDS = 2.0  # that a Pushgateway may take
OF_TABLE = ("client", "source", "table")
NEWEST_LOADS = f"""
select client_id, source, table_name, rows_written, rows_rejected, verdict, started_at, finished_at,
    (
        select max(good.finished_at)
        from ops.load_runs as good
        where good.client_id = loads.client_id and good.source = loads.source
            and good.table_name = loads.table_name and good.verdict in {GOOD}
    )
from ops.load_runs as loads
where not exists (
    select 1
    from ops.load_runs as later
    where later.client_id = loads.client_id and later.source = loads.source
        and later.table_name = loads.table_name and later.started_at > loads.started_at
)
"""  # noqa: S608
NEWEST_RUNS = """
select run_id, kind, started_at, finished_at,
    (
        select max(good.finished_at)
        from ops.runs as good
        where good.kind = runs.kind and good.status = 'ok'
    )
from ops.runs as runs
where finished_at is not null and not exists (
    select 1
    from ops.runs as later
    where later.kind = runs.kind and later.started_at > runs.started_at
        and later.finished_at is not null
)
"""
STEPS = "select step, status, started_at, finished_at from ops.run_steps where run_id = %s"
OPEN_ALERTS = """
select severity, count(*) from ops.alerts where resolved_at is null group by severity
"""


def tell_metrics(settings: Settings, target: str, say: Say) -> None:
    """Write the file and push, each where it is set; what fails is said, and fails nothing."""
    path, url = settings.environ.get("METRICS_TEXTFILE"), settings.environ.get("PUSHGATEWAY_URL")
    if not path and not url:
        return
    with _harmless(say):
        registry = registry_of(settings.warehouse(target), nodes(settings.root))
        if path:
            with _harmless(say, "METRICS_TEXTFILE: "):
                write_to_textfile(path, registry)  # beside it, then under its name
        if url:
            with _harmless(say, "PUSHGATEWAY_URL: "):
                push_to_gateway(url, "signalroom", registry, {"target": target}, timeout=SECONDS)


@contextmanager
def _harmless(say: Say, by: str = "") -> Iterator[None]:
    """The run is done, whatever becomes of its metrics."""
    try:
        yield
    except Exception as error:
        say(f"the metrics are not told: {by}{error}")


def registry_of(warehouse: Warehouse, built: Iterable[Node]) -> CollectorRegistry:
    """All metrics, as of now."""
    registry = CollectorRegistry()
    with warehouse.reading():
        there = warehouse.columns(OPS)
        _runs(registry, warehouse)
        if LOAD_RUNS.name in there:
            _loads(registry, warehouse)
            _letters(registry, warehouse)
        if ALERTS.name in there:
            _alerts(registry, warehouse)
    _nodes(registry, built)
    return registry


def _runs(registry: CollectorRegistry, warehouse: Warehouse) -> None:
    """The newest run of each kind that came to its end, and its steps."""

    def gauge(name: str, about: str, *more: str) -> Gauge:
        return Gauge(f"signalroom_run_{name}", about, ("kind", *more), registry=registry)

    ended_at = gauge("last_timestamp_seconds", "When the newest run ended")
    success = gauge("last_success_timestamp_seconds", "When the newest good run ended")
    seconds = gauge("duration_seconds", "Time that the newest run took")
    state = gauge("step_state", "1 for the state of a step, 0 for the others", "step", "state")
    took = gauge("step_duration_seconds", "Time that a step took", "step")
    for run_id, kind, began, ended, good in warehouse.query(NEWEST_RUNS):
        ended_at.labels(kind).set(ended.timestamp())
        seconds.labels(kind).set((ended - began).total_seconds())
        if good:
            success.labels(kind).set(good.timestamp())
        for step, status, started_at, finished_at in warehouse.query(STEPS, (run_id,)):
            took.labels(kind, step).set((finished_at - started_at).total_seconds())
            for one in get_args(Status):
                state.labels(kind, step, one).set(one == status)


def _loads(registry: CollectorRegistry, warehouse: Warehouse) -> None:
    """The newest load of each table."""

    def gauge(name: str, about: str, *more: str) -> Gauge:
        return Gauge(f"signalroom_load_{name}", about, (*OF_TABLE, *more), registry=registry)

    written = gauge("rows", "Rows written by the newest load")
    rejected = gauge("rejected_rows", "Rows refused by the newest load")
    seconds = gauge("duration_seconds", "Time that the newest load took")
    success = gauge("last_success_timestamp_seconds", "When the newest good load ended")
    verdicts = gauge("verdict", "1 for the verdict on the newest load, 0 for the others", "verdict")
    for *place, rows, refused, verdict, began, ended, good in warehouse.query(NEWEST_LOADS):
        written.labels(*place).set(rows)
        rejected.labels(*place).set(refused)
        seconds.labels(*place).set((ended - began).total_seconds())
        if good:
            success.labels(*place).set(good.timestamp())
        for one in get_args(Verdict):
            verdicts.labels(*place, one).set(one == verdict)


def _letters(registry: CollectorRegistry, warehouse: Warehouse) -> None:
    """What was refused and waits for somebody, also where that is nothing."""
    name, about = "signalroom_dead_letters_open", "Refused, and nothing has taken its place"
    gauge = Gauge(name, about, OF_TABLE, registry=registry)
    places = warehouse.query("select distinct client_id, source, table_name from ops.load_runs")
    found = letters(warehouse, sorted({client for client, _, _ in places}))
    rows = (one.row for one in found if one.state == "open")
    count = Counter((row.client_id, row.source, row.table_name) for row in rows)
    for place in {*places, *count}:
        gauge.labels(*place).set(count[place])


def _alerts(registry: CollectorRegistry, warehouse: Warehouse) -> None:
    """The alerts that are not over."""
    gauge = Gauge("signalroom_alerts_open", "Alerts that stand", ("severity",), registry=registry)
    count = dict(warehouse.query(OPEN_ALERTS))
    for severity in ("warning", "critical"):
        gauge.labels(severity).set(count.get(severity, 0))


def _nodes(registry: CollectorRegistry, built: Iterable[Node]) -> None:
    """The newest build that dbt ended; a test is named where it failed."""

    def gauge(name: str, about: str, *labels: str) -> Gauge:
        return Gauge(f"signalroom_dbt_{name}", about, labels, registry=registry)

    count = gauge("nodes", "Nodes of the newest build", "kind", "status")
    seconds = gauge("node_duration_seconds", "Time that a node took", "kind", "node")
    failed = gauge("node_failed", "1 for a node that failed", "kind", "node")
    for node in built:
        count.labels(node.kind, node.status).inc()
        if node.kind != "test":
            seconds.labels(node.kind, node.name).set(node.seconds)
        if not node.is_well:
            failed.labels(node.kind, node.name).set(1)
