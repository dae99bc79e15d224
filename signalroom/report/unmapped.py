"""Spend that belongs to no affiliate, because its source stands in no mapping."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from loaders.warehouse import Warehouse

SOURCES_NAMED = 3


@dataclass(frozen=True)
class Source:
    """A traffic source without an affiliate."""

    title: str
    redtrack_source_id: str
    spend: Decimal


@dataclass(frozen=True)
class Unmapped:
    """The unmapped `spend` of some days, of all spend, and the file that would map its sources."""

    spend: Decimal
    total: Decimal
    sources: list[Source]  # the costliest first
    file: str

    @property
    def named(self) -> list[Source]:
        """The sources that are worth a line."""
        return self.sources[:SOURCES_NAMED]


def unmapped_spend(
    warehouse: Warehouse, client_id: str, window: tuple[date, date]
) -> Unmapped | None:
    """The unmapped spend of a client's days; None where all is mapped."""
    rows = warehouse.query(
        "select is_mapped, redtrack_source, redtrack_source_id, sum(spend) "
        "from marts.fct_source_daily where client_id = %s and report_date between %s and %s "
        "group by is_mapped, redtrack_source, redtrack_source_id having sum(spend) <> 0 "
        "order by 4 desc, 3",
        (client_id, *window),
    )
    lacking = [Source(*source) for is_mapped, *source in rows if not is_mapped]
    if not lacking:
        return None
    return Unmapped(
        sum((source.spend for source in lacking), Decimal(0)),
        sum((spend for *_, spend in rows), Decimal(0)),
        lacking,
        f"data/clients/{client_id}/mappings/internal-affiliates.csv",
    )
