"""The server itself: its log, its control routes and how faults are aimed."""

import subprocess
import sys

import pytest
import requests

from sandbox.server import Sandbox
from tests.sandbox.ask import ask_report, ask_table, summary, table


def steer(sandbox: Sandbox, path: str) -> str:
    return sandbox.url("everflow").removesuffix("everflow") + f"_sandbox/{path}"


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


def test_faults_and_restatements_by_route(sandbox: Sandbox) -> None:
    url = steer(sandbox, "everflow/faults")
    requests.post(url, json={"name": "capped", "rows": 3, "times": 1}, timeout=10)
    assert [len(table(sandbox)) for _ in range(2)] == [3, 444]
    sandbox.everflow.faults.on("table_null")
    requests.delete(url, timeout=10)
    assert len(table(sandbox)) == 444
    url = steer(sandbox, "everflow/restate")
    requests.post(url, json={"verb": "remove", "date": "2025-12-05"}, timeout=10)
    assert summary(sandbox)["cv"] < 4595
    requests.delete(url, timeout=10)
    assert summary(sandbox)["cv"] == 4595


@pytest.mark.parametrize("body", [{"name": "nothing"}, {"name": "capped", "size": 1}, {}, []])
@pytest.mark.parametrize("service", ["everflow", "s3_exports", "nothing"])
def test_a_wrong_fault_is_refused(sandbox: Sandbox, service: str, body: object) -> None:
    answer = requests.post(steer(sandbox, f"{service}/faults"), json=body, timeout=10)
    assert (answer.status_code, "error" in answer.json()) == (400, True)


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


def test_two_sandboxes_do_not_share(sandbox: Sandbox) -> None:
    sandbox.everflow.restate("remove", date="2025-12-05")
    with Sandbox() as other:
        assert len(table(other)) == 444


def test_serve_says_where_and_that_the_data_is_made() -> None:
    """moto is not loaded before the bucket is asked for."""
    program = (
        "import sys; from sandbox.server import Sandbox, serve\n"
        "with Sandbox() as sandbox: sandbox.url('everflow')\n"
        "assert 'moto' not in sys.modules\n"
        "serve(0)"
    )
    command = [sys.executable, "-c", program]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        first, everflow = running.stdout.readline(), running.stdout.readline()
        running.terminate()
    assert "made, not real" in first
    assert "http://127.0.0.1:" in everflow
    assert "sandbox-everflow-713" in everflow
