"""What an order file says of an order, from the design and not from the SQL."""

import csv
import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

from tests.clients.order_files import SALT, OrderFile, Record
from tests.expected.client import Client
from tests.expected.figures import ASCII_UPPER, NOTHING, clean
from tests.expected.merge import UNMAPPED

STATES = {
    row["state_code"]: (row["state_name"], row["state_kind"])
    for row in csv.DictReader(
        (Path(__file__).parents[2] / "seeds/us_states.csv").read_text().splitlines()
    )
}
SPELLED = {clean(spelling): code for code, (name, _) in STATES.items() for spelling in (code, name)}
BLANKS = " \t\n\x0b\x0c\r\xa0"
NOTHINGS = {
    *("", "undefined", "null", "none", "nil", "nan", "n/a", r"\n", "(null)", "[object object]"),
    *("not available", "-", "--", "#n/a", "(blank)", "<na>", "[null]", "nat"),
}
STATUSES = {
    **dict.fromkeys(("NEW", "APPROVED", "SHIPPED", "ON-HOLD", "ON HOLD", "ARCHIVED"), "approved"),
    **dict.fromkeys(("VOID/REFUNDED", "VOID", "REFUNDED"), "refunded"),
    "DECLINED": "declined",
    "PENDING": "pending",
}
YES = dict.fromkeys(("1", "YES", "Y", "TRUE", "T"), True)
FLAG_WORDS = YES | dict.fromkeys(("0", "NO", "N", "FALSE", "F"), False)
FLAGS = {
    "refund flag": "refund_flag",
    "chargeback flag": "chargeback_flag",
    "test flag": "is_test_cc",
    "recurring flag": "is_recurring",
}
COUNTRIES = {
    row["word"]: row["meaning"]
    for row in csv.DictReader(
        (Path(__file__).parents[2] / "data/shared/words.csv").read_text().splitlines()
    )
    if row["list"] == "country"
}
AMOUNT = r"(?:[1-9]\d{0,2}(?:,\d{3})+|\d+)(?:\.\d*)?|\.\d+"
SIGN = r"[A-Za-z]{0,3}[$€£]|[A-Za-z]{3}"
AMOUNTS = [
    rf"(?P<minus>[-+\u2212])?[ \xa0]?(?P<sign>{SIGN})?[ \xa0]?(?P<number>{AMOUNT})"
    r"[ \xa0]?(?P<code>[A-Za-z]{3}|[$€£])?",
    rf"(?P<sign>{SIGN})[ \xa0]?(?P<minus>[-+\u2212])[ \xa0]?(?P<number>{AMOUNT})"
    r"[ \xa0]?(?P<code>[A-Za-z]{3}|[$€£])?",
    rf"(?P<minus>\()(?P<sign>{SIGN})?[ \xa0]?(?P<number>{AMOUNT})[ \xa0]?"
    r"(?P<code>[A-Za-z]{3}|[$€£])?\)",
]
OWN_SIGNS = {"USD": {"$", "US$"}, "CAD": {"$", "CA$", "C$"}, "EUR": {"€"}}


def amount_of(text: str | None) -> tuple[Decimal, str] | None:
    """An amount and the signs beside it."""
    for pattern in AMOUNTS:
        if found := re.fullmatch(pattern, text or "", re.ASCII):
            value = Decimal(found["number"].replace(",", ""))
            value = value.quantize(Decimal("0.0001"), ROUND_HALF_UP)
            if value >= 10**14:
                return None
            signs = ((found["sign"] or "") + (found["code"] or "")).translate(ASCII_UPPER)
            return (-value if found["minus"] in ("-", "(", "\u2212") else value), signs
    return None


def whole_number(text: str | None) -> int | None:
    return int(text) if text is not None and re.fullmatch(r"-?\d+", text, re.ASCII) else None


def order_number(text: str | None) -> str | None:
    """One spelling of a number; None for zeros and what is below."""
    if text is None or re.fullmatch(r"[-+]?[0.,]*|-[\d.,]+", text, re.ASCII):
        return None
    found = re.fullmatch(r"[+=# '\"]*(\d+|[1-9]\d{0,2}(?:,\d{3})+)(?:\.0*)?['\"]?", text, re.ASCII)
    return found[1].replace(",", "").lstrip("0") if found else text


