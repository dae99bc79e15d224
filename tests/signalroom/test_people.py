"""People's data is in the warehouse's raw tables alone; card numbers and keys are nowhere."""

import logging
import re
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from sandbox.order_files import CARDS
from sandbox.s3 import S3Exports
from sandbox.server import Sandbox
from tests.support import DECEMBER, Project

REDTRACK, BUCKET = "loaders.sources.redtrack.Redtrack.read", "loaders.files.bucket.Bucket.files"
SECRET = "s3cret/key&with+=signs"  # noqa: S105  # made
PEOPLE = ("billing_email", "billing_last_name", "billing_address1", "phone")


@pytest.fixture
def noisy(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """Everything that any library logs."""
    caplog.set_level("DEBUG")
    return caplog


def logged(records: pytest.LogCaptureFixture) -> str:
    return records.text + "".join(record.getMessage() for record in records.records)


def people(bucket: S3Exports) -> set[str]:
    """Names, addresses and numbers of the bucket's files."""
    return {
        value
        for key in bucket.list("orders-")
        for row in bucket.file(key).rows.values()
        for value in (row.get(column, "") for column in PEOPLE)
        if len(value) > 5
    }


def digits(text: str) -> str:
    """Groups of digits joined, as a card number may be written."""
    return re.sub(r"(?<=\d)[ -](?=\d)", "", text)


def left_by(project: Project) -> Iterator[Path]:
    """Every file that a run left, but for the warehouse and what the project came with."""
    for path in project.root.rglob("*"):
        if path.is_file() and path.name != project.warehouse.name:
            yield path


def test_no_card_number_is_in_any_log_or_file(
    project: Project, bucket: S3Exports, noisy: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    planted = b"".join(bucket.file(key).body for key in bucket.list("orders-create/"))
    assert any(card.encode() in planted for card in CARDS)
    said = project.run("load", "s3_exports").output
    assert "card numbers masked" in said

    with duckdb.connect(str(project.warehouse)) as warehouse:
        warehouse.execute("checkpoint")  # what was changed since is in the file too
        warehouse.execute(f"export database '{tmp_path / 'export'}' (format csv)")
    exported = [path.read_text() for path in (tmp_path / "export").iterdir()]
    # the file packs its texts, the export shows them
    places = [*exported, project.warehouse.read_bytes().decode("latin-1"), said, logged(noisy)]
    places += [path.read_bytes().decode("latin-1") for path in left_by(project)]
    assert any("************1111" in text for text in exported)
    for text in places:
        joined = digits(text)
        assert not [card for card in CARDS if card in joined]


def test_nobodys_data_is_in_any_log_or_file(
    project: Project, bucket: S3Exports, noisy: pytest.LogCaptureFixture
) -> None:
    """Not of a file that is well, and not of one that cannot be read as CSV."""
    first = "orders-create/orders-create-2025-12-01.csv"
    known = people(bucket)
    assert len(known) > 1_000
    said = project.run("load", "s3_exports").output
    spoiled = bucket.file(first).body.replace(b",", b',"', 1) + b'"'
    bucket.resend(first, spoiled)
    said += project.run("load", "s3_exports").output
    assert "failed" in said, said
    errors = str(project.query("select error from ops.load_runs"))
    places = [said, logged(noisy), errors]
    places += [path.read_bytes().decode("latin-1") for path in left_by(project)]
    for text in places:
        assert not [value for value in known if value in text]


@pytest.mark.parametrize(
    ("source", "key", "address", "reader", "logger"),
    [
        ("redtrack", "REDTRACK_API_KEY", "REDTRACK_BASE_URL", REDTRACK, "urllib3"),
        ("s3_exports", "AWS_SECRET_ACCESS_KEY", "AWS_ENDPOINT_URL", BUCKET, "botocore"),
    ],
)
def test_no_key_is_in_any_output_log_or_ledger(  # noqa: PLR0917  # pytest passes them by name
    source: str,
    key: str,
    address: str,
    reader: str,
    logger: str,
    project: Project,
    bucket: S3Exports,
    sandbox: Sandbox,
    noisy: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Not when it is refused, the connection breaks, there is nobody, or a bug names it."""

    def broken(*_: object) -> None:
        raise RuntimeError(f"a bug with {SECRET}")

    monkeypatch.setattr("time.sleep", lambda _seconds: None)
    monkeypatch.setenv(key, SECRET)
    said = project.run("load", source, *DECEMBER).output
    assert ("SignatureDoesNotMatch" if source == bucket.name else "redtrack: failed") in said
    (bucket if source == bucket.name else sandbox.redtrack).faults.on("connection_dropped")
    said += project.run("load", source, *DECEMBER).output
    monkeypatch.setenv(address, "http://127.0.0.1:9")
    said += project.run("load", source, *DECEMBER).output
    said += project.run("doctor").output
    monkeypatch.setattr(reader, broken)
    said += project.run("load", source, *DECEMBER).output
    assert "a bug with ***" in said
    logging.getLogger("urllib3.util.retry").debug("never %s", SECRET)
    assert logger in noisy.text
    errors = str(project.query("select error from ops.load_runs"))
    for text in (said, logged(noisy), errors):
        assert "s3cret" not in text
