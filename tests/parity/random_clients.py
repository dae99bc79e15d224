"""Clients by chance: what hypothesis chooses of each, and the rows that follow from it.

Texts, ids and amounts are hypothesis' own finds; how often they come together is a seed's, which
keeps thousands of rows within what one example may draw.
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from hypothesis import strategies as st

from tests.dbt.random_audience import Audience
from tests.parity.random_orders import in_two_versions, salt

Row = dict[str, Any]
Rows = dict[str, list[Row]]

FIRST = date(2025, 10, 28)  # over the end of a month, and of summer time
LOADED = [datetime(2025, 12, day, 7, tzinfo=UTC) for day in (1, 1, 2)]
ZONES = ("America/New_York", "Europe/Berlin", "Asia/Kolkata")
VERDICTS = ("ok", "ok", "ok", "expected-empty", "suspicious-empty", "truncated", "failed")

MONTHS = [date(2025, 9, 1), FIRST.replace(day=1), date(2025, 11, 1), date(2025, 11, 30)]
BASES = ("spend", "spend", "effective_cost", " Effective Cost", "revenue", "")

# the ids of one affiliate, advertiser or source as services and people write them
SPELLINGS = ("{}", "{}", "{}", " {}", "{} ", "{:U}")
STEPS = ("visit", "landing", "checkout", "purchase", "never sent")
NETWORK_IDS = ("0", "", "1", "2", "5", "7", "12", "aff-x9")
SOURCE_IDS = ("66c7aa", "62b2ff", "6710c0", "title:organic", "zz", "öl", "no'quote")

_label = st.one_of(
    st.none(),
    st.sampled_from(
        ["", "  ", "N/A", "null", "G2 - Meta", " G2", 'a "b", c', "it's", "Ünïcödé 🎯"]
    ),
    st.text(st.characters(min_codepoint=32, exclude_categories=("Cs", "Cc")), max_size=8),
)
_printable = st.text(st.characters(categories=("L", "N", "P", "S")), min_size=1, max_size=8)
_amount = st.one_of(
    # exact halves and last places: where engines that round otherwise part
    st.sampled_from([Decimal(text) for text in ("0", "0.57", "-3.33", "0.0001", "-0.0001", "10")]),
    st.decimals(min_value=-(10**6), max_value=10**6, places=4),
    st.integers(min_value=1, max_value=400).map(lambda n: Decimal(n) / 8),
)


@dataclass(frozen=True)
class Shape:
    """What is drawn of a client. Few amounts and counts make ties."""

    seed: int
    days: int
    gaps: float
    amounts: tuple[Decimal, ...]
    counts: tuple[int, ...]
    labels: tuple[str | None, ...]
    mapping_label: str
    mapped: int


def _some(values: st.SearchStrategy[Any], most: int) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(values, min_size=1, max_size=most).map(tuple)


SHAPES = st.lists(
    st.builds(
        Shape,
        seed=st.integers(0, 2**32 - 1),
        days=st.integers(1, 20),
        gaps=st.sampled_from([0.0, 0.3, 0.6, 0.9]),
        amounts=_some(_amount, 4),
        counts=_some(st.integers(0, 9) | st.integers(0, 10**5), 3),
        labels=_some(_label, 4),
        mapping_label=_printable | st.sampled_from(["null", "N/A", "NaN", "007", "1e5", "true"]),
        mapped=st.integers(0, len(SOURCE_IDS)),
    ),
    min_size=25,
    max_size=40,
    unique_by=lambda shape: shape.seed,
)


def are_varied(shapes: list[Shape]) -> bool:
    """Hypothesis begins with its simplest example, many times the same client."""
    amounts = {amount for shape in shapes for amount in shape.amounts}
    texts = {text for shape in shapes for text in (*shape.labels, shape.mapping_label)}
    return len(amounts) > len(shapes) and len(texts) > len(shapes)


@dataclass
class RandomClient:
    """One client: its seeds, raw rows and ledger."""

    client_id: str
    shape: Shape
    rng: Random = field(init=False)
    days: list[date] = field(init=False)

    def __post_init__(self) -> None:
        self.rng = Random(self.shape.seed)  # noqa: S311  # repeatable by its seed
        self.days = [FIRST + timedelta(days) for days in range(self.shape.days)]
        self.timezone = self.rng.choice(ZONES)

    def raw(self) -> Rows:
        """The raw rows and the ledger, by table."""
        rows: Rows = {
            "everflow.daily_stats": list(self._network()),
            "redtrack.daily_spend": list(self._tracker()),
            "google_sheets.targets": list(self._targets()),
            "ops.load_runs": [],
            "ops.rejected_rows": [],
        }
        for source, table in (("everflow", "daily_stats"), ("redtrack", "daily_spend")):
            for number in range(self.rng.randint(0, 4)):
                run = self._run(source, table, number)
                rows["ops.load_runs"].append(run)
                if self.rng.random() < 0.4:
                    rows["ops.rejected_rows"].append(self._rejected(run))
        return rows

    def audience(self) -> Rows:
        """Its visitors, contacts and mail."""
        words = (*self.shape.labels, self.shape.mapping_label)
        made = Audience(self.client_id, self.timezone, self.shape.seed, size=90, words=words)
        return made.rows

    def orders(self) -> list[Rows]:
        """Its order files as they were loaded at first, and as they are now."""
        texts = (*self.shape.labels, self.shape.mapping_label)
        return in_two_versions(self.client_id, self.rng, texts, self.shape.amounts)

    def seeds(self) -> Rows:
        """Its lines of the seeds, as `mappings sync` would compile them."""
        label, rng = self.shape.mapping_label, self.rng
        sources = [s for s in ("everflow", "redtrack") if rng.random() < 0.95]
        reports = rng.sample(["daily_ccw_summary", "daily_exp_summary", "another"], 3)
        return {
            "clients": [
                {
                    "client_id": self.client_id,
                    "client_name": f"Client {label}",
                    "status": rng.choice(["active", "planned"]),
                    "start_date": FIRST,
                    "timezone": self.timezone,
                    "currency": "USD",
                    "core_order_amount": rng.choice([85, "0.0001", ""]),
                }
            ],
            "client_sources": [{"client_id": self.client_id, "source": s} for s in sources],
            "funnel_steps": [
                {"client_id": self.client_id, "step_number": number, "event_name": event}
                for number, event in enumerate(rng.sample(STEPS, rng.randint(1, 4)), start=1)
            ],
            "client_advertisers": [
                {
                    "client_id": self.client_id,
                    "everflow_advertiser_id": advertiser,
                    "advertiser_label": f"{label} {advertiser}",
                    "advertiser_name": label,
                    "product_category": label,
                    "report_name": report,
                }
                for advertiser, report in zip(rng.sample(["1", "2", "9"], 2), reports, strict=False)
            ],
            "affiliate_mapping": [
                {
                    "client_id": self.client_id,
                    "redtrack_source": rng.choice([label, "Facebook"]),
                    "redtrack_source_id": source,
                    "everflow_affiliate_id": rng.choice(["1", "5", "7", "99"]),
                    "everflow_affiliate_label": rng.choice([label, "G2 - Meta", "G2 - Google"]),
                    "everflow_advertiser_id": rng.choice(["1", "2"]),
                    "everflow_advertiser_label": label,
                    "created_at": "2025-12-01 00:00:00",
                    "updated_at": "2025-12-01 00:00:00",
                }
                for source in rng.sample(SOURCE_IDS, self.shape.mapped)
            ],
        }

    def _network(self) -> Iterator[Row]:
        for day in self.days:
            seen = set()
            for affiliate in NETWORK_IDS:
                for advertiser in ("1", "2", "", "8"):
                    if self.rng.random() < max(self.shape.gaps, 0.5):
                        continue
                    key = self._spelled(affiliate), self._spelled(advertiser)
                    if key in seen:
                        continue
                    seen.add(key)
                    yield {
                        "date": day,
                        "affiliate_id": key[0],
                        "affiliate_label": self.rng.choice(self.shape.labels),
                        "advertiser_id": key[1],
                        "advertiser_label": self.rng.choice(self.shape.labels),
                        **{name: self._count() for name in ("clicks", "conversions")},
                        **{name: self._amount() for name in ("revenue", "payout")},
                        "event": self._unknown_or(self._count()),
                        "event_revenue": self._unknown_or(self._amount()),
                        "media_buying_cost": self._unknown_or(self._amount()),
                        "currency": "USD",
                        **self._tags(),
                    }

    def _tracker(self) -> Iterator[Row]:
        for day in self.days:
            seen = set()
            for source in (*SOURCE_IDS, SOURCE_IDS[0]):  # one of them in two spellings
                spelled = self._spelled(source)
                if spelled in seen or self.rng.random() < self.shape.gaps:
                    continue
                seen.add(spelled)
                yield {
                    "date": day,
                    "source_id": spelled,
                    "source": self.rng.choice(self.shape.labels),
                    **{name: self._unknown_or(self._count()) for name in ("clicks", "conversions")},
                    **{name: self._unknown_or(self._amount()) for name in ("cost", "revenue")},
                    **self._tags(),
                }

    def _targets(self) -> Iterator[Row]:
        names = [f"{self.shape.mapping_label} {id_}" for id_ in ("1", "2", "9")]
        seen = set()
        for number in range(self.rng.randint(0, 12)):
            key = self._spelled(self.rng.choice([*names, "1", "2", "XYZ"])), self.rng.choice(MONTHS)
            if key in seen:
                continue
            seen.add(key)
            yield {
                "advertiser": key[0],
                "month": key[1],
                "budget": self._unknown_or(self._amount()),
                "basis": self._unknown_or(self.rng.choice(BASES)),
                "target_cpa": self._unknown_or(self._amount()),
                "_removed_at": LOADED[2] if number % 5 == 4 else None,
                **self._tags(),
            }

    def _run(self, source: str, table: str, number: int) -> Row:
        start, end = sorted(self.rng.choices(self.days, k=2))
        verdict = self.rng.choice(VERDICTS)
        only = source == "everflow" and self.rng.random() < 0.2
        closed = verdict in VERDICTS[:4] and not only and self.rng.random() < 0.9
        return {
            "run_id": f"{self.client_id}-{number}",
            "source": source,
            "client_id": self.client_id,
            "table_name": table,
            "window_start": start,
            "window_end": end,
            "advertiser_id": self.rng.choice(["1", "2"]) if only else None,
            "timezone": self.rng.choice([self.timezone] * 9 + list(ZONES)),
            "currency": self.rng.choice(["USD"] * 9 + ["EUR"]),
            "complete_through": end - timedelta(self.rng.choice([0, 0, 1])) if closed else None,
            "settled_through": start if closed and self.rng.random() < 0.5 else None,
            "verdict": verdict,
            "started_at": LOADED[0] + timedelta(hours=self.rng.randint(0, 5)),
        }

    def _rejected(self, run: Row) -> Row:
        day = self.rng.choice([*self.days, None])
        return {
            "rejected_row_id": f"{run['source']}-{run['run_id']}",
            **{name: run[name] for name in ("run_id", "source", "client_id", "table_name")},
            **{name: run[name] for name in ("window_start", "window_end")},
            "date": day,
        }

    def _spelled(self, text: str) -> str:
        spelling = self.rng.choice(SPELLINGS)
        return text.upper() if spelling == "{:U}" else spelling.format(text)

    def _count(self) -> int:
        return self.rng.choice(self.shape.counts)

    def _amount(self) -> Decimal:
        return self.rng.choice(self.shape.amounts)

    def _unknown_or(self, value: Any) -> Any:
        return None if self.rng.random() < 0.2 else value

    def _tags(self) -> Row:
        return {"_client_id": self.client_id, "_loaded_at": self.rng.choice(LOADED)}


def gathered(shapes: list[Shape]) -> tuple[Rows, list[Rows], dict[str, str]]:
    """All clients' raw rows by table, their order files in two versions, and the seeds as CSV."""
    raw: Rows = salt()
    orders: list[Rows] = [{}, {}]
    seeds: Rows = {}
    for number, shape in enumerate(shapes):
        client = RandomClient(f"c{number}", shape)
        for into, parts in (
            (raw, client.raw()),
            (raw, client.audience()),
            (seeds, client.seeds()),
            *zip(orders, client.orders(), strict=True),
        ):
            for name, rows in parts.items():
                into.setdefault(name, []).extend(rows)
    for tables in (raw, *orders):
        for rows in tables.values():
            rows[:] = [
                row | {"_dlt_load_id": "1", "_dlt_id": str(number)}
                for number, row in enumerate(rows)
            ]
    seeds["affiliate_mapping"] = [
        {"id": number, **row} for number, row in enumerate(seeds["affiliate_mapping"], start=1)
    ]
    return raw, orders, {name: _csv(rows) for name, rows in seeds.items()}


def _csv(rows: list[Row]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, rows[0].keys(), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
