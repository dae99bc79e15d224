"""One PostHog project as it stands: as it was made, and what tests added, changed and removed."""

import json
from collections.abc import Mapping
from datetime import datetime
from functools import cached_property
from itertools import count
from typing import Any

from sandbox.posthog.data import PROJECT_IDS, ZONES, events_of, lists_of
from sandbox.posthog.events import Event, Feed, Kept, Volume, made_event, uuid_of
from sandbox.posthog.records import Record


class Project:
    """The events and the lists of an account, made when they are first asked for.

    Its events are never changed but replaced: an answer that is kept is made from the old ones.
    """

    def __init__(self, account: str) -> None:
        self._account = account
        self.id, self.timezone = PROJECT_IDS[account], ZONES[account]
        self.name = f"Client {account} (sandbox)"
        self.reset()

    @cached_property
    def log(self) -> Feed:
        """All events."""
        return events_of(self._account)

    @cached_property
    def lists(self) -> dict[str, dict[str, Record]]:
        """The records of each list, by id."""
        return {
            name: {str(record["id"]): record for record in records}
            for name, records in lists_of(self._account).items()
        }

    def reset(self) -> None:
        """Be as made."""
        self._numbers = count(500_000)
        vars(self).pop("log", None)
        vars(self).pop("lists", None)

    def serve(self, events: int, timestamps: int) -> None:
        """Have so many events on so many timestamps in place of all others."""
        self.log = Volume(events, timestamps)

    def listed(self, name: str) -> list[Record]:
        """What a list holds, newest first."""
        return sorted(
            self.lists[name].values(),
            key=lambda r: (str(r["created_at"]), str(r["id"])),
            reverse=True,
        )

    def change(self, what: str, id_: str, **fields: Any) -> None:
        """Change an event or a record."""
        if what == "events":
            events = self.log.all()
            self.log = Kept(_changed(e, fields) if e.uuid == id_ else e for e in events)
        else:
            self.lists[what][id_] = self.lists[what][id_] | fields

    def remove(self, what: str, id_: str) -> None:
        """Take an event or a record away; a person's events stay."""
        if what == "events":
            self.log = Kept(event for event in self.log.all() if event.uuid != id_)
        else:
            del self.lists[what][id_]

    def add_events(self, *, event: str, at: str, times: int = 1) -> list[Record]:
        """So many events at one time, each with a UUID of its own."""
        added = [
            made_event(
                event,
                datetime.fromisoformat(at),
                distinct_id="added",
                person_id=uuid_of("person", "added"),
                properties={"sandbox": "made, not real"},
                mark=next(self._numbers),
            )
            for _ in range(times)
        ]
        self.log = Kept((*self.log.all(), *added))
        return [made._asdict() for made in added]


def _changed(event: Event, fields: Mapping[str, Any]) -> Event:
    """An event of another name or with other properties."""
    properties = json.dumps(fields["properties"]) if "properties" in fields else event.properties
    return event._replace(name=fields.get("event", event.name), properties=properties)
