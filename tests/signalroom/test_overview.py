"""`status`, `doctor` and the command's own manners."""

import subprocess
import sys
from datetime import date

import pytest

from loaders.windows import Window
from sandbox.server import Sandbox
from tests.support import DECEMBER, Project

WEEK = Window(date(2025, 12, 8), date(2025, 12, 14))


def test_status_says_when_how_much_and_up_to_where(
    loaded_project: Project, sandbox: Sandbox
) -> None:
    said = loaded_project.run("status").output
    assert "713     everflow" in said
    assert "444         0  2025-12-18" in said
    assert "145         0  2025-12-18" in said
    sandbox.redtrack.faults.on("empty_all")
    assert loaded_project.run("load", "redtrack", *DECEMBER).exit_code == 1
    said = loaded_project.run("status").output
    assert "suspicious-empty" in said
    assert "the answer is empty, but the warehouse holds" in " ".join(said.split())


def test_status_of_an_empty_warehouse(project: Project) -> None:
    said = project.run("status").output
    assert said.count("never loaded") == 2
    assert not project.warehouse.exists()


def test_doctor_is_content_with_a_loaded_project(loaded_project: Project) -> None:
    result = loaded_project.run("doctor")
    assert result.exit_code == 0, result.output
    for line in (
        "ok    seeds: equal to data/",
        "ok    713 everflow: reachable, the key is accepted",
        "ok    713 redtrack: reachable, the key is accepted",
    ):
        assert line in result.output


@pytest.mark.parametrize(
    ("service", "fault", "options", "says", "exit_code"),
    [
        ("everflow", "other_defaults", {}, "warn  713 everflow: the network's currency is EUR", 0),
        ("everflow", "other_defaults", {}, "the network reports in time zone 67", 0),
        ("redtrack", "other_currency", {}, "keeps its cost in EUR", 0),
        ("redtrack", "account_zone", {}, "days differ between the account's own time zone", 0),
        ("everflow", "invalid_key", {"path": ""}, "FAIL  713 everflow: GET", 1),
        ("redtrack", "html", {"path": ""}, "that is no JSON", 1),
    ],
)
def test_doctor_names_what_is_wrong(  # noqa: PLR0917  # pytest passes them by name
    service: str,
    fault: str,
    options: dict[str, str],
    says: str,
    exit_code: int,
    loaded_project: Project,
    sandbox: Sandbox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("loaders.sources.redtrack.recent_days", lambda: WEEK)
    sandbox.services[service].faults.on(fault, **options)
    result = loaded_project.run("doctor")
    assert says in result.output
    assert result.exit_code == exit_code


def test_doctor_names_the_variable_and_the_drift(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("REDTRACK_API_KEY")
    seed = project.root / "seeds" / "affiliate_mapping.csv"
    seed.write_text(seed.read_text().replace("G2 - Meta", "G2 - Other"))
    result = project.run("doctor")
    assert result.exit_code == 1
    assert "FAIL  713 redtrack: REDTRACK_API_KEY is not set" in result.output
    assert "FAIL  seeds: affiliate_mapping differ from data/" in result.output


def test_doctor_sees_two_clients_on_one_account(project: Project) -> None:
    cti = project.root / "data/clients/cti/config/client.toml"
    cti.write_text(cti.read_text().replace('"planned"', '"active"'))
    result = project.run("doctor")
    assert result.exit_code == 1
    assert "FAIL  cti everflow: EVERFLOW_API_KEY__cti is not set" in result.output


def test_status_counts_rejected_rows(loaded_project: Project, sandbox: Sandbox) -> None:
    sandbox.everflow.faults.on("bad_metric", metric="cv", value="n/a")
    assert loaded_project.run("load", "everflow", *DECEMBER).exit_code == 0
    said = loaded_project.run("status").output
    line = next(line for line in said.splitlines() if " everflow " in line)
    assert line.split()[4:6] == ["443", "1"]
    assert "2025-12-18" not in line, "the day of the rejected row is not complete"


def test_status_while_somebody_has_the_file(loaded_project: Project) -> None:
    script = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print(1, flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", script, str(loaded_project.warehouse)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        result = loaded_project.run("status")
        holder.kill()
    assert result.exit_code == 1
    assert "is open in another program" in result.output


def test_help_is_instant() -> None:
    """Nothing heavy is imported before a command runs."""
    script = (
        "import sys; from signalroom.cli import main; "
        "print(sorted({'dlt', 'dbt', 'duckdb', 'psycopg2', 'flask'} & set(sys.modules)))"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert loaded.stdout.strip() == "[]"


def test_the_command_wants_the_projects_root(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project.root.parent)
    result = project.run("status")
    assert result.exit_code == 1
    assert "run signalroom from the project's root" in result.output
