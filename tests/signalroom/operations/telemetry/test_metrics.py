"""The metrics say what the warehouse and dbt keep, and all that reads them knows their names."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from loaders import clock
from loaders.ops import make
from sandbox.server import Sandbox
from signalroom.config.settings import Settings
from signalroom.operations.alerts import alert
from signalroom.operations.running.history import TABLES
from signalroom.operations.running.run import Asked, carry_out, prepare
from signalroom.operations.telemetry.metrics import registry_of, tell_metrics
from signalroom.operations.telemetry.nodes import RESULTS, Node, nodes
from tests.signalroom.operations.running.conftest import FAILED, MORNING, step
from tests.signalroom.operations.running.test_run import HERE
from tests.support import DECEMBER, Project, on_both_targets

ROOT = Path(__file__).parents[4]
MONITORING = ROOT / "docs" / "monitoring"
RULES, DASHBOARD = MONITORING / "alert-rules.yml", MONITORING / "grafana-dashboard.json"
EVERFLOW = {"client": "713", "source": "everflow", "table": "daily_stats"}
BUILT = {
    "results": [
        {"unique_id": "model.signalroom.orders", "status": "success", "execution_time": 1.5},
        {"unique_id": "model.signalroom.sales", "status": "error", "execution_time": 0.5},
        {"unique_id": "test.signalroom.unique_id.0a1b", "status": "fail", "execution_time": 0.1},
    ]
}

BAD = [step("everflow", lambda _: FAILED), step("report", needs=("everflow",))]
ALERTS = [
    f"insert into ops.alerts (key, severity, resolved_at) values ('{key}', '{severity}', {over})"
    for key, severity, over in (("a", "critical", "null"), ("b", "warning", "now()"))
]


@pytest.fixture
def settings(loaded_project: Project) -> Settings:
    results = loaded_project.root / RESULTS
    results.parent.mkdir(parents=True, exist_ok=True)
    results.write_text(json.dumps(BUILT))
    return Settings(loaded_project.root, loaded_project.process_environ)


def run(settings: Settings, target: str, patch: pytest.MonkeyPatch) -> list[str]:
    """A run of an hour with a step that fails, after a good one of the morning before."""
    said: list[str] = []
    for now, steps in ((MORNING - timedelta(1), [step("report")]), (MORNING, BAD)):
        patch.setattr(clock, "now", lambda now=now: now)
        task = prepare(settings, target, Asked(), steps)
        patch.setattr(clock, "now", lambda now=now: now + timedelta(hours=1))
        carry_out(task, say=said.append, doing=HERE)
    return said


def samples(text: str) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """What a text in Prometheus' format says; the parser refuses what is none."""
    return {
        (one.name, tuple(sorted(one.labels.items()))): one.value
        for family in text_string_to_metric_families(text)
        for one in family.samples
    }


