"""`signalroom demo`: the main job end to end, where nothing real can be touched."""

import shutil
from pathlib import Path

import pytest

from sandbox.server import Sandbox
from tests.support import REPOSITORY, Project

UNREACHABLE = "http://127.0.0.1:9"
DOCUMENTS = [REPOSITORY / "README.md", REPOSITORY / "docs/demo.md"]


def samples() -> list[str]:
    """The demo's output as the documents show it, but for what the machine's speed decides."""
    texts = [path.read_text().partition("```text\n")[2].partition("```")[0] for path in DOCUMENTS]
    lines = [line for text in texts for line in text.splitlines()]
    assert len(lines) > 70
    return [line for line in lines if "data tests run in" not in line]


@pytest.mark.slow
def test_the_demo_ends_with_numbers(tmp_path: Path, sandbox: Sandbox) -> None:
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
        "POSTHOG_API_KEY": "real",
        "POSTHOG_HOST__713": UNREACHABLE,
        "MAUTIC_BASE_URL__713": UNREACHABLE,
        "MAUTIC_CLIENT_SECRET": "real",
        "GOOGLE_SHEETS_CREDENTIALS_PATH": "real.json",
        "GOOGLE_SHEETS_BASE_URL__713": UNREACHABLE,
        "PGHOST": "127.0.0.1",
        "PGPORT": "9",
        "DUCKDB_PATH": "real.duckdb",
    }
    demo = project.start("demo")
    said, _ = demo.communicate(timeout=240)
    assert demo.returncode == 0, said
    shown = {line.rstrip() for line in said.splitlines()}
    assert [line for line in samples() if line not in shown] == []
    assert max(len(line) for line in said.splitlines()) <= 120
    sums = [line.split()[1:] for line in said.splitlines() if line.startswith("sum")]
    assert sums[0][:5] == ["1", "CCW", "4,592", "170,875.66", "124,340.00"]
    assert sums[1][:5] == ["2", "EXP", "1", "45.00", "0.00"]
    assert "data tests run in" in said
    assert "Orders of client 713 by the day of the order" in said
    assert "Top states of client 713 by order revenue, 2025-12-12..2025-12-18" in said
    printed = " ".join(said.split())
    assert "Funnel of client 713, 2025-12-" in printed
    assert "E-mail of client 713, 2025-12-" in printed
    assert "Pace of client 713 in 2025-12: 18 of 31 days are complete, 58.1%" in printed
    assert "CCW spend 72,000.00 41,076.31 57.0% 0.98" in printed
    assert "EXP effective_cost 2,000.00 1,116.34 55.8% 0.96" in printed
    assert "These numbers are MADE" in said
    assert "make docs" in said
    made = {path.name for path in project.root.glob("*.duckdb")}
    assert made == {"demo.duckdb"}
    assert sandbox.everflow.requests == [], "the demo brings a sandbox of its own"
    assert sandbox.s3_exports.requests == []


@pytest.mark.slow
def test_a_failing_dbt_is_a_failing_command(tmp_path: Path, sandbox: Sandbox) -> None:
    project = Project.at(tmp_path / "project", sandbox)
    (project.root / "dbt_project/models").mkdir()
    (project.root / "dbt_project/models/broken.sql").write_text("select * from nowhere")
    (project.root / "dbt_project/dbt_project.yml").write_text("name: broken\nprofile: signalroom\n")
    shutil.copy(REPOSITORY / "profiles.yml", project.root)
    failing = project.start("dbt", "build")
    said, _ = failing.communicate(timeout=120)
    assert failing.returncode == 1, said
