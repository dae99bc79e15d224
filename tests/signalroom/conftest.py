"""The sandbox's bucket, to which the environment points."""

from collections.abc import Iterator

import pytest

from sandbox.s3 import S3Exports
from sandbox.server import Sandbox
from tests.support import bucket_environ


@pytest.fixture
def bucket(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Iterator[S3Exports]:
    """The bucket with the demo's files; projects of the test have it configured."""
    for name, value in bucket_environ(sandbox).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("loaders.files.bucket.sleep", lambda _seconds: None)
    sandbox.s3_exports.reset()
    yield sandbox.s3_exports
    sandbox.s3_exports.faults.clear()
    sandbox.s3_exports.requests.clear()
    sandbox.s3_exports.reset()
