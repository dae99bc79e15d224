"""Data that a naive merge gets wrong: what is restated, what is broken, who else is loaded."""

from datetime import date
from decimal import Decimal

from sandbox.server import Sandbox
from tests.clients.raw_rows import Rows

FACEBOOK = "66c79f91be26fd4634569658"
GOOGLE = "62B29551C6880D00014D8C73"  # as one export writes it
TIKTOK = "6710c0ffee00000000000005"
TEST_CAMPAIGNS = "ffff0000ffff0000ffff0000"

# The other client maps a source of 713 to its own affiliate, and one that has no rows at all.
CTI_MAPPING = f"""\
redtrack.source,redtrack.source_id,everflow.affiliate_id,everflow.affiliate_label,\
everflow.advertiser_id,everflow.advertiser_label
Facebook of cti, {FACEBOOK.upper()} ,2 ,Cti - Meta,1,Cti clays
Nowhere,77aa00000000000000000c99,33,Cti - Nowhere,9,Cti nine
"""
CTI_ADVERTISERS = """
[[advertisers]]
everflow_advertiser_id = "1"
label = "Clays"
name = "Clay targets"
product_category = "CLAY"
report_name = "daily_clays_summary"

[[advertisers]]
everflow_advertiser_id = "5"
label = "Quiet"
name = "Advertiser without rows"
product_category = "QUIET"
report_name = "daily_quiet_summary"
"""

Restatement = tuple[str, int, str, dict[str, object]]  # verb, day of December, account, row

EVERFLOW: tuple[Restatement, ...] = (
    # corrections below zero, and halves of the last place
    ("add", 5, "713", {"affiliate_id": "88", "advertiser_id": "1", "revenue": "-812.5"}),
    ("add", 8, "713", {"affiliate_id": "1", "advertiser_id": "1", "revenue": "-9000.00005"}),
    ("add", 8, "713", {"affiliate_id": "12", "advertiser_id": "4", "revenue": "-33.33335"}),
    ("add", 9, "713", {"affiliate_id": "12", "advertiser_id": "4", "payout": "33.33335"}),
    # one affiliate in two spellings, its name changed since
    ("add", 4, "713", {"affiliate_id": " 1178 ", "advertiser_id": "1", "cv": 3, "revenue": 90}),
    ("add", 4, "713", {"affiliate_id": "1178", "advertiser_id": "4", "cv": 1, "payout": 21}),
    ("add", 10, "713", {"affiliate_id": "1178", "advertiser_id": "1", "total_click": 9}),
    # an advertiser nobody configured
    ("add", 11, "713", {"affiliate_id": "12", "advertiser_id": "8", "cv": 2, "payout": "41.25"}),
    ("add", 17, "713", {"affiliate_id": "5", "advertiser_id": "8", "cv": 1, "payout": "20"}),
    # sales that were all rejected: the spend of the day stands alone
    ("remove", 7, "713", {"affiliate_id": "1", "advertiser_id": "1"}),
    ("remove", 13, "713", {}),
    ("add", 16, "cti", {"affiliate_id": "12", "advertiser_id": "1", "cv": 5, "revenue": "77.7"}),
    ("add", 16, "cti", {"affiliate_id": "2", "advertiser_id": "1", "cv": 4, "payout": "44.4"}),
)  # fmt: skip
REDTRACK: tuple[Restatement, ...] = (
    ("remove", 6, "713", {}),
    # a cost that is zero, or unknown, where there was one the day before
    ("set", 12, "713", {"source_id": TIKTOK, "cost": 0}),
    ("set", 14, "713", {"source_id": TEST_CAMPAIGNS, "cost": "-20.00005"}),
    # one source in two spellings on one day, with an id and without
    ("add", 3, "713", {"source_id": f" {GOOGLE}", "source": "Google", "cost": "12.34565"}),
    ("add", 3, "713", {"source_id": "", "source": "DIRECT (Sandbox)", "clicks": 2, "cost": "1.1"}),
    ("add", 10, "713", {"source_id": "", "source": "Pop (sandbox)", "clicks": 4}),
    # a source of 713 that the other client maps for itself
    ("add", 12, "cti", {"source_id": FACEBOOK, "source": "Facebook", "conversions": 3, "cost": 55}),
    # whose cost is missing ever since: its newest complete day is the 12th
    *(
        ("add", day, "cti", {"source_id": FACEBOOK, "source": "Facebook", "clicks": day})
        for day in range(13, 19)
    ),
)  # fmt: skip


def make_nasty(sandbox: Sandbox) -> None:
    """Restate the past of both accounts, and switch on what is answered badly."""
    for service, restatements in ((sandbox.everflow, EVERFLOW), (sandbox.redtrack, REDTRACK)):
        for verb, day, account, row in restatements:
            service.restate(verb, date=f"2025-12-{day:02}", account=account, **row)
    sandbox.redtrack.faults.on("cost_missing", source_id=FACEBOOK, date="2025-12-18", how="null")
    sandbox.everflow.faults.on("bad_metric", metric="event", value="n/a", affiliate_id="23")


NOVEMBER, DECEMBER, JANUARY = date(2025, 11, 1), date(2025, 12, 1), date(2026, 1, 1)
# client, advertiser, month, budget, basis, target CPA
TARGETS = (
    ("nasty", "CCW", NOVEMBER, Decimal(70_000), "spend", Decimal(24)),
    ("nasty", "CCW", DECEMBER, Decimal(72_000), "spend", Decimal("23.5")),
    ("nasty", " 2 ", DECEMBER, Decimal(2_000), "Effective Cost", Decimal(30)),
    ("nasty", "Unmapped", DECEMBER, Decimal(10), "spend", Decimal(1)),
    ("nasty", "ccw", JANUARY, Decimal(170_000), "effective_cost", Decimal("27.5")),
    ("cti", "CLAYS", DECEMBER, Decimal("3100.5"), "effective-cost", Decimal("9.75")),
    ("cti", "quiet", DECEMBER, Decimal(100), "spend", None),
    ("cti", "Quiet", DECEMBER, Decimal(200), "spend", None),
    ("cti", "Clays", JANUARY, Decimal(100), "margin", None),
)


def targets(*clients: str) -> Rows:
    """The lines of these clients' sheets, or of all, as they land."""
    names = ("_client_id", "advertiser", "month", "budget", "basis", "target_cpa")
    return {
        "google_sheets.targets": [
            dict(zip(names, line, strict=True)) | {"_loaded_at": "2025-12-18 12:00:00+00"}
            for line in TARGETS
            if line[0] in clients or not clients
        ]
    }
