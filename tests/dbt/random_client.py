"""A second client with seven weeks of made-up days, on purpose as untidy as the real sources.

Ids come in several spellings, blank and unmapped; costs are missing, zero or corrected downwards;
few distinct amounts make ties; some rows were rejected.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from random import Random

CLIENT = "random"
FIRST, LAST = date(2025, 10, 25), date(2025, 12, 10)
DAYS = [FIRST + timedelta(days=number) for number in range((LAST - FIRST).days + 1)]

# as a client would type them: other case and blanks than the tracker's
MAPPING = {
    " AAA1 ": ("1", "1"),
    "aaa2": ("1", "1"),
    "AAA3": (" 1", "2"),
    "aaa4": ("5", "2"),
    "title:Organic": ("9", "1"),
}
SOURCES = ("aaa1", "aaa2", "aaa3", "AAA4", " aaa4", "title:organic", "zzz", "ZZZ")
AFFILIATES = ("1", "5", "7", "8", "9", "0", "", " 7")
ADVERTISERS = ("1", "2", "3")
CONFIGURED = ("1", "2")


@dataclass(frozen=True)
class NetworkRow:
    day: date
    affiliate: str
    advertiser: str
    clicks: int
    conversions: int
    revenue: Decimal
    payout: Decimal


@dataclass(frozen=True)
class TrackerRow:
    day: date
    source: str
    clicks: int
    conversions: int
    cost: Decimal | None


@dataclass(frozen=True)
class RandomClient:
    """What the two sources answered, and what is known of the reads."""

    network: list[NetworkRow] = field(default_factory=list)
    tracker: list[TrackerRow] = field(default_factory=list)
    everflow_through: date = LAST
    redtrack_through: date = LAST - timedelta(days=1)
    rejected: tuple[date, ...] = (date(2025, 11, 20), date(2025, 12, 3))

    @classmethod
    def made(cls, seed: int) -> "RandomClient":
        rng = Random(seed)  # noqa: S311
        client = cls()
        for day in DAYS:
            for affiliate in AFFILIATES:
                for advertiser in ADVERTISERS:
                    if rng.random() < 0.4:
                        client.network.append(_network_row(rng, day, affiliate, advertiser))
            for source in SOURCES:
                if rng.random() < 0.7:
                    client.tracker.append(_tracker_row(rng, day, source))
        return client

    def statements(self) -> Iterator[str]:
        for row in self.network:
            yield (
                "insert into everflow.daily_stats (date, affiliate_id, affiliate_label,"
                " advertiser_id, advertiser_label, clicks, conversions, revenue, payout,"
                f" _client_id, _loaded_at) values ('{row.day}', '{row.affiliate}',"
                f" 'Affiliate {row.affiliate}', '{row.advertiser}', 'Advertiser {row.advertiser}',"
                f" {row.clicks}, {row.conversions}, {row.revenue}, {row.payout}, '{CLIENT}', now())"
            )
        for spent in self.tracker:
            cost = "null" if spent.cost is None else spent.cost
            yield (
                "insert into redtrack.daily_spend (date, source_id, source, clicks, conversions,"
                f" cost, _client_id, _loaded_at) values ('{spent.day}', '{spent.source}',"
                f" 'Source {spent.source}', {spent.clicks}, {spent.conversions}, {cost},"
                f" '{CLIENT}', now())"
            )
        for source, table, through in (
            ("everflow", "daily_stats", self.everflow_through),
            ("redtrack", "daily_spend", self.redtrack_through),
        ):
            yield (
                "insert into ops.load_runs (run_id, source, client_id, table_name, window_start,"
                " window_end, timezone, currency, complete_through, verdict, started_at)"
                f" values ('run-2', '{source}', '{CLIENT}', '{table}', '{FIRST}', '{LAST}',"
                f" 'Europe/Berlin', 'EUR', '{through}', 'ok', now())"
            )
        for day in self.rejected:
            yield (
                "insert into ops.rejected_rows (rejected_row_id, run_id, source, client_id,"
                f" table_name, date) values ('{day}', 'run-2', 'everflow', '{CLIENT}',"
                f" 'daily_stats', '{day}')"
            )


def _network_row(rng: Random, day: date, affiliate: str, advertiser: str) -> NetworkRow:
    conversions = rng.choice((0, 0, 1, 1, 2, 3))
    correction = rng.choice((0, 0, 0, Decimal("0.57"), Decimal("-3.33")))
    revenue = Decimal(10 * conversions) + correction
    return NetworkRow(
        day, affiliate, advertiser, rng.randint(0, 20), conversions, revenue, revenue * 6 / 10
    )


def _tracker_row(rng: Random, day: date, source: str) -> TrackerRow:
    cost = rng.choice((None, Decimal(0), Decimal("-1.25"), *[Decimal(1)] * 37))
    if cost == 1:
        cost = Decimal(rng.randint(100, 5000)) / 100
    return TrackerRow(day, source, rng.randint(0, 30), rng.choice((0, 0, 1, 2)), cost)


SEED_LINES = {
    "clients.csv": f"{CLIENT},Random,active,{FIRST},Europe/Berlin,EUR,\n",
    "client_advertisers.csv": "".join(f"{CLIENT},{id_},A{id_},A{id_},,\n" for id_ in CONFIGURED),
    "client_sources.csv": f"{CLIENT},everflow\n{CLIENT},redtrack\n",
    "funnel_steps.csv": "".join(
        f"{CLIENT},{number},{event}\n"
        for number, event in enumerate(("visit", "landing", "checkout", "purchase"), start=1)
    ),
    "affiliate_mapping.csv": "".join(
        f"{number},{CLIENT},Source,{source},{affiliate},Mapped,{advertiser},,"
        "2025-12-01 00:00:00,2025-12-01 00:00:00\n"
        for number, (source, (affiliate, advertiser)) in enumerate(MAPPING.items(), start=101)
    ),
}
