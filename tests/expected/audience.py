"""The marts of visitors and mail: every row, and every column of it."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from hashlib import md5
from typing import Any
from zoneinfo import ZoneInfo

from tests.expected.client import Client
from tests.expected.figures import Row, clean, ratio, trimmed
from tests.expected.ledger import Ledger
from tests.expected.orders import hashed

Rows = Mapping[str, Sequence[Row]]

REASONS = {1: "unsubscribed", 2: "bounced"}
COUNTED = (
    *("sent", "failed", "read_of_sent", "clicked_of_sent"),
    *("read", "clicked", "bounced", "unsubscribed"),
)
DAY = timedelta(days=1)
NOBODY = {"00000000-0000-0000-0000-000000000000", "anonymous", "undefined", "null"}


@dataclass(frozen=True)
class Audience:
    """One client's people: their raw rows, what was read of them, and the customers by hash.

    Without a funnel it is nobody's client, whose days are UTC's and never complete.
    """

    client: Client
    rows: Rows
    ledger: Ledger
    customers: Mapping[str, Row]

    def fct_events_daily(self) -> Iterator[Row]:
        found: defaultdict[tuple[date, str, str], list[str | None]] = defaultdict(list)
        for event in self._there("posthog.events"):
            key = (
                self._day(event["timestamp"]),
                str(bounded(event["event"])),
                _source(event["properties"]),
            )
            found[key].append(self._person(event))
        for (day, name, source), persons in found.items():
            yield {
                "client_id": self.client.id,
                "report_date": day,
                "event_name": name,
                "utm_source": source,
                "events": len(persons),
                "persons": len(set(persons) - {None}),
                "is_complete": day in self.ledger.complete["posthog"],
            }

    def fct_funnel_daily(self) -> Iterator[Row]:
        complete = self.ledger.complete["posthog"]
        events = list(self._there("posthog.events"))
        days = {self._day(event["timestamp"]) for event in events} | complete
        for day in days if self.client.funnel else ():
            reached = [self._reached(times, day) for times in self._times.values()]
            persons = [sum(steps > number for steps in reached) for number in range(9)]
            for number, name in enumerate(self.client.funnel, start=1):
                before = persons[number - 2] if number > 1 else None
                yield {
                    "client_id": self.client.id,
                    "report_date": day,
                    "step_number": number,
                    "event_name": name,
                    "persons": persons[number - 1],
                    "entered_persons": persons[0],
                    "previous_persons": before,
                    "funnel_rate": ratio(Decimal(persons[number - 1]), persons[0]),
                    "step_rate": ratio(Decimal(persons[number - 1]), before or 0),
                    "is_complete": {day, day + DAY} <= complete,
                }

    def dim_feature_flags(self) -> Iterator[Row]:
        for flag in self.rows["posthog.feature_flags"]:
            status = "active" if flag["active"] else "inactive"
            share = flag["rollout_percentage"]
            yield {
                "client_id": self.client.id,
                "flag_id": str(flag["id"]),
                "flag_key": flag["key"],
                "flag_description": bounded(trimmed(flag["name"])),
                "status": "removed" if flag["_removed_at"] else status,
                "created_date": self._day_or_none(flag["created_at"]),
                "removed_date": self._day_or_none(flag["_removed_at"]),
                "rollout_percentage": None if share is None else Decimal(share),
                "version_number": flag["version"],
            }

    def dim_experiments(self) -> Iterator[Row]:
        for experiment in self.rows["posthog.experiments"]:
            status = "draft"
            for name, column in (
                ("running", "start_date"),
                ("ended", "end_date"),
                ("archived", "archived"),
                ("removed", "_removed_at"),
            ):
                status = name if experiment[column] else status
            yield {
                "client_id": self.client.id,
                "experiment_id": str(experiment["id"]),
                "experiment_name": bounded(trimmed(experiment["name"])),
                "experiment_description": trimmed(experiment["description"]),
                "experiment_type": experiment["type"],
                "flag_key": experiment["feature_flag_key"],
                "conclusion": experiment["conclusion"],
                "status": status,
                "started_date": self._day_or_none(experiment["start_date"]),
                "ended_date": self._day_or_none(experiment["end_date"]),
                "removed_date": self._day_or_none(experiment["_removed_at"]),
            }

    def fct_email_daily(self) -> Iterator[Row]:
        emails = {email["id"]: email for email in self.rows["mautic.emails"]}
        counts: defaultdict[tuple[date, Any], dict[str, int]] = defaultdict(
            lambda: dict.fromkeys(COUNTED, 0)
        )
        for column, moment, email in self._happened():
            counts[self._day(moment), email][column] += 1
        for (day, email), counted in counts.items():
            known = emails.get(email, {})
            yield {
                "client_id": self.client.id,
                "report_date": day,
                "email_id": "-1" if email is None else str(email),
                "email_name": "No e-mail id"
                if email is None
                else bounded(trimmed(known.get("name"))),
                "email_subject": bounded(trimmed(known.get("subject"))),
                **counted,
                "is_complete": day in self.ledger.complete["mautic"],
            }

    def dim_contacts(self) -> Iterator[Row]:
        segments = {row["id"]: row for row in self.rows["mautic.segments"]}
        members: defaultdict[int, list[tuple[bytes, bytes, str]]] = defaultdict(list)
        for member in self._there("mautic.lead_lists_leads"):
            segment = segments.get(member["leadlist_id"], {"name": None, "_removed_at": None})
            if not member["manually_removed"] and not segment["_removed_at"]:
                id_ = str(member["leadlist_id"])
                name = bounded(trimmed(segment["name"])) or f"Segment {id_}"
                members[member["lead_id"]].append((name.encode(), id_.encode(), name))
        silenced = {
            note["lead_id"]
            for note in self._there("mautic.lead_donotcontact")
            if clean(note["channel"]) == "email" and note["reason"] != 0
        }
        for contact in self.rows["mautic.contacts"]:
            email = clean(contact["email"])
            email = "" if email in NOBODY else email
            hash_ = hashed(self.client.id, f"email:{email}") if email else None
            customer = self.customers.get(hash_ or "", {"orders": 0, "first_order_date": None})
            names = [name for *_, name in sorted(members[contact["id"]])]
            is_there = contact["_removed_at"] is None
            yield {
                "client_id": self.client.id,
                "contact_id": str(contact["id"]),
                "customer_hash": hash_,
                "first_seen_date": self._day_or_none(contact["date_added"]),
                "segments": ", ".join(names) or None,
                "first_order_date": customer["first_order_date"],
                "segment_count": len(names),
                "orders": customer["orders"],
                "is_subscribed": bool(email) and is_there and contact["id"] not in silenced,
                "has_ordered": customer["orders"] > 0,
                "is_removed": not is_there,
            }

    @cached_property
    def _times(self) -> dict[str, dict[str, list[datetime]]]:
        """When each person did what."""
        times: dict[str, dict[str, list[datetime]]] = {}
        for event in self._there("posthog.events"):
            if person := self._person(event):
                mine = times.setdefault(person, defaultdict(list))
                mine[event["event"]].append(event["timestamp"])
        return times

    def _reached(self, times: Mapping[str, Sequence[datetime]], day: date) -> int:
        """How many steps some way through a person's events leads."""
        entries = [at for at in times.get(self.client.funnel[0], ()) if self._day(at) == day]
        if not entries:
            return 0
        end = min(entries) + timedelta(hours=24)
        ways, steps = {min(entries)}, 1
        for name in self.client.funnel[1:]:
            ways = {at for at in times.get(name, ()) if min(ways) <= at <= end}
            if not ways:
                break
            steps += 1
        return steps

    def _happened(self) -> Iterator[tuple[str, datetime, Any]]:
        clicked_by = {
            (visit["email_id"], visit["lead_id"]) for visit in self._there("mautic.page_hits")
        }
        for mail in self._there("mautic.email_stats"):
            mail_of = mail["email_id"], mail["lead_id"]
            yield "sent", mail["date_sent"], mail["email_id"]
            if mail["is_read"] or mail["date_read"]:
                yield "read_of_sent", mail["date_sent"], mail["email_id"]
            if None not in mail_of and mail_of in clicked_by:
                yield "clicked_of_sent", mail["date_sent"], mail["email_id"]
            if mail["is_failed"]:
                yield "failed", mail["date_sent"], mail["email_id"]
            if mail["is_read"] or mail["date_read"]:
                read_at = mail["date_read"] or mail["last_opened"] or mail["date_sent"]
                yield "read", read_at, mail["email_id"]
        clicks: dict[tuple[Any, Any], datetime] = {}
        for visit in self._there("mautic.page_hits"):
            if visit["email_id"] is None and visit["source"] != "email":
                continue
            if visit["lead_id"] is None:
                yield "clicked", visit["date_hit"], visit["email_id"]
            else:
                key = visit["email_id"], visit["lead_id"]
                clicks[key] = min(visit["date_hit"], clicks.get(key, visit["date_hit"]))
        for (email, _), clicked_at in clicks.items():
            yield "clicked", clicked_at, email
        for note in self._there("mautic.lead_donotcontact"):
            is_mail = clean(note["channel"]) == "email"
            if is_mail and note["reason"] in REASONS and note["date_added"]:
                yield REASONS[note["reason"]], note["date_added"], note["channel_id"]

    def _person(self, event: Row) -> str | None:
        person, distinct = (
            None if clean(event[name]) in NOBODY else event[name]
            for name in ("person_id", "distinct_id")
        )
        if person:
            return str(person)
        return hashed(self.client.id, f"distinct:{distinct}") if distinct else None

    def _there(self, table: str) -> Iterator[Row]:
        return (row for row in self.rows[table] if row["_removed_at"] is None)

    def _day(self, moment: datetime) -> date:
        return moment.astimezone(ZoneInfo(self.client.timezone)).date()

    def _day_or_none(self, moment: datetime | None) -> date | None:
        return self._day(moment) if moment else None


def bounded(text: str | None) -> str | None:
    """A text of 500 characters and 1,200 bytes at most, its end marked where it was cut."""
    if text is None or (len(text) <= 500 and len(text.encode()) <= 1200):
        return text
    start = text[:487] if len(text[:487].encode()) <= 1185 else text[:287]
    return f"{start}…{md5(text.encode(), usedforsecurity=False).hexdigest()[:12]}"


def _source(properties: Any) -> str:
    value = properties.get("utm_source") if isinstance(properties, dict) else None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int) and (isinstance(value, bool) or len(str(value)) > 18):
        return "(none)"
    if not isinstance(value, str | int):
        return "(none)"
    text = "".join(c for c in str(value).replace("\u00a0", " ") if c not in "\t\n\v\f\r")
    return bounded(clean(text)) or "(none)"
