"""What an order file says of an order, from the design and not from the SQL."""

import csv
import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

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
FLAGS = ("chargeback_flag", "refund_flag", "is_test_cc", "is_recurring")


def number(text: str | None) -> Decimal | None:
    if text is None or not re.fullmatch(r"-?(\d+\.?\d*|\.\d+)", text.strip(" "), re.ASCII):
        return None
    amount = Decimal(text.strip(" ")).quantize(Decimal("0.0001"), ROUND_HALF_UP)
    return amount if abs(amount) < 10**14 else None


def whole_number(text: str | None) -> int | None:
    return int(text) if text is not None and re.fullmatch(r"-?\d+", text, re.ASCII) else None


def day(text: str | None) -> date | None:
    found = re.fullmatch(r"(\d{4}-\d\d-\d\d)([ T]\d\d:\d\d:\d\d)?", (text or "").strip(" "))
    try:
        return date.fromisoformat(found[1]) if found else None
    except ValueError:
        return None


def hashed(client: str, customer: str) -> str:
    return hashlib.sha256(f"{SALT}|{client}|{customer}".encode()).hexdigest()


@dataclass(frozen=True)
class Event:
    """One record of a file."""

    file: OrderFile
    row: int
    record: Record

    def text(self, name: str) -> str | None:
        return (self.record.get(name) or "").strip(" ") or None

    @property
    def place(self) -> tuple[date, bool, str, int]:
        """Where it stands in the history of its order."""
        return self.file.day, self.file.table == "orders_update", self.file.name, self.row

    @property
    def orders_id(self) -> str:
        return self.text("orders_id") or f"#{self.file.name}:{self.row}"

    @property
    def status(self) -> str | None:
        return (self.text("order_status") or "").translate(ASCII_UPPER) or None

    @property
    def amount(self) -> Decimal | None:
        return number(self.text("total_amount"))

    @property
    def is_test(self) -> bool:
        return self.text("is_test_cc") == "1"

    @property
    def is_attempted(self) -> bool:
        return not self.is_test and self.status != "PENDING"

    @property
    def is_declined(self) -> bool:
        return self.is_attempted and self.status == "DECLINED"

    @property
    def is_approved(self) -> bool:
        return self.is_attempted and self.status != "DECLINED"

    @property
    def gross(self) -> Decimal:
        return (self.amount or NOTHING) if self.is_approved else NOTHING

    @property
    def is_refunded(self) -> bool:
        amount = number(self.text("refund_amount")) or NOTHING
        is_marked = self.text("refund_flag") == "1" or self.status == "VOID/REFUNDED"
        return self.is_approved and (is_marked or amount > 0)

    @property
    def refunded(self) -> Decimal:
        amount = number(self.text("refund_amount")) or NOTHING
        if not self.is_refunded:
            return NOTHING
        return amount if 0 < amount < self.gross else self.gross

    @property
    def is_chargeback(self) -> bool:
        return self.is_approved and self.text("chargeback_flag") == "1"

    @property
    def charged_back(self) -> Decimal:
        return self.gross - self.refunded if self.is_chargeback else NOTHING

    @property
    def depth(self) -> int | None:
        return whole_number(self.text("rebill_depth"))

    @property
    def tells_kind(self) -> bool:
        flag, parent = self.text("is_recurring"), self.text("parent_order_id")
        return flag in ("0", "1") or parent is not None or self.depth is not None

    @property
    def kind(self) -> str:
        if self.depth is not None and self.depth > 0:
            return "rebill"
        if self.depth is None and self.text("is_recurring") == "1":
            return "rebill"
        parent = self.text("parent_order_id") or "0"
        return "first" if parent in ("0", self.orders_id) else "upsell"

    @property
    def has_unparsed_text(self) -> bool:
        ordered = self.text("order_date")
        return (
            any(
                self.text(name) is not None and number(self.text(name)) is None
                for name in ("total_amount", "refund_amount")
            )
            or (self.text("rebill_depth") is not None and self.depth is None)
            or (ordered is not None and day(ordered) is None and ordered[:10] != "0000-00-00")
            or any(self.text(flag) not in (None, "0", "1") for flag in FLAGS)
        )


@dataclass(frozen=True)
class Order:
    """All events of one order, oldest first."""

    client: Client
    id: str
    events: tuple[Event, ...]

    @property
    def now(self) -> Event:
        return self.events[-1]

    @property
    def is_date_imputed(self) -> bool:
        return day(self.now.text("order_date")) is None

    @property
    def ordered_on(self) -> date:
        return day(self.now.text("order_date")) or self.events[0].file.day

    @property
    def advertiser(self) -> int:
        """By its product category."""
        category = clean(self.now.text("product_category"))
        found = (a.id for a in self.client.advertisers if category == clean(a.product_category))
        return next(found, UNMAPPED) if category else UNMAPPED

    @property
    def state(self) -> str:
        state = self.now.text("billing_state")
        return SPELLED.get(clean(state), "Unknown") if state else "N/A"

    @property
    def customer(self) -> str | None:
        email, customer_id = self.now.text("billing_email"), self.now.text("customer_id")
        if not email and not customer_id:
            return None
        named = f"email:{clean(email)}" if email else f"customer:{customer_id}"
        return hashed(self.client.id, named)

    @property
    def created(self) -> Event | None:
        created = [event for event in self.events if event.file.table == "orders_create"]
        return created[-1] if created else None

    @property
    def core_amount(self) -> Decimal | None:
        """What it was created with, if that makes it a core order."""
        created, least = self.created, self.client.core_order_amount
        amount = created.amount if created and created.status == "NEW" else None
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
