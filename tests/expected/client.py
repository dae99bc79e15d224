"""A client as its folder describes it."""

import csv
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from tests.expected.figures import clean

Pair = tuple[int, int]  # affiliate and advertiser


@dataclass(frozen=True)
class Advertiser:
    """A configured advertiser."""

    id: int
    label: str
    name: str | None
    product_category: str | None
    report_name: str | None


@dataclass(frozen=True)
class Mapped:
    """A Redtrack source and whom it buys traffic for, as somebody typed it."""

    typed_source_id: str
    title: str | None
    affiliate_id: int
    affiliate_label: str | None
    advertiser_id: int
    advertiser_label: str | None = None

    @property
    def source_id(self) -> str:
        return clean(self.typed_source_id)

    @property
    def pair(self) -> Pair:
        return self.affiliate_id, self.advertiser_id


@dataclass(frozen=True)
class Client:
    """Its settings, advertisers and mapping."""

    id: str
    timezone: str
    currency: str
    start_date: date
    sources: tuple[str, ...]
    advertisers: tuple[Advertiser, ...] = ()
    mapping: tuple[Mapped, ...] = ()
    core_order_amount: Decimal | None = None
    funnel: tuple[str, ...] = ()

    @classmethod
    def of(cls, folder: Path) -> "Client":
        config = tomllib.loads((folder / "config" / "client.toml").read_text())
        mapping = folder / "mappings" / "internal-affiliates.csv"
        lines = mapping.read_text().splitlines() if mapping.exists() else []
        core = config.get("core_order_amount")
        return cls(
            config["client_id"],
            config["timezone"],
            config["currency"],
            config["start_date"],
            tuple(config["sources"]),
            tuple(
                Advertiser(
                    int(given["everflow_advertiser_id"]),
                    given["label"],
                    given["name"],
                    given["product_category"],
                    given["report_name"],
                )
                for given in config.get("advertisers", ())
            ),
            tuple(
                Mapped(
                    line["redtrack.source_id"],
                    line["redtrack.source"],
                    int(line["everflow.affiliate_id"]),
                    line["everflow.affiliate_label"],
                    int(line["everflow.advertiser_id"]),
                    line.get("everflow.advertiser_label") or "",
                )
                for line in csv.DictReader(lines)
            ),
            None if core is None else Decimal(str(core)),
            tuple(config.get("funnel", ("landing", "checkout", "purchase"))),
        )

    def seeds(self) -> Iterator[tuple[str, tuple[object, ...]]]:
        """Its lines of the seeds, as `mappings sync` compiles them, but for a mapping's id."""
        settings = (self.start_date, self.timezone, self.currency, self.core_order_amount)
        yield "clients", (self.id, f"Client {self.id}", "active", *settings)
        for source in self.sources:
            yield "client_sources", (self.id, source)
        for number, event in enumerate(self.funnel, start=1):
            yield "funnel_steps", (self.id, number, event)
        for advertiser in self.advertisers:
            yield "client_advertisers", (self.id, *vars(advertiser).values())
        for entry in self.mapping:
            made_at = ("2025-12-01 00:00:00+00",) * 2
            ids = entry.title, entry.typed_source_id, entry.affiliate_id
            labels = entry.affiliate_label, entry.advertiser_id, entry.advertiser_label
            yield "affiliate_mapping", (self.id, *ids, *labels, *made_at)
