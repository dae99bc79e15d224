"""The trace of a run for OpenTelemetry, by OTLP over HTTP: its steps, loads, pages, nodes of dbt.

Spans are made of what was kept when the run has ended and leave in one request: a collector that is
down costs its time-out, and no more. They hold names, counts and verdicts; no text from outside.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExportResult
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import Status, StatusCode, Tracer, set_span_in_context

from loaders.verify import GOOD
from loaders.warehouse import Warehouse
from signalroom.operations.running.execute import StepRun
from signalroom.operations.running.history import Run
from signalroom.operations.telemetry.nodes import Node

SECONDS = 2.0  # that a collector may take
BUILD = "build"
LOADS = (
    "select source, table_name, started_at, finished_at, client_id, rows_written, verdict "
    "from ops.load_runs where source = %s and started_at between %s and %s order by started_at"
)


@dataclass(frozen=True)
class _Part:
    """Something that has ended, as a span."""

    name: str
    began: datetime
    ended: datetime
    is_well: bool
    attributes: Mapping[str, str | int]

    def put(self, tracer: Tracer, within: Context) -> Context:
        """What its own parts are put into."""
        began, ended = (int(at.timestamp() * 1e6) * 1_000 for at in (self.began, self.ended))
        attributes = dict(self.attributes)
        span = tracer.start_span(self.name, within, attributes=attributes, start_time=began)
        if not self.is_well:
            span.set_status(Status(StatusCode.ERROR))
        span.end(ended)
        return set_span_in_context(span, within)


def send_trace(
    endpoint: str, warehouse: Warehouse, run: Run, steps: Sequence[StepRun], built: Sequence[Node]
) -> bool:
    """Send the trace of a run that has ended; whether the collector took it."""
    spans = InMemorySpanExporter()
    provider = TracerProvider(resource=Resource.create({"service.name": "signalroom"}))
    provider.add_span_processor(SimpleSpanProcessor(spans))
    tracer = provider.get_tracer("signalroom")
    said: dict[str, str | int] = {"run_id": run.run_id, "client": run.client_id}
    ended = run.finished_at or run.started_at
    whole = _Part(f"{run.kind} run", run.started_at, ended, run.status == "ok", said)
    within = whole.put(tracer, Context())
    for step in steps:
        said = {"status": step.status, "attempts": step.attempts}
        part = _Part(step.step, step.started_at, step.finished_at, step.is_well, said)
        inside = part.put(tracer, within)
        loads = [(one, one.put(tracer, inside)) for one in _loads(warehouse, step)]
        for one in _pages(step):
            around = (load for part, load in loads if part.began <= one.began <= part.ended)
            one.put(tracer, next(around, inside))
        for one in _nodes(built, step):
            one.put(tracer, inside)
    exporter = OTLPSpanExporter(f"{endpoint.rstrip('/')}/v1/traces", timeout=SECONDS)
    return exporter.export(spans.get_finished_spans()) is SpanExportResult.SUCCESS


def _loads(warehouse: Warehouse, step: StepRun) -> Iterator[_Part]:
    """What a step loaded, each attempt at each table."""
    times = (step.step, step.started_at, step.finished_at)
    for source, table, began, ended, client, rows, verdict in warehouse.query(LOADS, times):
        said = {"client": client, "rows": rows, "verdict": verdict}
        yield _Part(f"{source}.{table}", began, ended, verdict in GOOD, said)


def _pages(step: StepRun) -> Iterator[_Part]:
    """What services answered to the step's last attempt."""
    for one in step.answers:
        is_well = one.status < HTTPStatus.BAD_REQUEST
        yield _Part(one.request, one.began, one.ended, is_well, {"status": one.status})


def _nodes(built: Sequence[Node], step: StepRun) -> Iterator[_Part]:
    """The nodes that dbt did within the step."""
    for node in built if step.step == BUILD else ():
        if node.started_at and node.ended_at and node.started_at >= step.started_at:
            said = {"kind": node.kind, "status": node.status}
            yield _Part(node.name, node.started_at, node.ended_at, node.is_well, said)
