"""A year of a client that somebody could have, and twenty anomalies on days that are known.

Counts have a weekly rhythm, a trend, a drift of their own, and vary more than chance makes them;
affiliates are large and tiny, some change their level for good by a third, which is no anomaly to
find. Everything else that is odd is planted.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import cached_property
from random import Random

from tests.clients.raw_rows import Row, Rows
from tests.expected.client import Advertiser, Client, Mapped

FIRST, DAYS = date(2025, 1, 1), 365
QUIET = 45  # days before the first anomaly
LOOKBACK = timedelta(35)
# source, affiliate, advertiser, conversions a day, cost of one
SOURCES = (
    ("fb", 1, 1, 45, 22),
    ("ig", 1, 1, 18, 26),
    ("gg", 2, 1, 30, 24),
    ("tt", 5, 2, 14, 31),
    ("bing", 6, 2, 6, 28),
)
PARTNERS = (
    (7, 1, 40),
    (9, 1, 34),
    (12, 1, 22),
    (20, 1, 9),
    (31, 2, 12),
    (44, 2, 3),
    (45, 1, 1),
    (50, 1, 0.3),
)
TAGS_AT = time(11, tzinfo=UTC)  # 6:00 or 7:00 in New York


@dataclass(frozen=True)
class Planted:
    """What is odd from one day to another, and the rules that may say so."""

    kind: str
    rules: tuple[str, ...]
    days: int
    subject: str = ""  # what the words of the alert must begin with
    lasts: bool = False  # a new level, and no trouble that ends
    first: date = date.min

    @property
    def last(self) -> date:
        return self.first + timedelta(self.days - 1)

    @property
    def window(self) -> list[date]:
        """Its days, and the one after, on which it may be noticed yet."""
        return [self.first + timedelta(number) for number in range(self.days + 1)]


KINDS = (
    Planted("no conversions of fb", ("postback",), 2, "source fb"),
    Planted("no conversions of gg", ("postback",), 3, "source gg"),
    Planted("no conversions of tt", ("postback",), 4, "source tt"),
    Planted("no conversions of a partner", ("postback", "conversions"), 1, "affiliate 7/"),
    Planted("a new source without conversions", ("spend",), 9, "source new"),
    Planted("no cost of fb", ("cost",), 1, "source fb"),
    Planted("no cost of tt", ("cost",), 2, "source tt"),
    Planted("a night without loads", ("freshness",), 1),
    Planted("no file of created orders", ("freshness",), 1, "s3_exports.orders_create"),
    Planted("no file of updated orders", ("freshness",), 2, "s3_exports.orders_update"),
    Planted("a file cut short", ("volume",), 1, "s3_exports.orders_create"),
    Planted("a file without rows", ("volume",), 1, "s3_exports.orders_update"),
    Planted("a tracker without rows", ("volume",), 1, "redtrack."),
    Planted("dear clicks of fb", ("cpa",), 3, "source fb"),
    Planted("bad clicks of gg", ("cpa", "conversions"), 3),
    Planted("four times the conversions of a partner", ("conversions",), 1, "affiliate 12/"),
    Planted("a third of all conversions of an advertiser", ("conversions",), 1, "a"),
    Planted("a partner at a third for good", ("conversions",), 14, "affiliate 9/", lasts=True),
    Planted("gg at twice for good", ("conversions",), 14, "affiliate 2/", lasts=True),
    Planted("events of the network gone", ("schema",), 4, "everflow.daily_stats.event"),
)


@dataclass
class MadeYear:
    """One year by its seed."""

    seed: int
    planted: list[Planted] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.rng = Random(self.seed)  # noqa: S311  # repeatable by its seed
        self.client = Client(
            f"year{self.seed}",
            "America/New_York",
            "USD",
            FIRST,
            ("everflow", "redtrack", "s3_exports"),
            tuple(
                Advertiser(id_, label, label, label, f"year{self.seed}_{label}")
                for id_, label in ((1, "CCW"), (2, "EXP"))
            ),
            tuple(
                Mapped(source, source, affiliate, f"A {affiliate}", advertiser)
                for source, affiliate, advertiser in (*(s[:3] for s in SOURCES), ("new", 1, 1))
            ),
        )
        self.days = [FIRST + timedelta(n) for n in range(DAYS)]
        gap = (DAYS - QUIET - 20) // len(KINDS)
        for place, kind in enumerate(self.rng.sample(KINDS, len(KINDS))):
            day = self.days[QUIET + place * gap + self.rng.randrange(4)]
            self.planted.append(Planted(**(vars(kind) | {"first": day})))
        odd = [day for one in self.planted for day in one.window]
        self.calm = [number for number, day in enumerate(self.days) if day not in odd]
        self.names = [*(s[0] for s in SOURCES), *(f"p{p[0]}" for p in PARTNERS)]
        self.levels = {name: list(self._levels()) for name in self.names}
        self.tags = {"_client_id": self.client.id}

    @cached_property
    def rows(self) -> Rows:
        """All raw rows of the year."""
        rows: Rows = {"everflow.daily_stats": [], "redtrack.daily_spend": []}
        for number, day in enumerate(self.days):
            network, tracker = self._day(number, day)
            rows["everflow.daily_stats"] += network
            rows["redtrack.daily_spend"] += tracker
        rows["ops.loaded_files"] = list(self._files())
        rows["ops.load_runs"] = list(self._runs())
        rows["ops.complete_tables"] = [
            {"source": source, "table_name": table}
            for source, table in (
                *(("everflow", "daily_stats"), ("redtrack", "daily_spend")),
                *(("s3_exports", "orders_create"), ("s3_exports", "orders_update")),
            )
        ]
        return rows

    def _is(self, kind: str, day: date) -> bool:
        """Whether that is planted on the day; a new level from its first day on."""
        return any(
            one.first <= day and (one.lasts or day <= one.last)
            for one in self.planted
            if one.kind == kind
        )

    def _levels(self) -> Iterator[float]:
        """What is usual on each day, as a factor."""
        rng = self.rng
        rhythm = [f + rng.uniform(-0.06, 0.06) for f in (1.12, 1.08, 1.03, 1, 0.97, 0.76, 0.82)]
        growth, drift = rng.uniform(-0.3, 0.6), 0.0
        shifts = {rng.choice(self.calm): rng.choice([0.7, 0.8, 1.25, 1.4]) for _ in range(2)}
        level = 1.0
        for number, day in enumerate(self.days):
            drift = 0.9 * drift + rng.gauss(0, 0.04)
            level *= shifts.get(number, 1)
            yield level * rhythm[day.weekday()] * (1 + growth * number / DAYS) * math.exp(drift)

    def _count(self, mean: float, spread: float) -> int:
        """Counts that vary by chance, and by `spread` of the mean more."""
        if mean <= 0:
            return 0
        shape = 1 / spread**2
        mean = self.rng.gammavariate(shape, mean / shape)
        if mean > 50:
            return max(0, round(self.rng.gauss(mean, math.sqrt(mean))))
        limit, count, product = math.exp(-mean), 0, self.rng.random()
        while product > limit:
            product *= self.rng.random()
            count += 1
        return count

    def _day(self, number: int, day: date) -> tuple[list[Row], list[Row]]:
        network: dict[tuple[int, int], list[float]] = {}
        tracker = []
        slump = 1 / 3 if self._is("a third of all conversions of an advertiser", day) else 1.0
        for source, affiliate, advertiser, usual, cost in SOURCES:
            level = usual * self.levels[source][number]
            rate = 0.04 if advertiser == 2 else 0.05
            rate *= slump if advertiser == 1 else 1
            if source == "gg":
                level *= 2 if self._is("gg at twice for good", day) else 1
                rate *= 0.4 if self._is("bad clicks of gg", day) else 1
            clicks = self._count(level / (0.04 if advertiser == 2 else 0.05), 0.1)
            found = self._count(clicks * rate, 0.1)
            if self._is(f"no conversions of {source}", day):
                found = 0
            price = cost * (0.04 if advertiser == 2 else 0.05) * self.rng.uniform(0.92, 1.08)
            price *= 2.5 if source == "fb" and self._is("dear clicks of fb", day) else 1
            price *= 0 if self._is(f"no cost of {source}", day) else 1
            tracker.append(self._spend(day, source, clicks, found, price * clicks))
            sums = network.setdefault((affiliate, advertiser), [0, 0])
            sums[0] += clicks
            sums[1] += found
        if self._is("a new source without conversions", day):
            tracker.append(self._spend(day, "new", 400, 0, 160))
        for affiliate, advertiser, mean in PARTNERS:
            level = mean * self.levels[f"p{affiliate}"][number] * (slump if advertiser == 1 else 1)
            clicks = self._count(level * 15 / (slump if advertiser == 1 else 1), 0.12)
            if affiliate == 9:
                level *= 1 / 3 if self._is("a partner at a third for good", day) else 1
            if affiliate == 12:
                high = self._is("four times the conversions of a partner", day)
                level *= 4 if high else 1
            found = self._count(level, 0.15)
            if affiliate == 7 and self._is("no conversions of a partner", day):
                found = 0
            if clicks or found:
                network[affiliate, advertiser] = [clicks, found]
        # organic titles come and go, and make the number of rows vary
        tracker += [
            self._spend(day, f"title:{word}", self.rng.randrange(1, 9), 0, 0)
            for word in range(12)
            if self.rng.random() < 0.8
        ]
        if self._is("a tracker without rows", day):
            tracker = []
        return [self._stats(day, *key, *sums) for key, sums in network.items()], tracker

    def _stats(
        self, day: date, affiliate: int, advertiser: int, clicks: float, found: float
    ) -> Row:
        gone = self._is("events of the network gone", day)
        return {
            "date": day,
            "affiliate_id": affiliate,
            "affiliate_label": f"A {affiliate}",
            "advertiser_id": advertiser,
            "advertiser_label": "CCW" if advertiser == 1 else "EXP",
            "clicks": int(clicks),
            "conversions": int(found),
            "revenue": Decimal(int(found) * 60),
            "payout": Decimal(int(found) * 25),
            "event": None if gone else int(found * 2 + 1),
            "currency": "USD",
            "_loaded_at": self._night(day),
            **self.tags,
        }

    def _spend(self, day: date, source: str, clicks: int, found: int, cost: float) -> Row:
        return {
            "date": day,
            "source_id": source,
            "source": source,
            "clicks": clicks,
            "conversions": found,
            "cost": Decimal(round(cost * 100)) / 100,
            "revenue": Decimal(found * 60),
            "_loaded_at": self._night(day),
            **self.tags,
        }

    def _files(self) -> Iterator[Row]:
        levels = list(self._levels()), list(self._levels())
        for number, day in enumerate(self.days):
            for table, usual, level in zip(
                ("orders_create", "orders_update"), (300, 160), levels, strict=True
            ):
                rows = self._count(usual * level[number], 0.12)
                called = "created" if table == "orders_create" else "updated"
                if self._is(f"no file of {called} orders", day):
                    continue
                if called == "created" and self._is("a file cut short", day):
                    rows //= 4
                if called == "updated" and self._is("a file without rows", day):
                    rows = 0
                yield {
                    "client_id": self.client.id,
                    "table_name": table,
                    "file_name": f"{table}/{day}.csv",
                    "etag": "e",
                    "file_date": day,
                    "covers_day": True,
                    "rows": rows,
                    "sort_key": str(day),
                    "loaded_at": self._night(day),
                    "last_modified": self._night(day),
                }

    def _runs(self) -> Iterator[Row]:
        """Each night reads the days before it again."""
        for day in self.days:
            if self._is("a night without loads", day):
                continue
            for source, table in (("everflow", "daily_stats"), ("redtrack", "daily_spend")):
                yield {
                    "run_id": f"{self.client.id}-{day}",
                    "source": source,
                    "client_id": self.client.id,
                    "table_name": table,
                    "window_start": max(FIRST, day - LOOKBACK),
                    "window_end": day,
                    "timezone": self.client.timezone,
                    "currency": self.client.currency,
                    "complete_through": day,
                    "verdict": "ok",
                    "started_at": self._night(day),
                    "finished_at": self._night(day),
                }

    @staticmethod
    def _night(day: date) -> datetime:
        return datetime.combine(day + timedelta(1), TAGS_AT)
