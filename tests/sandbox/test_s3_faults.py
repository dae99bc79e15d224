"""The bucket's bad habits, as boto3 meets them."""

import time

import pytest
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionClosedError,
    IncompleteReadError,
    ResponseStreamingError,
)

from sandbox.s3_faults import S3_FAULTS
from sandbox.server import Sandbox
from tests.sandbox.bucket import BUCKET, FIRST, client, keys, read


@pytest.mark.parametrize(
    ("fault", "options", "code", "status"),
    [
        ("slow_down", {}, "SlowDown", 503),
        ("server_error", {"status": 502}, "InternalError", 502),
        ("forbidden", {}, "AccessDenied", 403),
        ("forbidden", {"code": "ExpiredToken"}, "ExpiredToken", 403),
        ("missing", {}, "NoSuchKey", 404),
    ],
)
def test_errors(
    sandbox: Sandbox, fault: str, options: dict[str, object], code: str, status: int
) -> None:
    s3 = client(sandbox)
    sandbox.s3_exports.faults.on(fault, times=1, **options)
    with pytest.raises(ClientError) as refused:
        read(s3)
    assert refused.value.response["Error"]["Code"] == code
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == status
    assert read(s3)


def test_slow(sandbox: Sandbox) -> None:
    s3 = client(sandbox)
    sandbox.s3_exports.faults.on("slow", seconds=0.2)
    started = time.monotonic()
    read(s3)
    assert time.monotonic() - started > 0.2


def test_the_connection_is_dropped(sandbox: Sandbox) -> None:
    s3 = client(sandbox)
    sandbox.s3_exports.faults.on("connection_dropped")
    with pytest.raises((ConnectionClosedError, BotoCoreError)):
        read(s3)


def test_the_body_is_cut_off(sandbox: Sandbox) -> None:
    s3 = client(sandbox)
    sandbox.s3_exports.faults.on("body_cut_off")
    with pytest.raises((IncompleteReadError, ResponseStreamingError)):
        read(s3)


def test_the_body_is_shorter_than_listed(sandbox: Sandbox) -> None:
    s3 = client(sandbox)
    sandbox.s3_exports.faults.on("truncated")
    whole = sandbox.s3_exports.file(FIRST).body
    assert read(s3) == whole[: len(whole) // 2]
    assert s3.head_object(Bucket=BUCKET, Key=FIRST)["ContentLength"] == len(whole)


def test_the_object_is_replaced_after_the_first_part(sandbox: Sandbox) -> None:
    s3 = client(sandbox)
    sandbox.s3_exports.faults.on("replaced", path=FIRST)
    first = s3.get_object(Bucket=BUCKET, Key=FIRST, Range="bytes=0-99")
    with pytest.raises(ClientError, match="PreconditionFailed"):
        s3.get_object(Bucket=BUCKET, Key=FIRST, Range="bytes=100-199", IfMatch=first["ETag"])
    second = s3.get_object(Bucket=BUCKET, Key=FIRST, Range="bytes=100-199")
    assert second["ETag"] != first["ETag"]
    assert s3.get_object(Bucket=BUCKET, Key=FIRST)["ETag"] == second["ETag"], "replaced once"


def test_the_object_is_replaced_before_it_is_read(sandbox: Sandbox) -> None:
    s3 = client(sandbox)
    listed = s3.head_object(Bucket=BUCKET, Key=FIRST)
    sandbox.s3_exports.faults.on("replaced", when="before", body="orders_id\n9\n")
    got = s3.get_object(Bucket=BUCKET, Key=FIRST)
    assert got["Body"].read() == b"orders_id\n9\n"
    assert got["ETag"] != listed["ETag"]


def test_the_listing_comes_in_pages(sandbox: Sandbox) -> None:
    s3 = client(sandbox)
    everything = keys(s3)
    sandbox.s3_exports.requests.clear()
    sandbox.s3_exports.faults.on("small_pages", keys=9)
    assert keys(s3) == everything
    assert len(sandbox.s3_exports.requests) == 5


def test_a_fault_is_aimed_at_a_file(sandbox: Sandbox) -> None:
    s3 = client(sandbox)
    sandbox.s3_exports.faults.on("missing", path="orders-create-2025-12-04")
    assert read(s3)
    with pytest.raises(ClientError, match="NoSuchKey"):
        read(s3, "orders-create/orders-create-2025-12-04.csv")


def test_every_fault_is_known(sandbox: Sandbox) -> None:
    assert sandbox.s3_exports.faults.known == {fault.name: fault for fault in S3_FAULTS}
    with pytest.raises(ValueError, match="no fault 'capped'"):
        sandbox.s3_exports.faults.on("capped")
