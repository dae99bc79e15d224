"""The bucket over the wire: its files, its keys, and how it is steered."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests
from botocore.exceptions import ClientError

from sandbox.order_files import demo_files, write_full
from sandbox.orders import Volume
from sandbox.server import Sandbox
from tests.sandbox.bucket import BUCKET, FIRST, client, keys, read, records


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
    assert body == sandbox.s3_exports.file(FIRST).body
    part = s3.get_object(Bucket=BUCKET, Key=FIRST, Range="bytes=7-8", IfMatch=got["ETag"])
    assert part["Body"].read() == body[7:9]


@pytest.mark.parametrize(
    ("key", "secret", "code"),
    [("nobody", "sandbox", "InvalidAccessKeyId"), ("sandbox", "wrong", "SignatureDoesNotMatch")],
)
def test_wrong_credentials_are_refused(sandbox: Sandbox, key: str, secret: str, code: str) -> None:
    with pytest.raises(ClientError, match=code):
        keys(client(sandbox, key=key, secret=secret))


def test_nobody_is_refused(sandbox: Sandbox) -> None:
    answer = requests.get(f"{sandbox.url('s3_exports')}/{BUCKET}", timeout=10)
    assert answer.status_code == 403
    assert "AccessDenied" in answer.text


def test_another_bucket_is_not_there(sandbox: Sandbox) -> None:
    with pytest.raises(ClientError, match="NoSuchBucket"):
        client(sandbox).list_objects_v2(Bucket="another")


def test_put_resend_and_remove(sandbox: Sandbox) -> None:
    s3, exports = client(sandbox), sandbox.s3_exports
    exports.put("orders-create/own ü+.csv", b"orders_id\n1\n")
    assert read(s3, "orders-create/own ü+.csv") == b"orders_id\n1\n"
    before = s3.head_object(Bucket=BUCKET, Key=FIRST)
    again = exports.resend(FIRST)
    after = s3.head_object(Bucket=BUCKET, Key=FIRST)
    assert after["ETag"] != before["ETag"]
    assert after["LastModified"] - before["LastModified"] == timedelta(hours=1)
    sent = [row for _, *row in records(FIRST, read(s3))[1:]]
    assert sent == [list(row.values())[1:] for row in again.rows.values()]
    exports.resend(FIRST, b"orders_id\n2\n")
    assert read(s3) == b"orders_id\n2\n"
    with pytest.raises(ValueError, match="give a body"):
        exports.resend(FIRST)
    exports.remove(FIRST)
    assert FIRST not in keys(s3)
    exports.reset()
    assert keys(s3) == sorted(file.key for file in demo_files())


def test_an_upload_over_the_wire_is_there(sandbox: Sandbox) -> None:
    s3 = client(sandbox)
    s3.put_object(Bucket=BUCKET, Key="orders-create/new.csv", Body=b"x" * 100)
    assert read(s3, "orders-create/new.csv") == b"x" * 100
    assert "orders-create/new.csv" in sandbox.s3_exports.list()
    s3.put_object(Bucket=BUCKET, Key=FIRST, Body=b"orders_id\n")
    uploaded = sandbox.s3_exports.file(FIRST)
    assert (uploaded.body, uploaded.rows) == (b"orders_id\n", {})
    s3.delete_object(Bucket=BUCKET, Key=FIRST)
    with pytest.raises(ValueError, match="no file"):
        sandbox.s3_exports.remove(FIRST)


def test_a_folder_is_put_in_place_of_the_demo(sandbox: Sandbox, tmp_path: Path) -> None:
    write_full(tmp_path, Volume(created=20, updated=30, days=2))
    sandbox.s3_exports.put_folder(tmp_path)
    s3 = client(sandbox)
    assert len(keys(s3)) == len(sandbox.s3_exports.list()) == 4
    modified = s3.head_object(Bucket=BUCKET, Key=FIRST)["LastModified"]
    assert modified == datetime(2025, 12, 2, 9, 10, tzinfo=UTC)
    assert read(s3) == (tmp_path / FIRST).read_bytes()


def test_a_sandbox_that_is_not_asked_for_files_does_not_load_moto() -> None:
    program = (
        "import sys; from sandbox.server import Sandbox\n"
        "with Sandbox() as s: s.url('everflow')\n"
        "sys.exit('moto' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_two_buckets_of_one_name_do_not_share(sandbox: Sandbox) -> None:
    with Sandbox() as other:
        sandbox.s3_exports.remove(FIRST)
        assert FIRST in keys(client(other))
        other.s3_exports.empty()
        assert keys(client(other)) == []
    assert len(keys(client(sandbox))) == len(demo_files()) - 1


def test_the_log_tells_what_was_asked(sandbox: Sandbox) -> None:
    s3 = client(sandbox)
    keys(s3, "orders-update/")
    s3.get_object(Bucket=BUCKET, Key=FIRST, Range="bytes=0-9")
    listed, got = sandbox.s3_exports.requests
    assert (listed.path, listed.query["prefix"], listed.status) == (
        f"/{BUCKET}", "orders-update/", 200,
    )  # fmt: skip
    assert (got.method, got.path, got.body, got.status) == (
        "GET", f"/{BUCKET}/{FIRST}", "bytes=0-9", 206,
    )  # fmt: skip


def test_it_is_steered_by_routes(sandbox: Sandbox) -> None:
    s3 = client(sandbox)
    base = sandbox.url("everflow").removesuffix("everflow") + "_sandbox/s3_exports"

    def steer(path: str, **body: object) -> int:
        return requests.post(f"{base}/{path}", json=body, timeout=10).status_code

    assert steer("restate", verb="put", key="orders-create/a.csv", text="orders_id\n") == 200
    assert read(s3, "orders-create/a.csv") == b"orders_id\n"
    assert steer("restate", verb="resend", key=FIRST) == 200
    assert steer("restate", verb="remove", key="orders-create/a.csv") == 200
    assert steer("restate", verb="burn", key=FIRST) == 400
    assert steer("restate", verb="put", key=FIRST) == 400
    assert steer("restate", verb="remove", key="nothing.csv") == 400
    assert steer("faults", name="missing") == 200
    with pytest.raises(ClientError, match="NoSuchKey"):
        read(s3)
    requests.delete(f"{base}/restate", timeout=10)
    requests.delete(f"{base}/faults", timeout=10)
    assert read(s3) == demo_files()[1].body
