"""What order files say, once more in plain Python, written from the design and not from the SQL."""

import hashlib
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from typing import Any

from tests.dbt.order_files import SALT, OrderFile, Record
from tests.dbt.recomputed import ratio

ADVERTISERS = {"ccw": "1", "exp": "2"}  # by product category, of every client
STATES = {"tx": "TX", "texas": "TX", "gu": "GU", "guam": "GU", "ae": "AE"}
CORE = Decimal(85)
CURRENCY = "USD"
NOTHING = Decimal(0)
AGES = (0, 7, 30, 60, 90, 180)
Row = tuple[Any, ...]


def number(text: str | None) -> Decimal | None:
    if text is None or not re.fullmatch(r"-?(\d+\.?\d*|\.\d+)", text.strip(" "), re.ASCII):
        return None
    amount = Decimal(text.strip(" ")).quantize(Decimal("0.0001"), ROUND_HALF_UP)
    return amount if abs(amount) < 10**14 else None


def day(text: str | None) -> date | None:
    found = re.fullmatch(r"(\d{4}-\d\d-\d\d)([ T]\d\d:\d\d:\d\d)?", (text or "").strip(" "))
    try:
        return date.fromisoformat(found[1]) if found else None
    except ValueError:
        return None


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
        return (self.text("order_status") or "").upper() or None

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


@dataclass(frozen=True)
class Order:
    """All events of one order, oldest first."""

    client: str
    id: str
    events: tuple[Event, ...]

    @property
    def now(self) -> Event:
        return self.events[-1]

    @property
    def ordered_on(self) -> date:
        return day(self.now.text("order_date")) or self.events[0].file.day

    @property
    def advertiser(self) -> str:
        return ADVERTISERS.get((self.now.text("product_category") or "").lower(), "-1")

    @property
    def state(self) -> str:
        state = self.now.text("billing_state")
        return STATES.get(state.lower(), "Unknown") if state else "N/A"

    @property
    def customer(self) -> str | None:
        email, customer_id = self.now.text("billing_email"), self.now.text("customer_id")
        if not email and not customer_id:
            return None
        named = f"email:{email.lower()}" if email else f"customer:{customer_id}"
        return hashlib.sha256(f"{SALT}|{self.client}|{named}".encode()).hexdigest()

    @property
    def created(self) -> Event | None:
        created = [event for event in self.events if event.file.table == "orders_create"]
        return created[-1] if created else None

    @property
    def core_amount(self) -> Decimal | None:
        """What it was created with, if that makes it a core order."""
        created = self.created
        amount = created.amount if created and created.status == "NEW" else None
        return amount if amount is not None and amount > CORE else None

    @property
    def net(self) -> Decimal:
        return self.now.gross - self.now.refunded - self.now.charged_back

    def first(self, is_so: Callable[[Event], bool]) -> Event | None:
        return next((event for event in self.events if is_so(event)), None)

    def first_day(self, is_so: Callable[[Event], bool]) -> date | None:
        event = self.first(is_so)
        return event.file.day if event else None


ARRIVALS: tuple[tuple[Callable[[Event], bool], Callable[[Event], Decimal]], ...] = (
    (lambda event: event.is_approved, lambda event: event.gross),
    (lambda event: event.is_declined, lambda event: event.amount or NOTHING),
    (lambda event: event.is_refunded, lambda event: event.refunded),
    (lambda event: event.is_chargeback, lambda event: event.charged_back),
)


