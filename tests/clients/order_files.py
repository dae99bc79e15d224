"""Order files as the loader lands them: raw tables, and a file in the place of its older self."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from tests.clients.raw_rows import Row, Rows

COLUMNS = (
    *("orders_id", "order_status", "total_amount", "order_date", "billing_email"),
    *("billing_first_name", "billing_last_name", "billing_address1", "billing_city"),
    *("billing_state", "billing_zip", "billing_country", "phone", "customer_id"),
    *("product_category", "campaign_id", "afid", "sid", "c1", "c2", "c3", "chargeback_flag"),
    *("refund_flag", "refund_amount", "is_recurring", "rebill_depth", "parent_order_id"),
    *("is_test_cc", "currency", "gateway_id", "decline_reason"),
)
TABLES = ("orders_create", "orders_update")
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
    sort_key: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        """Its place among the files of its day; by its name, where nothing else is known."""
        object.__setattr__(self, "sort_key", self.sort_key or self.name)

    def rows(self, loaded_at: datetime) -> list[Row]:
        """Its records as they land."""
        system: Row = {
            "_file_name": self.name,
            "_file_date": self.day,
            "_client_id": self.client,
            "_loaded_at": loaded_at,
        }
        return [
            {column: record.get(column) for column in COLUMNS} | system | {"_row_id": number}
            for number, record in enumerate(self.records, start=1)
        ]

    def entry(self, loaded_at: datetime) -> Row:
        """Its line in the ledger."""
        return {
            "client_id": self.client,
            "table_name": self.table,
            "file_name": self.name,
            "file_date": self.day,
            "covers_day": self.covers_day,
            "sort_key": self.sort_key,
            "rows": len(self.records),
            "loaded_at": loaded_at,
        }


def landing(
    before: Iterable[OrderFile], files: Iterable[OrderFile], loaded_at: datetime
) -> tuple[list[str], Rows]:
    """What takes away the files of `before` that are gone, and the rows of those that are new."""
    stood, stand = ({id(file): file for file in some} for some in (before, files))
    taken = []
    for table in TABLES:
        gone = [stood[key] for key in stood.keys() - stand.keys() if stood[key].table == table]
        if gone:
            names = ", ".join(f"('{file.client}', '{file.name}')" for file in gone)
            taken += [
                f"delete from s3_exports.{table} where (_client_id, _file_name) in ({names})",
                f"delete from ops.loaded_files where table_name = '{table}'"
                f" and (client_id, file_name) in ({names})",
            ]
    fresh = [stand[key] for key in stand.keys() - stood.keys()]
    landed: Rows = {
        f"s3_exports.{table}": [
            row for file in fresh if file.table == table for row in file.rows(loaded_at)
        ]
        for table in TABLES
    }
    return taken, landed | {"ops.loaded_files": [file.entry(loaded_at) for file in fresh]}


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
