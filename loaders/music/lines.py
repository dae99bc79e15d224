"""Records of a statement or an export as lines: our columns, and by record why it has none.

A line is a sale, a rounding (money too), a total (of other lines) or audience (no money at all).
"""

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from loaders.fitting import fit_text
from loaders.music import codes
from loaders.music.amounts import Point, amount, count, currencies_beside, plain
from loaders.music.cells import as_json, read_each
from loaders.music.formats import TEXTS, Heading
from loaders.music.periods import day, period

if TYPE_CHECKING:
    import pyarrow as pa

COUNTS = ("units", "listeners", "saves", "followers")
COLUMNS = (
    *("format", "line_kind", "period_start", "period_end", "reported_on", "accounted_on"),
    *(*TEXTS, "isrc", "upc", *COUNTS, "amount", "currency", "original"),
)
TITLES = ("period", "store", "artist", "release_title", "track_title")  # where a total is named
TOTAL = re.compile(r"(grand )?totals?:?", re.IGNORECASE)
ROUNDING = re.compile(r"rounding( adjustments?)?:?", re.IGNORECASE)
BETWEEN = "\x1f"
Reader = Callable[[str], str | None]


class Lines:
    """The lines of one batch of a file; `song`: that of all of them, where its name says it."""

    def __init__(
        self, heading: Heading, cells: Sequence["pa.Array"], point: Point, song: str
    ) -> None:
        import pyarrow as pa

        self._heading, self._format = heading, heading.format
        self._cells, self._point = cells, point
        self._nothing = pa.nulls(len(cells[0]), pa.string())
        self.columns: dict[str, pa.Array] = dict.fromkeys(COLUMNS, self._nothing)
        self._reasons: dict[str, pa.Array] = {}
        self.columns["original"] = as_json(cells, heading.headings)
        self._set("format", self._format.name)
        self._take_values(song)
        self._take_period()
        self.upcs_restored = self._cut_upcs()
        if self._format.is_audience:
            self._set("line_kind", "audience")
        else:
            self._take_kind()
            self._take_amount()

    def reasons(self) -> "pa.Array":
        """By record why it cannot be read; of a total and a rounding the amount alone has to be."""
        from pyarrow import compute

        is_line = compute.is_in(self.columns["line_kind"], _array("sale", "audience"))
        for name in self._format.needs:
            value = self.columns["period_start" if name == "period" else name]
            missing = self._where(compute.is_null(value), "is missing")
            self._reasons[name] = compute.coalesce(self._reasons[name], missing)
        named = {
            name: compute.binary_join_element_wise(name, reason, ": ")
            for name, reason in self._reasons.items()
        }
        any_reason = compute.coalesce(self._nothing, *named.values())
        return compute.if_else(is_line, any_reason, named.get("amount", self._nothing))

    def _set(self, name: str, text: str) -> None:
        """A column that says the same of every line."""
        import pyarrow as pa

        self.columns[name] = pa.repeat(pa.scalar(text, pa.string()), len(self._nothing))

    def _cell(self, column: str) -> "pa.Array":
        """What the file has of one of our columns."""
        place = self._heading.columns.get(column)
        return self._nothing if place is None else self._cells[place]

    def _take(self, column: str, **readers: Reader) -> None:
        """Read the cells of a column, as each of ours that is made of it."""
        made, self._reasons[column] = read_each(self._cell(column), *readers.values())
        self.columns |= dict(zip(readers, made, strict=True))

    def _take_values(self, song: str) -> None:
        for name in TEXTS:
            self._take(name, **{name: fit_text})
        for name in COUNTS:
            self._take(name, **{name: lambda text: plain(count(text, self._point))})
        for name in ("reported_on", "accounted_on"):
            self._take(name, **{name: lambda text: day(text).isoformat()})
        self._take("isrc", isrc=codes.isrc)
        self._take("upc", upc=codes.upc)
        if self._format.store:
            self._set("store", self._format.store)
        if song:
            self._set("track_title", song)

    def _take_period(self) -> None:
        is_month = self._format.is_monthly
        self._take(
            "period",
            period_start=lambda text: period(text, is_month=is_month).start.isoformat(),
            period_end=lambda text: period(text, is_month=is_month).end.isoformat(),
        )

    def _cut_upcs(self) -> int:
        """How many UPCs had lost the zero that they begin with."""
        from pyarrow import compute

        (lost,), _ = read_each(self._cell("upc"), codes.without_zero)
        return int(compute.count(lost).as_py())

    def _take_kind(self) -> None:
        """A total or a rounding names no recording and no release.

        Its word stands in the place of the period or the store, or of any name where no period is.
        """
        from pyarrow import compute

        nameless = compute.and_(
            compute.is_null(self._cell("isrc")), compute.is_null(self._cell("upc"))
        )
        timeless = compute.is_null(self.columns["period_start"])
        kind = self._nothing
        for name in TITLES:
            (word,), _ = read_each(self._cell(name), _kind_named)
            may_be = nameless if name in {"period", "store"} else compute.and_(nameless, timeless)
            kind = compute.coalesce(kind, compute.if_else(may_be, word, self._nothing))
        self.columns["line_kind"] = compute.fill_null(kind, "sale")

    def _take_amount(self) -> None:
        from pyarrow import compute

        self._take("currency", currency=_currency)
        self._take("amount", amount=lambda text: plain(amount(text, self._point)))
        (beside,), _ = read_each(self._cell("amount"), _currencies)
        if self._format.currency:
            currency = compute.fill_null(self.columns["currency"], self._format.currency)
        else:
            currency = self.columns["currency"]
        both = compute.binary_join_element_wise(beside, compute.fill_null(currency, ""), BETWEEN)
        (agreed,), disagreed = read_each(both, _agreed)
        self.columns["currency"] = compute.coalesce(currency, agreed)
        self._reasons["amount"] = compute.coalesce(self._reasons["amount"], disagreed)
        unsaid = compute.and_(
            compute.is_valid(self.columns["amount"]), compute.is_null(self.columns["currency"])
        )
        self._reasons["currency"] = compute.coalesce(
            self._reasons["currency"], self._where(unsaid, "is missing")
        )

    def _where(self, condition: "pa.Array", reason: str) -> "pa.Array":
        import pyarrow as pa
        from pyarrow import compute

        return compute.if_else(condition, pa.scalar(reason), pa.scalar(None, pa.string()))


def _array(*texts: str) -> "pa.Array":
    import pyarrow as pa

    return pa.array(texts)


def _kind_named(text: str) -> str | None:
    said = " ".join(text.split())
    return "total" if TOTAL.fullmatch(said) else "rounding" if ROUNDING.fullmatch(said) else None


def _currency(text: str) -> str:
    code = text.strip().upper()
    if not re.fullmatch("[A-Z]{3}", code):
        raise ValueError(f"{text!r} is not a currency's code")
    return code


def _currencies(text: str) -> str | None:
    """The currencies that an amount may be in by what stands beside it."""
    found = currencies_beside(text)
    return None if found is None else " ".join(found)


def _agreed(both: str) -> str:
    """The currency of an amount, by what stands beside it and what its line says."""
    possible, _, said = both.partition(BETWEEN)
    named = possible.split()
    if said and said not in named:
        raise ValueError(f"is in {' or '.join(sorted(named)) or 'no known currency'}, not {said}")
    if not said and len(named) != 1:
        raise ValueError("is in a currency that its line does not name")
    return said or named[0]
