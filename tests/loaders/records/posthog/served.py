"""What the sandbox's PostHog has, as the loader should bring it."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from sandbox.posthog.events import Event
from sandbox.server import Sandbox

Stands = dict[str, tuple[Any, ...]]


def served(sandbox: Sandbox) -> Stands:
    """All events by UUID: name, who, which person, when, and one property."""
    return {event.uuid: _cells(event) for event in log(sandbox)}


def log(sandbox: Sandbox) -> list[Event]:
    return list(sandbox.posthog.projects["713"].log.all())


def _cells(event: Event) -> tuple[Any, ...]:
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=event.at)
    source = json.loads(event.properties).get("utm_source")
    return event.name, event.distinct_id, event.person_id, moment, source
