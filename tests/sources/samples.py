"""What the tests of every source must know of each: its settings, its secrets, how it is disturbed.

A new source is a Sample here, after its stand-in in sandbox/. Data is changed upstream with `move`;
what `spoil` changes makes one row unreadable, and `mend` undoes it. `limited`, `slow` and `garbled`
switch faults on, for some requests or, where None is given, for good.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from sandbox.s3 import BUCKET
from sandbox.server import Sandbox

Times = int | None
NEW_ROW = {"affiliate_id": "999", "advertiser_id": "1"}


@dataclass(frozen=True)
class Sample:
    """One source as the tests meet it."""

    move: Callable[[Sandbox, int], None]  # the first time, the second time
    spoil: Callable[[Sandbox], None]
    limited: Callable[[Sandbox, Times], None]
    slow: Callable[[Sandbox, Times], None]
    garbled: Callable[[Sandbox], None]
    settings: Callable[[str], Mapping[str, str]] = lambda _: {}  # of a client, beside the usual
    mend: Callable[[Sandbox], None] = lambda _: None  # where the service must do something
    fill: Callable[[Sandbox], None] = lambda _: None  # what is there before the first load
    config: Mapping[str, str] = field(default_factory=dict)  # by client, added to its client.toml
    served_by: str | None = None  # a stand-in with another name than the source


def on(service: str, name: str, sandbox: Sandbox, times: Times = None, **options: Any) -> None:
    """Switch a fault on."""
    steered: dict[str, Any] = {"s3_exports": sandbox.s3_exports, **sandbox.services}
    steered[service].faults.on(name, times=times, **options)


def move_everflow(sandbox: Sandbox, step: int) -> None:
    restate = sandbox.everflow.restate
    restate("set", date="2025-12-05", affiliate_id="1", advertiser_id="1", cv=70 + step)
    if step == 1:
        restate("add", date="2025-12-06", **NEW_ROW, cv=3, payout="9.00")
    else:
        restate("remove", date="2025-12-07", affiliate_id="12", advertiser_id="1")
        restate("remove", date="2025-12-08")


def move_redtrack(sandbox: Sandbox, step: int) -> None:
    source = "66c79f91be26fd4634569658"
    sandbox.redtrack.restate("set", date="2025-12-05", source_id=source, cost=f"{step}.50")
    if step == 2:
        sandbox.redtrack.restate("remove", date="2025-12-09", source_id="62b29551c6880d00014d8c73")


def prefixes(client_id: str) -> dict[str, str]:
    """Both clients' files lie in one bucket."""
    own = "" if client_id == "713" else f"{client_id}/"
    kinds = {"orders_create": "orders-create", "orders_update": "orders-update"}
    kinds |= {"prospects_create": "prospects-create"}
    return {"S3_PREFIXES": ",".join(f"{table}={own}{kind}/" for table, kind in kinds.items())}


def put_orders(sandbox: Sandbox, day: int, *orders: str, below: str = "") -> None:
    lines = ["orders_id,order_status,total_amount", *orders, ""]
    key = f"{below}orders-create/orders-create-2025-12-{day:02}.csv"
    sandbox.s3_exports.put(key, "\n".join(lines).encode())


def fill_bucket(sandbox: Sandbox) -> None:
    sandbox.s3_exports.empty()
    put_orders(sandbox, 4, "1,NEW,95", "2,NEW,19")
    put_orders(sandbox, 5, "1,NEW,95")
    put_orders(sandbox, 5, "1,NEW,20", below="cti/")


def move_orders(sandbox: Sandbox, step: int) -> None:
    """A file sent again, and the second time a new one."""
    put_orders(sandbox, 5, f"1,NEW,9{step}", "2,DECLINED,19")
    if step == 2:
        put_orders(sandbox, 6, "3,NEW,35")


def move_posthog(sandbox: Sandbox, step: int) -> None:
    """Events come, one late; a person is renamed, and the second time a flag is gone."""
    posthog = sandbox.posthog
    posthog.add("events", event="landing", at=f"2025-12-17T1{step}:00:00Z", times=3)
    posthog.add("events", event="purchase", at=f"2025-12-1{step}T12:00:00Z")
    if step == 2:
        posthog.restate("remove", what="feature_flags", id="71303")


def move_mautic(sandbox: Sandbox, step: int) -> None:
    """Mail is opened, a contact edited; the second time one is sent, and one contact leaves."""
    store, at = sandbox.mautic.store, f"2025-12-18 2{step}:00:00"
    store.open(1, at)
    store.edit("contacts", 5, at, points=100 + step)
    if step == 2:
        store.send(6, 5, at)
        store.leave(1, 7)


def move_sheet(sandbox: Sandbox, step: int) -> None:
    """A budget is typed anew, the second time a month removed."""
    book = sandbox.google_sheets.book()
    book.set(cell="Targets!C2", value=70_000 + step)
    if step == 2:
        book.remove(tab="Targets", at=3)


STATEMENT = "Reporting Period,Track Title,ISRC Code,Digital Service Provider,Territory,Count"
STATEMENT += ",Royalty ($US)"


