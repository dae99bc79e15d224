"""A mart of odd values, one client's among another's, and a table in its schema that is no mart."""

from datetime import date
from decimal import Decimal

TEXTS = (
    *("=1+1", "+1", "-7", "@SUM(A1)", "\t=1", "\r=1", "＝1", "-", "'"),  # noqa: RUF001
    *("plain", 'a, "b"\nc', "0012345678905", "it's ü ✓", "<b>&amp;", "", None, "null"),
)
LARGEST = Decimal("99999999999999.9999")
DAY = date(2025, 12, 1)
TYPES = {
    "client_id": "text",
    "zebra": "text",
    "report_date": "date",
    "row_id": "bigint",
    "spend": "decimal(18,4)",
    "click_rate": "decimal(18,4)",
    "is_complete": "boolean",
}
ROWS = [
    (
        *("713", text, None if number == 3 else DAY, number),
        Decimal("0.1000") if number else -LARGEST,
        None if number == 2 else Decimal("0.2531"),
        None if number == 1 else number % 2 == 0,
    )
    for number, text in enumerate(TEXTS)
]
LARGE_ID = 9_007_199_254_740_993  # no double holds it
ROWS[0] = (*ROWS[0][:3], LARGE_ID, *ROWS[0][4:])
OTHERS = ("cti", "CANARY", DAY, 1, Decimal("0.1000"), None, True)
DESCRIPTION = "One row per client and text; it's odd."


def _literal(value: object) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case str() | date():
            escaped = str(value).replace("'", "''")
            return f"cast('{escaped}' as {'date' if isinstance(value, date) else 'text'})"
        case _:
            return str(value)


_COLUMNS = ", ".join(f"{name} {kind}" for name, kind in TYPES.items())
_VALUES = ", ".join(f"({', '.join(map(_literal, row))})" for row in [*ROWS, OTHERS])
_NOTED = DESCRIPTION.replace("'", "''")
MADE = (
    "create schema marts",
    f"create table marts.odd_texts ({_COLUMNS})",
    f"insert into marts.odd_texts values {_VALUES}",
    f"comment on table marts.odd_texts is '{_NOTED}'",
    "comment on column marts.odd_texts.zebra is 'A text.'",
    "create table marts.nobodys as select 'CANARY' as word",
    "insert into ops.load_runs (run_id, source, client_id, table_name, verdict, started_at, "
    "window_start, window_end, rows_rejected) values ('1', 'everflow', '713', 'daily_stats', "
    "'ok', '2025-12-10 07:00:00+00', '2025-12-01', '2025-12-09', 0)",
)
