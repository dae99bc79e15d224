"""The marts of a client, computed from the services' answers in plain Python.

It is written from the design (how spend meets the network, what is internal, what is complete) and
shares nothing with the loaders or the SQL, so that a mistake there does not repeat itself here.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from functools import cached_property
from hashlib import md5
from typing import TypeVar

from tests.expected.client import Client, Mapped, Pair
from tests.expected.figures import Figures, Row, ratio

UNMAPPED = -1
NO_AFFILIATE = 0
COST_EXPECTED_FOR = 7  # days after the last cost of a source with clicks
ONE_DAY = timedelta(days=1)

AFFILIATE_FIGURES = (
    "clicks conversions revenue payout events event_revenue scrubbed_conversions "
    "view_through_conversions media_buying_cost spend spend_rows tracker_clicks "
    "tracker_conversions uncosted_conversions effective_cost margin cpa effective_cpa "
    "effective_cpa_reason epc cvr"
)


@dataclass(frozen=True)
class NetworkRow:
    """A row of Everflow; `read_at` tells which of two labels is the newer."""

    day: date
    affiliate_id: int
    affiliate_label: str | None
    advertiser_id: int
    advertiser_label: str | None
    figures: Figures
    read_at: datetime | None = None


@dataclass(frozen=True)
class SpendRow:
    """A row of Redtrack; its figures have a spend row only where a cost was answered."""

    day: date
    source_id: str
    title: str | None
    figures: Figures
    read_at: datetime | None = None


Id = TypeVar("Id", int, str)  # of the network, of the tracker
Days = Mapping[str, set[date]]  # by source


@dataclass(frozen=True)
class Answers:
    """What both services answered, and what is known of the days that they were asked for."""

    loaded: set[date]
    network: tuple[NetworkRow, ...]
    spend: tuple[SpendRow, ...]
    closed: Days = field(default_factory=dict)
    settled: Days = field(default_factory=dict)
    issues: Mapping[str, Mapping[date, set[str]]] = field(default_factory=dict)  # by source


@dataclass(frozen=True)
class Computation:
    """The facts and dimensions of one client."""

    client: Client
    answers: Answers
    order_days: frozenset[tuple[date, int]] = frozenset()  # with the orders' advertisers

    # Who is who

    @cached_property
    def mapped(self) -> dict[str, Mapped]:
        return {entry.source_id: entry for entry in self.client.mapping}

    @cached_property
    def internal(self) -> set[Pair]:
        return {entry.pair for entry in self.client.mapping}

    def pair_of(self, source_id: str) -> Pair:
        entry = self.mapped.get(source_id)
        return entry.pair if entry else (UNMAPPED, UNMAPPED)

    @cached_property
    def affiliate_labels(self) -> dict[int, str]:
        """Everflow's latest, else the mapping's first, else the id's meaning."""
        ids = {affiliate for _, affiliate, _ in self.merged} | {own for own, _ in self.internal}
        mapped = [(entry.pair[0], entry.affiliate_label) for entry in self.client.mapping]
        answered = ((r.affiliate_id, r.affiliate_label, r) for r in self.answers.network)
        return _labels(ids, _first(mapped), _newest(answered))

    @cached_property
    def advertiser_labels(self) -> dict[int, str]:
        """Everflow's latest, else the config's, else the mapping's, else the id's meaning."""
        configured = {advertiser.id: advertiser.label for advertiser in self.client.advertisers}
        ids = {advertiser for _, _, advertiser in self.merged} | set(configured)
        ids |= {advertiser for _, advertiser in self.internal}
        ids |= {advertiser for _, advertiser in self.order_days}
        mapped = [(entry.pair[1], entry.advertiser_label) for entry in self.client.mapping]
        answered = ((r.advertiser_id, r.advertiser_label, r) for r in self.answers.network)
        return _labels(ids, _first(mapped), configured, _newest(answered))

    @cached_property
    def source_titles(self) -> dict[str, str]:
        ids = {row.source_id for row in self.answers.spend}
        mapped = _first((id_, entry.title) for id_, entry in self.mapped.items())
        newest = _newest((row.source_id, row.title, row) for row in self.answers.spend)
        return {id_: (mapped | newest).get(id_, id_) for id_ in ids}

    # What happened

    @cached_property
    def sources(self) -> dict[tuple[date, str], Figures]:
        """Redtrack by day and source."""
        rows: defaultdict[tuple[date, str], list[Figures]] = defaultdict(list)
        for row in self.answers.spend:
            rows[row.day, row.source_id].append(row.figures)
        return {key: Figures.total(parts) for key, parts in rows.items()}

    @cached_property
    def network(self) -> set[tuple[date, int, int]]:
        return {(row.day, row.affiliate_id, row.advertiser_id) for row in self.answers.network}

    @cached_property
    def merged(self) -> dict[tuple[date, int, int], Figures]:
        """Both services by day, affiliate and advertiser."""
        parts: defaultdict[tuple[date, int, int], list[Figures]] = defaultdict(list)
        for row in self.answers.network:
            parts[row.day, row.affiliate_id, row.advertiser_id].append(row.figures)
        for (day, source_id), figures in self.sources.items():
            parts[day, *self.pair_of(source_id)].append(figures)
        return {key: self._split(key[1:], Figures.total(found)) for key, found in parts.items()}

    def _split(self, pair: Pair, figures: Figures) -> Figures:
        if pair not in self.internal:
            return figures
        return replace(
            figures,
            internal_conversions=figures.conversions,
            internal_payout=figures.payout,
            uncosted_conversions=0 if figures.spend_rows else figures.conversions,
        )

    # Which days are whole

    @cached_property
    def days(self) -> list[date]:
        with_rows = {day for day, *_ in self.merged}
        return sorted(self.answers.loaded | with_rows)

    @cached_property
    def gating(self) -> list[str]:
        """The sources that a CPA is made of; no other holds a day back."""
        return [name for name in ("everflow", "redtrack") if name in self.client.sources]

    @cached_property
    def reasons(self) -> dict[date, str]:
        """Why a day is not complete; complete days have none."""
        if not self.gating:
            return dict.fromkeys(self.days, "no source enabled")
        doubts = {day: [self._doubt(source, day) for source in self.gating] for day in self.days}
        reasons = {day: "; ".join(filter(None, found)) for day, found in doubts.items()}
        return {day: reason for day, reason in reasons.items() if reason}

    @cached_property
    def complete(self) -> set[date]:
        return set(self.days) - set(self.reasons)

    @cached_property
    def last_over(self) -> date | None:
        """A day is over when a source saw it closed, and when a later one is loaded."""
        return max(
            (
                day
                if any(not self._doubt(source, day) for source in self.gating)
                else day - ONE_DAY
                for day in self.days
            ),
            default=None,
        )

    def is_settled(self, day: date) -> bool:
        if day not in self.days or not self.gating:
            return False
        return all(day in self.answers.settled[source] for source in self.gating)

    def _doubt(self, source: str, day: date) -> str | None:
        if day not in self.answers.closed[source]:
            return source
        if kinds := self.answers.issues[source].get(day):
            return f"{source}: {', '.join(sorted(kinds))}"
        if source == "redtrack" and (without := self._without_cost(day)):
            return "redtrack: " + ", ".join(f"{t} has clicks but no cost" for t in without)
        return None

    def _without_cost(self, day: date) -> list[str]:
        """Titles of mapped sources with clicks alone, in the mapping's order."""
        week = [day - timedelta(days=n) for n in range(1, COST_EXPECTED_FOR + 1)]
        nothing = Figures()
        return [
            self.source_titles[id_]
            for id_ in self.mapped
            if (now := self.sources.get((day, id_), nothing)).tracker_clicks
            and not now.spend
            and any(self.sources.get((before, id_), nothing).spend for before in week)
        ]

    # Tables

    def fct_affiliate_daily(self) -> Iterator[Row]:
        for (day, affiliate, advertiser), figures in self.merged.items():
            pair = affiliate, advertiser
            yield {
                "client_id": self.client.id,
                "report_date": day,
                "affiliate_id": affiliate,
                "advertiser_id": advertiser,
                "affiliate_label": self.affiliate_labels[affiliate],
                "advertiser_label": self.advertiser_labels[advertiser],
                "match_status": self._match_status((day, *pair), figures),
                "is_internal": pair in self.internal,
                **figures.of_affiliate(AFFILIATE_FIGURES),
            }

    def _match_status(self, key: tuple[date, int, int], figures: Figures) -> str:
        _, affiliate, advertiser = key
        if affiliate == UNMAPPED:
            return "unmapped"
        if (affiliate, advertiser) in self.internal:
            if not figures.spend_rows:
                return "no_spend_row"
            return "matched" if key in self.network else "spend_only"
        if affiliate == NO_AFFILIATE:
            return "no_affiliate"
        is_internal_elsewhere = affiliate in {internal for internal, _ in self.internal}
        return "external_here" if is_internal_elsewhere else "external"

    def fct_source_daily(self) -> Iterator[Row]:
        for (day, source_id), figures in self.sources.items():
            affiliate, advertiser = self.pair_of(source_id)
            is_mapped = source_id in self.mapped
            sold = self.merged[day, affiliate, advertiser]
            share = Fraction(sold.conversions * figures.tracker_conversions)
            yield {
                "client_id": self.client.id,
                "report_date": day,
                "redtrack_source_id": source_id,
                "redtrack_source": self.source_titles[source_id],
                "is_mapped": is_mapped,
                "affiliate_id": affiliate,
                "affiliate_label": self.affiliate_labels[affiliate],
                "advertiser_id": advertiser,
                "advertiser_label": self.advertiser_labels[advertiser],
                **figures.row("spend spend_rows tracker_clicks tracker_conversions"),
                "tracker_revenue": figures.tracker_revenue,
                "tracker_cpa": (
                    ratio(figures.spend, figures.tracker_conversions)
                    if figures.spend_rows
                    else None
                ),
                "estimated_conversions": (
                    ratio(share, sold.tracker_conversions) if is_mapped else None
                ),
            }

    def dim_affiliates(self) -> Iterator[Row]:
        for id_, label in self.affiliate_labels.items():
            days = [row.day for row in self.answers.network if row.affiliate_id == id_]
            yield {
                "client_id": self.client.id,
                "affiliate_id": id_,
                "affiliate_label": label,
                "has_internal_advertiser": any(id_ == internal for internal, _ in self.internal),
                "first_report_date": min(days, default=None),
                "last_report_date": max(days, default=None),
            }

    def dim_advertisers(self) -> Iterator[Row]:
        configured = {advertiser.id: advertiser for advertiser in self.client.advertisers}
        for id_, label in self.advertiser_labels.items():
            given = configured.get(id_)
            yield {
                "client_id": self.client.id,
                "advertiser_id": id_,
                "advertiser_label": label,
                "advertiser_name": given.name if given else label,
                "product_category": given.product_category if given else None,
                "report_name": given.report_name if given else None,
                "is_configured": given is not None,
            }


