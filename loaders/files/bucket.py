"""A bucket that speaks S3, at AWS or anywhere else: what lies in it, and one object at a time.

An object is read in the version that was listed (If-Match with its ETag), whole, and into a
nameless file of this machine that goes with the process: it may still hold card numbers.
"""

import logging
import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from time import sleep
from typing import IO, Any

from loaders.errors import ApiError, FileError, writing
from loaders.redaction import conceal
from loaders.source import Setting

log = logging.getLogger(__name__)

READ_TIMEOUT = 60  # seconds
ATTEMPTS = 3
PART = 1 << 20
SAID_EVERY = 50 << 20

REDIRECTS = (301, 302, 303, 307, 308)

# What S3 and its client say of a setting that is wrong, and which one to look at.
REMEDIES = {
    r"InvalidToken|ExpiredToken": "check AWS_SESSION_TOKEN",
    r"InvalidAccessKeyId|locate credentials|Partial credentials": (
        "check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
    ),
    r"SignatureDoesNotMatch": "check AWS_SECRET_ACCESS_KEY",
    r"AccessDenied|Forbidden": (
        "check AWS_ACCESS_KEY_ID: its owner needs s3:ListBucket and s3:GetObject"
    ),
    r"NoSuchBucket|Invalid bucket name": "check {setting}",
    r"Redirect|AuthorizationHeaderMalformed|IllegalLocation|region": "check AWS_REGION",
    r"endpoint|redirect to": "check AWS_ENDPOINT_URL",
    r"config profile": "check AWS_PROFILE",
}


@dataclass(frozen=True)
class StoredFile:
    """An object as it was listed."""

    key: str
    etag: str
    size: int
    last_modified: datetime


AWS = (  # keys left blank are looked for where AWS's own tools do
    Setting("access_key_id", "", env_var="AWS_ACCESS_KEY_ID"),
    Setting("secret_access_key", "", env_var="AWS_SECRET_ACCESS_KEY"),
    Setting("session_token", "", env_var="AWS_SESSION_TOKEN"),
    Setting("region", "us-east-1", env_var="AWS_REGION"),
    Setting("endpoint_url", "", env_var="AWS_ENDPOINT_URL"),
)


