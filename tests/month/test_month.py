"""Nights with faults and without a run end as nights without any, and are told of rightly.

What a careful person would have said is worked out from what was done to each night alone: a source
that stays unloaded is news once, is recalled each day that it stays so, and its recovery is news; a
night without a run is told the morning after; a day's summary leaves when its inputs are there, or
marked at ten o'clock and then again when they are. Of what passed by itself nobody hears a word.
Slack and mail have all of it, a phone what is critical, once.
"""

import random
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from sandbox.server import Sandbox
from sandbox.slack import texts_of
from tests.dbt.compare import columns
from tests.month.night import Night, plan
from tests.month.world import World
from tests.support import QUICK_BUILDS, Project

pytestmark = pytest.mark.slow


def begin(folder: Path, sandbox: Sandbox) -> World:
    """A project of three sources, all channels on, on December 1 in the evening; no files yet."""
    for service in sandbox.services.values():
        service.reset()
    sandbox.s3_exports.empty()
    project = Project.at(folder, sandbox, with_dbt=True)
    for name in ("s3_exports", "slack", "resend", "twilio"):
        project.environ |= sandbox.environ(name)
    project.environ |= QUICK_BUILDS
    project.environ["RUNTIME__REQUEST_TIMEOUT"] = "1"
    config = folder / "data/clients/713/config/client.toml"
    config.write_text(config.read_text().replace(', "posthog", "mautic", "google_sheets"]', "]"))
    project.succeed("mappings", "sync", "--all")
    return World(project, sandbox)


def marts(project: Project) -> dict[str, Counter[tuple[object, ...]]]:
    """All rows of every mart but that of anomalies, which knows when a day was read.

    Without the customers' hashes: each warehouse has a salt of its own.
    """
    kept = {
        mart: ", ".join(name for name in names if name != "customer_hash")
        for mart, names in columns(project).items()
        if mart != "fct_anomalies"
    }
    return {
        mart: Counter(project.query(f"select {names} from marts.{mart}"))
        for mart, names in kept.items()
    }


def expected(nights: Sequence[Night]) -> Iterator[list[str]]:
    """What is told in the morning of each night, in the order of the alphabet."""
    failing, last = "", nights[0].day
    provisional: list[date] = []
    for night in nights:
        said: list[str] = []
        if night.kind == "no run":
            yield said
            continue
        if missed := [last + timedelta(n) for n in range(1, (night.day - last).days)]:
            said.append(f"New, no run of {', '.join(map(str, missed))}")
        if failing and failing != night.failing:
            said.append(f"Recovered, 713 {failing} fails")
        if night.failing:
            kind = "Still open" if failing == night.failing else "New"
            said.append(f"{kind}, critical, 713 {night.failing} fails")
        if failing != night.failing:
            days = ", ".join(map(str, provisional))  # several days are one message
            said += [f"{days} (final)"] if provisional else []
            provisional.clear()
        if night.failing:
            provisional.append(night.day)
        said.append(f"{night.day}{' (provisional)' if night.failing else ''}")
        failing, last = night.failing, night.day
        yield sorted(said)


def to_channels(said: list[str]) -> dict[str, list[str]]:
    """Slack and mail have all of it, a phone what cannot wait until somebody reads."""
    urgent = [line for line in said if line.startswith("New, critical")]
    return {"slack": said, "email": said, "sms": urgent}


def told(world: World, day: date) -> dict[str, list[str]]:
    """What each channel was sent since it was looked at last, in the order of the alphabet."""
    box = world.sandbox
    found = {
        "slack": [said(one["text"], day, bold(one)) for one in box.slack.messages],
        "email": [said(one["subject"], day, titles(one["text"])) for one in box.resend.messages],
        "sms": [said(one["Body"], day, titles(one["Body"])) for one in box.twilio.messages],
    }
    for service in box.messaging:
        service.messages.clear()
    return {channel: sorted(chain(*messages)) for channel, messages in found.items()}


def said(title: str, day: date, within: list[str]) -> list[str]:
    """What a message says: the days of a summary, or the titles of alerts."""
    if summary := re.match(r"Client 713, (\w+ \d+|\d+ days)( \(\w+\))?: ", title):
        names = within if summary[1].endswith(" days") else [summary[1]]
        days = [datetime.strptime(f"{day.year} {name}", "%Y %B %d").date() for name in names]  # noqa: DTZ007
        return [f"{', '.join(map(str, days))}{summary[2] or ''}"]
    return within


def bold(message: dict[str, Any]) -> list[str]:
    """The titles in a message on Slack."""
    return [text[1:].partition("*")[0] for text in texts_of(message) if text.startswith("*")]


def titles(text: str) -> list[str]:
    """The titles in a plain text, below its own."""
    return [line for line in text.splitlines()[1:] if line and not line.startswith("- ")]


def live(
    nights: Sequence[Night], folder: Path, sandbox: Sandbox, *, quiet: Sequence[Night]
) -> None:
    """Live through the nights twice: with all that goes wrong, and with runs in `quiet` alone."""
    faulty = begin(folder / "faulty", sandbox)
    for night, rightly in zip(nights, expected(nights), strict=True):
        faulty.pass_night(night)
        assert told(faulty, night.day) == to_channels(rightly), night
    found = marts(faulty.project)
    other = begin(folder / "quiet", sandbox)
    for night in nights:
        other.pass_quietly(night, runs=night in quiet)
    assert found == marts(other.project)


@pytest.mark.timeout(900)
def test_some_nights(tmp_path: Path, sandbox: Sandbox) -> None:
    first = date(2025, 12, 1)
    nights = (
        Night(first, "down", "everflow", "server_error", killed_after=0.2),
        Night(first + timedelta(1), "no run"),
        Night(first + timedelta(2), "restated", "redtrack", killed_after=0.6),
    )
    live(nights, tmp_path, sandbox, quiet=nights[-1:])  # one run reads all that was missed


@pytest.mark.soak
@pytest.mark.timeout(7200)
def test_a_month(tmp_path: Path, sandbox: Sandbox) -> None:
    seed = random.SystemRandom().randrange(10**6)
    print(f"seed {seed}")  # noqa: T201  # to live through it again
    nights = plan(31, seed)
    live(nights, tmp_path, sandbox, quiet=nights)