_FIXED_LABELS = {UNMAPPED: "Unmapped", NO_AFFILIATE: "N/A"}


def _labels(ids: Iterable[int], *known: Mapping[int, str]) -> dict[int, str]:
    """Each id's name in the last of some places that know one."""
    labels = {}
    for id_ in ids:
        labels[id_] = _FIXED_LABELS.get(id_, str(id_))
        for names in known if id_ != UNMAPPED else ():
            labels[id_] = names.get(id_, labels[id_])
    return labels


def _first(named: Iterable[tuple[Id, str | None]]) -> dict[Id, str]:
    """The name that each id has first."""
    found: dict[Id, str] = {}
    for id_, name in named:
        if name:
            found.setdefault(id_, name)
    return found


def _newest(named: Iterable[tuple[Id, str | None, NetworkRow | SpendRow]]) -> dict[Id, str]:
    """The name that each id had last; which of two of the same moment is left to their hash."""

    def age(entry: tuple[Id, str, NetworkRow | SpendRow]) -> tuple[object, ...]:
        _, name, row = entry
        digest = int(md5(name.encode(), usedforsecurity=False).hexdigest(), 16)
        return row.day, row.read_at or datetime.min.replace(tzinfo=UTC), -digest

    whole = [(id_, name, row) for id_, name, row in named if name]
    return {id_: name for id_, name, _ in sorted(whole, key=age)}
