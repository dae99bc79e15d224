"""A fresh sandbox for each test, without the limits that would slow it down."""

from collections.abc import Iterator

import pytest

from sandbox.server import Sandbox


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        running.everflow.lift_limits()
        running.redtrack.lift_limits()
        running.google_sheets.lift_limits()
        yield running
