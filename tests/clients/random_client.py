"""A client by chance, on purpose as untidy as the real sources: its settings and all its raw rows.

Ids come in several spellings, blank and unmapped; texts hold whatever a service lets people type;
costs are missing, zero or corrected downwards; few distinct amounts make ties; some rows were
rejected, and some reads were of other settings, of one advertiser, or failed.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from random import Random
from typing import Any

from tests.clients.order_files import OrderFile
from tests.clients.random_audience import Audience
from tests.clients.random_shop import made_files, restated
from tests.clients.raw_rows import Row, Rows
from tests.expected.client import Advertiser, Client, Mapped
from tests.expected.marts import Expected, answers

FIRST = date(2025, 10, 28)  # over the end of a month
LONG, SHORT = 45, 12  # days
LOADED = [datetime(2025, 12, day, 7, tzinfo=UTC) for day in (1, 1, 2)]
SOURCES = ("everflow", "redtrack")
ZONES = ("America/New_York", "Europe/Berlin", "Asia/Kolkata")
ACCEPTED = "known"  # a word that is not understood, and believed
VERDICTS = ("ok", "ok", "ok", "expected-empty", "suspicious-empty", "truncated", "failed")
MONTHS = [date(2025, 9, 1), FIRST.replace(day=1), date(2025, 11, 1), date(2025, 11, 30)]
BASES = ("spend", "spend", "effective_cost", " Effective Cost", "EFFECTIVE-COST", "revenue", "")
STEPS = ("visit", "landing", "checkout", "purchase", "never sent")
ORDER_STEPS = 3  # how often its order files are restated

# the ids of one source as services and people write them
SPELLINGS = ("{}", "{}", "{}", " {}", "{} ", "{:U}")
NETWORK_IDS = (0, 1, 2, 5, 7, 12, 1178)
SOURCE_IDS = ("66c7aa", "62b2ff", "6710c0", "title:organic", "zz", "öl", "no'quote")
WORDS = (
    *(None, "", "  ", "N/A", "none", "G2 - Meta", " G2", 'a "b", c', "it's", "Ünïcödé 🎯"),
    *("Ångström", "año", "§¿ÿ", "Straße\xa0", "ẞß", "\u200b", "\\n", "%s", "{{ x }}", "null"),
)
# what printers and terminals would act on, and more than any of them has room for
WILD = (
    *("[/b] now", "[red]big[/red]", ":smile:", "\x1b[31mred", "\x9b31m", "\u202edlog", "a\x07b"),
    *("x" * 10_000, "1.234,50", "1_000", "٣", "\\N"),
)
NAMES = ("Meta", "N/A", "NaN", "007", "1e5", "true", "Łódź", "it's", 'a "b", c', "{{ x }}")
# exact halves and last places: where engines that round otherwise part
AMOUNTS = [Decimal(text) for text in ("0", "0.57", "-3.33", "0.0001", "-0.0001", "10", "1.125")]


class RandomClient:
    """All that is known of it. The first of a seed have many days, and were read as one would."""

    def __init__(self, number: int, seed: int) -> None:
        self.rng = rng = Random(f"{seed}-{number}")  # noqa: S311  # repeatable by its seed
        self.id = f"c{number}"
        self.is_long = number < 2
        self.days = [
            FIRST + timedelta(n) for n in range(LONG if self.is_long else rng.randint(1, SHORT))
        ]
        self.gaps = rng.choice([0.6, 0.8, 0.9])
        self.amounts = [self._amount() for _ in range(6 if self.is_long else rng.randint(1, 4))]
        self.counts = [rng.choice([0, 1, 2, 3, rng.randint(0, 10**5)]) for _ in range(4)] + [0, 1]
        self.words = [WILD[number % len(WILD)], *rng.sample(WORDS, 4), self._text()]
        self.tells_kinds = number % 5 > 0
        self.client = self._client()
        self.rows: Rows = {
            "everflow.daily_stats": list(self._network()),
            "redtrack.daily_spend": list(self._tracker()),
            "google_sheets.targets": list(self._targets()),
            "ops.load_issues": [],
            "ops.accepted_issues": [self._accepted(source) for source in ("everflow", "redtrack")],
        }
        audience = Audience(
            *(self.id, self.client.timezone, seed * 1000 + number),
            size=400 if self.is_long else 90,
            currency=self.client.currency,
            words=self.words,
        )
        self.rows |= audience.rows
        for source, table in (("everflow", "daily_stats"), ("redtrack", "daily_spend")):
            self.rows["ops.load_runs"] += self._runs(source, table)
        for run in self.rows["ops.load_runs"]:
            if run["source"] in ("everflow", "redtrack") and rng.random() < 0.2:
                self.rows["ops.rejected_rows"].append(self._rejected(run))
            if run["source"] in ("everflow", "redtrack") and rng.random() < 0.2:
                self.rows["ops.load_issues"].append(self._odd(run))
        self.files: list[Sequence[OrderFile]] = [[]]
        for _ in range(ORDER_STEPS):
            words = *self.words, self.client.advertisers[0].product_category
            made = made_files(
                rng, self.id, self.tells_kinds, number % 3 > 0, words, amounts=self.amounts
            )
            self.files.append(restated(rng, self.files[-1], made))
        del self.files[0]

    @cached_property
    def expected(self) -> Expected:
        files = tuple(self.files[-1])
        return Expected(self.client, answers(self.client, self.rows), files, self.rows)

    @property
    def earlier(self) -> Client:
        """Its settings when its orders were first built; where they differ, all orders change."""
        if int(self.id[1:]) % 4:
            return self.client
        first, *others = self.client.advertisers
        changed = (replace(first, product_category="OTHER"), *others)
        return replace(self.client, core_order_amount=Decimal(20), advertisers=changed)

    def _client(self) -> Client:
        rng, name = self.rng, self.rng.choice([*NAMES, self._text().strip() or "x"])
        reports = rng.sample(["daily_ccw_summary", "daily_exp_summary", "another"], 2)
        ids = [1, 2] if self.is_long else rng.sample([1, 2, 9], 2)
        return Client(
            self.id,
            rng.choice(ZONES),
            rng.choice(["USD", "USD", "EUR"]),
            FIRST,
            ()
            if self.id == "c2"
            else tuple(s for s in SOURCES if self.is_long or rng.random() < 0.9),
            tuple(
                Advertiser(id_, f"{name} {id_}", name, category, report)
                for id_, category, report in zip(ids, ("CCW", "Exp"), reports, strict=True)
            ),
            tuple(
                Mapped(
                    self._spelled(source),
                    rng.choice([name, "Facebook"]),
                    rng.choice([1, 5, 7, 99]),
                    rng.choice([name, "G2 - Meta", "G2 - Google"]),
                    rng.choice([1, 2]),
                    name,
                )
                for source in rng.sample(SOURCE_IDS, 4 if self.is_long else rng.randint(0, 7))
            ),
            rng.choice([Decimal(85), Decimal(85), Decimal("0.0001"), None]),
            tuple(
                rng.sample(STEPS[:4], 4) if self.is_long else rng.sample(STEPS, rng.randint(1, 4))
            ),
        )

    def _network(self) -> Iterator[Row]:
        for day in self.days:
            for affiliate in NETWORK_IDS:
                for advertiser in (0, 1, 2, 8):
                    if self.rng.random() < self.gaps:
                        continue
                    yield {
                        "date": day,
                        "affiliate_id": affiliate,
                        "affiliate_label": self._any(self.words),
                        "advertiser_id": advertiser,
                        "advertiser_label": self._any(self.words),
                        "clicks": self._any(self.counts),
                        # more than a day's may be taken back
                        "conversions": self._any([*self.counts[:-1], -2]),
                        **{name: self._any(self.amounts) for name in ("revenue", "payout")},
                        "event": self._unknown_or(self._any(self.counts)),
                        "event_revenue": self._unknown_or(self._any(self.amounts)),
                        "media_buying_cost": self._unknown_or(self._any(self.amounts)),
                        "currency": self.client.currency,
                        **self._tags(),
                    }

    def _tracker(self) -> Iterator[Row]:
        some = [amount for amount in self.amounts if amount] or [Decimal(1)]
        costs = [None, Decimal(0), *some * (20 if self.is_long else 4)]
        for day in self.days:
            seen = set()
            for source in (*SOURCE_IDS, *SOURCE_IDS[:2]):
                spelled = self._spelled(source)
                if self.rng.random() < 0.4 or spelled in seen:
                    continue
                seen.add(spelled)
                yield {
                    "date": day,
                    "source_id": spelled,
                    "source": self._any(self.words),
                    **{name: self._any(self.counts) for name in ("clicks", "conversions")},
                    "cost": self._any(costs),
                    "revenue": self._unknown_or(self._any(self.amounts)),
                    **self._tags(),
                }

    def _targets(self) -> Iterator[Row]:
        known = [name for a in self.client.advertisers for name in (a.label, str(a.id))]
        seen = set()
        for number in range(16 if self.is_long else self.rng.randint(0, 8)):
            key = self._spelled(self._any([*known, *known, "XYZ", "-1"])), self._any(MONTHS)
            if key in seen:
                continue
            seen.add(key)
            yield {
                "advertiser": key[0],
                "month": key[1],
                "budget": self._unknown_or(self._any([*self.amounts, Decimal("1234.56")])),
                "basis": self._unknown_or(self._any(BASES)),
                "target_cpa": self._unknown_or(self._any(self.amounts)),
                "_removed_at": LOADED[2] if number % 5 == 4 else None,
                **self._tags(),
            }

    def _runs(self, source: str, table: str) -> Iterator[Row]:
        """A long client's days are read in one go, and some again; any of the others' at random."""
        for number in range(3 if self.is_long else self.rng.randint(0, 4)):
            start, end = sorted(self.rng.choices(self.days, k=2))
            verdict, zone, currency = (
                self._any(VERDICTS),
                self.client.timezone,
                self.client.currency,
            )
            only = source == "everflow" and self.rng.random() < 0.2
            closed = self.rng.random() < 0.9
            if self.is_long and number == 0:
                start, end, verdict, only, closed = self.days[0], self.days[-1], "ok", False, True
            elif self.rng.random() < 0.15:
                zone, currency = self._any([(self._any(ZONES), currency), (zone, "SEK")])
            closed = closed and verdict in VERDICTS[:4] and not only
            yield {
                "run_id": f"{self.id}-{source}-{number}",
                "source": source,
                "client_id": self.id,
                "table_name": table,
                "window_start": start,
                "window_end": end,
                "advertiser_id": self._any(["1", "2"]) if only else None,
                "timezone": zone,
                "currency": currency,
                "complete_through": end - timedelta(self._any([0, 0, 1])) if closed else None,
                "settled_through": start if closed and self.rng.random() < 0.7 else None,
                "verdict": verdict,
                "started_at": LOADED[0] + timedelta(hours=number),
            }

    def _rejected(self, run: Row) -> Row:
        return {
            "rejected_row_id": f"rejected-{run['run_id']}",
            **{"origin": "GET /made", "reason": "made"},
            **{name: run[name] for name in ("run_id", "source", "client_id", "table_name")},
            **{"window_start": run["window_start"], "window_end": run["window_end"]},
            "date": self._any([*self.days, None]) if not self.is_long else self._any(self.days),
        }

    def _odd(self, run: Row) -> Row:
        """What a load noted; one word in three is accepted, and one kind in three is only told."""
        row = {name: run[name] for name in ("run_id", "source", "client_id", "table_name")}
        row |= {"origin": "GET /made", "kind": "odd words", "rows": 1}
        row |= {"word": self._any(["A", "B", ACCEPTED])}
        row |= {"first_date": run["window_start"], "last_date": run["window_start"]}
        return row | {"example": "", "holds_back": self.rng.random() < 0.67, "file_version": ""}

    def _accepted(self, source: str) -> Row:
        table = {"everflow": "daily_stats", "redtrack": "daily_spend"}[source]
        place = {"client_id": self.id, "source": source, "table_name": table}
        place |= {"kind": "odd words", "subject": ACCEPTED, "file_version": ""}
        return place | {"accepted_at": LOADED[0]}

    def _spelled(self, text: str) -> str:
        spelling = self._any(SPELLINGS)
        return (
            text.upper()
            if spelling == "{:U}" and text.isascii()
            else spelling.replace(":U", "").format(text)
        )

    def _amount(self) -> Decimal:
        scaled = Decimal(self.rng.randint(-(10**10), 10**10)) / 10_000
        return self._any([*AMOUNTS, scaled, Decimal(self.rng.randint(1, 400)) / 8])  # type: ignore[no-any-return]

    def _text(self) -> str:
        """Any printable characters, of any script."""
        letters = (chr(self.rng.randint(32, 0x2FFF)) for _ in range(self.rng.randint(1, 8)))
        return "".join(filter(str.isprintable, letters)) or "?"

    def _unknown_or(self, value: Any) -> Any:
        return None if self.rng.random() < 0.2 else value

    def _any(self, values: Sequence[Any]) -> Any:
        return self.rng.choice(values)

    def _tags(self) -> Row:
        return {"_client_id": self.id, "_loaded_at": self._any(LOADED)}
