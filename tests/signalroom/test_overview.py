"""`status`, `doctor` and the command's own manners."""

import re
import subprocess
import sys
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime
from typing import Any

import pytest

from loaders.registry import SOURCES
from loaders.warehouse import DuckDB
from loaders.windows import Window
from sandbox.s3 import S3Exports
from sandbox.server import Sandbox
from tests.support import DECEMBER, Project, on_both_targets

NOON_OF_THE_6TH = datetime(2025, 12, 6, 17, tzinfo=UTC)
UNREACHABLE = "http://127.0.0.1:9"
BELOW = "orders_create=orders,orders_update=orders-update/"
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


def test_status_and_a_dry_run_open_few_connections(
    loaded_project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[bool] = []
    opening = DuckDB.open

    def open_counted(warehouse: DuckDB, *, read_only: bool) -> AbstractContextManager[Any]:
        opened.append(read_only)
        return opening(warehouse, read_only=read_only)

    monkeypatch.setattr(DuckDB, "open", open_counted)
    assert loaded_project.run("status").exit_code == 0
    assert opened == [True]
    assert loaded_project.run("load", "everflow", "--dry-run").exit_code == 0
    assert opened == [True, True]


@pytest.mark.from_nothing
def test_status_of_an_empty_warehouse(project: Project) -> None:
    said = project.run("status").output
    assert said.count("never loaded") == len(SOURCES) - 1, "no active client has music"
    assert not project.warehouse.exists()


@pytest.fixture
def configured(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything else is well."""
    for source in SOURCES:
        for name, value in sandbox.environ(source).items():
            monkeypatch.setenv(name, value)


def test_doctor_is_content_with_a_loaded_project(
    loaded_project: Project, bucket: S3Exports, configured: None
) -> None:
    result = loaded_project.run("doctor")
    assert result.exit_code == 0, result.output
    for line in (
        "ok    seeds: equal to data/",
        "ok    713 everflow: reachable, the key is accepted",
        "ok    713 redtrack: reachable, the key is accepted",
        "ok    713 posthog: project 'Client 713 (sandbox)' is reachable",
        "ok    713 mautic: Mautic 5.1.0 is reachable, 8 tables can be read",
        "ok    713 google_sheets: sandbox-713-targets (Client 713: targets (sandbox, made)), ",
        "ok    713 s3_exports: 18 files for orders_create in "
        f"s3://{bucket.bucket}/orders-create/, newest orders-create/",
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
        ("redtrack", "html", {"path": ""}, "that is not JSON", 1),
    ],
)
def test_doctor_names_what_is_wrong(  # noqa: PLR0917  # pytest passes them by name
    service: str,
    fault: str,
    options: dict[str, str],
    says: str,
    exit_code: int,
    loaded_project: Project,
    bucket: S3Exports,
    configured: None,
    sandbox: Sandbox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("loaders.sources.redtrack.recent_days", lambda: WEEK)
    sandbox.services[service].faults.on(fault, **options)
    result = loaded_project.run("doctor")
    assert says in result.output
    assert result.exit_code == exit_code


@pytest.mark.parametrize(
    ("variable", "value", "says", "look_at"),
    [
        ("AWS_ACCESS_KEY_ID", "AKIAWRONG", "InvalidAccessKeyId", "AWS_ACCESS_KEY_ID and AWS_SEC"),
        ("AWS_SECRET_ACCESS_KEY", "wrong", "SignatureDoesNotMatch", "AWS_SECRET_ACCESS_KEY"),
        ("AWS_SECRET_ACCESS_KEY", "", "Partial credentials", "AWS_ACCESS_KEY_ID and AWS_SECRET_A"),
        ("S3_BUCKET_NAME", "no-such-bucket", "NoSuchBucket", "S3_BUCKET_NAME"),
        ("S3_BUCKET_NAME", "my bucket", "Invalid bucket name", "S3_BUCKET_NAME"),
        ("AWS_ENDPOINT_URL", UNREACHABLE, "Could not connect", "AWS_ENDPOINT_URL"),
        ("AWS_ENDPOINT_URL", "127.0.0.1", "Invalid endpoint", "AWS_ENDPOINT_URL"),
        ("AWS_REGION", "us east", "region_name 'us east'", "AWS_REGION"),
        ("S3_PREFIXES", "orders=x/", "there is no table orders", "S3_PREFIXES"),
        ("S3_PREFIXES", BELOW, "orders-update/ lies below orders", "S3_PREFIXES"),
        ("S3_COLUMNS", "orders", "'orders' is not of the form name=value", "S3_COLUMNS"),
        ("S3_COLUMNS", "x=", "'x=' is not of the form name=value", "S3_COLUMNS"),
        ("S3_COLUMNS", "x=a,x=b", "x is set twice", "S3_COLUMNS"),
    ],
)
def test_doctor_and_load_name_the_setting_of_the_bucket_that_is_wrong(  # noqa: PLR0917
    variable: str,
    value: str,
    says: str,
    look_at: str,
    project: Project,
    bucket: S3Exports,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    del bucket
    monkeypatch.setattr("time.sleep", lambda _seconds: None)
    monkeypatch.setenv(variable, value)
    doctor = project.run("doctor")
    assert doctor.exit_code == 1
    (line,) = [line for line in doctor.output.splitlines() if says in line]
    assert line.startswith("FAIL  713 ")
    assert look_at in line.partition(says)[2] + line.partition(says)[0]
    load = project.run("load", "s3_exports")
    assert load.exit_code == 1
    assert says in load.output
    assert look_at in load.output
    assert project.query("select distinct verdict from ops.load_runs") == [("failed",)]


def test_doctor_finds_a_prefix_without_files(
    project: Project, bucket: S3Exports, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("S3_PREFIXES", "orders_create=elsewhere/")
    (line,) = [line for line in project.run("doctor").output.splitlines() if "elsewhere/" in line]
    assert line.startswith("warn  713 s3_exports: 0 files for orders_create in ")
    assert f"s3://{bucket.bucket}/elsewhere/; check S3_BUCKET_NAME and S3_PREFIXES" in line


@on_both_targets
def test_status_shows_what_stands_of_the_files(project: Project, bucket: S3Exports) -> None:
    del bucket
    assert "s3_exports.orders_create" not in project.run("status").output
    assert project.run("load", "s3_exports").exit_code == 0
    lines = [line.split() for line in project.run("status").output.splitlines()]
    assert [line[4:7] for line in lines if line[1:2] == ["s3_exports"]] == [
        ["2,310", "2", "2025-12-18"]
    ]
    tables = [line[1:4] + line[-3:-2] + line[-1:] for line in lines if "s3_exports." in str(line)]
    assert tables == [
        ["s3_exports.orders_create", "18", "1,078", "2", "2025-12-18"],
        ["s3_exports.orders_update", "18", "1,224", "0", "2025-12-18"],
        ["s3_exports.prospects_create", "4", "8", "0", "2025-12-05"],
    ]


def test_orders_are_complete_up_to_the_first_day_whose_files_are_not_all_there(
    project: Project, bucket: S3Exports
) -> None:
    bucket.remove("orders-update/orders-update-2025-12-07.csv")
    bucket.put("orders-create/orders-create-2025-12-06.csv", b"orders_id\n1\n", NOON_OF_THE_6TH)
    assert project.run("load", "s3_exports").exit_code == 0
    assert re.search(r" s3_exports .* 2025-12-05 +ok\n", project.run("status").output)


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
