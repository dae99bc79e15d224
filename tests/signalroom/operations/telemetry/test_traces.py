"""The trace of a run, as a collector gets it."""

import gzip
import json
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from loaders import clock
from sandbox.server import Sandbox
from signalroom.config.settings import Settings
from signalroom.operations.running.run import Asked, carry_out, prepare
from signalroom.operations.running.steps import STEPS
from signalroom.operations.telemetry.nodes import RESULTS
from tests.signalroom.operations.running.conftest import OK, step
from tests.support import Project

EVERFLOW = next(one for one in STEPS if one.name == "everflow")
ZONES = "everflow: GET /everflow/v1/meta/timezones"
PAGE = "everflow: POST /everflow/v1/networks/reporting/entity/table"
SETTING = "OTEL_EXPORTER_OTLP_ENDPOINT"


@pytest.fixture
def collected() -> Iterator[tuple[str, list[bytes]]]:
    """A collector's address, and the bodies that it took."""
    bodies: list[bytes] = []

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.path == "/v1/traces"
            body = self.rfile.read(int(self.headers["Content-Length"]))
            packed = self.headers.get("Content-Encoding") == "gzip"
            bodies.append(gzip.decompress(body) if packed else body)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Collector) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", bodies
        server.shutdown()


def run(project: Project, endpoint: str) -> list[str]:
    """A run of a load and of a build that dbt kept two nodes of; what it said."""
    settings = Settings(project.root, project.process_environ | {SETTING: endpoint})
    results = project.root / RESULTS
    results.parent.mkdir(parents=True, exist_ok=True)

    def build(_: object) -> object:
        at = clock.now().isoformat().replace("+00:00", "Z")
        times = [{"name": "execute", "started_at": at, "completed_at": at}]
        nodes = [("model.signalroom.sales", "success"), ("test.signalroom.total", "fail")]
        told = [
            {"unique_id": name, "status": status, "execution_time": 0, "timing": times}
            for name, status in nodes
        ]
        results.write_text(json.dumps({"results": told}))
        return OK

    task = prepare(settings, "dev", Asked(), [EVERFLOW, step("build", build)])  # type: ignore[arg-type]
    said: list[str] = []
    carry_out(task, say=said.append)
    return said


def test_run_steps_loads_and_nodes_are_one_trace(
    project: Project, sandbox: Sandbox, collected: tuple[str, list[bytes]]
) -> None:
    endpoint, bodies = collected
    sandbox.everflow.faults.on("invalid_key")
    assert not any("trace" in line for line in run(project, endpoint))
    (body,) = bodies
    request = ExportTraceServiceRequest.FromString(body)
    spans = [s for r in request.resource_spans for scope in r.scope_spans for s in scope.spans]
    names = {span.span_id: span.name for span in spans}
    assert {(span.name, names.get(span.parent_span_id, "")) for span in spans} == {
        ("daily run", ""),
        ("everflow", "daily run"),
        ("everflow.daily_stats", "everflow"),
        (ZONES, "everflow.daily_stats"),
        (PAGE, "everflow.daily_stats"),
        ("build", "daily run"),
        ("sales", "build"),
        ("total", "build"),
    }
    assert len({span.trace_id for span in spans}) == 1
    failed = {span.name for span in spans if span.status.code == 2}
    assert failed == {"daily run", "everflow", "everflow.daily_stats", PAGE, "total"}
    assert b"sandbox-everflow" not in body  # the key, which the refusal is about
    (load,) = [span for span in spans if span.name == "everflow.daily_stats"]
    assert {one.key: one.value.string_value for one in load.attributes}["verdict"] == "failed"


def test_a_collector_that_is_down_is_said_and_costs_its_time_out_alone(project: Project) -> None:
    began = clock.now()
    said = run(project, "http://127.0.0.1:9")
    assert [line for line in said if "the trace is not told" in line]
    assert clock.now() - began < timedelta(seconds=30)
