"""Order files as untidy as a shop's: few orders told of again and again, in every spelling."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from tests.clients.order_files import OrderFile, Record

FIRST = date(2025, 9, 1)
DAYS = [FIRST + timedelta(days=days) for days in (0, 1, 2, 8, 40, 95)]
TABLES = ("orders_create", "orders_update")
# byte by byte Z comes before a, by most collations after it
NAMES = ("{table}/{day}.csv", "{table}/{day}-a.csv", "{table}/{day}-Z.csv.gz", "one-name.csv")

TEXTS: dict[str, tuple[str | None, ...]] = {
    "orders_id": (
        *"123456789",
        *"1111234567",
        *map(str, range(20, 30)),
        " 2 ",
        None,
        "0",
        "1.2E+12",
    ),
    "order_status": (
        *("NEW", "NEW", "NEW", "DECLINED", "VOID/REFUNDED", "PENDING", "SHIPPED", " new ", None),
        *("FAILED", "\\N"),
    ),
    "total_amount": (
        *("95", "95", "85", "85.01", "19", "35.50", "0.00005", "-3", "n/a", "1e5", ".5", None),
        *("$1,234.50", "+19", "1,95", "ninety", "19 USD", "(4.10)"),
    ),
    "order_date": (
        *("2025-09-01", "2025-09-02", "2025-09-02 23:59:59", "2025-08-15", "2025-12-05"),
        *("0000-00-00", "0000-00-00 00:00:00", "2025-02-30", "9/1/2025", "today", None),
        *("20250902", "2025-09-02T10:11:12Z", "2025/9/2", "13/1/2025"),
    ),
    "billing_email": (
        "unknown",
        "a@example.com",
        " A@Example.com",
        "b@example.com",
        "o'c@example.com",
        None,
    ),
    "customer_id": ("7", "8", "0", None, None),
    "billing_country": ("US", "us", "United States", "CA", "Australia", "Narnia", None, None),
    "billing_state": ("TX", " tx", "Texas", "Guam", "AE", "ON", None),
    "product_category": ("CCW", "ccw", "EXP", "OTHER", None),
    "chargeback_flag": (None, None, None, "1", "0", "yes", "maybe"),
    "refund_flag": (None, None, None, "1", "0"),
    "refund_amount": (None, None, None, "0.00", "20", "85", "500", "x", "-10"),
    "is_recurring": (None, "0", "1", "Y"),
    "rebill_depth": (None, "0", "1", "2", "1.5", "-1"),
    "parent_order_id": (None, "0", "1", "2"),
    "currency": (None, None, "usd", "CAD", "US$"),
    **{name: (f"{name} 1", None) for name in ("campaign_id", "afid", "sid", "c1", "c2", "c3")},
    "is_test_cc": (None, None, None, None, "0", "1"),
}
KINDS = ("is_recurring", "rebill_depth", "parent_order_id")


# the same of a shop that writes what everybody understands
TIDY: dict[str, tuple[str | None, ...]] = {
    "orders_id": tuple(map(str, range(1, 13))),
    "order_status": ("NEW", "NEW", "NEW", "DECLINED", "VOID/REFUNDED", "PENDING", " new "),
    "total_amount": ("95", "85", "85.01", "$1,234.50", "19"),
    "order_date": ("2025-09-01", "2025-09-02", "9/1/2025", "2025-08-15", "0000-00-00"),
    "chargeback_flag": (None, None, None, "1", "0", "yes"),
    "refund_amount": (None, None, None, "0.00", "20", "-10"),
    "is_recurring": (None, "0", "Y"),
    "rebill_depth": (None, "0", "1", "2"),
    "billing_country": ("US", "Australia", None),
    "currency": (None,),
}


# what a client's own words and amounts may stand in
WORDED = (
    *("order_status", "billing_email", "customer_id", "billing_state", "product_category"),
    *("campaign_id", "afid", "sid", "c1", "c2", "c3", "currency"),
)
PRICED = ("total_amount", "refund_amount")


def made_files(
    rng: Random,
    client: str,
    tells_kinds: bool,  # or it lacks the columns that tell of rebills
    is_tidy: bool,
    words: Sequence[str | None] = (),
    *,
    amounts: Sequence[Decimal] = (),
) -> list[OrderFile]:
    """Some files of a client, in no order, with some of the client's own words and amounts."""
    texts = dict(TEXTS) | (TIDY if is_tidy else {})
    for name in WORDED:
        texts[name] += tuple(words)[:3] if name not in TIDY or not is_tidy else ()
    for name in PRICED:
        texts[name] += () if is_tidy else tuple(f"{amount:f}" for amount in amounts[:5])
    if not tells_kinds:
        texts |= dict.fromkeys(KINDS, (None,))
    return [
        _file(rng, client, table, texts, day=day, name=name)
        for day in DAYS
        for table in TABLES
        for name in NAMES[:3]
        if rng.random() < 0.25
    ] + [_file(rng, client, table, texts, day=DAYS[0], name=NAMES[3]) for table in TABLES]


def restated(rng: Random, files: Sequence[OrderFile], made: Sequence[OrderFile]) -> list[OrderFile]:
    """What stands there later: files as they were, files with other rows, none, and new ones."""
    fresh = {(file.table, file.name): file for file in made}
    kept = {}
    for file in files:
        key = file.table, file.name
        newer = fresh.pop(key, None)
        chance = rng.random()
        if chance < 0.15:
            continue
        kept[key] = newer if newer and chance < 0.5 else file
    return list((fresh | kept).values())


def _file(
    rng: Random,
    client: str,
    table: str,
    texts: Mapping[str, Sequence[str | None]],
    *,
    day: date,
    name: str,
) -> OrderFile:
    records: list[Record] = [
        {column: rng.choice(values) for column, values in texts.items()}
        for _ in range(rng.choice((0, 1, 3, 6)))
    ]
    full_name = name.format(table=table, day=day)
    return OrderFile(client, table, full_name, day, records, covers_day=rng.random() < 0.8)
