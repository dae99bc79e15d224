"""What is wrong now and asks for a person, whoever found it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal


@dataclass(frozen=True)
class Problem:
    """Something that is wrong now.

    `key` tells it from others and is the same tomorrow: `load 713 everflow`, never a count or a
    time. `client_id` is '' where it is about no client. `title` is one line, `text` says what
    and why without saying the others again, `since` when it began, `command` what to run to look.
    `severity`: critical is what makes tomorrow's numbers wrong or missing, and may wake somebody.
    `is_over`: it was made good already, so people are told of it once and never of its end.
    """

    key: str
    client_id: str
    severity: Literal["warning", "critical"]
    title: str
    text: str
    since: datetime
    command: str
    is_over: bool = False
