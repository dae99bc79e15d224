"""Visitors, contacts and mail as untidy as real ones: few people, many ties, edges of days.

Moments lie around local midnights and the nights in which clocks change; names, addresses and
phones are marks that tests/dbt/test_people.py looks for.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from hashlib import sha512
from random import Random
from typing import Any

from tests.clients.raw_rows import Row, Rows
from tests.expected.ledger import TABLES

HOUR, DAY, TICK = timedelta(hours=1), timedelta(days=1), timedelta(microseconds=1)
MIDNIGHTS = [  # New York's and Berlin's, before and after their clocks go back
    *(datetime(2025, 10, day, hour, tzinfo=UTC) for day in (25, 26, 27) for hour in (22, 23)),
    *(datetime(2025, 11, day, hour, tzinfo=UTC) for day in (1, 2, 3) for hour in (4, 5)),
]
STEPS = [*(HOUR * hours for hours in (0, 0, 0, 1, 2, 23, 24, 25)), TICK, -TICK, DAY + TICK]
FIRST, LAST = date(2025, 10, 24), date(2025, 11, 5)
GONE = datetime(2025, 11, 20, tzinfo=UTC)
# four bytes a character, which no compression makes short enough for an index
LONG = "".join(
    chr(0x1F300 + digit % 250) for n in range(14) for digit in sha512(bytes([n])).digest()
)
EVENTS = (
    "landing",
    "landing",
    "checkout",
    "checkout",
    "purchase",
    "visit",
    "$pageview",
    "Landing",
    "é" * 600,
)
SOURCES = (
    *("facebook", " FaceBook", "ÉTÉ", "", "  ", "(none)", "null", None),
    *(12, -7, 1.5, True, ["x"], 1e16, -0.0, 1.0, 1e18, -(10**16), -(10**17), 10**18),
    *("\t\n", "face\tbook\n", "\u00a0", "b" * 500, "b" * 501, LONG, "ß" * 999, LONG[:499]),
)
EMAILS = (
    *("a@people.test", " A@People.test", "b@people.test", "nobody@people.test", "", "Null", None),
    *("A@example.com", "o'c@example.com "),  # of random_shop.py
)
NAMES = ("name", "subject")
REASONS = (0, 1, 1, 2, 2, 3, 9, None)
SEGMENTS = {1: "buyers", 2: "Buyers", 3: " Zebra ", 4: "o'clock, daily", 5: None}
VERDICTS = ("ok", "ok", "expected-empty", "failed")


@dataclass
class Audience:
    """What both services know of one client's people.

    `size` is the number of events; `words` are texts of the client's own among those made here.
    """

    client: str
    timezone: str
    seed: int
    size: int = 400
    currency: str = "USD"
    words: Sequence[str | None] = ()
    rows: Rows = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.rng = Random(self.seed)  # noqa: S311  # repeatable by its seed
        for name, made in (
            ("posthog.events", self._events()),
            ("posthog.persons", self._persons()),
            ("posthog.feature_flags", self._flags()),
            ("posthog.experiments", self._experiments()),
            ("mautic.contacts", self._contacts()),
            ("mautic.emails", self._emails()),
            ("mautic.campaigns", iter([{"id": 1, "name": " Welcome ", "is_published": True}])),
            ("mautic.segments", self._segments()),
            ("mautic.email_stats", self._mails()),
            ("mautic.page_hits", self._visits()),
            ("mautic.lead_donotcontact", self._notes()),
            ("mautic.lead_lists_leads", self._members()),
        ):
            self.rows[name] = [row | self._tags() for row in made]
        self.rows["ops.load_runs"] = list(self._runs())
        self.rows["ops.rejected_rows"] = list(self._rejected())

    def _events(self) -> Iterator[Row]:
        for number in range(self.size):
            utm = {
                name: self._any([*SOURCES, *self.words]) for name in ("utm_source", "utm_medium")
            }
            properties: Any = {**utm, "$set": {"email": "a@people.test"}}
            is_twin = number % 9 == 1  # another event with the uuid of the one before
            yield {
                "uuid": f"{self.client}-{number - is_twin}",
                "event": "twin" if is_twin else self._any(EVENTS),
                "distinct_id": self._any(
                    ["a@people.test", "b", "anonymous", "Undefined", "", None]
                ),
                "person_id": self._any(
                    [*"abcdef", "00000000-0000-0000-0000-000000000000", "", None]
                ),
                "timestamp": self._moment(),
                "properties": self._any([properties] * 8 + [[], None, '"text"', "5"]),
            }

    def _persons(self) -> Iterator[Row]:
        for id_ in "abc":
            yield {
                "id": id_,
                "name": "a@people.test",
                "distinct_ids": ["a@people.test", "anonymous"],
                "properties": {"name": "Zaphod Beeblebrox", "phone": "555-867-5309"},
                "is_identified": self._any([True, False, None]),
                "created_at": self._moment(),
            }

    def _flags(self) -> Iterator[Row]:
        for id_ in range(8):
            yield {
                "id": id_,
                "key": f"flag-{id_}",
                "name": self._any([" New checkout ", "f" * 600, "", None, *self.words]),
                "active": self._any([True, False, None]),
                "filters": {"groups": [{"properties": [{"value": "a@people.test"}]}]},
                "rollout_percentage": self._any([None, 50, 100]),
                "version": self._any([None, 1, 2]),
                "created_at": self._any([self._moment(), None]),
            }

    def _experiments(self) -> Iterator[Row]:
        for id_ in range(12):
            yield {
                "id": id_,
                "name": self._any([" Long form ", ""]),
                "description": self._any([" Which sells more? ", None]),
                "type": self._any(["web", "product", None]),
                "feature_flag_key": f"flag-{id_}",
                "start_date": self._any([self._moment(), None]),
                "end_date": self._any([self._moment(), None]),
                "archived": self._any([True, False, False, None]),
                "conclusion": self._any(["won", None]),
            }

    def _contacts(self) -> Iterator[Row]:
        for id_ in range(1, 31):
            yield {
                "id": id_,
                "email": self._any(EMAILS),
                "firstname": "Zaphod",
                "lastname": "Beeblebrox",
                "date_added": self._any([self._moment(), None]),
                "fields": {"phone": "555-867-5309"},
            }

    def _emails(self) -> Iterator[Row]:
        for id_ in range(1, 5):
            names = {
                column: self._any([" Letter ", "l" * 600, "", *self.words]) for column in NAMES
            }
            yield {"id": id_, **names}

    def _segments(self) -> Iterator[Row]:
        for id_, name in SEGMENTS.items():
            yield {"id": id_, "name": self._any([name, *self.words])}

    def _mails(self) -> Iterator[Row]:
        for id_ in range(120):
            yield {
                "id": id_,
                "email_id": self._any([1, 2, 3, 99, None]),
                "lead_id": self._any([*range(1, 31), None]),
                "date_sent": self._moment(),
                "is_read": self._any([True, False, None]),
                "date_read": self._any([self._moment(), None, None]),
                "last_opened": self._any([self._moment(), None]),
                "is_failed": self._any([True, False, None]),
            }

    def _visits(self) -> Iterator[Row]:
        for id_ in range(120):
            yield {
                "id": id_,
                "email_id": self._any([1, 2, 99, None, None]),
                "lead_id": self._any([*range(1, 9), None, None]),
                "date_hit": self._moment(),
                "url": "https://example.com/?email=a@people.test",
                "source": self._any(["email", "email", None]),
            }

    def _notes(self) -> Iterator[Row]:
        for id_ in range(40):
            yield {
                "id": id_,
                "lead_id": self._any(range(1, 31)),
                "channel": self._any(["email", "email", " Email", "sms", None]),
                "channel_id": self._any([1, 2, 99, None]),
                "reason": self._any(REASONS),
                "comments": "550 a@people.test is unknown",
                "date_added": self._any([self._moment(), self._moment(), None]),
            }

    def _members(self) -> Iterator[Row]:
        for segment in (*SEGMENTS, 77):
            for contact in self.rng.sample(range(1, 33), 12):
                yield {
                    "leadlist_id": segment,
                    "lead_id": contact,
                    "manually_removed": self._any([None, False, False, True]),
                }

    def _runs(self) -> Iterator[Row]:
        number = 0
        for source in ("posthog", "mautic"):
            for table in TABLES[source]:
                for reach in (0, 0, 3, 3):
                    number += 1
                    start = FIRST + self.rng.randint(0, reach) * DAY
                    end = LAST - self.rng.randint(0, reach) * DAY
                    # what was over at one read is over at all later ones
                    is_over = number % 4 != 1 or self.rng.random() < 0.5
                    yield {
                        "run_id": f"{self.client}-{number}",
                        "source": source,
                        "client_id": self.client,
                        "table_name": table,
                        "window_start": start,
                        "window_end": end,
                        "timezone": self._any([self.timezone] * 12 + ["Asia/Tokyo"]),
                        "currency": self.currency,
                        "complete_through": end if is_over else self._any([None, end - DAY]),
                        "verdict": self._any(VERDICTS),
                        "started_at": datetime(2025, 11, 6, tzinfo=UTC) + number * HOUR,
                    }

        yield {  # decides about no day
            **{"run_id": f"{self.client}-0", "source": "mautic", "client_id": self.client},
            **{"table_name": "contacts", "window_start": FIRST, "window_end": LAST},
            **{"timezone": self.timezone, "currency": self.currency, "verdict": "failed"},
            "started_at": datetime(2025, 11, 7, tzinfo=UTC),
        }

    def _rejected(self) -> Iterator[Row]:
        for run in self.rng.sample(self.rows["ops.load_runs"], 4):
            yield {
                "rejected_row_id": f"rejected-{run['run_id']}",
                **{"origin": "GET /made", "reason": "made"},
                **{name: run[name] for name in ("run_id", "source", "client_id", "table_name")},
                "date": self._any([None, FIRST + 4 * DAY]),
                "window_start": run["window_start"],
                "window_end": run["window_start"] + 3 * DAY,
            }

    def _moment(self) -> datetime:
        return self._any(MIDNIGHTS) + self._any(STEPS)  # type: ignore[no-any-return]

    def _any(self, values: Any) -> Any:
        return self.rng.choice(values)

    def _tags(self) -> Row:
        return {
            "_client_id": self.client,
            "_loaded_at": GONE,
            "_removed_at": GONE if self.rng.random() < 0.08 else None,
        }