@dataclass(frozen=True)
class Shop:
    """The orders that the files of one client make."""

    client: str
    files: tuple[OrderFile, ...]

    @cached_property
    def orders(self) -> list[Order]:
        histories: defaultdict[str, list[Event]] = defaultdict(list)
        for file in self.files:
            for row, record in enumerate(file.records, start=1):
                event = Event(file, row, record)
                histories[event.orders_id].append(event)
        return [
            Order(self.client, id_, tuple(sorted(events, key=lambda event: event.place)))
            for id_, events in histories.items()
        ]

    @cached_property
    def tells_kinds(self) -> bool:
        return any(_tells_kind(order.now) for order in self.orders)

    def kind(self, order: Order) -> str:
        if not self.tells_kinds:
            return "unknown"
        depth, parent = order.now.text("rebill_depth"), order.now.text("parent_order_id")
        is_depth = depth is not None and re.fullmatch(r"-?\d+", depth)
        if int(depth or 0) > 0 if is_depth else order.now.text("is_recurring") == "1":
            return "rebill"
        return "first" if (parent or "0") in ("0", order.id) else "upsell"

    def fct_orders(self) -> set[Row]:
        return {
            (
                *(self.client, order.id, order.ordered_on, order.advertiser, order.state),
                *(order.customer, order.now.status, self.kind(order), order.now.amount),
                *(order.now.gross, order.now.refunded, order.now.charged_back, order.net),
                *(order.now.is_attempted, order.now.is_approved, order.now.is_declined),
                *(order.now.is_refunded, order.now.is_chargeback, order.now.is_test),
                *(order.core_amount or NOTHING, len(order.events)),
                *(order.first_day(is_so) for is_so, _ in ARRIVALS),
            )
            for order in self.orders
        }

    def fct_order_events_daily(self) -> set[Row]:
        sums: defaultdict[tuple[date, str], list[Any]] = defaultdict(lambda: [0, NOTHING] * 4)
        for order in self.orders:
            for place, (is_so, amount) in enumerate(ARRIVALS):
                if event := order.first(is_so):
                    added = sums[event.file.day, order.advertiser]
                    added[2 * place] += 1
                    added[2 * place + 1] += amount(event)
        return {(self.client, *key, *added) for key, added in sums.items()}

    def fct_order_cohorts(self) -> set[Row]:
        newest = max((order.now.file.day for order in self.orders), default=date.min)
        cohorts: defaultdict[tuple[date, str], list[Order]] = defaultdict(list)
        for order in self.orders:
            cohorts[order.ordered_on, order.advertiser].append(order)
        rows = set()
        for (ordered, advertiser), orders in cohorts.items():
            for age in AGES:
                until = ordered + timedelta(days=age)
                if age == 0 or until <= newest:
                    rows.add((self.client, ordered, advertiser, age, *_cohort(orders, age, until)))
        return rows

    def dim_customers(self) -> set[Row]:
        customers: defaultdict[str, list[Order]] = defaultdict(list)
        for order in self.orders:
            if order.customer:
                customers[order.customer].append(order)
        return {
            (
                *(self.client, customer, max(orders, key=lambda o: (o.ordered_on, o.id)).state),
                min((o.ordered_on for o in orders if o.now.is_attempted), default=None),
                sum(o.now.is_attempted for o in orders),
                sum((o.now.gross for o in orders), NOTHING),
                sum((o.net for o in orders), NOTHING),
            )
            for customer, orders in customers.items()
        }

    def state_heatmap(self) -> set[Row]:
        """Its window of everything."""
        places: defaultdict[tuple[str, str], list[Order]] = defaultdict(list)
        for order in self.orders:
            places[order.advertiser, order.state].append(order)
        return {(self.client, *place, *self._heat(orders)) for place, orders in places.items()}

    def _heat(self, orders: list[Order]) -> Row:
        approved = [order for order in orders if order.now.is_approved]
        attempted = sum(order.now.is_attempted for order in orders)
        revenue = sum((order.now.gross for order in orders), NOTHING)
        first = sum(self.kind(order) == "first" for order in approved) if self.tells_kinds else None
        return (
            *(attempted, first, len({o.customer for o in approved if o.customer}), revenue),
            ratio(revenue, len(approved)),
            ratio(Decimal(sum(order.now.is_declined for order in orders)), attempted),
            sum(order.core_amount is not None for order in orders),
            sum((order.core_amount or NOTHING for order in orders), NOTHING),
        )


def _tells_kind(event: Event) -> bool:
    depth = event.text("rebill_depth")
    return (
        event.text("is_recurring") in ("0", "1")
        or event.text("parent_order_id") is not None
        or (depth is not None and re.fullmatch(r"-?\d+", depth) is not None)
    )


def _cohort(orders: Iterable[Order], age: int, until: date) -> Row:
    approved = [order for order in orders if order.now.is_approved]
    attempted = sum(order.now.is_attempted for order in orders)

    def within(is_so: Callable[[Event], bool]) -> int:
        days = [order.first_day(is_so) for order in approved if is_so(order.now)]
        return sum(day is not None and day <= until for day in days)

    refunded, charged_back = (within(is_so) for is_so, _ in ARRIVALS[2:])
    return (
        *(attempted, len(approved), refunded, charged_back),
        ratio(Decimal(len(approved)), attempted),
        ratio(Decimal(refunded), len(approved)) if age >= 30 else None,
        ratio(Decimal(charged_back), len(approved)) if age >= 90 else None,
    )


COLUMNS: Mapping[str, str] = {
    "fct_orders": (
        "client_id, orders_id, order_date, advertiser_id, state_code, customer_hash, order_status,"
        " order_kind, total_amount, gross_amount, refunded_amount, chargeback_amount, net_amount,"
        " is_attempted, is_approved, is_declined, is_refunded, is_chargeback, is_test, core_amount,"
        " order_events, first_approved_date, first_declined_date, first_refunded_date,"
        " first_chargeback_date"
    ),
    "fct_order_events_daily": (
        "client_id, report_date, advertiser_id, approvals, approved_amount, declines,"
        " declined_amount, refunds, refunded_amount, chargebacks, chargeback_amount"
    ),
    "fct_order_cohorts": (
        "client_id, order_date, advertiser_id, age_days, orders, approved_orders, refunded_orders,"
        " chargeback_orders, approval_rate, refund_rate, chargeback_rate"
    ),
    "dim_customers": (
        "client_id, customer_hash, state_code, first_order_date, orders, revenue, net_revenue"
    ),
    "state_heatmap": (
        "client_id, advertiser_id, state_code, orders, first_orders, customers, revenue, aov,"
        " decline_rate, core_orders, core_revenue"
    ),
}


def expected(mart: str, shops: Iterable[Shop]) -> set[Row]:
    """The rows of a mart, as COLUMNS lists their values."""
    return {row for shop in shops for row in getattr(shop, mart)()}