@dataclass(frozen=True)
class Bucket:
    """One bucket; `setting` is the variable that names it, `aws` has the values of AWS."""

    name: str
    setting: str
    aws: Mapping[str, str] = field(repr=False)

    @cached_property
    def _client(self) -> Any:
        import boto3
        from botocore.config import Config
        from botocore.exceptions import BotoCoreError

        given = {name: value or None for name, value in self.aws.items()}
        endpoint = given["endpoint_url"]
        conceal(self.aws["secret_access_key"], self.aws["session_token"])
        try:
            client = boto3.client(
                "s3",
                region_name=given["region"],
                endpoint_url=endpoint,
                aws_access_key_id=given["access_key_id"],
                aws_secret_access_key=given["secret_access_key"],
                aws_session_token=given["session_token"],
                config=Config(
                    connect_timeout=10,
                    read_timeout=READ_TIMEOUT,
                    retries={"mode": "standard", "max_attempts": 5},
                    s3={"addressing_style": "path" if endpoint else "auto"},
                ),
            )
        except (BotoCoreError, ValueError) as error:  # ValueError: an endpoint without http
            raise self._refused(f"s3://{self.name} cannot be opened", error) from error
        if endpoint:
            client.meta.events.register("before-parse.s3", _refuse_redirect)
        return client

    def address(self, prefix: str) -> str:
        return f"s3://{self.name}/{prefix}"

    def files(self, prefix: str) -> list[StoredFile]:
        """Every object below a prefix, without folders made by hand; ApiError when refused."""
        from botocore.exceptions import BotoCoreError, ClientError
        from botocore.parsers import ResponseParserError

        pages = self._client.get_paginator("list_objects_v2").paginate(
            Bucket=self.name, Prefix=prefix
        )
        try:
            listed = list(pages)
        except (BotoCoreError, ClientError, ResponseParserError) as error:
            raise self._refused(f"{self.address(prefix)} cannot be listed", error) from error
        # boto3 finds nothing in a page of HTML, and goes no further where the next page has no name
        if not all("IsTruncated" in page for page in listed) or listed[-1]["IsTruncated"]:
            raise ApiError(
                f"{self.address(prefix)} cannot be listed: the answer is no whole listing",
                "check AWS_ENDPOINT_URL, and that no proxy answers in its place",
            )
        return [
            StoredFile(item["Key"], item["ETag"], int(item["Size"]), item["LastModified"])
            for page in listed
            for item in page.get("Contents", [])
            if not item["Key"].endswith("/")
        ]

    @contextmanager
    def read(self, file: StoredFile) -> Iterator[tuple[StoredFile, IO[bytes]]]:
        """The object, in its present version; FileError after some attempts."""
        with tempfile.TemporaryFile() as local:
            for attempt in range(ATTEMPTS):
                sleep(attempt)
                local.seek(0)
                local.truncate()
                problem = self._fetch(file, local)
                if problem is None:
                    break
                log.info("%s: %s; reading it again", file.key, problem)
                file = self._now(file)
            else:
                raise FileError(f"{problem}, {ATTEMPTS} times over")
            yield file, local

    def _fetch(self, file: StoredFile, local: IO[bytes]) -> str | None:
        """Write an object to a file; what went wrong, where reading it again may help."""
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            answer = self._client.get_object(Bucket=self.name, Key=file.key, IfMatch=file.etag)
            for part in answer["Body"].iter_chunks(PART):
                with writing(tempfile.gettempdir()):
                    local.write(part)
                    local.flush()
                if local.tell() % SAID_EVERY < len(part):
                    log.info("%s: %d of %d MB", file.key, local.tell() >> 20, file.size >> 20)
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] == 412:
                return "was replaced while it was read"
            raise FileError(*self._explained(error)) from error
        except (BotoCoreError, ConnectionError, TimeoutError) as error:
            return f"broke off at {local.tell():,} of {file.size:,} bytes ({type(error).__name__})"
        if local.tell() != file.size:
            return f"has {local.tell():,} bytes instead of {file.size:,}"
        return None

    def _now(self, file: StoredFile) -> StoredFile:
        """The object as it is listed now."""
        try:
            listed = self.files(file.key)
        except ApiError as error:
            raise FileError(str(error)) from error
        for found in listed:
            if found.key == file.key:
                return found
        raise FileError("was removed while it was read")

    def _refused(self, what: str, error: Exception) -> ApiError:
        from botocore.exceptions import ClientError, ConnectionError, HTTPClientError

        said, remedy = self._explained(error)
        is_transient = isinstance(error, HTTPClientError | ConnectionError)
        if isinstance(error, ClientError):
            status = error.response["ResponseMetadata"].get("HTTPStatusCode", 0)
            is_transient = status == 429 or status >= 500
        return ApiError(f"{what}: {said}", remedy, is_transient=is_transient)

    def _explained(self, error: Exception) -> tuple[str, str]:
        """What went wrong, on one line, and the setting to look at."""
        text = " ".join(str(error).split())[:300].rstrip(".")
        remedies = (remedy for said, remedy in REMEDIES.items() if re.search(said, text))
        return text, next(remedies, "").format(setting=self.setting)


def _refuse_redirect(response_dict: Any, operation_model: Any, **_: Any) -> None:
    """ClientError where an endpoint of one's own sends us on: boto3 may ask it again for ever."""
    from botocore.exceptions import ClientError

    status = response_dict["status_code"]
    if status in REDIRECTS:
        said: Any = {
            "Error": {"Code": str(status), "Message": "a redirect to another address"},
            "ResponseMetadata": {"HTTPStatusCode": status},
        }
        raise ClientError(said, operation_model.name)
