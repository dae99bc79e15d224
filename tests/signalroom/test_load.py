"""`signalroom load`: any combination of sources and clients, and exit codes one can build on."""

import pytest

from sandbox.s3 import S3Exports
from sandbox.server import Sandbox
from tests.support import DECEMBER, Project, on_both_targets


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("facebook",), "There is no source 'facebook'; known sources: everflow, redtrack, s3"),
        (("--client", "999"), "999"),
        (("--start-date", "2025-13-01"), "'2025-13-01' is not a date; use YYYY-MM-DD"),
        (("--start-date", "2025-12-02", "--end-date", "2025-12-01"), "is before"),
        (("--full-refresh", "--start-date", "2025-12-02"), "no --start-date"),
        (("--end-date", "2099-01-01"), "is in the future"),
        (("--start-date", "2099-01-01"), "is in the future"),
        (("--start-date", "0001-01-01"), "'0001-01-01' is not of 2000 to 2099"),
        (("--advertiser-id", "CCW"), "is not an Everflow advertiser id"),
        (("--advertiser-id", ""), "is not an Everflow advertiser id"),
        (("--target", "mars"), "not one of"),
        (("s3_exports", "--max-files", "0"), "not in the range"),
        (("s3_exports", "--max-files", "all"), "not a valid integer"),
    ],
)
@pytest.mark.from_nothing
def test_wrong_usage_exits_2(project: Project, arguments: tuple[str, ...], says: str) -> None:
    result = project.run("load", *arguments)
    assert result.exit_code == 2
    assert says in result.output
    assert not project.warehouse.exists()


def test_one_failing_source_does_not_stop_the_other(project: Project, sandbox: Sandbox) -> None:
    sandbox.everflow.faults.on("invalid_key")
    result = project.run("load", *DECEMBER)
    assert result.exit_code == 1
    assert "713 everflow: failed: 2025-12-01..2025-12-18: failed, nothing replaced" in result.output
    assert "713 redtrack: 2025-12-01..2025-12-18: 145 rows, ok" in result.output
    run = project.last_run("everflow")
    assert run["verdict"] == "failed"
    assert "HTTP 401" in run["error"]


