"""`signalroom demo`: the main job end to end, where nothing real can be touched."""

import shutil
from pathlib import Path

import pytest

from sandbox.server import Sandbox
from tests.support import LEFT_OUT, REPOSITORY, Project

UNREACHABLE = "http://127.0.0.1:9"
DOCUMENTS = [REPOSITORY / "README.md", REPOSITORY / "docs/demo.md"]


def samples() -> list[str]:
    """The demo's output as the documents show it, but for what the machine's speed decides."""
    texts = [path.read_text().partition("```text\n")[2].partition("```")[0] for path in DOCUMENTS]
    lines = [line for text in texts for line in text.splitlines()]
    assert len(lines) > 70
    return [line for line in lines if "tests run in" not in line]


@pytest.mark.slow
def test_the_demo_ends_with_numbers(tmp_path: Path, sandbox: Sandbox) -> None:
    """Real accounts and a real Postgres in the environment are neither asked nor written."""
    project = Project.at(tmp_path / "project", sandbox, with_dbt=True)
    shutil.copytree(REPOSITORY, project.root, ignore=LEFT_OUT, dirs_exist_ok=True)  # for the docs
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
    assert "tests run in" in said
    shown = {line.rstrip() for line in said.splitlines()}
    assert [line for line in samples() if line not in shown] == []
    assert max(len(line) for line in said.splitlines()) <= 125
    made = {path.name for path in project.root.glob("*.duckdb")}
    assert made == {"demo.duckdb"}
    for page in ("report/demo/713/index.html", "site/index.html"):
        assert page in said
        assert (project.root / page).stat().st_size > 0
    assert sandbox.everflow.requests == [], "the demo brings a sandbox of its own"
    assert sandbox.s3_exports.requests == []


@pytest.mark.slow
def test_a_build_holds_the_lock_and_not_the_file(tmp_path: Path, sandbox: Sandbox) -> None:
    """dbt must get at DuckDB's file; where dbt fails, so do `build` and `dbt`."""
    project = Project.at(tmp_path / "project", sandbox)
    (project.root / "dbt_project/models").mkdir()
    model = project.root / "dbt_project/models/small.sql"
    (project.root / "dbt_project/dbt_project.yml").write_text("name: small\nprofile: signalroom\n")
    shutil.copy(REPOSITORY / "profiles.yml", project.root)
    for sql, command, exit_code, says in (
        ("select 1 as one", ("build",), 0, "1 models and 0 seeds built, 0 tests run in"),
        ("select * from nowhere", ("build",), 1, "The build failed; dbt's own log is"),
        ("select * from nowhere", ("dbt", "run"), 1, "nowhere does not exist"),
    ):
        model.write_text(sql)
        running = project.start(*command)
        said, _ = running.communicate(timeout=120)
        assert running.returncode == exit_code, said
        assert says in said
