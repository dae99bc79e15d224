"""What may go wrong in a night, drawn at random and repeatable by a seed."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal

Kind = Literal["quiet", "hiccup", "down", "empty", "restated", "no run"]
KINDS: tuple[Kind, ...] = ("quiet", "hiccup", "hiccup", "down", "empty", "restated", "no run")
FIRST = date(2025, 12, 1)  # the first day that is read
TOO_LONG = 1.5  # seconds for an answer that is waited for only one
DAILY = ("everflow", "redtrack")
PASSING = ("rate_limited", "server_error", "connection_dropped", "body_cut_off", "html", "slow")
LASTING = ("rate_limited", "server_error", "connection_dropped")


@dataclass(frozen=True)
class Night:
    """The morning after `day`: what goes wrong with which source.

    `fault` is one of the sandbox's. `killed_after`: the part of a run after which it is killed.
    """

    day: date
    kind: Kind = "quiet"
    source: str = ""
    fault: str = ""
    options: Mapping[str, object] = field(default_factory=dict)
    killed_after: float = 0.0

    @property
    def failing(self) -> str:
        """The source that is not loaded at its end, if any."""
        return self.source if self.kind in ("down", "empty") else ""


def plan(nights: int, seed: int) -> Sequence[Night]:
    """Nights of any kind; the first and the last are quiet, and the last makes all good."""
    chance = random.Random(seed)  # noqa: S311  # a repeatable plan, not a secret
    days = [FIRST + timedelta(number) for number in range(nights)]
    return [Night(days[0]), *(_night(chance, day) for day in days[1:-1]), Night(days[-1])]


def _night(chance: random.Random, day: date) -> Night:
    kind, source, killed_after = chance.choice(KINDS), chance.choice(DAILY), chance.random()
    match kind:
        case "hiccup":
            fault, times = chance.choice(PASSING), chance.randint(1, 3)
            if fault == "html":  # which is tried again with the whole source, twice
                times = min(times, 2)
            options = {"times": times} | ({"seconds": TOO_LONG} if fault == "slow" else {})
            return Night(day, kind, source, fault, options, killed_after)
        case "down":
            return Night(day, kind, source, chance.choice(LASTING), {}, killed_after)
        case "empty":
            return Night(day, kind, source, "empty_all", {}, killed_after)
        case "restated":
            return Night(day, kind, source, killed_after=killed_after)
        case _:
            return Night(day, kind, killed_after=killed_after)