def put_statement(sandbox: Sandbox, day: int, *sales: str, client: str = "713") -> None:
    lines = [STATEMENT, *(f"DEC-25,Song,QZMDE2600001,Spotify,US,{sale}" for sale in sales), ""]
    key = f"lakes/{client}/1_landing/symphonic/2025-12-{day:02}.csv"
    sandbox.s3_exports.put(key, "\n".join(lines).encode())


def fill_lakes(sandbox: Sandbox) -> None:
    for client in ("713", "cti"):
        put_statement(sandbox, 5, "1,0.5", "1,0.5", f"{len(client)},9", client=client)
        key = f"lakes/{client}/4_curated/streams-2025-12-05.csv"
        sandbox.s3_exports.put(key, b"date,streams\n2025-12-04,7\n")
    put_statement(sandbox, 4, "2,0.5")


def move_lakes(sandbox: Sandbox, step: int) -> None:
    """A statement sent again, and the second time a new one and a copy of it."""
    put_statement(sandbox, 5, f"{step},0.25", "1,0.5")
    if step == 2:
        put_statement(sandbox, 6, "3,0.75")
        put_statement(sandbox, 9, "3,0.75")


def lakes(client_id: str) -> dict[str, str]:
    """Both clients' lakes lie in one bucket."""
    return {"DATA_LAKE_PATH": f"s3://{BUCKET}/lakes/{client_id}"}


DATASET = """
[[datasets]]
dataset = "streams"
files = "streams*.csv"
columns = [{ header = "date", type = "date" }, { header = "streams", type = "integer" }]
"""

SHEET_OF_CTI = """
[[google_sheets]]
spreadsheet = "sandbox-cti-targets"
range = "targets"
table = "targets"
key = ["advertiser", "month"]
columns = [
    { header = "advertiser", type = "text" },
    { header = "month", type = "month" },
    { header = "budget", type = "decimal" },
    { header = "basis", type = "text" },
    { header = "target_cpa", type = "decimal" },
    { header = "note", type = "text" },
]
"""

SAMPLES = {
    "everflow": Sample(
        move=move_everflow,
        spoil=partial(on, "everflow", "bad_metric", metric="cv", value="n/a"),
        limited=partial(on, "everflow", "rate_limited", retry_after=1),
        slow=partial(on, "everflow", "slow", seconds=3),
        garbled=partial(on, "everflow", "html"),
    ),
    "redtrack": Sample(
        move=move_redtrack,
        spoil=partial(on, "redtrack", "bad_metric", metric="cost", value="n/a"),
        limited=partial(on, "redtrack", "rate_limited", retry_after=1),
        slow=partial(on, "redtrack", "slow", seconds=3),
        garbled=partial(on, "redtrack", "html"),
    ),
    "s3_exports": Sample(
        settings=prefixes,
        fill=fill_bucket,
        move=move_orders,
        spoil=lambda sandbox: put_orders(sandbox, 7, "6,NEW,105", "7"),
        mend=lambda sandbox: put_orders(sandbox, 7, "6,NEW,105", "7,NEW,5"),
        limited=partial(on, "s3_exports", "slow_down"),
        slow=partial(on, "s3_exports", "slow", seconds=3),
        garbled=lambda sandbox: sandbox.s3_exports.put(
            "orders-create/orders-create-2025-12-08.csv", b"<!doctype html><title>Sorry</title>"
        ),
    ),
    "posthog": Sample(
        move=move_posthog,
        spoil=partial(on, "posthog", "bad_event", times=1, column="uuid", value="n/a"),
        limited=partial(on, "posthog", "rate_limited", retry_after=1),
        slow=partial(on, "posthog", "slow", seconds=3),
        garbled=partial(on, "posthog", "html"),
    ),
    "mautic": Sample(
        move=move_mautic,
        spoil=partial(on, "mautic", "bad_value", times=1, path="/api/stats/email_stats"),
        limited=partial(on, "mautic", "rate_limited"),
        slow=partial(on, "mautic", "slow", seconds=3),
        garbled=partial(on, "mautic", "html"),
    ),
    "google_sheets": Sample(
        move=move_sheet,
        spoil=lambda sandbox: sandbox.google_sheets.book().set(cell="Targets!C2", error="#REF!"),
        mend=lambda sandbox: sandbox.google_sheets.book().set(cell="Targets!C2", value=70_000),
        limited=partial(on, "google_sheets", "rate_limited"),
        slow=partial(on, "google_sheets", "slow", seconds=3),
        garbled=partial(on, "google_sheets", "html"),
        config={"cti": SHEET_OF_CTI},
    ),
    "music": Sample(
        served_by="s3_exports",
        settings=lakes,
        config={"713": DATASET, "cti": DATASET},
        fill=fill_lakes,
        move=move_lakes,
        spoil=lambda sandbox: put_statement(sandbox, 7, "6,105", "7,n/a"),
        mend=lambda sandbox: put_statement(sandbox, 7, "6,105", "7,5"),
        limited=partial(on, "s3_exports", "slow_down"),
        slow=partial(on, "s3_exports", "slow", seconds=3),
        garbled=lambda sandbox: sandbox.s3_exports.put(
            "lakes/713/1_landing/2025-12-08.csv", b"<!doctype html><title>Sorry</title>"
        ),
    ),
}
