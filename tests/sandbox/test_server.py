"""The server itself: its log, its control routes and how faults are aimed."""

import subprocess
import sys

import pytest
import requests

from sandbox.server import Sandbox
from tests.sandbox.ask import ask_report, ask_table, summary, table


def steer(sandbox: Sandbox, path: str) -> str:
    return sandbox.url("everflow").removesuffix("everflow") + f"_sandbox/{path}"


def test_health_says_that_the_data_is_made(sandbox: Sandbox) -> None:
    health = requests.get(steer(sandbox, "health"), timeout=10).json()
    services = ["everflow", "redtrack", "posthog", "mautic", "google_sheets"]
    assert health == {"ok": True, "services": services, "data": "made, not real"}


def test_the_log_tells_what_was_asked(sandbox: Sandbox) -> None:
    ask_table(sandbox)
    ask_report(sandbox, page=3)
    ask_report(sandbox, api_key="wrong")
    (asked,) = sandbox.everflow.requests
    assert (asked.method, asked.path) == ("POST", "/v1/networks/reporting/entity/table")
    assert isinstance(asked.body, dict)
    assert (asked.body["timezone_id"], asked.account, asked.status) == (80, "713", 200)
    first, second = sandbox.redtrack.requests
    assert (first.query["page"], first.status) == ("3", 200)
    assert (second.account, second.status) == (None, 401)


def test_faults_by_route(sandbox: Sandbox) -> None:
    url = steer(sandbox, "everflow/faults")
    body = {"name": "capped", "rows": 3, "times": 1}
    assert requests.post(url, json=body, timeout=10).status_code == 200
    shown = requests.get(url, timeout=10).json()
    assert shown["on"]["capped"]["rows"] == 3
    assert "what" in shown["known"]["slow"]
    assert [len(table(sandbox)) for _ in range(2)] == [3, 444]
    sandbox.everflow.faults.on("table_null")
    requests.delete(url, timeout=10)
    assert len(table(sandbox)) == 444


@pytest.mark.parametrize("body", [{"name": "nothing"}, {"name": "capped", "size": 1}, {}, []])
def test_a_wrong_fault_is_refused(sandbox: Sandbox, body: object) -> None:
    answer = requests.post(steer(sandbox, "everflow/faults"), json=body, timeout=10)
    assert answer.status_code == 400
    assert answer.json()["error"]


def test_restatements_limits_and_the_log_by_route(sandbox: Sandbox) -> None:
    url = steer(sandbox, "everflow/restate")
    requests.post(url, json={"verb": "remove", "date": "2025-12-05"}, timeout=10)
    assert summary(sandbox)["cv"] < 4595
    requests.delete(url, timeout=10)
    assert summary(sandbox)["cv"] == 4595
    log = steer(sandbox, "everflow/requests")
    assert [asked["status"] for asked in requests.get(log, timeout=10).json()] == [200, 200]
    requests.delete(log, timeout=10)
    assert sandbox.everflow.requests == []
    requests.post(steer(sandbox, "redtrack/limits"), json={"minute": 7}, timeout=10)
    assert sandbox.redtrack.limits["minute"].limit == 7
    wrong = requests.post(steer(sandbox, "redtrack/limits"), json={"hour": 7}, timeout=10)
    assert wrong.status_code == 400


def test_faults_are_aimed(sandbox: Sandbox) -> None:
    faults = sandbox.everflow.faults
    faults.on("server_error", after=1, times=1)
    assert [ask_table(sandbox).status_code for _ in range(3)] == [200, 502, 200]
    faults.on("server_error", match="2025-12-07")
    one_day = {"from": "2025-12-07", "to": "2025-12-07"}
    assert [ask_table(sandbox, **c).status_code for c in ({}, one_day)] == [200, 502]
    faults.on("server_error", path="/summary")
    assert ask_table(sandbox).status_code == 200
    assert "error" in summary(sandbox)
    faults.off("server_error")
    assert faults.all_on() == {}


def test_two_sandboxes_do_not_share(sandbox: Sandbox) -> None:
    sandbox.everflow.restate("remove", date="2025-12-05")
    with Sandbox() as other:
        assert len(table(other)) == 444


def test_serve_says_where_and_that_the_data_is_made() -> None:
    command = [sys.executable, "-c", "from sandbox.server import serve; serve(0)"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        first, everflow = running.stdout.readline(), running.stdout.readline()
        running.terminate()
    assert "made, not real" in first
    assert "http://127.0.0.1:" in everflow
    assert "sandbox-everflow-713" in everflow
