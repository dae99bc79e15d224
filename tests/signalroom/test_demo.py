"""`signalroom demo`: the main job end to end, where nothing real can be touched."""

from pathlib import Path

import pytest

from sandbox.server import Sandbox
from tests.support import Project

UNREACHABLE = "http://127.0.0.1:9"
ORDERS_OF_CCW = "40        35          87.5%       3,272.80  93.51               yes"


@pytest.mark.slow
def test_the_demo_runs_twice_and_ends_with_numbers(tmp_path: Path, sandbox: Sandbox) -> None:
    """Real accounts and a real Postgres in the environment are neither asked nor written."""
    project = Project.at(tmp_path / "project", sandbox, with_dbt=True)
    project.environ = {
        "EVERFLOW_API_KEY": "real",
        "EVERFLOW_BASE_URL": UNREACHABLE,
        "REDTRACK_API_KEY__713": "real",
        "REDTRACK_BASE_URL__713": UNREACHABLE,
        "S3_BUCKET_NAME__713": "real",
        "S3_PREFIXES": "orders_create=real/",
        "AWS_ACCESS_KEY_ID": "real",
        "AWS_SECRET_ACCESS_KEY": "real",
        "AWS_ENDPOINT_URL__713": UNREACHABLE,
        "PGHOST": "127.0.0.1",
        "PGPORT": "9",
        "DUCKDB_PATH": "real.duckdb",
    }
    for loaded in (("2 rejected, see", "card numbers masked"), ("no file is new or changed",)):
        demo = project.start("demo")
        said, _ = demo.communicate(timeout=180)
        assert demo.returncode == 0, said
        assert all(what in " ".join(said.split()) for what in loaded)
        assert max(len(line) for line in said.splitlines()) <= 120
        sums = [line.split()[1:] for line in said.splitlines() if line.startswith("sum")]
        assert sums[0][:5] == ["1", "CCW", "4,592", "170,875.66", "124,340.00"]
        assert sums[1][:5] == ["2", "EXP", "1", "45.00", "0.00"]
        assert "unit tests passed in" in said
        last_orders = next(line for line in said.splitlines() if line.endswith(ORDERS_OF_CCW))
        assert last_orders.startswith("2025-12-18  1   CCW")
        assert "Top states of client 713 by order revenue, 2025-12-12..2025-12-18" in said
        assert "These numbers are MADE" in said
        assert "make docs" in said
    made = {path.name for path in project.root.glob("*.duckdb")}
    assert made == {"demo.duckdb"}
    assert sandbox.everflow.requests == [], "the demo brings a sandbox of its own"
    assert sandbox.s3_exports.requests == []


@pytest.mark.slow
def test_a_failing_dbt_is_a_failing_command(tmp_path: Path, sandbox: Sandbox) -> None:
    project = Project.at(tmp_path / "project", sandbox, with_dbt=True)
    missing = project.start("dbt", "build", "--select", "daily_summary")
    said, _ = missing.communicate(timeout=120)
    assert missing.returncode == 1, said
