"""The sandbox's bucket, to which the environment points; and a project to compile seeds in."""

import shutil
from pathlib import Path

import pytest

from sandbox.s3 import S3Exports
from sandbox.server import Sandbox
from tests.support import REPOSITORY


@pytest.fixture
def bucket(demo_bucket: S3Exports, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> S3Exports:
    """The bucket with the demo's files; projects of the test have it configured."""
    for name, value in sandbox.environ("s3_exports").items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("loaders.files.bucket.sleep", lambda _seconds: None)
    return demo_bucket


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with our own clients, without seeds."""
    shutil.copytree(REPOSITORY / "data", tmp_path / "data")
    monkeypatch.chdir(tmp_path)
    return tmp_path
