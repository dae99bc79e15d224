"""The rows of Redtrack's report as they leave the server: number types mixed, keys sparse."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sandbox.data import ACCOUNTS
from sandbox.days import REDTRACK_METRICS, REDTRACK_MONEY
from sandbox.service import fault
from sandbox.shape import CENT, noise

Answered = dict[str, object]

_ALIASES = {s.id: s.alias for account in ACCOUNTS.values() for s in account.sources}
_UNKNOWN = ("", "")  # traffic of no known source: nobody knows what it cost


@dataclass(frozen=True)
class Row:
    """One row of a report before it is written down; its source, if any, is id and title."""

    date: str
    source: tuple[str, str] | None
    values: dict[str, int]

    @property
    def lost_cost(self) -> str:
        """How the row's cost is missing where that fault is on, else blank."""
        missing = fault("cost_missing")
        if not missing or not self.source or self.source[0] != missing["source_id"]:
            return ""
        return str(missing["how"]) if missing["date"] in (None, self.date) else ""

    def sort_value(self, field: str) -> str:
        """What the row is sorted by; fields that it is not grouped by leave all rows equal."""
        source_id, title = self.source or _UNKNOWN
        return {"date": self.date, "source": title, "source_id": source_id}.get(field, "")


def title_of(source_id: str, title: str) -> str:
    renamed = fault("renamed_source")
    return str(renamed["title"]) if renamed and renamed["source_id"] == source_id else title


def typed_row(row: Row) -> Answered:
    """A row as JSON: the same number may be an integer, a float or text; zeros may be missing."""
    answered: Answered = {"date": row.date}
    if row.source:
        _name_source(answered, *row.source)
    for name in REDTRACK_METRICS:
        _mixed(answered, name, row)
    if row.source == _UNKNOWN or row.lost_cost == "absent":
        answered.pop("cost", None)
    elif row.lost_cost:
        answered["cost"] = {"zero": 0, "null": None}[row.lost_cost]
    _ratios_and_extras(answered, row)
    return answered


def total_of(rows: Sequence[Row]) -> dict[str, object]:
    """The sums over all pages."""
    sums = {name: sum(row.values[name] for row in rows) for name in REDTRACK_METRICS}
    sums["cost"] -= sum(row.values["cost"] for row in rows if row.lost_cost)
    total: dict[str, object] = {name: _number(name, value) for name, value in sums.items()}
    if disagreeing := fault("total_disagrees"):
        metric = str(disagreeing["metric"])
        total[metric] = float(str(total[metric])) + float(str(disagreeing["delta"]))
    return total


def spoil(rows: Iterable[Answered]) -> None:
    """The fault of single values."""
    if bad := fault("bad_metric"):
        hit = [row for row in rows if bad["source_id"] in (None, row.get("source_id"))]
        for row in hit[: int(str(bad["rows"]))]:
            row[str(bad["metric"])] = bad["value"]


def _name_source(answered: Answered, source_id: str, title: str) -> None:
    answered["source"] = title_of(source_id, title)
    answered["source_alias"] = _ALIASES.get(source_id, "")
    # A blank id is "" for traffic without a source, and null when a title is all there is.
    answered["source_id"] = source_id or (None if title else "")
    if fault("source_id_absent"):
        del answered["source_id"]


def _mixed(answered: Answered, name: str, row: Row) -> None:
    value = row.values[name]
    number = _number(name, value)
    luck = noise(name, [("date", row.date), *([("source", row.source)] if row.source else ())])
    if luck < 0.35:
        answered[name] = _text(name, value)
    elif luck < 0.6 and number == int(number):
        answered[name] = int(number)
    elif value or name == "cost":
        answered[name] = float(number)
    elif luck < 0.8:
        answered[name] = None  # else the key is absent; an unknown cost alone is not zero


def _ratios_and_extras(answered: Answered, row: Row) -> None:
    values = row.values
    clicks, sales = values["clicks"], values["conversions"]
    cost, revenue = (values[name] / 1_000_000 for name in ("cost", "revenue"))
    answered["profit"] = revenue - cost
    answered["cpc"] = cost / clicks if clicks else 0
    answered["cr"] = str(round(100 * sales / clicks, 2)) if clicks else None
    if cost:
        answered["roi"] = (revenue - cost) / cost
    if sales:
        answered["cpa"] = cost / sales
        answered["convtype1"] = sales
        answered["revenuetype1"] = f"{revenue:.2f}"
        answered["total_revenue"] = revenue
    if clicks % 3 == 0:
        answered["unique_clicks"] = clicks - clicks // 10
        answered["type2_cpa"] = 0
        answered["attribution"] = ""


def _number(name: str, value: int) -> float:
    return value / 1_000_000 if name in REDTRACK_MONEY else value


def _text(name: str, value: int) -> str:
    if name not in REDTRACK_MONEY:
        return str(value)
    exact = Decimal(value) / 1_000_000
    return f"{exact:.2f}" if value % CENT == 0 else str(exact.normalize())
