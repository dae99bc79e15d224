"""One PostHog project as it stands: as it was made, and what tests added, changed and removed."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import count
from threading import RLock
from typing import Any

from sandbox.posthog.data import Record, made_experiment, made_flag, made_person, project_of
from sandbox.posthog.events import Event, Log, Volume, home_day_of, made_event, uuid_of


class Project:
    """The events and the lists of an account. Its log of events is never changed but replaced."""

    def __init__(self, account: str) -> None:
        self._made = project_of(account)
        self.id, self.name, self.timezone = self._made.id, self._made.name, self._made.timezone
        self._lock = RLock()
        self.reset()

    def reset(self) -> None:
        """Be as made."""
        made = self._made
        with self._lock:
            self._numbers = count(500_000)
            self.log = made.log
            self.lists: dict[str, dict[str, Record]] = {
                "persons": {str(record["id"]): record for record in made.persons},
                "feature_flags": {str(record["id"]): record for record in made.flags},
                "experiments": {str(record["id"]): record for record in made.experiments},
            }

    def serve(self, events: int, timestamps: int) -> None:
        """Have so many events on so many timestamps in place of all others."""
        with self._lock:
            self.log = Log(Volume(events, timestamps))

    def listed(self, name: str) -> list[Record]:
        """What a list holds, newest first."""
        with self._lock:
            records = list(self.lists[name].values())
        return sorted(records, key=lambda r: (str(r["created_at"]), str(r["id"])), reverse=True)

    def add(self, what: str, **fields: Any) -> list[Record]:
        """Add events or a record; answers what was added."""
        with self._lock:
            if what == "events":
                return self._add_events(**fields)
            record = self._record(what, fields)
            self.lists[what][str(record["id"])] = record
            return [record]

    def change(self, what: str, id_: str, **fields: Any) -> None:
        """Change an event or a record."""
        with self._lock:
            if what == "events":
                self.log = self.log.with_events([_changed(self.log.find(id_), fields)])
                return
            self._has(what, id_)
            stored = self.lists[what][id_]
            if unknown := fields.keys() - stored.keys():
                raise ValueError(f"{what} have no field {', '.join(sorted(unknown))}")
            moved = {"updated_at": _text(datetime.now(UTC))} if "updated_at" in stored else {}
            self.lists[what][id_] = stored | moved | fields

    def remove(self, what: str, id_: str) -> None:
        """Take an event or a record away; a person's events stay."""
        with self._lock:
            if what == "events":
                self.log = self.log.without([self.log.find(id_).uuid])
                return
            self._has(what, id_)
            del self.lists[what][id_]

    def remove_day(self, day: str) -> None:
        """Take all events of a day (in New York) away."""
        with self._lock:
            self.log = self.log.without(e.uuid for e in self.log.all() if home_day_of(e) == day)

    def _add_events(
        self,
        *,
        event: str,
        at: str,
        times: int = 1,
        distinct_id: str = "added",
        properties: Mapping[str, object] | None = None,
    ) -> list[Record]:
        """So many events at one time, each with a UUID of its own."""
        moment = datetime.fromisoformat(at)
        added = [
            made_event(
                event,
                moment if moment.tzinfo else moment.replace(tzinfo=UTC),
                distinct_id=distinct_id,
                person_id=uuid_of("person", distinct_id),
                properties={**(properties or {}), "sandbox": "made, not real"},
                mark=next(self._numbers),
                late=timedelta(days=2),  # as for a phone that was offline
            )
            for _ in range(times)
        ]
        self.log = self.log.with_events(added)
        return [made._asdict() for made in added]

    def _record(self, what: str, fields: dict[str, Any]) -> Record:
        if what == "persons":
            return _newcomer(f"added-{next(self._numbers)}", **fields)
        if what == "feature_flags":
            return made_flag(next(self._numbers), **fields)
        if what == "experiments":
            return made_experiment(next(self._numbers), **fields)
        raise ValueError(f"there are no {what}; there are: events, {', '.join(self.lists)}")

    def _has(self, what: str, id_: str) -> None:
        if id_ not in self.lists.get(what, {}):
            raise ValueError(f"there is no {id_!r} in {what}")


def _newcomer(known_as: str, *, email: str, distinct_id: str = "", name: str = "") -> Record:
    """A person of whom one hears just now."""
    now = datetime.now(UTC)
    return made_person(email, distinct_id=distinct_id or known_as, name=name, first=now, last=now)


def _changed(event: Event, fields: Mapping[str, Any]) -> Event:
    """An event with other fields; `event` is its name, `properties` is an object."""
    if unknown := fields.keys() - {"event", "properties", "distinct_id", "person_id"}:
        raise ValueError(f"events have no field {', '.join(sorted(unknown))} that can change")
    named = {{"event": "name"}.get(name, name): value for name, value in fields.items()}
    if "properties" in named:
        named["properties"] = json.dumps(named["properties"])
    return event._replace(**named)


def _text(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
