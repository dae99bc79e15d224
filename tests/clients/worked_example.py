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
        for id_, label in (("1", "CCW"), ("2", "EXP"))
    ),
    tuple(
        Mapped(title, title, affiliate, f"G2 - {network}", advertiser, label)
        for title, affiliate, network, advertiser, label in (
            ("FB", "1", "Meta", "1", "CCW"),
            ("GG", "1", "Google", "1", "CCW"),
            ("Bing", "1", "Bing", "2", "EXP"),
            ("TikTok", "5", "TikTok", "2", "EXP"),
        )
    ),
    Decimal(85),
    ("landing", "checkout", "purchase"),
)
LOADED_AT = datetime(2025, 12, 3, 10, 59, tzinfo=UTC)  # 05:59 in New York: Redtrack is open still
DAYS = (date(2025, 12, 1), date(2025, 12, 2))

# day, affiliate, label, advertiser, label, clicks, conversions, revenue, payout
EVERFLOW = (
    (1, "1", "G2", "1", "CCW", 100, 10, 500, 300),
    (1, "7", "Partner X", "1", "CCW", 80, 4, 200, 120),
    (1, "5", "G2 TT", "1", "CCW", 10, 1, 50, 30),
    (2, "1", "G2", "1", "CCW", 50, 6, 300, 180),
    (2, "0", "N/A", "1", "CCW", 0, 1, 50, 0),
    (2, "7", "Partner X", "2", "EXP", 20, 0, 0, 15),
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


# what the marts hold of it, as the specification writes it
AFFILIATE_DAILY = """
2025-12-01 -1/-1  0  0   0   0   12.34 1 no  12.34  -       -       -12.34 unmapped      0
2025-12-01 1/1  100 10 500 300  270.10 2 yes 270.10 27.0100 27.0100 229.90 matched       11
2025-12-01 5/1   10  1  50  30    0    0 no  30     -       30.0000  20    external_here 0
2025-12-01 5/2    0  0   0   0   40    1 yes 40     -       -       -40    spend_only    0
2025-12-01 7/1   80  4 200 120    0    0 no  120    -       30.0000  80    external      0
2025-12-02 0/1    0  1  50   0    0    0 no  0      -       0.0000   50    no_affiliate  0
2025-12-02 1/1   50  6 300 180    0    0 yes 0      -       -       300    no_spend_row  0
2025-12-02 1/2    0  0   0   0   25    1 yes 25     -       -       -25    spend_only    1
2025-12-02 7/2   20  0   0  15    0    0 no  15     -       -       -15    external      0
"""

DAILY_SUMMARY = """
2025-12-01 CCW      190 15 10 750 450 300 150 270.10 420.10 27.0100 28.0067 329.90 0 yes -
2025-12-01 EXP        0  0  0   0   0   0   0  40     40    -       -       -40    0 yes -
2025-12-01 Unmapped   0  0  0   0   0   0   0  12.34  12.34 -       -       -12.34 0 yes -
2025-12-02 CCW       50  7  6 350 180 180   0   0      0    -       -       350    6 no  redtrack
2025-12-02 EXP       20  0  0   0  15   0  15  25     40    -       -       -40    0 no  redtrack
"""


def plain(value: object) -> str:
    """A value as the specification writes it: no trailing zeros, - for NULL, yes and no."""
    match value:
        case None:
            return "-"
        case bool():
            return "yes" if value else "no"
        case _:
            text = str(value)
            return text.rstrip("0").rstrip(".") if "." in text else text


def table(text: str) -> list[list[str]]:
    """The cells of such a table, to compare with plain values."""
    rows = [line.split() for line in text.strip().splitlines()]
    return [[c.rstrip("0").rstrip(".") if "." in c else c for c in row] for row in rows]
