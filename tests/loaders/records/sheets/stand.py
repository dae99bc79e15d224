"""Sheets of the sandbox, a warehouse, and the loads between them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from loaders import ledger, ops
from loaders.sheets.sheet import Sheet, SheetColumn, SheetType
from loaders.source import Account, Finding, Job, Request
from loaders.sources.google_sheets import SOURCE
from loaders.table import Page
from loaders.warehouse import Warehouse
from loaders.windows import Window
from sandbox.google_sheets.data import TARGETS
from sandbox.server import Sandbox


def sheet(
    range: str,
    columns: dict[str, SheetType],
    *,
    key: Sequence[str],
    table: str = "typed",
    spreadsheet: str = TARGETS,
    names: dict[str, str] | None = None,
) -> Sheet:
    """A sheet by the types of its headers; `names` where the header is no name."""
    made = tuple(
        SheetColumn(header, name, kind)
        for header, kind in columns.items()
        for name in [(names or {}).get(header, header)]
    )
    return Sheet(spreadsheet, range, table, tuple(key), made)


TARGETS_SHEET = sheet(
    "targets",
    {
        "advertiser": "text",
        "month": "month",
        "budget": "decimal",
        "basis": "text",
        "target_cpa": "decimal",
        "note": "text",
    },
    key=("advertiser", "month"),
    table="targets",
)


@dataclass
class Stand:
    """Client 713 with sheets of its own."""

    sandbox: Sandbox
    warehouse: Warehouse
    workdir: Path
    sheets: tuple[Sheet, ...] = (TARGETS_SHEET,)
    currency: str = "USD"
    settings: dict[str, str] = field(default_factory=dict)
    runs: int = 0

    @property
    def account(self) -> Account:
        environ = self.sandbox.environ("google_sheets")
        settings = {
            "base_url": environ["GOOGLE_SHEETS_BASE_URL"],
            "credentials_json": environ["GOOGLE_SHEETS_CREDENTIALS_JSON"],
            "credentials_path": "",
        }
        zone, start = "America/New_York", date(2025, 12, 1)
        return Account("713", zone, self.currency, start, settings | self.settings, self.sheets)

    def load(self, **request: Any) -> ops.Run:
        """The run of the only table."""
        (run,) = self.load_all(**request)
        return run

    def load_all(self, **request: Any) -> list[ops.Run]:
        self.runs += 1
        if self.runs == 1:
            ops.create(self.warehouse)
            ledger.create_tables(self.warehouse, schema=SOURCE.name, tables=SOURCE.tables)
        job = Job(
            self.account, self.warehouse, self.workdir, Request(f"run-{self.runs}", **request)
        )
        return list(SOURCE.load(job))

    def read(self) -> list[Page]:
        """What is read of the first sheet's table, without a warehouse."""
        table = next(t for t in SOURCE.of(self.account) if t.name == self.sheets[0].table)
        return list(SOURCE.open(self.account).read(table, Window()))

    def found(self, *columns: str) -> tuple[list[tuple[Any, ...]], list[tuple[str, int, str]]]:
        """What is read of it: the rows, and where others are and why they cannot be read."""
        pages = self.read()
        rows = [tuple(row[name] for name in columns) for page in pages for row in page.rows]
        wrong = [(one.origin, one.line, one.reason) for page in pages for one in page.rejected]
        return rows, wrong

    def examine(self) -> list[Finding]:
        return list(SOURCE.examine(self.account))

    def rows(self, columns: str, *, table: str = "targets") -> list[Any]:
        """The rows that are there upstream, as far as is known."""
        sql = f"select {columns} from google_sheets.{table} where _removed_at is null order by 1, 2"
        return list(self.warehouse.query(sql))

    def rejected(self) -> list[Any]:
        """Where each rejected row of the newest run stood, and why it was rejected."""
        return list(
            self.warehouse.query(
                "select origin, line, reason from ops.rejected_rows where run_id = %s "
                "order by line, origin",
                (f"run-{self.runs}",),
            )
        )
