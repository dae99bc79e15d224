"""Order files as the loader lands them: raw tables, and a file in the place of its older self."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

COLUMNS = (
    *("orders_id", "order_status", "total_amount", "order_date", "billing_email"),
    *("billing_first_name", "billing_last_name", "billing_address1", "billing_city"),
    *("billing_state", "billing_zip", "billing_country", "phone", "customer_id"),
    *("product_category", "campaign_id", "afid", "sid", "c1", "c2", "c3", "chargeback_flag"),
    *("refund_flag", "refund_amount", "is_recurring", "rebill_depth", "parent_order_id"),
    *("is_test_cc", "currency", "gateway_id", "decline_reason"),
)
PROSPECT_COLUMNS = ("prospect_id", "email", "date_created", "campaign_id", "afid", "sid")
SALT = "salt-of-the-tests"

Record = Mapping[str, str | None]


@dataclass(frozen=True)
class OrderFile:
    """One version of a file: its records, and whether it was written after its day was over."""

    client: str
    table: str
    name: str
    day: date
    records: Sequence[Record] = field(default_factory=tuple)
    covers_day: bool = True

    def statements(self, loaded_at: str) -> Iterator[str]:
        """The file in the place of whatever version of it stood there."""
        yield from self.removal()
        for start in range(0, len(self.records), 500):
            rows = ", ".join(
                self._row(number, record, loaded_at)
                for number, record in enumerate(self.records[start : start + 500], start=start + 1)
            )
            yield (
                f"insert into s3_exports.{self.table} ({', '.join(COLUMNS)}, _file_name, _row_id,"
                f" _file_date, _client_id, _loaded_at) values {rows}"
            )
        yield (
            "insert into ops.loaded_files (client_id, table_name, file_name, file_date, covers_day,"
            f" rows, loaded_at) values ('{self.client}', '{self.table}', '{self.name}',"
            f" '{self.day}', {self.covers_day}, {len(self.records)}, '{loaded_at}')"
        )

    def removal(self) -> Iterator[str]:
        """The file gone, and never seen."""
        yield (
            f"delete from s3_exports.{self.table} where _client_id = '{self.client}'"
            f" and _file_name = '{self.name}'"
        )
        yield (
            f"delete from ops.loaded_files where client_id = '{self.client}'"
            f" and table_name = '{self.table}' and file_name = '{self.name}'"
        )

    def _row(self, number: int, record: Record, loaded_at: str) -> str:
        values = [_literal(record.get(column)) for column in COLUMNS]
        mine = (
            f"'{self.name}'",
            str(number),
            f"'{self.day}'",
            f"'{self.client}'",
            f"'{loaded_at}'",
        )
        return f"({', '.join((*values, *mine))})"


def _literal(text: str | None) -> str:
    return "null" if text is None else "'" + text.replace("'", "''") + "'"


def tables() -> Iterator[str]:
    """The raw tables, as the loader declares them on every load."""
    system = (
        "_file_name text, _row_id bigint, _file_date date, _client_id text,"
        " _loaded_at timestamp with time zone, _dlt_load_id text, _dlt_id text"
    )
    yield "create schema s3_exports"
    for table, columns in (
        ("orders_create", COLUMNS),
        ("orders_update", COLUMNS),
        ("prospects_create", PROSPECT_COLUMNS),
    ):
        texts = ", ".join(f"{column} text" for column in columns)
        yield f"create table s3_exports.{table} ({texts}, {system})"
    yield (
        "create table ops.loaded_files (client_id text, table_name text, file_name text, etag text,"
        " size bigint, last_modified timestamp with time zone, file_date date, covers_day boolean,"
        " rows bigint, rows_rejected bigint, cells_masked bigint, run_id text,"
        " loaded_at timestamp with time zone)"
    )
    yield "create table ops.hash_salt (salt text, created_at timestamp with time zone)"
    yield f"insert into ops.hash_salt values ('{SALT}', now())"


def record(text: str) -> Record:
    """A record written as name=text, separated by blanks; + stands for a blank in a text."""
    pairs = (pair.split("=", maxsplit=1) for pair in text.split())
    return {name: value.replace("+", " ") for name, value in pairs}


# who the buyers are, which must not leave the raw tables; a card number that nobody masked
PERSON = (
    " billing_first_name=Zaphod billing_last_name=Beeblebrox billing_address1=42+Marker+Street"
    " billing_city=Markerville billing_zip=90909-0042 phone=555-867-5309"
    " decline_reason=4111111111111111"
)
_DAY_1, _DAY_2 = date(2025, 12, 1), date(2025, 12, 2)
WORKED_FILES = (
    OrderFile(
        *("713", "orders_create", "orders-create/orders-create-2025-12-01.csv", _DAY_1),
        [
            record(line + " order_date=2025-12-01 is_recurring=0 rebill_depth=0" + PERSON)
            for line in (
                "orders_id=1 order_status=NEW total_amount=95 product_category=CCW"
                " billing_email=a@people.test billing_state=TX",
                "orders_id=2 order_status=NEW total_amount=105 product_category=CCW"
                " billing_email=b@people.test billing_state=Texas",
                "orders_id=3 order_status=DECLINED total_amount=19 product_category=CCW"
                " billing_email=c@people.test billing_state=FL",
                "orders_id=4 order_status=NEW total_amount=35.50 product_category=EXP"
                " billing_email=a@people.test billing_state=+tx",
            )
        ],
    ),
    OrderFile(
        *("713", "orders_update", "orders-update/orders-update-2025-12-01.csv", _DAY_1),
        [
            record(
                "orders_id=2 order_status=VOID/REFUNDED total_amount=105 refund_flag=1"
                " product_category=CCW billing_email=b@people.test billing_state=TX"
                " order_date=2025-12-01 is_recurring=0 rebill_depth=0" + PERSON
            )
        ],
    ),
    OrderFile(
        *("713", "orders_create", "orders-create/orders-create-2025-12-02.csv", _DAY_2),
        [
            record(
                "orders_id=5 order_status=NEW total_amount=120 product_category=CCW"
                " billing_email=d@people.test billing_state=GU order_date=2025-12-02"
                " is_recurring=1 rebill_depth=1 parent_order_id=1" + PERSON
            )
        ],
    ),
)


def worked_statements() -> Iterator[str]:
    """Client 713's orders of the two worked days; the second day's updates are not there yet."""
    yield from tables()
    for file in WORKED_FILES:
        yield from file.statements("2025-12-03 12:00:00+00")