def day(text: str | None) -> date | None:
    """The day as it is written, American where the year comes last."""
    time = r"(?:[ T]\d{1,2}:\d\d(?::\d\d(?:\.\d+)?)? ?(?:[AaPp][Mm])?(?:Z|UTC|[-+]\d\d:?\d\d)?)?"
    for pattern in (
        rf"(?P<y>\d{{4}})-(?P<m>\d\d)-(?P<d>\d\d){time}",
        rf"(?P<y>\d{{4}})/(?P<m>\d{{1,2}})/(?P<d>\d{{1,2}}){time}",
        rf"(?P<m>\d{{1,2}})/(?P<d>\d{{1,2}})/(?P<y>\d{{4}}){time}",
        r"(?P<y>\d{4})(?P<m>\d\d)(?P<d>\d\d)",
    ):
        if found := re.fullmatch(pattern, text or "", re.ASCII):
            try:
                found_day = date(int(found["y"]), int(found["m"]), int(found["d"]))
            except ValueError:
                return None
            return found_day if 2000 <= found_day.year < 2100 else None
    return None


def hashed(client: str, customer: str) -> str:
    return hashlib.sha256(f"{SALT}|{client}|{customer}".encode()).hexdigest()


@dataclass(frozen=True)
class Event:
    """One record of a file; `said` is what the record says, None where it says nothing."""

    client: Client
    file: OrderFile
    row: int
    record: Record
    filled: Mapping[str, Any] | None = None

    def text(self, name: str) -> str | None:
        text = (self.record.get(name) or "").strip(BLANKS)
        return None if clean(text) in NOTHINGS else text

    def word(self, name: str) -> str | None:
        return text.translate(ASCII_UPPER) if (text := self.text(name)) else None

    @property
    def place(self) -> tuple[date, bool, str, int]:
        """Where it stands in the history of its order."""
        return self.file.day, self.file.table == "orders_update", self.file.sort_key, self.row

    @property
    def orders_id(self) -> str:
        return self._own_id or f"#{self.file.name}:{self.row}"

    @property
    def _own_id(self) -> str | None:
        """None for what a spreadsheet made of a number."""
        id_ = self.text("orders_id")
        is_shortened = id_ and re.fullmatch(r"\d+(\.\d+)?[eE]\+\d+", id_, re.ASCII)
        return None if is_shortened else order_number(id_)

    @cached_property
    def said(self) -> Mapping[str, Any]:
        if self.filled is not None:
            return self.filled
        amount, refund = amount_of(self.text("total_amount")), amount_of(self.text("refund_amount"))
        total = amount[0] if amount and amount[0] >= 0 else None
        status, category = self.word("order_status"), self.text("product_category")
        return {
            "status": (status, STATUSES.get(status)) if status else None,
            "amount": total,
            "refund": abs(refund[0]) if refund else None,
            "ordered_on": None if self._is_ahead else day(self.text("order_date")),
            "category": category,
            "state": self._state(),
            "country": self._country(),
            "email": self._hash("email", clean(self._email)) if self._email else None,
            "number": None if self._email else self._hash("customer", self._number),
            "kind": self._kind(),
            "currency": self._currency(),
            **{flag: FLAG_WORDS.get(self.word(name) or "") for flag, name in FLAGS.items()},
            **{name: self.text(name) for name in ("campaign_id", "afid", "sid", "c1", "c2", "c3")},
        }

    def _state(self) -> str | None:
        state = self.text("billing_state")
        return SPELLED.get(clean(state), "Unknown") if state else None

    def _country(self) -> str | None:
        country = self.word("billing_country")
        return COUNTRIES.get(country, "unknown") if country else None

    @property
    def _email(self) -> str | None:
        email = self.text("billing_email")
        return email if email and "@" in email else None

    @property
    def _number(self) -> str | None:
        return order_number(self.text("customer_id"))

    def _hash(self, kind: str, name: str | None) -> str | None:
        return hashed(self.client.id, f"{kind}:{name}") if name else None

    def _kind(self) -> str | None:
        depth = whole_number(self.text("rebill_depth"))
        parent = order_number(self.text("parent_order_id"))
        recurring = FLAG_WORDS.get(self.word("is_recurring") or "")
        if (int(bool(recurring)) if depth is None else depth) > 0:
            return "rebill"
        if parent not in (None, self.orders_id):
            return "upsell"
        return None if depth is None and recurring is None and parent is None else "first"

    @property
    def _signs(self) -> Iterator[str]:
        for name in ("total_amount", "refund_amount"):
            found = amount_of(self.text(name))
            if found and found[1]:
                yield found[1]

    @property
    def _foreign_sign(self) -> str | None:
        currency = self.word("currency") or self.client.currency
        own = {currency, *OWN_SIGNS.get(currency, set())}
        return next((sign for sign in self._signs if sign not in own), None)

    def _currency(self) -> str | None:
        return self.word("currency") or self._foreign_sign

    @property
    def lacks_cells(self) -> bool:
        said = self.said
        cells = (said["status"], said["amount"], said["ordered_on"])
        return self.file.table == "orders_update" and None in cells

    @property
    def blank_facts(self) -> tuple[str, ...]:
        """What an update does not say of product, buyer and place, and others have said."""
        said = self.said
        if self.file.table != "orders_update":
            return ()
        place = () if said["state"] or said["country"] else ("state", "country")
        return ("category", "email", "number", *place)

    @property
    def _is_ahead(self) -> bool:
        """A day of grace for another timezone."""
        ordered = day(self.text("order_date"))
        return ordered is not None and (ordered - self.file.day).days > 1

    @property
    def is_other_currency(self) -> bool:
        return self.currency != self.client.currency or self._foreign_sign is not None

    @property
    def currency(self) -> str:
        ours = self.client.currency
        said = self.said["currency"] or ours
        return ours if said in OWN_SIGNS.get(ours, set()) else said

    @property
    def status(self) -> str | None:
        return self.said["status"][0] if self.said["status"] else None

    @property
    def meaning(self) -> str | None:
        return self.said["status"][1] if self.said["status"] else None

    @property
    def amount(self) -> Decimal | None:
        amount: Decimal | None = self.said["amount"]
        return amount

    @property
    def own_amount(self) -> Decimal:
        """In the client's currency."""
        return NOTHING if self.is_other_currency else self.amount or NOTHING

    @property
    def is_test(self) -> bool:
        return bool(self.said["test flag"])

    @property
    def is_attempted(self) -> bool:
        return not self.is_test and self.meaning in ("approved", "declined", "refunded")

    @property
    def is_declined(self) -> bool:
        return self.is_attempted and self.meaning == "declined"

    @property
    def is_approved(self) -> bool:
        return self.is_attempted and not self.is_declined

    @property
    def gross(self) -> Decimal:
        return self.own_amount if self.is_approved else NOTHING

    @property
    def is_refunded(self) -> bool:
        is_marked = self.said["refund flag"] or self.meaning == "refunded"
        return self.is_approved and bool(is_marked or (self.said["refund"] or 0) > 0)

    @property
    def refunded(self) -> Decimal:
        amount: Decimal = self.said["refund"] or NOTHING
        if not self.is_refunded:
            return NOTHING
        return amount if 0 < amount < self.gross else self.gross

    @property
    def is_chargeback(self) -> bool:
        return self.is_approved and bool(self.said["chargeback flag"])

    @property
    def charged_back(self) -> Decimal:
        return self.gross - self.refunded if self.is_chargeback else NOTHING

    @property
    def tells_kind(self) -> bool:
        return self.said["kind"] is not None

    @property
    def kind(self) -> str:
        return self.said["kind"] or "first"

    def _unread(self) -> Iterator[str]:
        depth, ordered = self.text("rebill_depth"), self.text("order_date")
        for name in ("total_amount", "refund_amount"):
            if self.text(name) is not None and amount_of(self.text(name)) is None:
                yield f"{name.removeprefix('total_').replace('_', ' ')} not read"
        if depth is not None and whole_number(depth) is None:
            yield "rebill depth not read"
        if ordered is not None and day(ordered) is None and ordered[:10] != "0000-00-00":
            yield "order date not read"
        if self._is_ahead:
            yield "order date after its file"
        for flag, name in FLAGS.items():
            if self.text(name) is not None and self.word(name) not in FLAG_WORDS:
                yield f"unknown {flag}"

    @property
    def has_unparsed_text(self) -> bool:
        return any(self._unread())

    def issues(self, *, is_told_elsewhere: bool) -> Iterator[str]:
        """The kinds of what is not understood of it."""
        yield from self._unread()
        country, amount = self.word("billing_country"), amount_of(self.text("total_amount"))
        status, lacks_amount = self.word("order_status"), self.text("total_amount") is None
        is_partial = self.lacks_cells and is_told_elsewhere
        refund = amount_of(self.text("refund_amount"))
        if self._own_id is None:
            yield "no order id"
        elif not self._own_id.isascii() or len(self._own_id) > 500:
            yield "odd order id"
        if refund and amount and 0 <= amount[0] < abs(refund[0]):
            yield "refund above the amount"
        if status is not None and status not in STATUSES:
            yield "unknown status"
        if amount and amount[0] < 0:
            yield "negative amount"
        if country is not None and country not in COUNTRIES:
            yield "unknown country"
        if self.is_other_currency:
            yield "other currency"
        if is_partial and (status is None or lacks_amount):
            yield "partial update"
        if not is_partial and status is None:
            yield "blank status"
        if (
            not is_partial
            and lacks_amount
            and STATUSES.get(status or "") in ("approved", "refunded")
        ):
            yield "blank amount"


