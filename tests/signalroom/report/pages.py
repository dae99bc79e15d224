"""Pages of made marts, and what SQL says of them."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import duckdb
from playwright.sync_api import Page

from bench.marts import LAST, Size, statements
from loaders.warehouse import DuckDB, Warehouse
from signalroom.config.clients import read_client
from signalroom.report.as_of import AsOf
from signalroom.report.page import write_page
from signalroom.report.subject import Subject
from signalroom.report.words.hand import Hand
from tests.support import REPOSITORY

NAME = """O'Brien & "Sons" </script><b>bold</b>"""
HTML = "<img src=x onerror=alert(1)>"
FORMULA = "=1+1"


def made_marts(path: Path, size: Size, *changes: str) -> DuckDB:
    """A warehouse with made marts, and what is changed of them."""
    with duckdb.connect(str(path)) as connection:
        for statement in (*statements(size), *changes):
            connection.execute(statement)
    return DuckDB(path)


def subject(warehouse: Warehouse, *, days: int, name: str = NAME) -> Subject:
    """The client's report, as of the newest complete day or, without any, as of `LAST`."""
    client = read_client(REPOSITORY / "data/clients/713/config/client.toml")
    as_of = AsOf.of(warehouse, "713") or AsOf("713", LAST, False, 0, None)
    return Subject(warehouse, replace(client, name=name), as_of, days)


def written(of: Subject, folder: Path) -> Path:
    """The page, with words that would be harmful if they were not escaped."""
    hands = [Hand(f"{HTML} is not mapped", "data/clients/713/<x>.csv")]
    return write_page(
        of,
        folder,
        docs="../../site",
        headline=[f"Said of {HTML}."],
        hands=hands,
        note=f"Made data {HTML}",
    )


class Sql:
    """Figures by SQL, as the page shows them."""

    def __init__(self, warehouse: DuckDB) -> None:
        self.warehouse = warehouse

    def figures(self, first: date, last: date, **ids: int | None) -> dict[str, str]:
        """Of some days, of an advertiser or affiliate where one is chosen."""
        chosen = [(name, id_) for name, id_ in ids.items() if id_ is not None]
        ((conversions, internal, rows, revenue, spend, cost),) = self.warehouse.query(
            "select coalesce(sum(conversions), 0), coalesce(sum(case when is_internal then "
            "conversions end), 0), coalesce(sum(spend_rows), 0), coalesce(sum(revenue), 0), "
            "coalesce(sum(spend), 0), coalesce(sum(effective_cost), 0) "
            "from marts.fct_affiliate_daily where report_date between %s and %s"
            + "".join(f" and {name}_id = %s" for name, _ in chosen),
            (first, last, *(id_ for _, id_ in chosen)),
        )
        is_costed = not (internal > 0 and rows == 0)
        return {
            "conversions": f"{conversions:,}",
            "revenue": money(revenue),
            "effective_cost": money(cost),
            "margin": money(revenue - cost),
            "spend": money(spend),
            "effective_cpa": money(divided(cost, conversions) if is_costed else None),
            "cpa": money(divided(spend, internal) if is_costed else None),
        }


def divided(above: Any, below: Any) -> Decimal | None:
    """The marts' ratio: of four decimals, half away from zero; None at divisors up to 0."""
    if below <= 0:
        return None
    return (Decimal(above) / Decimal(below)).quantize(Decimal("0.0001"), ROUND_HALF_UP)


def money(amount: Any) -> str:
    if amount is None:
        return "–"
    cents = Decimal(amount).quantize(Decimal("0.01"), ROUND_HALF_UP)
    return f"{'-' if cents < 0 else ''}${abs(cents):,.2f}"


def column(table: dict[str, Any], name: str) -> Sequence[Any]:
    """A column of the page's data, in its own unit."""
    told = table[name]
    values: Iterable[Any] = told["values"]
    return [None if value is None else value * told["unit"] for value in values]


def tiles(page: Page) -> dict[str, str]:
    return {
        str(tile.get_attribute("data-figure")): tile.locator(".value").inner_text()
        for tile in page.locator(".tile").all()
    }


def comparison(page: Page, figure: str, name: str) -> str:
    row = page.locator(f"[data-figure={figure}] dl > div", has_text=name)
    return str(row.locator("dd").evaluate("cell => cell.firstChild.textContent"))