def test_an_unexpected_error_does_not_stop_the_other(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr("loaders.sources.everflow.Everflow.read", broken)
    result = project.run("load", *DECEMBER)
    assert result.exit_code == 1
    assert "RuntimeError: a bug" in result.output
    assert "713 redtrack: 2025-12-01..2025-12-18: 145 rows, ok" in result.output


def test_a_source_that_is_not_configured_is_skipped_and_said(
    project: Project, monkeypatch: pytest.MonkeyPatch, sandbox: Sandbox
) -> None:
    monkeypatch.delenv("EVERFLOW_API_KEY")
    result = project.run("load", *DECEMBER)
    assert result.exit_code == 0
    assert "713 everflow: skipped: EVERFLOW_API_KEY is not set" in result.output
    assert "713 redtrack: 2025-12-01..2025-12-18: 145 rows, ok" in result.output
    assert project.query("select count(*) from everflow.daily_stats") == [(0,)], "dbt can build"

    named = project.run("load", "everflow", *DECEMBER)
    assert named.exit_code == 1
    assert "EVERFLOW_API_KEY is not set" in named.output
    assert sandbox.everflow.requests == []


def test_a_client_of_which_no_source_is_configured_fails(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("EVERFLOW_API_KEY", "REDTRACK_API_KEY"):
        monkeypatch.delenv(name)
    result = project.run("load")
    assert result.exit_code == 1
    assert "713 everflow: failed: EVERFLOW_API_KEY is not set" in result.output
    assert "713 redtrack: failed: REDTRACK_API_KEY is not set" in result.output


def test_a_planned_client_is_loaded_only_when_asked_for(loaded_project: Project) -> None:
    assert "cti" not in loaded_project.run("load", "--dry-run").output
    assert "cti everflow" in loaded_project.run("load", "--dry-run", "--client", "cti").output


def test_settings_in_files_are_read(
    project: Project, monkeypatch: pytest.MonkeyPatch, sandbox: Sandbox
) -> None:
    """A client's own entry in secrets.toml wins over .env, which fills what the rest lacks."""
    for name in ("EVERFLOW_API_KEY", "EVERFLOW_BASE_URL"):
        monkeypatch.delenv(name)
    (project.root / ".env").write_text(
        f"EVERFLOW_API_KEY=wrong\nEVERFLOW_BASE_URL={sandbox.url('everflow')}\n"
    )
    (project.root / ".dlt" / "secrets.toml").write_text(
        '[sources.everflow.clients.713]\napi_key = "sandbox-everflow-713"\n'
    )
    load = project.start(
        "load", "everflow", *DECEMBER, without=("EVERFLOW_API_KEY", "EVERFLOW_BASE_URL")
    )
    said, _ = load.communicate(timeout=120)
    assert load.returncode == 0, said
    assert len(project.raw("everflow")) == 444


def test_a_client_never_reads_another_clients_account(
    loaded_project: Project, monkeypatch: pytest.MonkeyPatch, sandbox: Sandbox
) -> None:
    sandbox.everflow.requests.clear()
    result = loaded_project.run("load", "--client", "cti", *DECEMBER)
    assert result.exit_code == 1
    assert "EVERFLOW_API_KEY__cti is not set, and EVERFLOW_API_KEY is another" in result.output
    assert sandbox.everflow.requests == []
    theirs = "select count(*) from everflow.daily_stats where _client_id = 'cti'"
    assert loaded_project.query(theirs) == [(0,)]


def test_a_client_that_starts_later_is_skipped(project: Project) -> None:
    result = project.run("load", "--end-date", "2025-11-30")
    assert result.exit_code == 0
    assert result.output.count("skipped: client 713 starts on 2025-12-01, after 2025-11-30") == 2
    assert project.query("select count(*) from ops.load_runs") == [(0,)]


def test_an_end_alone_reads_what_a_run_on_the_next_day_would(loaded_project: Project) -> None:
    said = loaded_project.run("load", "--dry-run", "--end-date", "2025-12-10").output
    assert said.count("would read 2025-12-01..2025-12-10") == 2


@on_both_targets
@pytest.mark.from_nothing
def test_order_files_are_said_by_table(project: Project, bucket: S3Exports) -> None:
    planned = project.run("load", "s3_exports", "--dry-run").output
    assert not project.warehouse.exists()
    assert planned.count("713 s3_exports: would read what is new or changed below s3://") == 3
    assert f"below s3://{bucket.bucket}/orders-create/" in planned
    assert "into s3_exports.orders_update of" in planned

    first = project.run("load", "s3_exports", "--max-files", "2")
    assert first.exit_code == 0
    assert "713 s3_exports.orders_create: 2025-12-17..2025-12-18: 136 rows, ok" in first.output

    rest = project.run("load", "s3_exports")
    assert rest.exit_code == 0
    assert "713 s3_exports.orders_create: 2025-12-01..2025-12-16: 942 rows, ok" in rest.output
    assert "card numbers masked, 2 rejected, see ops.rejected_rows (first: orders-" in rest.output
    assert "2025-12-09.csv, record 10: 129 fields instead of 130)" in rest.output

    again = project.run("load", "s3_exports").output
    assert "713 s3_exports.orders_create: no file is new or changed\n" in again


def test_a_client_never_reads_another_clients_bucket(
    project: Project, bucket: S3Exports, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another client's export has a bucket, prefixes and columns of its own, all of it settings."""
    cti = project.root / "data/clients/cti/config/client.toml"
    cti.write_text(cti.read_text().replace('"redtrack"]', '"s3_exports"]'))
    bucket.empty()
    bucket.put("cti/sales_20251205.csv", b"Order Number,Amount\n1,95\n")
    refused = project.run("load", "s3_exports", "--client", "cti")
    assert refused.exit_code == 1
    assert "S3_BUCKET_NAME__cti is not set, and S3_BUCKET_NAME is another" in refused.output
    assert bucket.requests == []

    monkeypatch.setenv("S3_BUCKET_NAME__cti", bucket.bucket)
    monkeypatch.setenv("S3_PREFIXES__cti", "orders_create=cti/sales_")
    monkeypatch.setenv("S3_COLUMNS__cti", "Order Number=orders_id, Amount=total_amount")
    assert project.run("load", "s3_exports", "--client", "cti").exit_code == 0
    assert project.query(
        "select _client_id, orders_id, total_amount from s3_exports.orders_create"
    ) == [("cti", "1", "95")]


def test_a_source_that_no_client_has_is_wrong_usage(project: Project) -> None:
    config = project.root / "data/clients/713/config/client.toml"
    config.write_text(config.read_text().replace('"redtrack", ', ""))
    result = project.run("load", "redtrack", *DECEMBER)
    assert result.exit_code == 2
    assert "redtrack is not enabled in client.toml of 713" in result.output


@pytest.mark.parametrize(
    ("variable", "value", "says"),
    [
        ("EVERFLOW_API_KEY", "sandbox\neverflow", "EVERFLOW_API_KEY has characters"),
        ("EVERFLOW_API_KEY", "sandbox–713", "EVERFLOW_API_KEY has characters"),
        ("REDTRACK_BASE_URL", "api.redtrack.io", "REDTRACK_BASE_URL must start with https://"),
        ("S3_BUCKET_NAME", "sandbox–713", "S3_BUCKET_NAME has characters"),
    ],
)
def test_a_setting_that_cannot_be_right_fails(
    variable: str, value: str, says: str, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, value)
    for command in (("load", *DECEMBER), ("doctor",)):
        result = project.run(*command)
        assert result.exit_code == 1
        assert says in result.output
        assert "everflow-" not in result.output.replace("sandbox-everflow", "")


def test_a_line_break_after_a_key_is_no_part_of_it(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EVERFLOW_API_KEY", " sandbox-everflow-713\n")
    assert project.run("load", "everflow", *DECEMBER).exit_code == 0
