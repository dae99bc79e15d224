"""The made data of each PostHog project: who came, and what they did.

Who bought is in the order files too, under the same e-mail (sandbox/order_people.py); who only
looked is not, and who ordered by phone is not here. Anonymous visitors have events and a person_id,
but no person in the list, as with PostHog's profiles of identified people alone.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache

from sandbox.order_people import person
from sandbox.order_rows import Row
from sandbox.orders import Feed
from sandbox.posthog.events import Event, Kept, made_event, micros, text_of, uuid_of
from sandbox.posthog.records import Record, experiments_of, flags_of
from sandbox.shape import HOME_ZONE, noise

# utm_source, utm_medium and how many of 20 came by it; "" is direct, without any utm property.
_WAYS = (("facebook", "paid_social"),) * 8 + (("google", "cpc"),) * 5 + (
    ("tiktok", "paid_social"), ("tiktok", "paid_social"), ("bing", "cpc"),
    ("newsletter", "email"), ("Facebook", "paid_social"), ("", ""), ("", ""),
)  # fmt: skip
_BATCH = datetime(2025, 12, 5, 17, tzinfo=UTC)  # a queue that was sent at once, under one time
_BATCHED = 60
_FIRST_LOOKER = 900_000  # numbers of people who never order


PROJECT_IDS = {"713": 71_301, "cti": 90_210}
ZONES = {"713": HOME_ZONE.key, "cti": "UTC"}  # in which times come unless a query asks for another


@cache
def events_of(account: str) -> Kept:
    """The made events of an account; those of 713 fit its order files."""
    batch = _batch() if account == "713" else ()
    return Kept((*_events(_visits(account)), *batch))


@cache
def lists_of(account: str) -> dict[str, tuple[Record, ...]]:
    """The made records of each list of an account."""
    first, whole = PROJECT_IDS[account], account == "713"
    return {
        "persons": tuple(_persons(_visits(account))),
        "feature_flags": flags_of(first, slice(None) if whole else slice(1, 3)),
        "experiments": experiments_of(first, slice(None) if whole else slice(1)),
    }


@cache
def _visits(account: str) -> tuple["_Visit", ...]:
    if account == "713":
        return (*_buyers(), *_lookers("713", 18, 150))
    return tuple(_lookers(account, 9, 12))


@dataclass(frozen=True)
class _Visit:
    """One visit: when it began, how far it went, by which way; `number` is whose, if known."""

    began: datetime
    steps: int
    who: str
    number: int | None
    way: tuple[str, str]
    order: Row | None = None


def _buyers() -> Iterator[_Visit]:
    """Orders that were placed on the site: no rebills and upsells, and one in eight unseen."""
    feed = Feed()
    for day in feed.days:
        for row in feed.created_on(day):
            order = row["orders_id"]
            unseen = noise("seen", order) < 0.125 or row["is_test_cc"] == "1"
            if row["rebill_depth"] != "0" or row["is_add_on"] == "1" or unseen:
                continue
            number = int(row["customer_id"]) - 1_000_000
            began = _moment(date.fromisoformat(row["order_date"]), order)
            steps = 2 if row["order_status"] == "DECLINED" else 3
            yield _Visit(began, steps, f"user-{number}", number, _way(order), row)


def _lookers(account: str, days: int, a_day: int) -> Iterator[_Visit]:
    """Who does not buy: most leave at once, some at the checkout, where some had said who."""
    for n in range(days * a_day):
        chance = noise("looker", account, n)
        began = _moment(date(2025, 12, 1) + timedelta(days=n // a_day), account, n)
        steps = 2 if chance < 0.22 else 1
        number = _FIRST_LOOKER + n if chance < 0.15 else None
        who = f"user-{number}" if number else uuid_of("anonymous", account, n)
        yield _Visit(began, steps, who, number, _way(account, n))


def _moment(day: date, *parts: object) -> datetime:
    """A time of a day, rarely at night, so that a visit ends on it; some on the full second."""
    second = int(85_000 * noise("time", *parts) ** 0.6)
    fraction = int(1_000_000 * noise("fraction", *parts))
    start = datetime(day.year, day.month, day.day, tzinfo=HOME_ZONE).astimezone(UTC)
    return start + timedelta(seconds=second, microseconds=fraction if fraction % 8 else 0)


def _way(*parts: object) -> tuple[str, str]:
    return _WAYS[int(noise("way", *parts) * len(_WAYS))]


def _events(visits: Iterable[_Visit]) -> Iterator[Event]:
    """landing, checkout, purchase, with a $pageview at the very time of each landing."""
    for visit in visits:
        at = visit.began
        extra: Record = {}
        for step, name in enumerate(("landing", "checkout", "purchase")[: visit.steps]):
            if step and visit.number is not None:
                email = person(visit.number)["billing_email"]
                extra = {"$set": {"email": email}}
            if name == "purchase" and visit.order is not None:
                extra |= _bought(visit.order)
            yield _event(name, at, visit, extra)
            if not step:
                yield _event("$pageview", at, visit, {})
            at += timedelta(seconds=40 + 300 * noise("pause", visit.who, step))


def _bought(order: Row) -> Record:
    amount = float(order["total_amount"])
    return {
        "order_id": order["orders_id"],
        "product_category": order["product_category"] or None,
        # whole amounts come as whole numbers, as JavaScript writes them
        "value": int(amount) if amount == int(amount) else amount,
        "currency": "USD",
    }


def _event(name: str, at: datetime, visit: _Visit, extra: Record) -> Event:
    source, medium = visit.way
    utm = {"utm_source": source, "utm_medium": medium, "utm_campaign": f"sandbox_{source.lower()}"}
    properties: Record = {
        "$browser": "Chrome",
        "$current_url": f"https://courses.example.com/{name.replace('$pageview', 'landing')}",
        "$session_id": uuid_of("session", visit.who, visit.began),
        **(utm if source else {}),
        **extra,
        "sandbox": "made, not real",
    }
    return made_event(
        name,
        at,
        distinct_id=visit.who,
        person_id=uuid_of("person", visit.who),
        properties=properties,
        mark=visit.began,
    )


def _batch() -> Iterator[Event]:
    for n in range(_BATCHED):
        who = uuid_of("batched", n)
        yield _event("landing", _BATCH, _Visit(_BATCH, 1, who, None, _way("batch", n)), {})


def _persons(visits: Iterable[_Visit]) -> Iterator[Record]:
    """Who said who they are, once each; a buyer had been there before, on another device."""
    seen: dict[int, list[_Visit]] = {}
    for visit in visits:
        if visit.number is not None and visit.steps > 1:
            seen.setdefault(visit.number, []).append(visit)
    for number, theirs in seen.items():
        known, who, source = person(number), theirs[0].who, theirs[0].way[0]
        uuid, began = uuid_of("person", who), [micros(visit.began) for visit in theirs]
        yield {
            "type": "person",
            "id": uuid,
            "uuid": uuid,
            "created_at": text_of(min(began), "UTC"),
            "properties": {
                "email": known["billing_email"],
                "name": f"{known['billing_first_name']} {known['billing_last_name']}",
                **({"$initial_utm_source": source} if source else {}),
            },
            "is_identified": True,
            "name": known["billing_email"],
            "distinct_ids": [who, uuid_of("device", who)],
            "matched_recordings": [],
            "value_at_data_point": None,
            "last_seen_at": text_of(max(began), "UTC"),
        }
