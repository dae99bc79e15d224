"""What needs a hand."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Hand:
    """One thing that somebody should do: what is wrong, and the command or the file to go to."""

    text: str
    where: str

    @property
    def is_typed(self) -> bool:
        """Whether `where` is a command or a file, and not a place in another program."""
        return self.where.startswith(("signalroom ", "data/"))
