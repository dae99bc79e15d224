"""A project that reads order files, and a bucket that holds what a test puts there."""

import pytest

from sandbox.s3 import S3Exports
from sandbox.server import Sandbox
from tests.loaders.files.support import read_from
from tests.support import Project


@pytest.fixture
def bucket(demo_bucket: S3Exports) -> S3Exports:
    """The bucket, empty."""
    demo_bucket.empty()
    return demo_bucket


@pytest.fixture
def orders(
    project: Project, sandbox: Sandbox, demo_bucket: S3Exports, monkeypatch: pytest.MonkeyPatch
) -> Project:
    """A project whose client 713 has order files in the sandbox's bucket."""
    read_from(sandbox, project)
    for name, value in project.environ.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("loaders.files.bucket.sleep", lambda _seconds: None)
    return project
