"""The bucket over the wire: its files, and what changes while they are read."""

from datetime import UTC, datetime, timedelta

import pytest
import requests
from botocore.exceptions import ClientError

from sandbox.order_files import demo_files
from sandbox.server import Sandbox
from tests.sandbox.bucket import BUCKET, FIRST, client, keys, read


def test_files_are_listed_and_read(sandbox: Sandbox) -> None:
    s3 = client(sandbox)
    listed = s3.list_objects_v2(Bucket=BUCKET, Prefix="orders-create/orders")["Contents"]
    assert len(listed) == 18
    assert listed[0]["Key"] == FIRST
    assert listed[0]["LastModified"] == datetime(2025, 12, 2, 9, 10, tzinfo=UTC)
    got = s3.get_object(Bucket=BUCKET, Key=FIRST)
    assert got["ETag"] == listed[0]["ETag"]
    body = got["Body"].read()
    assert len(body) == listed[0]["Size"]
    assert body == sandbox.s3_exports.file(FIRST).body == demo_files()[1].body
    part = s3.get_object(Bucket=BUCKET, Key=FIRST, Range="bytes=7-8", IfMatch=got["ETag"])
    assert part["Body"].read() == body[7:9]
    asked = sandbox.s3_exports.requests[-1]
    assert (asked.path, asked.body, asked.status) == (f"/{BUCKET}/{FIRST}", "bytes=7-8", 206)


def test_nobody_is_refused(sandbox: Sandbox) -> None:
    answer = requests.get(f"{sandbox.url('s3_exports')}/{BUCKET}", timeout=10)
    assert (answer.status_code, "AccessDenied" in answer.text) == (403, True)


def test_put_resend_and_remove(sandbox: Sandbox) -> None:
    s3, exports = client(sandbox), sandbox.s3_exports
    exports.put("orders-create/own ü+.csv", b"orders_id\n1\n")
    assert read(s3, "orders-create/own ü+.csv") == b"orders_id\n1\n"
    before = s3.head_object(Bucket=BUCKET, Key=FIRST)
    exports.resend(FIRST, b"orders_id\n2\n")
    after = s3.head_object(Bucket=BUCKET, Key=FIRST)
    assert after["ETag"] != before["ETag"]
    assert after["LastModified"] - before["LastModified"] == timedelta(hours=1)
    assert read(s3) == b"orders_id\n2\n"
    exports.remove(FIRST)
    assert FIRST not in keys(s3)
    exports.reset()
    assert keys(s3) == sorted(file.key for file in demo_files())


def test_two_buckets_of_one_name_do_not_share(sandbox: Sandbox) -> None:
    with Sandbox() as other:
        sandbox.s3_exports.remove(FIRST)
        assert FIRST in keys(client(other))
        other.s3_exports.empty()
        assert keys(client(other)) == []
    assert len(keys(client(sandbox))) == len(demo_files()) - 1


def test_an_object_is_replaced_between_its_parts(sandbox: Sandbox) -> None:
    s3 = client(sandbox)
    sandbox.s3_exports.faults.on("replaced", path=FIRST)
    first = s3.get_object(Bucket=BUCKET, Key=FIRST, Range="bytes=0-99")
    with pytest.raises(ClientError, match="PreconditionFailed"):
        s3.get_object(Bucket=BUCKET, Key=FIRST, Range="bytes=100-199", IfMatch=first["ETag"])
    second = s3.get_object(Bucket=BUCKET, Key=FIRST)
    assert second["ETag"] != first["ETag"]
    assert read(s3) == second["Body"].read(), "replaced once"


def test_the_listing_comes_in_pages(sandbox: Sandbox) -> None:
    s3 = client(sandbox)
    everything = keys(s3)
    sandbox.s3_exports.requests.clear()
    sandbox.s3_exports.faults.on("small_pages", keys=9)
    assert keys(s3) == everything
    assert len(sandbox.s3_exports.requests) == 5
