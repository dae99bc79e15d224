"""One order as a row of text: as it was placed, and after something happened to it."""

from datetime import date, timedelta
from hashlib import blake2b

from sandbox.order_columns import COLUMNS
from sandbox.order_people import person, state_as_typed

Row = dict[str, str]

FIRST_ID = 3_500_000
_PRICES = {
    "CCW": ("95", "95", "105", "89.95", "95", "119", "85", "95"),
    "EXP": ("49", "59.95", "49", "99", "105", "49", "59.95", "87.5"),
    "OTR": ("29", "29", "39.95", "29", "29", "39.95", "29", "29"),
}
_PRODUCTS = {
    "CCW": "Concealed Carry Course (sandbox)",
    "EXP": "Expert Marksman Course (sandbox)",
    "OTR": "Other Course (sandbox)",
}
_TRAIL = (("207", "fb"), ("207", "ig"), ("215", "gg"), ("231", "tt"), ("", ""), ("", ""))
_DECLINES = ("Insufficient funds", "Do Not Honor", "Pick up card", "Invalid CVV", "Expired card")
_CARDS = (("visa", "411111******1111"), ("master", "555555******4444"), ("amex", "378282*****0005"))
# What all orders have alike when they are placed.
_ALIKE: Row = dict.fromkeys(COLUMNS, "") | {
    "currency": "USD", "gateway_descriptor": "SANDBOX*COURSES 8005550100", "is_test_cc": "0",
    "product_qty": "1", "order_sales_tax": "0.00", "order_sales_tax_amount": "0.00",
    "shippable": "1", "shipping_amount": "0.00", "shipping_id": "3",
    "shipping_method_name": "Sandbox Ground, 3 to 5 working days", "offer_id": "4",
    "billing_model_id": "2", "billing_model_name": "Bill every 30 days until cancelled",
    "is_in_trial": "0", "subscription_type": "Bill by cycle",
    "next_subscription_product_id": "102", "is_cascaded": "0", "is_fraud": "0", "is_rma": "0",
    "is_blacklisted": "0", "on_hold": "0", "retry_date": "0000-00-00", "retry_attempt": "0",
    "hold_date": "0000-00-00 00:00:00", "order_confirmed": "NO",
    "ip_address_lookup": "Sampleville, Sandbox County, United States; Sandbox Networks (made)",
    "system_notes":
        "Made data, not a real order. Order created through the sandbox's checkout page; address "
        "checked and found deliverable; fraud screen passed with no rule triggered; payment sent "
        "to the gateway of the campaign; receipt queued for delivery; fulfilment notified of the "
        "order; welcome message with the first lesson sent to the customer.",
}  # fmt: skip


def dice_of(n: int) -> bytes:
    """64 bytes of chance that only depend on the order."""
    return blake2b(n.to_bytes(8, "big", signed=True), digest_size=64).digest()


def status_at_first(dice: bytes) -> str:
    return "DECLINED" if dice[0] < 56 else "PENDING" if dice[0] < 59 else "NEW"


def _relation(n: int) -> tuple[str, int]:
    """How an order came about, and the order that it goes back to."""
    dice = dice_of(n)
    if dice[8] < 115:
        recent = dice[11] < 60
        return "rebill", n - 1 - dice[9] - (0 if recent else 4_000 + (dice[9] << 8) + dice[10])
    if dice[8] < 146 and dice_of(n - 1)[8] >= 160:
        return "upsell", n - 1
    if 146 <= dice[8] < 160:
        return "repeat", n - 1 - dice[9]
    return "first", n


def _origin(n: int) -> tuple[int, int]:
    """The customer's first order, and how many rebills lie between."""
    depth = 0
    while True:
        relation, before = _relation(n)
        if relation == "first":
            return n, depth
        depth += relation == "rebill"
        n = before


def as_placed(n: int, day: str) -> Row:
    """An order as it was on its first day."""
    dice = dice_of(n)
    relation, before = _relation(n)
    first, depth = _origin(n)
    category = _category(dice_of(first)[13])
    row = _ALIKE | person(first)
    if relation == "upsell":
        amount = ("19", "35")[dice[14] % 2]
    else:
        amount = _PRICES[category or "OTR"][dice[14] % 8]
    afid, sid = _TRAIL[dice[15] % len(_TRAIL)]
    row |= {
        "orders_id": str(FIRST_ID + n),
        "order_status": status_at_first(dice),
        "order_date": day,
        "total_amount": amount,
        "product_category": category,
        "campaign_id": {"CCW": "12", "EXP": "21"}.get(category, "33"),
        "gateway_id": str(1 + dice[16] % 9),
        "billing_state": state_as_typed(row["billing_state"], dice[17]),
        "afid": afid,
        "sid": sid,
        "c1": f"adset-{dice[18]}" if afid else "",
        "c2": f"ad-{dice[18]}-{dice[19]}" if dice[19] < 90 else "",
        "is_recurring": "1" if relation == "rebill" else "0",
        "rebill_depth": str(depth),
        "parent_order_id": str(FIRST_ID + before) if relation in ("rebill", "upsell") else "",
        "ancestor_order_id": str(FIRST_ID + first),
        "acquisition_date": f"{day} {dice[20] % 24:02}:{dice[21] % 60:02}:{dice[22] % 60:02}",
        **_product(category, amount, relation),
        **(_click(dice) if afid else {}),
        **_payment(dice),
    }
    if relation == "rebill":
        row["recurring_date"] = day
    _spoil(row, dice)
    return row


