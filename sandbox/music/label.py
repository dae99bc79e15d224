"""A label that does not exist: its tracks, and what was sold of them, from a seed.

One track has no ISRC, two share one, and one title has a letter that is no ASCII.
"""

import random
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal

Kind = Literal["sale", "rounding", "total", "audience"]
MICRO = Decimal("0.000001")


@dataclass(frozen=True)
class Track:
    """A recording on its release."""

    title: str
    artist: str
    isrc: str
    upc: str


TRACKS = (
    Track("Night Bus (made)", "Owl Static (made)", "QZMDE2600001", "012345678905"),
    Track("Noche El\u00e9ctrica (made)", "Owl Static (made)", "QZMDE2600002", "198000000013"),
    Track("Total (made)", "Paper Tigers (made)", "QZMDE2600003", "198000000020"),
    Track("Total, Live (made)", "Paper Tigers (made)", "QZMDE2600003", "198000000037"),
    Track("Demo Tape (made)", "Paper Tigers (made)", "", "198000000044"),
    Track('The "Long" Way, Home (made)', "Mara Made", "TCMDE2600005", "5012345678900"),
)
STORES = ("Spotify", "Apple Music", "iTunes", "YouTube (Red)", "Amazon")
TERRITORIES = ("US", "DE", "NG", "MX")


@dataclass(frozen=True)
class MadeLine:
    """A line as it is meant, whatever its file makes of it."""

    kind: Kind
    amount: Decimal | None = None
    units: int | None = None
    start: date | None = None
    end: date | None = None
    track: Track | None = None
    store: str = ""
    territory: str = ""


def sales(seed: str, count: int, start: date, end: date) -> list[MadeLine]:
    """Sales of some days; every eleventh line is the one before it once more, some are refunds."""
    dice = random.Random(seed)  # noqa: S311  # data that is made, the same each time
    lines: list[MadeLine] = []
    for number in range(count):
        if number % 11 == 10:
            lines.append(lines[-1])
            continue
        units = -dice.randint(1, 3) if number % 17 == 16 else dice.randint(1, 4_000)
        each = Decimal(dice.randint(900, 5_100)) * MICRO
        lines.append(
            MadeLine(
                "sale",
                units * each,
                units,
                start,
                end,
                TRACKS[number % len(TRACKS)],
                dice.choice(STORES),
                dice.choice(TERRITORIES),
            )
        )
    return lines


def month(year: int, number: int) -> tuple[date, date]:
    """The first and the last day of a month."""
    start = date(year, number, 1)
    return start, (start + timedelta(31)).replace(day=1) - timedelta(1)
