"""The marts of a client, computed from the services' answers in plain Python.

It is written from the design (how spend meets the network, what is internal, what is complete) and
shares nothing with the loaders or the SQL, so that a mistake there does not repeat itself here.
"""

import csv
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from zoneinfo import ZoneInfo

from tests.facts.answers import Answers, clean_id
from tests.facts.figures import Figures, Row, ratio

UNMAPPED = "-1"
NO_AFFILIATE = "0"
CLOSES_AT = {"everflow": time(3), "redtrack": time(6)}  # of the next day
SETTLED_AFTER = timedelta(days=35)
COST_EXPECTED_FOR = 7  # days after the last cost of a source with clicks

AFFILIATE_FIGURES = (
    "clicks conversions revenue payout events event_revenue scrubbed_conversions "
    "view_through_conversions media_buying_cost spend spend_rows tracker_clicks "
    "tracker_conversions uncosted_conversions effective_cost margin cpa effective_cpa epc cvr"
)

Pair = tuple[str, str]  # affiliate and advertiser


@dataclass(frozen=True)
class Advertiser:
    """A configured advertiser."""

    id: str
    label: str
    name: str
    product_category: str
    report_name: str


@dataclass(frozen=True)
class Mapped:
    """A Redtrack source and whom it buys traffic for."""

    source_id: str
    title: str
    pair: Pair
    affiliate_label: str
    advertiser_label: str = ""


@dataclass(frozen=True)
class Client:
    """A client as its folder describes it."""

    id: str
    timezone: str
    currency: str
    sources: tuple[str, ...]
    advertisers: tuple[Advertiser, ...]
    mapping: tuple[Mapped, ...]

    @classmethod
    def of(cls, folder: Path) -> "Client":
        config = tomllib.loads((folder / "config" / "client.toml").read_text())
        mapping = folder / "mappings" / "internal-affiliates.csv"
        lines = mapping.read_text().splitlines() if mapping.exists() else []
        return cls(
            config["client_id"],
            config["timezone"],
            config["currency"],
            tuple(config["sources"]),
            tuple(
                Advertiser(
                    given["everflow_advertiser_id"],
                    given["label"],
                    given["name"],
                    given["product_category"],
                    given["report_name"],
                )
                for given in config.get("advertisers", ())
            ),
            tuple(
                Mapped(
                    clean_id(line["redtrack.source_id"]),
                    line["redtrack.source"],
                    (
                        clean_id(line["everflow.affiliate_id"]),
                        clean_id(line["everflow.advertiser_id"]),
                    ),
                    line["everflow.affiliate_label"],
                    line.get("everflow.advertiser_label") or "",
                )
                for line in csv.DictReader(lines)
            ),
        )


@dataclass(frozen=True)
class Computation:
    """The facts and dimensions of one client."""

    client: Client
    answers: Answers

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
    def affiliate_labels(self) -> dict[str, str]:
        """Everflow's latest, else the mapping's first, else the id's meaning."""
        known = {affiliate: affiliate for _, affiliate, _ in self.merged}
        known |= {affiliate: affiliate for affiliate, _ in self.internal}
        known |= {id_: label for id_, label in _FIXED_LABELS.items() if id_ in known}
        known |= {m.pair[0]: m.affiliate_label for m in reversed(self.client.mapping)}
        network = ((r.day, r.affiliate_id, r.affiliate_label) for r in self.answers.network)
        return known | _newest(network)

    @cached_property
    def advertiser_labels(self) -> dict[str, str]:
        """Everflow's latest, else the config's, else the mapping's, else the id's meaning."""
        known = {advertiser: advertiser for _, _, advertiser in self.merged}
        known |= {advertiser: advertiser for _, advertiser in self.internal}
        known |= {id_: label for id_, label in _FIXED_LABELS.items() if id_ in known}
        labelled = [m for m in self.client.mapping if m.advertiser_label]
        known |= {m.pair[1]: m.advertiser_label for m in reversed(labelled)}
        known |= {advertiser.id: advertiser.label for advertiser in self.client.advertisers}
        network = ((r.day, r.advertiser_id, r.advertiser_label) for r in self.answers.network)
        return known | _newest(network)

    @cached_property
    def source_titles(self) -> dict[str, str]:
        known = {row.source_id: row.source_id for row in self.answers.spend}
        known |= {id_: entry.title for id_, entry in self.mapped.items() if id_ in known}
        return known | _newest((r.day, r.source_id, r.title) for r in self.answers.spend)

    # What happened

    @cached_property
    def sources(self) -> dict[tuple[date, str], Figures]:
        """Redtrack by day and source."""
        rows: defaultdict[tuple[date, str], list[Figures]] = defaultdict(list)
        for row in self.answers.spend:
            rows[row.day, row.source_id].append(row.figures)
        return {key: Figures.total(parts) for key, parts in rows.items()}

    @cached_property
    def network(self) -> set[tuple[date, str, str]]:
        return {(row.day, row.affiliate_id, row.advertiser_id) for row in self.answers.network}

    @cached_property
    def merged(self) -> dict[tuple[date, str, str], Figures]:
        """Both services by day, affiliate and advertiser."""
        parts: defaultdict[tuple[date, str, str], list[Figures]] = defaultdict(list)
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
        length = (self.answers.last - self.answers.first).days + 1
        return [self.answers.first + timedelta(days=n) for n in range(length)]

    @cached_property
    def reasons(self) -> dict[date, str]:
        """Why a day is not complete; complete days have none."""
        found = {day: "; ".join(self._doubts(day)) for day in self.days}
        return {day: reason for day, reason in found.items() if reason}

    def is_settled(self, day: date) -> bool:
        read_on = self.answers.read_at.astimezone(ZoneInfo(self.client.timezone)).date()
        return read_on - day > SETTLED_AFTER

    def _doubts(self, day: date) -> Iterator[str]:
        zone = ZoneInfo(self.client.timezone)
        for source, closes_at in CLOSES_AT.items():  # order files gate order figures alone
            if source not in self.client.sources:
                continue
            closed = datetime.combine(day + timedelta(days=1), closes_at, zone)
            if self.answers.read_at < closed:
                yield source
            elif day in self.answers.rejected_days[source]:
                yield f"{source}: rejected rows"
            elif source == "redtrack" and (without := self._without_cost(day)):
                yield "redtrack: " + ", ".join(f"{t} has clicks but no cost" for t in without)

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
                **figures.row(AFFILIATE_FIGURES),
            }

    def _match_status(self, key: tuple[date, str, str], figures: Figures) -> str:
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


def _newest(named: Iterable[tuple[date, str, str]]) -> dict[str, str]:
    """The name that each id had last."""
    return {id_: name for _, id_, name in sorted(named) if name}
