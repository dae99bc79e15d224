"""Google Sheets: the numbers that people type, such as the targets of each advertiser."""

from collections.abc import Iterator
from datetime import time

from loaders.errors import ApiError
from loaders.records.source import Page, RecordSource, RecordTable, Span
from loaders.source import Account, Finding, Setting
from loaders.table import Column, Table

TARGETS = RecordTable(
    Table(
        "targets",
        {
            "advertiser": Column("text", "The advertiser's label, as in client.toml.", True),
            "month": Column("date", "The first day of the month.", True),
            "budget": Column("decimal", "What may be spent; blank where nobody has said."),
            "basis": Column("text", "What the budget is of: spend or effective_cost."),
            "target_cpa": Column("decimal", "What a conversion may cost, on the same basis."),
            "note": Column("text", "Anything."),
        },
        key=("advertiser", "month"),
    )
)


class GoogleSheets:
    """One client's sheets."""

    def __init__(self, account: Account) -> None:
        self.account = account

    def read(self, table: RecordTable, span: Span) -> Iterator[Page]:
        raise ApiError(f"google_sheets: {table.name} {span}: not yet")

    def examine(self) -> Iterator[Finding]:
        raise ApiError("google_sheets: not yet")


SOURCE = RecordSource(
    name="google_sheets",
    tables=(TARGETS,),
    settings=(
        Setting("credentials_json", "", known_as="GOOGLE_SHEETS_CREDENTIALS_JSON"),
        Setting("credentials_path", "", known_as="GOOGLE_SHEETS_CREDENTIALS_PATH"),
        Setting("base_url", "https://sheets.googleapis.com"),
    ),
    closes_at=time(3),
    open=GoogleSheets,
)
