"""What needs a hand."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Hand:
    """One thing that somebody should do: what is wrong, and the command or the file to go to."""

    text: str
    where: str
