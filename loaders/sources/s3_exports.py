"""Sticky.io's order exports: a CSV a day and kind, pushed to an S3 bucket.

    orders-create/     ->  s3_exports.orders_create
    orders-update/     ->  s3_exports.orders_update
    prospects-create/  ->  s3_exports.prospects_create

- About 129 columns, other ones in another account: every column lands as text under its name in
  snake_case. Those declared here are there even when no file has them.
- `orders_id` is in create once and in update as often as the order changed; no time of the
  change is in the file, so its day is that of the file's name.
- A file without its id (`orders_id`, `prospect_id`) is refused: its rows would be nobody's. An
  update without any column of refunds would take back those that are known: it is told of.
- Prospects are often an empty file, or a header alone.
"""

from itertools import permutations

from loaders.errors import LoadError
from loaders.files.bucket import AWS, Bucket
from loaders.files.headings import snake_case
from loaders.files.load import FileSource
from loaders.files.place import Place
from loaders.source import Account, Setting
from loaders.table import file_table

ORDER_COLUMNS = (
    "orders_id", "order_status", "total_amount", "order_date",
    "billing_email", "billing_first_name", "billing_last_name",
    "billing_address1", "billing_city", "billing_state", "billing_zip", "billing_country",
    "phone", "customer_id", "product_category", "campaign_id", "afid", "sid", "c1", "c2", "c3",
    "chargeback_flag", "refund_flag", "refund_amount", "is_recurring", "rebill_depth",
    "parent_order_id",
    "is_test_cc", "currency", "gateway_id", "decline_reason",
)  # fmt: skip
REFUNDS = ("refund_flag", "refund_amount", "chargeback_flag")
PROSPECT_COLUMNS = ("prospect_id", "email", "date_created", "campaign_id", "afid", "sid")
# beside those whose names end in id
IDENTIFIERS = ("afid", "affid", "aid", "sid")
TABLES = (
    file_table("orders_create", ORDER_COLUMNS, asks_for=("orders_id",), identifiers=IDENTIFIERS),
    file_table(
        "orders_update",
        ORDER_COLUMNS,
        asks_for=("orders_id",),
        hopes_for=REFUNDS,
        identifiers=IDENTIFIERS,
    ),
    file_table(
        "prospects_create", PROSPECT_COLUMNS, asks_for=("prospect_id",), identifiers=IDENTIFIERS
    ),
)
PREFIXES = "orders-create,orders-update,prospects-create"


def open_place(account: Account) -> Place:
    """The bucket and its prefixes, as the settings say."""
    settings = account.settings
    parts = map(_with_table, settings["prefixes"].split(","))
    prefixes = _pairs("S3_PREFIXES", ",".join(parts))
    tables = [table.name for table in TABLES]
    for table in prefixes:
        if table not in tables:
            raise LoadError(
                f"S3_PREFIXES: there is no table {table}, but {', '.join(tables)}",
                "write table=prefix where a prefix has another name",
            )
    for upper, lower in permutations(prefixes.values(), 2):
        if lower.startswith(upper):
            raise LoadError(f"S3_PREFIXES: {lower} lies below {upper}, and would be read as both")
    renames = _pairs("S3_COLUMNS", settings["columns"])
    return Place(
        Bucket(settings["bucket_name"], "S3_BUCKET_NAME", settings),
        prefixes,
        {snake_case(theirs): snake_case(ours) for theirs, ours in renames.items()},
    )


def _with_table(part: str) -> str:
    """A prefix with the table that it feeds; `orders-create` alone feeds the table of its name."""
    name, sign, folder = (word.strip() for word in part.partition("="))
    if "://" in part:
        raise LoadError(
            f"S3_PREFIXES: {part.strip()} is an address",
            "write the folder alone, and its bucket in S3_BUCKET_NAME",
        )
    if sign:
        return f"{snake_case(name)}={folder}" if name else part
    folder = name.strip("/")
    return f"{snake_case(folder.rpartition('/')[2])}={folder}/" if folder else part


def _pairs(variable: str, value: str) -> dict[str, str]:
    """The pairs of a setting such as `a=b,c=d`."""
    pairs: dict[str, str] = {}
    for part in filter(None, map(str.strip, value.split(","))):
        name, _, other = (word.strip() for word in part.partition("="))
        if not (name and other):
            raise LoadError(f"{variable}: {part!r} is not of the form name=value")
        if name in pairs:
            raise LoadError(f"{variable}: {name} is set twice")
        pairs[name] = other
    return pairs


SOURCE = FileSource(
    name="s3_exports",
    tables=TABLES,
    complete_with=("orders_create", "orders_update"),
    named_by="S3_BUCKET_NAME and S3_PREFIXES",
    settings=(
        Setting("bucket_name", names_account=True, env_var="S3_BUCKET_NAME"),
        Setting("prefixes", PREFIXES, env_var="S3_PREFIXES"),
        Setting("columns", "", env_var="S3_COLUMNS"),
        *AWS,
    ),
    open=open_place,
)
