"""The marts of a shop's orders: every row, and every column of it but the advertiser's label."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property

from tests.clients.order_files import OrderFile
from tests.expected.client import Client
from tests.expected.figures import NOTHING, Row, ratio
from tests.expected.orders import STATES, Event, Order

NAMELESS = {
    "N/A": ("N/A", "unknown"),
    "Unknown": ("Unknown", "unknown"),
    "Abroad": ("Abroad", "abroad"),
}
ORDER_TABLES = ("orders_create", "orders_update")
AGES = (0, 7, 30, 60, 90, 180)
PLAIN_TEXTS = ("campaign_id", "afid", "sid", "c1", "c2", "c3")
ARRIVALS: dict[str, tuple[Callable[[Event], bool], Callable[[Event], Decimal]]] = {
    "approved": (lambda event: event.is_approved, lambda event: event.gross),
    "declined": (lambda event: event.is_declined, lambda event: event.own_amount),
    "refunded": (lambda event: event.is_refunded, lambda event: event.refunded),
    "chargeback": (lambda event: event.is_chargeback, lambda event: event.charged_back),
}
COUNTED = {
    "approved": "approvals",
    "declined": "declines",
    "refunded": "refunds",
    "chargeback": "chargebacks",
}


@dataclass(frozen=True)
class Shop:
    """The orders that the files of one client make."""

    client: Client
    files: tuple[OrderFile, ...] = ()
    rejected: frozenset[date] = frozenset()  # days of files with rejected rows

    @cached_property
    def orders(self) -> list[Order]:
        histories: defaultdict[str, list[Event]] = defaultdict(list)
        for file in self.files:
            for row, record in enumerate(file.records, start=1):
                event = Event(self.client, file, row, record)
                histories[event.orders_id].append(event)
        return [
            Order(self.client, id_, tuple(sorted(events, key=lambda event: event.place)))
            for id_, events in histories.items()
        ]

    @cached_property
    def tells_kinds(self) -> bool:
        return any(order.now.tells_kind for order in self.orders)

    @cached_property
    def newest_file(self) -> date:
        return max((order.now.file.day for order in self.orders), default=date.min)

    @cached_property
    def doubts(self) -> dict[date, str]:
        """By day of a file, what its orders lack: one that was written later, or its rows."""
        covered = {(file.day, file.table) for file in self.files if file.covers_day}
        issues: defaultdict[date, set[str]] = defaultdict(set)
        for day, kind in (issue for order in self.orders for issue in order.issues()):
            issues[day].add(kind)
        for day in self.rejected:
            issues[day].add("rejected rows")
        return {
            file.day: "; ".join(
                [
                    *(table for table in ORDER_TABLES if (file.day, table) not in covered),
                    *[", ".join(sorted(issues[file.day]))] * bool(issues[file.day]),
                ]
            )
            for file in self.files
            if file.table in ORDER_TABLES
        }

    @cached_property
    def complete_days(self) -> set[date]:
        return {day for day, doubt in self.doubts.items() if not doubt}

    def fct_orders(self) -> Iterator[Row]:
        for order in self.orders:
            now = order.now
            yield {
                "client_id": self.client.id,
                "orders_id": order.id,
                "order_date": order.ordered_on,
                "advertiser_id": order.advertiser,
                "customer_hash": order.customer,
                "order_status": now.status,
                "order_kind": now.kind if self.tells_kinds else "unknown",
                "state_code": order.state,
                "product_category": now.said["category"],
                **{name: now.said[name] for name in PLAIN_TEXTS},
                "currency": now.currency,
                "total_amount": now.amount,
                "gross_amount": now.gross,
                "refunded_amount": now.refunded,
                "chargeback_amount": now.charged_back,
                "net_amount": order.net,
                "core_amount": order.core_amount or NOTHING,
                "order_events": len(order.events),
                "is_test": now.is_test,
                "is_attempted": now.is_attempted,
                "is_approved": now.is_approved,
                "is_declined": now.is_declined,
                "is_refunded": now.is_refunded,
                "is_chargeback": now.is_chargeback,
                "is_first_order": now.kind == "first" if self.tells_kinds else None,
                "is_core_order": order.core_amount is not None,
                "is_order_date_imputed": order.is_date_imputed,
                "has_unparsed_text": now.has_unparsed_text,
                "first_file_date": order.events[0].file.day,
                "last_file_date": now.file.day,
                **{
                    f"first_{state}_date": order.first_day(is_so)
                    for state, (is_so, _) in ARRIVALS.items()
                },
            }

    def fct_order_events_daily(self) -> Iterator[Row]:
        sums: defaultdict[tuple[date, int], Row] = defaultdict(
            lambda: (
                dict.fromkeys(COUNTED.values(), 0)
                | {f"{state}_amount": NOTHING for state in ARRIVALS}
            )
        )
        for order in self.orders:
            for state, (is_so, amount) in ARRIVALS.items():
                is_taken_back = state in ("refunded", "chargeback")
                came_on = order.arrivals(is_so, amount, is_taken_back=is_taken_back)
                for number, (day, came) in enumerate(came_on):
                    if number == 0 or came:
                        added = sums[day, order.advertiser]
                        added[COUNTED[state]] += number == 0
                        added[f"{state}_amount"] += came
        for (day, advertiser), added in sums.items():
            yield {
                "client_id": self.client.id,
                "report_date": day,
                "advertiser_id": advertiser,
                **added,
            }

    def fct_order_cohorts(self) -> Iterator[Row]:
        for (ordered, advertiser), orders in self._days().items():
            for age in AGES:
                until = ordered + timedelta(days=age)
                if age == 0 or until <= self.newest_file:
                    yield {
                        "client_id": self.client.id,
                        "order_date": ordered,
                        "advertiser_id": advertiser,
                        "age_days": age,
                        **_cohort(orders, age, until),
                    }

    def dim_customers(self) -> Iterator[Row]:
        customers: defaultdict[str, list[Order]] = defaultdict(list)
        for order in self.orders:
            if order.customer:
                customers[order.customer].append(order)
        for customer, orders in customers.items():
            yield {
                "client_id": self.client.id,
                "customer_hash": customer,
                "state_code": max(orders, key=lambda o: (o.ordered_on, o.id)).state,
                "first_order_date": min(
                    (o.ordered_on for o in orders if o.now.is_attempted), default=None
                ),
                "orders": sum(o.now.is_attempted for o in orders),
                "approved_orders": sum(o.now.is_approved for o in orders),
                "revenue": _gross(orders),
                "net_revenue": sum((o.net for o in orders), NOTHING),
            }

    def state_heatmap(self) -> Iterator[Row]:
        for name, first, last in self._windows():
            places: defaultdict[tuple[int, str], list[Order]] = defaultdict(list)
            for order in self.orders:
                if first <= order.ordered_on <= last:
                    places[order.advertiser, order.state].append(order)
            length = (last - first).days + 1
            days = {first + timedelta(days=days) for days in range(length)}
            for (advertiser, state), orders in places.items():
                yield {
                    "client_id": self.client.id,
                    "window_name": name,
                    "advertiser_id": advertiser,
                    "state_code": state,
                    "state_name": (STATES | NAMELESS)[state][0],
                    "state_kind": (STATES | NAMELESS)[state][1],
                    "window_start_date": first,
                    "window_end_date": last,
                    **self._heat(orders),
                    "orders_complete": days <= self.complete_days,
                }

    def fct_state_daily(self) -> Iterator[Row]:
        places: defaultdict[tuple[date, int, str], list[Order]] = defaultdict(list)
        for order in self.orders:
            places[order.ordered_on, order.advertiser, order.state].append(order)
        names = ("orders", "approved_orders", "declined_orders", "first_orders", "revenue")
        for (day, advertiser, state), orders in places.items():
            heat = self._heat(orders)
            yield {
                "client_id": self.client.id,
                "order_date": day,
                "advertiser_id": advertiser,
                "state_code": state,
                "state_name": (STATES | NAMELESS)[state][0],
                "state_kind": (STATES | NAMELESS)[state][1],
                **{name: heat[name] for name in names},
                "orders_complete": day in self.complete_days,
            }

    def order_days(self) -> Iterator[Row]:
        """What orders say in the daily summary."""
        for (day, advertiser), orders in self._days().items():
            attempted, approved, declined = _outcomes(orders)
            yield {
                "report_date": day,
                "advertiser_id": advertiser,
                "orders": attempted,
                "approved_orders": approved,
                "order_revenue": _gross(orders),
                "aov": ratio(_gross(orders), approved),
                "approval_rate": ratio(Decimal(approved), attempted),
                "decline_rate": ratio(Decimal(declined), attempted),
            }

    def _days(self) -> dict[tuple[date, int], list[Order]]:
        days: defaultdict[tuple[date, int], list[Order]] = defaultdict(list)
        for order in self.orders:
            days[order.ordered_on, order.advertiser].append(order)
        return days

    def _windows(self) -> Iterator[tuple[str, date, date]]:
        """They end on the newest complete day; the last holds every order."""
        if self.complete_days:
            last = max(self.complete_days)
            yield "yesterday", last, last
            yield "7_days", last - timedelta(days=6), last
            yield "month_to_date", last.replace(day=1), last
        days = [order.ordered_on for order in self.orders]
        if days:
            yield "all", min(days), max(days)

    def _heat(self, orders: list[Order]) -> Row:
        attempted, approved, declined = _outcomes(orders)
        bought = [order for order in orders if order.now.is_approved]
        mature = [o for o in bought if o.ordered_on + timedelta(days=30) <= self.newest_file]
        first = sum(order.now.kind == "first" for order in bought)
        return {
            "orders": attempted,
            "approved_orders": approved,
            "declined_orders": declined,
            "first_orders": first if self.tells_kinds else None,
            "customers": len({order.customer for order in bought if order.customer}),
            "revenue": _gross(orders),
            "mature_orders": len(mature),
            **self._core(orders),
            "aov": ratio(_gross(orders), approved),
            "decline_rate": ratio(Decimal(declined), attempted),
            "refund_rate": ratio(Decimal(sum(o.now.is_refunded for o in mature)), len(mature)),
        }

    def _core(self, orders: list[Order]) -> Row:
        """Unknown of a client that has not said from which amount on an order is a core order."""
        amounts = [order.core_amount for order in orders if order.core_amount is not None]
        if self.client.core_order_amount is None:
            return {"core_orders": None, "core_revenue": None}
        return {"core_orders": len(amounts), "core_revenue": sum(amounts, NOTHING)}


def _gross(orders: Iterable[Order]) -> Decimal:
    return sum((order.now.gross for order in orders), NOTHING)


def _outcomes(orders: Iterable[Order]) -> tuple[int, int, int]:
    """How many were attempted, approved and declined."""
    events = [order.now for order in orders]
    return (
        sum(event.is_attempted for event in events),
        sum(event.is_approved for event in events),
        sum(event.is_declined for event in events),
    )


def _cohort(orders: Iterable[Order], age: int, until: date) -> Row:
    attempted, approved, _ = _outcomes(orders)
    bought = [order for order in orders if order.now.is_approved]

    def within(state: str) -> int:
        is_so, _ = ARRIVALS[state]
        days = [order.first_day(is_so) for order in bought if is_so(order.now)]
        return sum(day is not None and day <= until for day in days)

    refunded, charged_back = within("refunded"), within("chargeback")
    return {
        "orders": attempted,
        "approved_orders": approved,
        "refunded_orders": refunded,
        "chargeback_orders": charged_back,
        "approval_rate": ratio(Decimal(approved), attempted),
        "refund_rate": ratio(Decimal(refunded), approved) if age >= 30 else None,
        "chargeback_rate": ratio(Decimal(charged_back), approved) if age >= 90 else None,
    }
