"""The figures of a row or of many, the ratios of their sums, and how texts are compared."""

import string
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from math import floor
from typing import Any

NOTHING = Decimal(0)

ASCII_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)
ASCII_UPPER = str.maketrans(string.ascii_lowercase, string.ascii_uppercase)

Value = str | int | Decimal | date | None
Row = dict[str, Any]


def clean(text: object) -> str:
    """Ids are compared without blanks around them and in lower case, of ASCII alone."""
    return str(text or "").strip(" ").translate(ASCII_LOWER)


def trimmed(text: str | None) -> str | None:
    return (text or "").strip(" ") or None


def landed(amount: Decimal | None) -> Decimal:
    """Money as raw tables hold it: four places, halves up (negative halves away from zero)."""
    return (amount or NOTHING).quantize(Decimal("0.0001"), ROUND_HALF_UP)


def ratio(above: Decimal | Fraction | int, below: Decimal | int) -> Decimal | None:
    """A quotient, exact until it is rounded once to four places; None over nothing or less."""
    if below <= 0:
        return None
    quotient = Fraction(above) / Fraction(below)
    places = floor(abs(quotient) * 10_000 + Fraction(1, 2))
    return Decimal(places if quotient > 0 else -places).scaleb(-4)


@dataclass(frozen=True)
class Figures:
    """What can be added up; everything that cannot is a property."""

    clicks: int = 0
    conversions: int = 0
    internal_conversions: int = 0
    revenue: Decimal = NOTHING
    payout: Decimal = NOTHING
    internal_payout: Decimal = NOTHING
    events: int = 0
    event_revenue: Decimal = NOTHING
    scrubbed_conversions: int = 0
    view_through_conversions: int = 0
    media_buying_cost: Decimal = NOTHING
    spend: Decimal = NOTHING
    spend_rows: int = 0
    tracker_clicks: int = 0
    tracker_conversions: int = 0
    tracker_revenue: Decimal = NOTHING
    uncosted_conversions: int = 0

    @classmethod
    def total(cls, parts: Iterable["Figures"]) -> "Figures":
        every = [cls(), *parts]
        sums: dict[str, Any] = {
            field.name: sum(getattr(part, field.name) for part in every) for field in fields(cls)
        }
        return cls(**sums)

    @property
    def external_conversions(self) -> int:
        return self.conversions - self.internal_conversions

    @property
    def external_payout(self) -> Decimal:
        return self.payout - self.internal_payout

    @property
    def effective_cost(self) -> Decimal:
        return self.spend + self.external_payout  # payout to oneself is a transfer

    @property
    def margin(self) -> Decimal:
        return self.revenue - self.effective_cost

    @property
    def network_profit(self) -> Decimal:
        return self.revenue - self.payout

    @property
    def buyer_profit(self) -> Decimal:
        return self.internal_payout - self.spend

    @property
    def has_cost(self) -> bool:
        """No spend row is not zero spend: internal conversions without one have no CPA."""
        return self.spend_rows > 0 or self.internal_conversions <= 0

    @property
    def cpa(self) -> Decimal | None:
        return ratio(self.spend, self.internal_conversions) if self.has_cost else None

    @property
    def effective_cpa(self) -> Decimal | None:
        return ratio(self.effective_cost, self.conversions) if self.has_cost else None

    @property
    def cpa_reason(self) -> str | None:
        return self._reason(self.internal_conversions)

    @property
    def effective_cpa_reason(self) -> str | None:
        return self._reason(self.conversions)

    def _reason(self, divisor: int) -> str | None:
        """Why there is no CPA."""
        if not self.has_cost:
            return "no cost row"
        if divisor < 0:
            return "conversions below zero"
        return None if divisor else "no conversions"

    @property
    def spend_per_conversion(self) -> Decimal | None:
        return ratio(self.spend, self.conversions) if self.has_cost else None

    @property
    def epc(self) -> Decimal | None:
        return ratio(self.revenue, self.clicks)

    @property
    def cvr(self) -> Decimal | None:
        return ratio(self.conversions, self.clicks)

    def row(self, names: str) -> Row:
        """The figures with these names, separated by blanks."""
        return {name: getattr(self, name) for name in names.split()}

    def of_affiliate(self, names: str) -> Row:
        """The same of one affiliate: without a cost row it has no media CPA, whoever it is."""
        return self.row(names) | {
            "cpa_reason": self.cpa_reason if self.spend_rows else "no cost row"
        }