@contextmanager
def gateway(status: int = 200) -> Iterator[tuple[str, dict[str, str]]]:
    """A Pushgateway, and what was put where."""
    put: dict[str, str] = {}

    class Answer(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            put[self.path] = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self.send_response(status)
            self.end_headers()

        def log_message(self, format: str, *arguments: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        Thread(target=server.serve_forever).start()
        yield f"http://127.0.0.1:{server.server_port}", put
        server.shutdown()


@on_both_targets
def test_a_run_ends_with_what_is_kept_in_the_file_and_at_the_gateway(
    settings: Settings, target: str, loaded_project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = loaded_project.root / "signalroom.prom"
    with gateway() as (url, put):
        environ = {**settings.environ, "METRICS_TEXTFILE": str(file), "PUSHGATEWAY_URL": url}
        run(Settings(settings.root, environ), target, monkeypatch)
    assert put == {f"/metrics/job/signalroom/target/{target}": file.read_text()}
    assert [path.name for path in file.parent.glob("*.prom*")] == [file.name]
    found = samples(file.read_text())

    def value(name: str, **labels: str) -> float:
        return found[f"signalroom_{name}", tuple(sorted(labels.items()))]

    ((rows, ended),) = loaded_project.query(
        "select rows_written, finished_at from ops.load_runs where source = 'everflow'"
    )
    assert rows > 0
    assert value("load_rows", **EVERFLOW) == rows
    assert value("load_last_success_timestamp_seconds", **EVERFLOW) == ended.timestamp()
    assert value("load_verdict", **EVERFLOW, verdict="ok") == 1
    assert value("load_verdict", **EVERFLOW, verdict="failed") == 0
    assert value("run_duration_seconds", kind="daily") == 3600
    end = MORNING + timedelta(hours=1)
    assert value("run_last_timestamp_seconds", kind="daily") == end.timestamp()
    good = end - timedelta(1)
    assert value("run_last_success_timestamp_seconds", kind="daily") == good.timestamp()
    assert value("run_step_state", kind="daily", step="everflow", state="failed") == 1
    assert value("run_step_state", kind="daily", step="report", state="held back") == 1
    assert value("run_step_state", kind="daily", step="report", state="ok") == 0
    assert value("dbt_nodes", kind="model", status="success") == 1
    assert value("dbt_node_duration_seconds", kind="model", node="orders") == 1.5
    assert value("dbt_node_failed", kind="test", node="unique_id.0a1b") == 1
    assert value("dead_letters_open", **EVERFLOW) == 0


def test_what_is_refused_and_what_stands_are_counted(
    loaded_project: Project, sandbox: Sandbox
) -> None:
    sandbox.everflow.faults.on("bad_metric", metric="cv", value="n/a")
    assert loaded_project.run("load", "everflow", *DECEMBER).exit_code == 0
    sandbox.everflow.faults.clear()
    warehouse = Settings(loaded_project.root, loaded_project.process_environ).warehouse("dev")
    make(warehouse, (*TABLES, alert.ALERTS))
    loaded_project.execute(*ALERTS)
    registry = registry_of(warehouse, ())
    assert registry.get_sample_value("signalroom_load_rejected_rows", EVERFLOW) == 1
    assert registry.get_sample_value("signalroom_dead_letters_open", EVERFLOW) == 1
    open_now = [
        registry.get_sample_value("signalroom_alerts_open", {"severity": severity})
        for severity in ("warning", "critical")
    ]
    assert open_now == [0, 1]


def test_what_cannot_be_told_is_said_and_fails_nothing(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with gateway(500) as (url, put):
        environ = {
            **settings.environ,
            "METRICS_TEXTFILE": "/no/such/folder",
            "PUSHGATEWAY_URL": url,
        }
        said = run(Settings(settings.root, environ), "dev", monkeypatch)
    assert put, "it is pushed although the file cannot be written"
    told = [line for line in said if "the metrics are not told" in line]
    assert ["METRICS_TEXTFILE: [Errno 2] No such file" in line for line in told] == [
        *(True, False, True, False)
    ]
    assert "PUSHGATEWAY_URL: HTTP Error 500" in told[1]


def test_nothing_is_done_where_nothing_is_set(tmp_path: Path) -> None:
    settings = Settings(tmp_path, {})
    said: list[str] = []
    tell_metrics(settings, "dev", said.append)
    assert (said, list(tmp_path.iterdir())) == ([], [])


def test_every_name_in_rules_and_dashboard_is_one_that_we_write(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(settings, "dev", monkeypatch)
    written = {
        one.name for one in registry_of(settings.warehouse("dev"), nodes(settings.root)).collect()
    }
    assert all(re.fullmatch("signalroom_[a-z][a-z_]*", name) for name in written)
    expressions = [
        target["expr"]
        for panel in json.loads(DASHBOARD.read_text())["panels"]
        for target in panel["targets"]
    ]
    shown = set(re.findall(r"signalroom_\w+", " ".join(expressions)))
    ruled = set(re.findall(r"signalroom_\w+", RULES.read_text()))
    assert ruled < shown
    assert shown - {"signalroom_alerts_open"} == written - {"signalroom_alerts_open"}
    documented = set(re.findall(r"signalroom_[a-z_]+", (ROOT / "docs/telemetry.md").read_text()))
    assert shown == documented


def test_no_build_has_no_nodes(tmp_path: Path) -> None:
    assert list(nodes(tmp_path)) == []
    assert not Node("test", "unique_id", "fail", 0.1).is_well


@pytest.mark.skipif(not shutil.which("promtool"), reason="promtool is not installed")
def test_each_rule_fires_when_it_should_and_not_before(tmp_path: Path) -> None:
    shutil.copy(RULES, tmp_path)
    shutil.copy(Path(__file__).with_name("alert-rules-test.yml"), tmp_path)
    for command in (("check", "rules", RULES.name), ("test", "rules", "alert-rules-test.yml")):
        done = subprocess.run(
            ["promtool", *command],
            cwd=tmp_path,
            env=os.environ,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
