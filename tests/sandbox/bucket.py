"""How the tests read the sandbox's bucket: with boto3."""

from typing import TYPE_CHECKING

import boto3
from botocore.config import Config

from sandbox.s3_auth import ACCESS_KEY, SECRET_KEY
from sandbox.server import Sandbox

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

BUCKET = "sandbox-sticky-713"
FIRST = "orders-create/orders-create-2025-12-01.csv"


def client(sandbox: Sandbox) -> "S3Client":
    """A client that does not try again."""
    return boto3.client(
        "s3",
        endpoint_url=sandbox.url("s3_exports"),
        region_name="us-east-1",
        aws_access_key_id=ACCESS_KEY,
        aws_secret_access_key=SECRET_KEY,
        config=Config(retries={"total_max_attempts": 1}, read_timeout=10),
    )


def keys(s3: "S3Client", prefix: str = "") -> list[str]:
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix=prefix)
    return [found["Key"] for page in pages for found in page.get("Contents", [])]


def read(s3: "S3Client", key: str = FIRST) -> bytes:
    return s3.get_object(Bucket=BUCKET, Key=key)["Body"].read()
