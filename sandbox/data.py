"""The made accounts: who exists, how large they are, and the odd days; days.py spreads them out.

The totals of December 1-18, 2025 for client 713 are the client's published ones; everything else
is invented, and named so.
"""

from dataclasses import dataclass, field
from datetime import date

FIRST_DAY, LAST_DAY = date(2025, 11, 1), date(2025, 12, 31)


@dataclass(frozen=True)
class Affiliate:
    """An affiliate; share is its part of the conversions, clicks what one conversion takes."""

    id: str
    label: str
    share: float
    payout: float = 27
    margin: float = 1.36  # revenue / payout
    clicks: float = 25
    fraction: int = 0  # millionths of a dollar on top of the payout, on even days


@dataclass(frozen=True)
class Block:
    """A stretch of days whose conversions and payout (in dollars) are given as totals."""

    first: date
    last: date
    conversions: int
    payout: int


@dataclass(frozen=True)
class Trickle:
    """An affiliate with a few clicks for an advertiser on some days of the month."""

    affiliate_id: str
    advertiser_id: str
    days_of_month: tuple[int, ...]


@dataclass(frozen=True)
class Source:
    """A Redtrack source, buying traffic for one affiliate and advertiser, or for nobody."""

    id: str
    title: str
    alias: str
    buys_for: tuple[str, str] | None = None
    share: float = 1.0  # of the affiliate's traffic
    cost: float = 0.0  # dollars a conversion; a day when there are none to speak of
    clicks: int = 0  # a day, when it buys for nobody or for a trickle
    first: date = FIRST_DAY
    costs_from: date = FIRST_DAY
    missing: tuple[date, ...] = ()  # days without any row
    only: tuple[date, ...] = ()  # when given, the only days with a row
    status: int = 1  # 1 active, 2 paused, 3 deleted
    listed: bool = True
    fraction: int = 0  # millionths of a dollar that a currency conversion leaves, on some days


@dataclass(frozen=True)
class Account:
    """One customer of both services."""

    id: str
    name: str
    affiliates: tuple[Affiliate, ...]
    advertisers: dict[str, str]
    blocks: tuple[Block, ...]  # of advertiser 1: every affiliate, every day
    sources: tuple[Source, ...]
    trickles: tuple[Trickle, ...] = ()
    # (day, affiliate, advertiser): conversions, payout and revenue in dollars
    single_sales: dict[tuple[date, str, str], tuple[int, float, float]] = field(
        default_factory=dict
    )
    # (day, affiliate): dollars by which advertiser 1 corrected its revenue
    adjustments: dict[tuple[date, str], float] = field(default_factory=dict)


def _dec(day: int) -> date:
    return date(2025, 12, day)


def _partner(id_: str, tree: str, share: float, payout: float, margin: float) -> Affiliate:
    return Affiliate(id_, f"Partner {tree} (sandbox)", share, payout, margin)


