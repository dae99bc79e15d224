"""What tests of readers need."""

import pytest

from tests.support import QUICK_RETRIES


@pytest.fixture
def quick_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    """Short waits before a request is tried again."""
    for name, value in QUICK_RETRIES.items():
        monkeypatch.setenv(name, value)
