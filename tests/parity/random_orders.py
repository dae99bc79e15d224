"""A random client's order files in two versions: texts of its own among those of any shop."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from random import Random
from typing import Any

from tests.dbt.order_files import SALT, OrderFile, Record
from tests.dbt.random_shop import made_files, restated

Row = dict[str, Any]
Rows = dict[str, list[Row]]

LOADED_AT = [datetime(2025, 12, day, 12, tzinfo=UTC) for day in (6, 7)]
LATIN_1 = ("Ångström", "año", "§¿ÿ", "Straße\xa0")
FREE_TEXTS = (
    *("order_status", "billing_email", "customer_id", "billing_state", "product_category"),
    *("campaign_id", "afid", "sid", "c1", "c2", "c3", "currency"),
)


def in_two_versions(
    client_id: str, rng: Random, texts: Sequence[str | None], amounts: Sequence[Decimal]
) -> list[Rows]:
    """What was loaded at first, and what stands there after files were sent again or removed."""
    tell_kinds = not client_id.endswith("0")
    first = made_files(rng, client_id, tell_kinds=tell_kinds)
    second = restated(rng, client_id, first, tell_kinds=tell_kinds)
    words = (*texts, *LATIN_1)
    versions: list[Rows] = []
    loaded: dict[int, list[Row]] = {}
    for files, loaded_at in zip((first, second), LOADED_AT, strict=True):
        rows: Rows = {name: [] for name in ("orders_create", "orders_update", "loaded_files")}
        for file in files:
            if id(file) not in loaded:  # one that stands as it was keeps its rows and its load
                loaded[id(file)] = list(_landed(file, rng, words, amounts, loaded_at))
            landed = loaded[id(file)]
            rows[file.table] += landed[1:]
            rows["loaded_files"].append(landed[0])
        versions.append(
            {
                "s3_exports.orders_create": rows["orders_create"],
                "s3_exports.orders_update": rows["orders_update"],
                "ops.loaded_files": rows["loaded_files"],
            }
        )
    return versions


def salt() -> Rows:
    """The same salt on both engines, else their customers could not be compared."""
    return {"ops.hash_salt": [{"salt": SALT, "created_at": LOADED_AT[0]}]}


def _landed(
    file: OrderFile,
    rng: Random,
    words: Sequence[str | None],
    amounts: Sequence[Decimal],
    loaded_at: datetime,
) -> Iterator[Row]:
    """The ledger's row of a file, then the file's rows."""
    file = replace(file, records=[_spoken(record, rng, words, amounts) for record in file.records])
    yield {
        "client_id": file.client,
        "table_name": file.table,
        "file_name": file.name,
        "file_date": file.day,
        "covers_day": file.covers_day,
        "rows": len(file.records),
        "loaded_at": loaded_at,
    }
    for number, record in enumerate(file.records, start=1):
        yield {
            **record,
            "_file_name": file.name,
            "_row_id": number,
            "_file_date": file.day,
            "_client_id": file.client,
            "_loaded_at": loaded_at,
        }


def _spoken(
    record: Record, rng: Random, words: Sequence[str | None], amounts: Sequence[Decimal]
) -> Record:
    """A record with some of the client's own texts and amounts."""
    said = {name: rng.choice(words) for name in FREE_TEXTS if rng.random() < 0.2}
    paid = {
        name: f"{rng.choice(amounts):f}"
        for name in ("total_amount", "refund_amount")
        if rng.random() < 0.4
    }
    return {**record, **said, **paid}