_713 = Account(
    id="713",
    name="Client 713 (sandbox)",
    affiliates=(
        Affiliate("0", "N/A", 0.9, payout=4, margin=9.5, clicks=0),
        # The fractions of a cent cancel out, so the days stay whole cents.
        Affiliate("1", "G2", 31.0, payout=30, margin=1.375, clicks=22, fraction=5_678),
        Affiliate("5", "G2 TT", 6.5, payout=29, margin=1.4125, clicks=34, fraction=-5_678),
        Affiliate("9", "G2 Native", 10.5, payout=28.5, margin=1.385, clicks=41),
        _partner("12", "Alder", 12.5, 26.0, 1.33),
        _partner("14", "Birch", 9.0, 25.5, 1.3475),
        _partner("17", "Cedar", 7.0, 26.5, 1.30),
        _partner("21", "Elm", 5.5, 24.0, 1.4215),
        _partner("23", "Fir", 4.0, 27.0, 1.36),
        _partner("28", "Hazel", 3.2, 25.0, 1.38),
        _partner("31", "Juniper", 2.5, 24.5, 1.29),
        _partner("36", "Larch", 1.9, 26.0, 1.4025),
        _partner("42", "Maple", 1.5, 25.0, 1.35),
        _partner("47", "Oak", 1.2, 23.5, 1.41),
        _partner("53", "Pine", 0.9, 24.0, 1.3333),
        _partner("58", "Rowan", 0.7, 25.0, 1.37),
        _partner("66", "Spruce", 0.5, 22.0, 1.44),
        _partner("71", "Maple", 0.4, 25.0, 1.35),  # the label of 42 again: only ids tell them apart
        _partner("88", "Willow", 0.15, 24.0, 1.36),
        _partner("103", "Yew", 0.1, 24.0, 1.31),  # "103" sorts before "12"
        _partner("140", "Aspen", 0.05, 24.0, 1.36),
    ),
    advertisers={"1": "CCW", "2": "EXP", "3": "OTHER-A", "4": "OTHER-B", "7": "OTHER-C"},
    blocks=(
        Block(FIRST_DAY, date(2025, 11, 30), 7_012, 189_655),
        Block(_dec(1), _dec(18), 4_592, 124_340),
        Block(_dec(19), LAST_DAY, 2_987, 80_520),
    ),
    # Of December 1-18: 14 rows of advertiser 2, and 18 + 18 + 16 = 52 of the others.
    trickles=(
        Trickle("1", "2", (2, 4, 8, 10, 15, 17, 22, 27)),
        Trickle("5", "2", (1, 3, 9, 11, 16, 24)),
        Trickle("12", "2", (5, 10, 12, 26)),
        Trickle("12", "3", tuple(range(1, 32))),
        Trickle("21", "4", tuple(range(1, 32))),
        Trickle("5", "7", tuple(day for day in range(1, 32) if day not in (5, 13, 21))),
    ),
    single_sales={
        (_dec(10), "1", "2"): (1, 0.0, 45.0),
        (_dec(6), "12", "3"): (1, 180.0, 240.0),
        (_dec(15), "21", "4"): (1, 113.0, 150.5),
        (date(2025, 11, 12), "12", "3"): (2, 360.0, 480.0),
        (_dec(22), "21", "4"): (1, 113.0, 150.5),
    },
    adjustments={
        (_dec(9), "88"): -185.25,
        (_dec(12), "140"): -61.123456,
        (date(2025, 11, 20), "103"): -240.00,
    },
    sources=(
        Source("66c79f91be26fd4634569658", "Facebook CCW", "facebook", ("1", "1"), 0.62, 23.5),
        Source("62b29551c6880d00014d8c73", "Google Ads CCW", "googleads", ("1", "1"), 0.38, 24.75,
               fraction=5_678, missing=(_dec(7), date(2025, 11, 16))),
        Source("6710c0ffee00000000000005", "TikTok EXP (sandbox)", "tiktok", ("5", "2"), 1, 41, 30),
        Source("6710c0ffee00000000000006", "Bing EXP (sandbox)", "bing", ("1", "2"), 1, 26, 20),
        # Its costs were connected three days late.
        Source("6710c0ffee00000000000007", "Taboola CCW (sandbox)", "taboola", ("9", "1"), 1, 22.25,
               first=_dec(1), costs_from=_dec(4), missing=(_dec(11),)),
        Source("ffff0000ffff0000ffff0000", "Test Campaigns (sandbox)", "other",
               cost=12.4, clicks=9),
        Source("", "", "", clicks=6, listed=False),  # traffic of no known source; cost unknown
        Source("", "Direct (sandbox)", "", cost=3.15, clicks=11, listed=False),
        # A deleted twin of the first source, still billed now and then.
        Source("66c79f91be26fd463456dead", "Facebook CCW", "facebook", cost=18.9, status=3,
               only=(date(2025, 11, 4), date(2025, 11, 18), _dec(2), _dec(3), _dec(16))),
    ),
)  # fmt: skip

_CTI = Account(
    id="cti",
    name="Client cti (sandbox)",
    affiliates=(
        Affiliate("1", "CTI House (sandbox)", 6, payout=12, margin=1.5),  # 713 has a 1 too
        Affiliate("2", "Partner Quarry (sandbox)", 3, payout=11, margin=1.45),
        Affiliate("0", "N/A", 0.4, payout=0.5, margin=20, clicks=0),
    ),
    advertisers={"1": "CTI-A"},
    blocks=(Block(_dec(1), LAST_DAY, 311, 3_550),),
    sources=(
        Source(
            "77aa00000000000000000c71", "Facebook CTI (sandbox)", "facebook", ("1", "1"), 1, 9.4
        ),
    ),
)

ACCOUNTS = {account.id: account for account in (_713, _CTI)}
