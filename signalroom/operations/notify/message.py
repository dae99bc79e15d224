"""A message as every channel can carry it; each channel writes it in its own form."""

from collections.abc import Sequence
from dataclasses import dataclass
from email.message import EmailMessage

from signalroom.terminal import plain

LONGEST_LINE = 500  # letters


@dataclass(frozen=True)
class Section:
    """Lines under a title; of figures also pairs of a name and a value."""

    title: str
    lines: Sequence[str] = ()
    figures: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True)
class Picture:
    """A PNG, and what it shows."""

    name: str
    title: str
    png: bytes


@dataclass(frozen=True)
class Message:
    """What is said; `mail` is a richer form of the same, without sender and recipients."""

    title: str
    sections: Sequence[Section] = ()
    pictures: Sequence[Picture] = ()
    mail: EmailMessage | None = None

    def lines(self) -> list[str]:
        """All of it as plain lines, which no text from outside breaks or turns around."""
        said = [one_line(self.title)]
        for section in self.sections:
            said += ["", one_line(section.title)] if section.title else [""]
            said += [one_line(f"{name}: {value}") for name, value in section.figures]
            said += [f"- {one_line(line)}" for line in section.lines]
        return said


def one_line(text: str, longest: int = LONGEST_LINE) -> str:
    """A text on one line, not endless."""
    line = plain(text[: longest + 1])
    return line if len(line) <= longest else f"{line[: longest - 1]}…"