def fill(events: Iterable[Event]) -> Iterator[Event]:
    """The events of an order: what a partial update leaves blank is what was said before."""
    known: dict[str, Any] = {}
    for event in events:
        said = event.said
        known |= {name: value for name, value in said.items() if value is not None}
        blank = said.keys() if event.lacks_cells else event.blank_facts
        filled = {**said, **{name: known.get(name) for name in blank}}
        yield event if filled == said else replace(event, filled=filled)


@dataclass(frozen=True)
class Order:
    """All events of one order, oldest first."""

    client: Client
    id: str
    delivered: tuple[Event, ...]

    @cached_property
    def events(self) -> tuple[Event, ...]:
        return tuple(fill(self.delivered))

    @property
    def now(self) -> Event:
        return self.events[-1]

    @property
    def is_date_imputed(self) -> bool:
        return self.now.said["ordered_on"] is None

    @property
    def ordered_on(self) -> date:
        return self.now.said["ordered_on"] or self.events[0].file.day

    @property
    def advertiser(self) -> int:
        """By its product category."""
        category = clean(self.now.said["category"])
        found = (a.id for a in self.client.advertisers if category == clean(a.product_category))
        return next(found, UNMAPPED) if category else UNMAPPED

    @property
    def state(self) -> str:
        named = {"abroad": "Abroad", "unknown": "Unknown"}.get(self.now.said["country"])
        return named or self.now.said["state"] or "N/A"

    @property
    def customer(self) -> str | None:
        customer: str | None = self.now.said["email"] or self.now.said["number"]
        return customer

    @property
    def created(self) -> Event | None:
        created = [event for event in self.events if event.file.table == "orders_create"]
        return created[-1] if created else None

    @property
    def core_amount(self) -> Decimal | None:
        """What it was created with, if that makes it a core order."""
        created, least = self.created, self.client.core_order_amount
        is_own = created and created.status == "NEW" and not created.is_other_currency
        amount = created.amount if created and is_own else None
        if amount is None or least is None or amount <= least:
            return None
        return amount

    @property
    def net(self) -> Decimal:
        return self.now.gross - self.now.refunded - self.now.charged_back

    def first(self, is_so: Callable[[Event], bool]) -> Event | None:
        return next((event for event in self.events if is_so(event)), None)

    def first_day(self, is_so: Callable[[Event], bool]) -> date | None:
        event = self.first(is_so)
        return event.file.day if event else None

    def arrivals(
        self,
        is_so: Callable[[Event], bool],
        amount: Callable[[Event], Decimal],
        *,
        is_taken_back: bool,
    ) -> Iterator[tuple[date, Decimal]]:
        """What came on each day of the amount that it has in a state.

        `is_taken_back` by an event that is not in the state, as a refund is.
        """
        before, has_come = NOTHING, False
        for event in self.events:
            has_come = is_so(event) or (has_come and is_taken_back)
            if has_come:
                yield event.file.day, amount(event) - before
                before = amount(event)

    def issues(self) -> Iterator[tuple[date, str]]:
        """What is not understood, by the day of the file, and by its own day if it still counts."""
        twice = [event.file for event in self.delivered if self._is_twice_in(event.file)]
        for event in self.delivered:
            others = any(not other.lacks_cells for other in self.delivered)
            days = {event.file.day}
            if event.file.day == self.now.file.day:
                days.add(self.ordered_on)
            kinds = [*event.issues(is_told_elsewhere=others)]
            if event.file in twice:
                kinds.append("order twice in a file")
            for kind in kinds:
                yield from ((day, kind) for day in days)

    def _is_twice_in(self, file: OrderFile) -> bool:
        """With two amounts, in a file of created orders; an update tells a history."""
        amounts = {event.amount for event in self.delivered if event.file == file}
        return file.table == "orders_create" and len(amounts - {None}) > 1
