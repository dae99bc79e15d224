"""Sheets, and where they are loaded to."""

from pathlib import Path

import pytest

from loaders.warehouse import DuckDB, Postgres, Warehouse
from sandbox.server import Sandbox
from tests.loaders.records.sheets.stand import Stand
from tests.postgres import Server
from tests.support import QUICK_RETRIES


@pytest.fixture
def sheets(
    tmp_path: Path,
    sandbox: Sandbox,
    target: str,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> Stand:
    """Client 713's targets in the sandbox, and an empty warehouse."""
    for name, value in QUICK_RETRIES.items():
        monkeypatch.setenv(name, value)
    warehouse: Warehouse = DuckDB(tmp_path / "warehouse.duckdb")
    if target == "prod":
        server: Server = request.getfixturevalue("postgres")
        warehouse = Postgres(server.create().environ)
    return Stand(sandbox, warehouse, tmp_path / "work")
