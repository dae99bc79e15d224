"""Google Sheets: the numbers that people type, such as the targets of each advertiser.

    a range of a spreadsheet  ->  the table that client.toml names for it

- There is no paging and no change feed: every run reads every sheet, in one answer each, so that
  values and formats are of one moment.
- A service account reads what is shared with its address.
- Whether a number is a date, a percentage or an amount, only the cell's format says.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import time
from functools import cached_property
from typing import TYPE_CHECKING

from loaders.errors import ApiError
from loaders.fitting import ColumnType
from loaders.records import RecordSource
from loaders.sheets.grid import Grid, find_columns, read_rows
from loaders.sheets.sheet import RAW_TYPES, Sheet, SheetType
from loaders.source import Account, Finding, Setting
from loaders.table import Column, Page, Rejected, Row, Table
from loaders.windows import Window

if TYPE_CHECKING:
    from loaders.sheets.google import Spreadsheets

TARGETS = Table(
    "targets",
    {
        "advertiser": Column("text", required=True),
        "month": Column("date", required=True),
        "budget": Column("decimal"),
        "basis": Column("text"),
        "target_cpa": Column("decimal"),
        "note": Column("text"),
    },
    key=("advertiser", "month"),
)
# how a sheet must declare the columns of ours: dates there are months, and numbers amounts
TYPES_OF_OURS: Mapping[ColumnType, SheetType] = {
    "text": "text",
    "date": "month",
    "decimal": "decimal",
}


def tables_of(account: Account) -> Sequence[Table]:
    """The tables that an account's sheets feed; what one of them leaves out is blank."""
    sheets: dict[str, list[Sheet]] = {}
    for sheet in account.sheets:
        sheets.setdefault(sheet.table, []).append(sheet)
    return [TARGETS if name == TARGETS.name else _table(name, fed) for name, fed in sheets.items()]


def _table(name: str, sheets: Sequence[Sheet]) -> Table:
    key = sheets[0].key
    columns = {
        column.name: Column(RAW_TYPES[column.type], column.name in key)
        for sheet in sheets
        for column in sheet.columns
    }
    return Table(name, columns, key)


class GoogleSheets:
    """One client's sheets."""

    def __init__(self, account: Account) -> None:
        self.account = account

    @cached_property
    def spreadsheets(self) -> "Spreadsheets":
        from loaders.sheets.google import Spreadsheets

        return Spreadsheets(self.account.settings)

    def read(self, table: Table, window: Window) -> Iterator[Page]:  # noqa: ARG002 -- all of it
        """The rows of every sheet of a table; the second of two with one key is reported."""
        places: dict[tuple[object, ...], str] = {}
        for sheet in self.account.sheets:
            if sheet.table != table.name:
                continue
            _, grid = self._grid(sheet)
            rows: list[Row] = []
            rejected: list[Rejected] = []
            for found in read_rows(sheet, grid, self.account.currency):
                if isinstance(found, Rejected):
                    rejected.append(found)
                    continue
                origin, line, row = found
                key = tuple(row[name] for name in table.key)
                if first := places.get(key):
                    named = ", ".join(map(str, key))
                    reason = f"{', '.join(sheet.key)}: a second row for {named}, after {first}"
                    rejected.append(Rejected(origin, line, reason, row))
                    continue
                places[key] = origin
                rows.append(row)
            yield Page(f"{sheet.spreadsheet} {sheet.range}", rows, rejected)

    def examine(self) -> Iterator[Finding]:
        """Whether each sheet can be read, and its columns are there."""
        for sheet in self.account.sheets:
            try:
                title, grid = self._grid(sheet)
                if grid.is_blank:
                    where = f"{sheet.spreadsheet} ({title})"
                    yield Finding("warn", f"google_sheets: {where}: {sheet.range} is empty")
                    continue
                places = find_columns(sheet, grid)
            except ApiError as error:
                yield Finding("fail", str(error))
                continue
            row = grid.top + sheet.header_row - 1
            headers = ", ".join(
                f"{column.header} in {grid.address(row, place)}" for column, place in places.items()
            )
            yield Finding(
                "ok",
                f"google_sheets: {sheet.spreadsheet} ({title}), {sheet.range} for {sheet.table}: "
                f"{headers}",
            )

    def _grid(self, sheet: Sheet) -> tuple[str, Grid]:
        """The title of a spreadsheet and the cells of its range."""
        answered = self.spreadsheets.get(sheet)
        try:
            return answered["properties"]["title"], Grid.of(answered)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise ApiError(
                f"google_sheets: spreadsheet {sheet.spreadsheet}: the answer is not as Google "
                f"describes it ({type(error).__name__} {error})"
            ) from None


SOURCE = RecordSource(
    name="google_sheets",
    tables=(TARGETS,),
    settings=(
        Setting(
            "credentials_json", "", env_var="GOOGLE_SHEETS_CREDENTIALS_JSON", allow_any_text=True
        ),
        Setting(
            "credentials_path",
            "",
            env_var="GOOGLE_SHEETS_CREDENTIALS_PATH",
            allow_any_text=True,
            alternative_to="credentials_json",
        ),
        Setting("base_url", "https://sheets.googleapis.com"),
    ),
    closes_at=time(3),
    open=GoogleSheets,
    tables_of=tables_of,
)
