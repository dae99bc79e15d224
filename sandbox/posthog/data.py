"""The made data of each PostHog project: who came, what they did, flags and experiments.

Who bought is in the order files too, under the same e-mail (sandbox/order_people.py); who only
looked is not, and who ordered by phone is not here. Anonymous visitors have events and a person_id,
but no person in the list, as with PostHog's profiles of identified people alone.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

from sandbox.order_people import person
from sandbox.order_rows import Row
from sandbox.orders import Feed
from sandbox.posthog.events import Event, Kept, Log, made_event, micros, text_of, uuid_of
from sandbox.shape import HOME_ZONE, noise

Record = dict[str, object]

# utm_source, utm_medium and how many of 20 came by it; "" is direct, without any utm property.
_WAYS = (("facebook", "paid_social"),) * 8 + (("google", "cpc"),) * 5 + (
    ("tiktok", "paid_social"), ("tiktok", "paid_social"), ("bing", "cpc"),
    ("newsletter", "email"), ("Facebook", "paid_social"), ("", ""), ("", ""),
)  # fmt: skip
_BATCH = datetime(2025, 12, 5, 17, tzinfo=UTC)  # a queue that was sent at once, under one time
_BATCHED = 60
_FIRST_LOOKER = 900_000  # numbers of people who never order


@dataclass(frozen=True)
class ProjectData:
    """One project as it was made."""

    id: int
    name: str
    timezone: str
    log: Log
    persons: tuple[Record, ...]
    flags: tuple[Record, ...]
    experiments: tuple[Record, ...]


PROJECT_IDS = {"713": 71_301, "cti": 90_210}


@cache
def project_of(account: str) -> ProjectData:
    """The made data of an account; that of 713 fits its order files."""
    if account == "713":
        visits = [*_buyers(), *_lookers("713", 18, 150)]
        events = tuple(_events(visits)) + tuple(_batch())
        # Its times come in New York's, unless a query asks for others.
        zone, name = HOME_ZONE.key, "Client 713 (sandbox)"
        flags, experiments = _FLAGS, _EXPERIMENTS
    else:
        visits = list(_lookers(account, 9, 12))
        events = tuple(_events(visits))
        zone, name = "UTC", f"Client {account} (sandbox)"
        flags, experiments = _FLAGS[1:3], _EXPERIMENTS[:1]
    return ProjectData(
        PROJECT_IDS[account],
        name,
        zone,
        Log(Kept(events)),
        tuple(_persons(visits)),
        tuple(_flag(PROJECT_IDS[account] + n, **flag) for n, flag in enumerate(flags)),
        tuple(_experiment(PROJECT_IDS[account] + n, **one) for n, one in enumerate(experiments)),
    )


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


def _events(visits: list[_Visit]) -> Iterator[Event]:
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


def _persons(visits: list[_Visit]) -> Iterator[Record]:
    """Who said who they are, once each; a buyer had been there before, on another device."""
    seen: dict[int, list[_Visit]] = {}
    for visit in visits:
        if visit.number is not None and visit.steps > 1:
            seen.setdefault(visit.number, []).append(visit)
    for number, theirs in seen.items():
        yield made_person(
            person(number)["billing_email"],
            distinct_id=theirs[0].who,
            name=f"{person(number)['billing_first_name']} {person(number)['billing_last_name']}",
            first=min(visit.began for visit in theirs),
            last=max(visit.began for visit in theirs),
            source=theirs[0].way[0],
        )


def made_person(
    email: str, *, distinct_id: str, name: str, first: datetime, last: datetime, source: str = ""
) -> Record:
    """A person as the list shows them; `id` and `uuid` are the same."""
    uuid = uuid_of("person", distinct_id)
    return {
        "type": "person",
        "id": uuid,
        "uuid": uuid,
        "created_at": text_of(micros(first), "UTC"),
        "properties": {
            "email": email,
            "name": name,
            **({"$initial_utm_source": source} if source else {}),
        },
        "is_identified": True,
        "name": email,
        "distinct_ids": [distinct_id, uuid_of("device", distinct_id)],
        "matched_recordings": [],
        "value_at_data_point": None,
        "last_seen_at": text_of(micros(last), "UTC"),
    }


_BY: Record = {
    "id": 1,
    "uuid": uuid_of("user"),
    "distinct_id": "sandbox-user",
    "first_name": "Sandbox",
    "last_name": "Sampleton",
    "email": "sandbox.sampleton@example.com",
    "is_email_verified": True,
}
_VARIANTS = {"variants": [{"key": key, "rollout_percentage": 50} for key in ("control", "test")]}
_FLAGS: tuple[dict[str, Any], ...] = (
    {"key": "checkout-one-page", "rollout": 50, "multivariate": _VARIANTS},
    {"key": "new-landing", "rollout": 100},
    {"key": "show-range-bag-upsell", "rollout": None},  # null means everybody
    {"key": "sms-reminder", "rollout": 25},
    {"key": "old-banner", "rollout": 0, "active": False},
    {"key": "headline-test", "rollout": 100, "multivariate": _VARIANTS},
    {"key": "price-anchor", "rollout": 100, "multivariate": _VARIANTS},
)
_EXPERIMENTS: tuple[dict[str, Any], ...] = (
    {"name": "One-page checkout (sandbox)", "flag": "checkout-one-page", "start": 1},
    {
        "name": "Headline (sandbox)",
        "flag": "headline-test",
        "start": 2,
        "end": 9,
        "conclusion": "won",
    },
    {
        "name": "Price anchor (sandbox)",
        "flag": "price-anchor",
        "start": 3,
        "end": 8,
        "conclusion": "inconclusive",
        "archived": True,
    },
    {"name": "SMS reminder (sandbox)", "flag": "sms-reminder", "start": None},
)


def made_flag(id_: int, key: str, **changes: object) -> Record:
    """A feature flag as the list shows it."""
    return _flag(id_, key=key, rollout=100) | changes


def _flag(
    id_: int, *, key: object, rollout: object, multivariate: object = None, active: bool = True
) -> Record:
    created = f"2025-11-{1 + id_ % 28:02}T09:00:00.{id_ % 1000:03}000Z"
    return {
        "id": id_,
        "name": f"{key} (sandbox)",
        "key": key,
        "filters": {
            "groups": [{"properties": [], "rollout_percentage": rollout, "variant": None}],
            "multivariate": multivariate,
            "payloads": {},
        },
        "deleted": False,
        "active": active,
        "created_by": _BY if active else None,  # null where the user has gone
        "created_at": created,
        "updated_at": created,
        "version": 1,
        "last_modified_by": _BY,
        "is_simple_flag": multivariate is None,
        "rollout_percentage": rollout if multivariate is None else None,
        "ensure_experience_continuity": False,
        "experiment_set": [],
        "surveys": [],
        "features": [],
        "rollback_conditions": None,
        "performed_rollback": None,
        "can_edit": True,
        "tags": ["sandbox"],
        "evaluation_tags": [],
        "usage_dashboard": None,
        "analytics_dashboards": [],
        "has_enriched_analytics": False,
        "user_access_level": "editor",
        "creation_context": None,
        "is_remote_configuration": False,
        "has_encrypted_payloads": False,
        "status": "ACTIVE" if active else "INACTIVE",
        "evaluation_runtime": "all",
        "last_called_at": None,
    }


def made_experiment(id_: int, name: str, flag: str, **changes: object) -> Record:
    """An experiment as its own page shows it: a draft, but for the changes."""
    return _experiment(id_, name=name, flag=flag, start=None) | changes


def _experiment(
    id_: int,
    *,
    name: object,
    flag: object,
    start: object,
    end: object = None,
    conclusion: object = None,
    archived: bool = False,
) -> Record:
    created = f"2025-11-{1 + id_ % 28:02}T10:00:00.000000Z"
    return {
        "id": id_,
        "name": name,
        "description": "Made, not real",
        "start_date": f"2025-12-{start:02}T05:00:00Z" if start else None,
        "end_date": f"2025-12-{end:02}T05:00:00Z" if end else None,
        "feature_flag_key": flag,
        "feature_flag": {"key": flag, "active": not end, "filters": {"multivariate": _VARIANTS}},
        "holdout": None,
        "holdout_id": None,
        "exposure_cohort": None,
        "parameters": {
            "feature_flag_variants": _VARIANTS["variants"],
            "minimum_detectable_effect": 30,
            "recommended_sample_size": 1200,
            "recommended_running_time": 14.2,
        },
        "secondary_metrics": [],
        "saved_metrics": [],
        "saved_metrics_ids": None,
        "filters": {},
        "archived": archived,
        "deleted": False,
        "created_by": _BY,
        "created_at": created,
        "updated_at": created,
        "type": "product",
        "exposure_criteria": None,
        "metrics": [{"kind": "ExperimentMetric", "metric_type": "funnel"}],
        "metrics_secondary": [],
        "stats_config": {"method": "bayesian"},
        "conclusion": conclusion,
        "conclusion_comment": "Made" if conclusion else None,
        "primary_metrics_ordered_uuids": None,
        "secondary_metrics_ordered_uuids": None,
        "user_access_level": "editor",
    }
