"""The two days of the specification's worked example: the client's settings and its raw rows."""

from datetime import UTC, date, datetime
from decimal import Decimal

from tests.clients.raw_rows import Rows
from tests.expected.client import Advertiser, Client, Mapped

CLIENT = Client(
    "713",
    "America/New_York",
    "USD",
    date(2025, 12, 1),
    ("everflow", "redtrack"),
    tuple(
        Advertiser(id_, label, label, label, f"daily_{label.lower()}_summary")
        for id_, label in ((1, "CCW"), (2, "EXP"))
    ),
    tuple(
        Mapped(title, title, affiliate, f"G2 - {network}", advertiser, label)
        for title, affiliate, network, advertiser, label in (
            ("FB", 1, "Meta", 1, "CCW"),
            ("GG", 1, "Google", 1, "CCW"),
            ("Bing", 1, "Bing", 2, "EXP"),
            ("TikTok", 5, "TikTok", 2, "EXP"),
        )
    ),
    Decimal(85),
    ("landing", "checkout", "purchase"),
)
LOADED_AT = datetime(2025, 12, 3, 10, 59, tzinfo=UTC)  # 05:59 in New York: Redtrack is open still
DAYS = (date(2025, 12, 1), date(2025, 12, 2))

# day, affiliate, label, advertiser, label, clicks, conversions, revenue, payout
EVERFLOW = (
    (1, 1, "G2", 1, "CCW", 100, 10, 500, 300),
    (1, 7, "Partner X", 1, "CCW", 80, 4, 200, 120),
    (1, 5, "G2 TT", 1, "CCW", 10, 1, 50, 30),
    (2, 1, "G2", 1, "CCW", 50, 6, 300, 180),
    (2, 0, "N/A", 1, "CCW", 0, 1, 50, 0),
    (2, 7, "Partner X", 2, "EXP", 20, 0, 0, 15),
)
# day, source id, title, clicks, conversions, cost
REDTRACK = (
    (1, "fb", "FB", 60, 7, "180.00"),
    (1, "gg", "GG", 45, 4, "90.10"),
    (1, "tiktok", "TikTok", 30, 0, "40.00"),
    (1, "ffff", "Not mapped", 5, 0, "12.34"),
    (2, "bing", "Bing", 20, 1, "25.00"),
)
# source, table, last complete day
RUNS = (("everflow", "daily_stats", DAYS[1]), ("redtrack", "daily_spend", DAYS[0]))
# advertiser, month, budget, basis, target CPA
TARGETS = (
    ("CCW", date(2025, 11, 1), 70_000, "spend", Decimal(24)),
    ("CCW", date(2025, 12, 1), 72_000, "spend", Decimal("23.5")),
    ("EXP", date(2025, 12, 1), 2_000, "effective_cost", None),
)


def rows() -> Rows:
    """What the loaders would have landed of it, but for its orders and people."""
    tags = {"_client_id": CLIENT.id, "_loaded_at": LOADED_AT}
    stats = [
        "affiliate_id",
        "affiliate_label",
        "advertiser_id",
        "advertiser_label",
        "clicks",
        "conversions",
    ]
    spend = ["source_id", "source", "clicks", "conversions", "cost"]
    target = ["advertiser", "month", "budget", "basis", "target_cpa"]
    return {
        "everflow.daily_stats": [
            {
                "date": DAYS[day - 1],
                **dict(zip(stats, values, strict=True)),
                **{"revenue": Decimal(revenue), "payout": Decimal(payout), "currency": "USD"},
                **tags,
            }
            for day, *values, revenue, payout in EVERFLOW
        ],
        "redtrack.daily_spend": [
            {"date": DAYS[day - 1], **dict(zip(spend, values, strict=True)), **tags}
            | {"cost": Decimal(str(values[-1]))}
            for day, *values in REDTRACK
        ],
        "google_sheets.targets": [
            dict(zip(target, values, strict=True)) | {"budget": Decimal(str(values[2]))} | tags
            for values in TARGETS
        ],
        "ops.load_runs": [
            {
                "run_id": "run-1",
                "source": source,
                "client_id": CLIENT.id,
                "table_name": table,
                "window_start": DAYS[0],
                "window_end": DAYS[1],
                "timezone": CLIENT.timezone,
                "currency": CLIENT.currency,
                "complete_through": through,
                "verdict": "ok",
                "started_at": LOADED_AT,
                "finished_at": LOADED_AT,
            }
            for source, table, through in RUNS
        ],
    }
