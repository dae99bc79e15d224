"""The log as JSON lines: whose each is, and nothing secret in any."""

import json
import logging
from io import StringIO

import pytest

from loaders.redaction import conceal
from sandbox.s3 import S3Exports
from signalroom.operations.telemetry.logs import log_as_json, logged_with
from tests.support import DECEMBER, Project


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> StringIO:
    """What is logged as JSON; the handlers of other tests stay as they are."""
    stream = StringIO()
    monkeypatch.setattr(logging.getLogger(), "handlers", [logging.StreamHandler(stream)])
    log_as_json()
    return stream


def test_a_run_is_logged_as_json_with_its_load_client_and_source(
    project: Project, bucket: S3Exports
) -> None:
    """Order files are read in threads."""
    project.environ["SIGNALROOM_LOG"] = "json"
    said = project.succeed("run", "--only", "s3_exports,everflow", *DECEMBER)
    ((run_id,),) = project.query("select run_id from ops.runs")
    loads: dict[str, str] = dict(project.query("select distinct source, run_id from ops.load_runs"))
    found = [json.loads(line) for line in said.splitlines() if line.startswith("{")]
    assert {line["source"] for line in found} == loads.keys()
    assert "loaders.files.reading" in {line["logger"] for line in found}
    for line in found:
        assert (line["client"], line["run"]) == ("713", run_id)
        assert line["load"] == loads[line["source"]]
        assert line["logger"].startswith("loaders.")
        assert line["timestamp"].endswith("Z")
    assert "reading 2025-12-01..2025-12-18" in found[-1]["event"]


def test_no_secret_and_no_variable_is_in_any_field(lines: StringIO) -> None:
    conceal("tr0ub4dor-and-3")
    kept_to_itself = "a value of a variable"
    with logged_with(client="713 tr0ub4dor-and-3"):
        try:
            raise ValueError("refused: tr0ub4dor-and-3")
        except ValueError:
            logging.getLogger("loaders.x").exception("with %s", "tr0ub4dor-and-3")
    line = json.loads(lines.getvalue())
    assert (line["event"], line["client"], line["level"]) == ("with ***", "713 ***", "error")
    assert "ValueError: refused: ***" in line["exception"]
    assert kept_to_itself not in lines.getvalue()
