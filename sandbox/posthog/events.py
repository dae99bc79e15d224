"""The events of a PostHog project: in order, made as they are asked for, and changed by tests.

ClickHouse sorts UUIDs by their second half; so does this. Whoever compares them as text in a loader
goes on from the wrong row.
"""

import json
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from hashlib import blake2b
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sandbox.order_people import person
from sandbox.shape import HOME_ZONE

Key = tuple[int, int]  # microseconds since 1970, and the UUID as ClickHouse sorts it

SECOND = 1_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_START = 1_764_565_200 * SECOND  # midnight of December 1, 2025 in New York
_DAYS = 18
_VOLUME_PEOPLE = 5_000
_STEPS = ("landing", "landing", "landing", "landing", "landing", "checkout", "checkout", "purchase")
_SOURCES = ("facebook", "google", "tiktok", "bing", "")


class Event(NamedTuple):
    """One event; `at` is in microseconds, `properties` is JSON text."""

    uuid: str
    at: int
    name: str
    distinct_id: str
    person_id: str
    properties: str

    @property
    def key(self) -> Key:
        return self.at, sort_value(self.uuid)


class Feed:
    """All events of a project by their place in the order."""

    def __len__(self) -> int:
        raise NotImplementedError

    def key(self, n: int) -> Key:
        """Where an event stands, for those who look for a place."""
        return self.event(n).key

    def event(self, n: int) -> Event:
        raise NotImplementedError

    def between(self, low: Key, high: Key, *, descending: bool = False) -> Iterator[Event]:
        """The events from one place in the order to before another."""
        every = range(len(self))
        first, end = (bisect_left(every, place, key=self.key) for place in (low, high))
        span = every[first:end]
        return (self.event(n) for n in (reversed(span) if descending else span))

    def all(self) -> Iterator[Event]:
        return self.between(*EVERYTHING)


class Kept(Feed):
    """Events that are all in memory."""

    def __init__(self, events: Iterable[Event]) -> None:
        self._events = sorted(events, key=lambda event: event.key)

    def __len__(self) -> int:
        return len(self._events)

    def event(self, n: int) -> Event:
        return self._events[n]


@dataclass(frozen=True)
class Volume(Feed):
    """So many events on so many timestamps; each follows from its number alone."""

    events: int
    timestamps: int

    def __len__(self) -> int:
        return self.events

    def key(self, n: int) -> Key:
        at = self._at(n)
        return at, _second_half(n) << 64 | _first_half(n, at)

    def event(self, n: int) -> Event:
        at = self._at(n)
        who = _scattered(n) % _VOLUME_PEOPLE
        name = _STEPS[_scattered(n) >> 8 & 7]
        properties = (
            f'{{"$browser": "Chrome", "$browser_version": {120 + n % 9}, "$os": "Windows", '
            f'"$current_url": "https://courses.example.com/{name}?step={n % 97}", '
            f'"utm_source": "{_SOURCES[n % 5]}", "utm_medium": "paid_social", '
            f'"utm_campaign": "sandbox_prospecting_{n % 256}", '
            f'"$set": {{"email": "{_email(who)}"}}, "sandbox": "made, not real"}}'
        )
        uuid = _hyphenated(_first_half(n, at), _second_half(n))
        return Event(uuid, at, name, f"user-{who}", _volume_person(who), properties)

    def _at(self, n: int) -> int:
        slot = n * self.timestamps // self.events
        return _START + slot * (_DAYS * 86_400 * SECOND // self.timestamps) + 123_457


EVERYTHING: tuple[Key, Key] = ((-(2**80), 0), (2**80, 0))


def made_event(
    name: str,
    at: datetime,
    *,
    distinct_id: str,
    person_id: str,
    properties: Mapping[str, object],
    mark: object,
) -> Event:
    """An event whose UUID (v7, as the SDKs make them) follows from what it is and `mark`."""
    moment = micros(at)
    dice = _dice(name, moment, distinct_id, mark)
    second = 0x8 << 60 | dice & (2**60 - 1)
    first = moment // 1000 << 16 | 0x7000 | dice >> 64 & 0xFFF
    uuid = _hyphenated(first, second)
    return Event(uuid, moment, name, distinct_id, person_id, json.dumps(properties))


def micros(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1)


@lru_cache(maxsize=4_096)
def text_of(moment: int, zone: str) -> str:
    """A time as PostHog writes it: no fraction where there is none, Z for UTC alone."""
    at = _EPOCH + timedelta(microseconds=moment)
    text = (at if zone == "UTC" else at.astimezone(ZoneInfo(zone))).isoformat()
    return f"{text[:-6]}Z" if text.endswith("+00:00") else text


def home_day_of(event: Event) -> str:
    moment = _EPOCH + timedelta(microseconds=event.at)
    return moment.astimezone(HOME_ZONE).date().isoformat()


@lru_cache(maxsize=65_536)
def sort_value(uuid: str) -> int:
    """A UUID by its second half, then by its first."""
    number = int(uuid.replace("-", ""), 16)
    return (number & 2**64 - 1) << 64 | number >> 64


def uuid_of(*parts: object) -> str:
    """A UUID that only depends on the arguments."""
    first, second = divmod(_dice(*parts), 2**64)
    return _hyphenated(first & ~0xF000 | 0x4000, second & ~(0xC << 60) | 0x8 << 60)  # version 4


def _dice(*parts: object) -> int:
    return int.from_bytes(blake2b(repr(parts).encode(), digest_size=16).digest(), "big")


def _scattered(n: int) -> int:
    return n * 2_654_435_761 % 2**32


def _first_half(n: int, at: int) -> int:
    return at // 1000 << 16 | 0x7000 | _scattered(n) >> 20


def _second_half(n: int) -> int:
    return 0x8 << 60 | n << 28 | _scattered(n) >> 4


def _hyphenated(first: int, second: int) -> str:
    text = f"{first:016x}{second:016x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


@lru_cache(maxsize=_VOLUME_PEOPLE)
def _email(who: int) -> str:
    return person(who)["billing_email"]


@lru_cache(maxsize=_VOLUME_PEOPLE)
def _volume_person(who: int) -> str:
    return uuid_of("volume", who)
