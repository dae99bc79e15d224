"""Sheets, and where they are loaded to."""

from pathlib import Path

import pytest

from loaders.warehouse import Warehouse
from sandbox.server import Sandbox
from tests.loaders.records.sheets.stand import Stand


@pytest.fixture
def sheets(tmp_path: Path, sandbox: Sandbox, warehouse: Warehouse, quick_retries: None) -> Stand:
    """Client 713's targets in the sandbox, and an empty warehouse."""
    return Stand(sandbox, warehouse, tmp_path / "work")
