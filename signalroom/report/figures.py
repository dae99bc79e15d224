"""What the parts of a report share: columns of a mart under the names that people read."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from loaders.warehouse import Warehouse
from signalroom.report.as_of import AsOf
from signalroom.tables import Id, Part, Share

Row = dict[str, Any]  # by column of the mart
ADVERTISER = {"id": "advertiser_id", "advertiser": "advertiser_label"}
BY_ADVERTISER = "advertiser_id < 0, abs(advertiser_id)"  # what has none comes last
TEXTS = ("advertiser", "waiting for", "e-mail", "event", "basis")


def select(
    warehouse: Warehouse, columns: Iterable[str], rest: str, parameters: Sequence[Any]
) -> list[Row]:
    """Rows of a mart by column; `rest` is what stands behind `from`."""
    names = list(columns)
    rows = warehouse.query(f"select {', '.join(names)} from {rest}", parameters)  # noqa: S608
    return [dict(zip(names, row, strict=True)) for row in rows]


def part(
    title: str,
    columns: Mapping[str, str],
    rows: Iterable[Mapping[str, Any]],
    *,
    shares: Iterable[str] = (),
    expendable: Sequence[str] = (),
    notes: Sequence[str] = (),
) -> Part:
    """A part of the report: rows by column, and the name over each column."""

    def shown(name: str, value: Any) -> Any:
        if name == "id":
            return Id(value)
        return Share(value) if name in shares and value is not None else value

    cells = [[shown(name, row.get(column)) for name, column in columns.items()] for row in rows]
    return Part(title, list(columns), cells, TEXTS, expendable, notes)


def none(warehouse: Warehouse, as_of: AsOf, *, mart: str, what: str, days: int) -> Iterator[Part]:
    """What is said of a part that has no row in the report's days, where it had one before."""
    ((newest,),) = warehouse.query(
        f"select max(report_date) from {mart} where client_id = %s",  # noqa: S608
        (as_of.client_id,),
    )
    if newest:
        start, end = as_of.window(days)
        title = f"{what} of client {as_of.client_id}, {start}..{end}: none; "
        yield Part(title + f"the newest are of {newest}")


def by_advertiser(rows: Iterable[Row]) -> list[list[Row]]:
    """The rows of each advertiser, in the order in which they come."""
    found: dict[int, list[Row]] = {}
    for row in rows:
        found.setdefault(row["advertiser_id"], []).append(row)
    return list(found.values())


def sums(rows: Sequence[Row], names: Iterable[str]) -> Row:
    """The sums of an advertiser's rows, under its newest label."""
    same = {name: rows[-1][name] for name in ADVERTISER.values()}
    return {"report_date": "sum"} | same | {name: sum(row[name] for row in rows) for name in names}


def ratio(part: Any, whole: Any) -> Decimal | None:
    """A ratio of sums; None where the divisor is unknown or not above 0."""
    return Decimal(part) / whole if whole and whole > 0 else None


def listed(things: Sequence[Any]) -> str:
    """`2025-12-02, 2025-12-03, 2025-12-05 and 4 more`."""
    shown = ", ".join(map(str, things[:3]))
    return f"{shown} and {len(things) - 3:,} more" if len(things) > 3 else shown