def _category(dice: int) -> str:
    """Two thirds CCW; some of a category that no advertiser has, some of none."""
    return "CCW" if dice < 168 else "EXP" if dice < 246 else "OTR" if dice < 251 else ""


def _product(category: str, amount: str, relation: str) -> Row:
    name = _PRODUCTS.get(category, "Course (sandbox)")
    return {
        "product_id": {"CCW": "101", "EXP": "201"}.get(category, "301"),
        "product_name": f"{name}, Range Bag" if relation == "upsell" else name,
        "product_sku": f"SBX-{category or 'NONE'}-{'UP' if relation == 'upsell' else '01'}",
        "product_price": amount,
        "sub_total": amount,
        "offer_name": f"{name}: full access with monthly renewal",
        "is_add_on": "1" if relation == "upsell" else "0",
        "next_subscription_product": name,
        "next_subscription_product_price": amount,
    }


def _click(dice: bytes) -> Row:
    return {
        "click_id": f"ck{dice[42:46].hex()}z{dice[46:50].hex()}",
        "affiliate": "Sandbox Media",
        "utm_source": "sandbox",
        "utm_medium": "paid_social",
        "utm_campaign": f"sandbox_prospecting_{dice[18]}",
        "utm_content": f"video_{dice[19]}",
    }


def _payment(dice: bytes) -> Row:
    brand, masked = _CARDS[dice[23] % 3]
    declined = status_at_first(dice) == "DECLINED"
    return {
        "cc_type": brand,
        "cc_expires": f"{1 + dice[24] % 12:02}{26 + dice[25] % 5}",
        "credit_card_number": masked,
        "cc_first_6": masked[:6],
        "cc_last_4": masked[-4:],
        "prepaid_match": "0" if dice[26] < 230 else "No",
        "ip_address": f"198.51.100.{dice[27]}",
        "transaction_id": "Not Available" if declined else f"SBX{int.from_bytes(dice[28:32]):010}",
        "auth_id": "" if declined else f"{dice[33] << 8 | dice[34]:06}",
        "response_code": "800" if declined else "100",
        "decline_reason": _DECLINES[dice[32] % len(_DECLINES)] if declined else "",
    }


def _spoil(row: Row, dice: bytes) -> None:
    """What goes wrong in real files, at real rates: tests, blanks, typing, cards in odd places."""
    if dice[3] == 5:
        row |= {
            "is_test_cc": "1",
            "credit_card_number": "1444444444444440",
            "billing_email": "test@example.com",
        }
    if dice[35] == 3:
        row["billing_email"] = ""
    elif dice[35] < 3:
        row["billing_email"] = f" {row['billing_email'].upper()}"
    if dice[36] == 1:
        row["employee_notes"] = 'Customer called:\n"send it again", agreed'
    elif dice[36] == 2 and dice[37] < 64:
        row["employee_notes"] = "Card given by phone: 4111 1111 1111 1111"
    if dice[38] == 1 and dice[37] < 64:
        row["credit_card_number"] = "5555555555554444"


def happen(row: Row, what: str, day: date) -> None:
    """Let something happen to an order on a day; no decimals on whole amounts here either."""
    on = day.isoformat()
    amount = row["total_amount"]
    refunded = {"refund_flag": "1", "refund_date": on, "amount_refunded_to_date": amount}
    row |= {
        "confirm": {"order_confirmed": "YES", "order_confirmed_date": on},
        "salvage": {"order_status": "NEW", "response_code": "100", "decline_reason": ""},
        "release": {"order_status": "NEW", "on_hold": "0", "hold_date": ""},
        "hold": {"order_status": "ON-HOLD", "on_hold": "1", "hold_date": f"{on} 09:30:00"},
        "track": {"tracking_number": f"SBX{row['orders_id']}US", "shipping_date": on},
        "ship": {"order_status": "SHIPPED", "shipping_date": on},
        "archive": {"order_status": "ARCHIVED"},
        "renew": {"recurring_date": (day + timedelta(days=30)).isoformat()},
        "retry": {"retry_date": on, "retry_attempt": "1"},
        "refund": refunded | {"order_status": "VOID/REFUNDED", "refund_amount": amount},
        "part_refund": refunded | {"refund_amount": "10", "amount_refunded_to_date": "10"},
        "chargeback": {"chargeback_flag": "1", "chargeback_date": on},
    }[what]
