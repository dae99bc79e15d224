"""Pages as they are recorded: what is asked of a stand-in, and all that it answers.

A file holds the address below the service's own, the status and the body. To add one, ask a real
account or the sandbox, take out what is private, and put the three here.
"""

import json
from pathlib import Path
from typing import Any, NamedTuple


class Page(NamedTuple):
    """One recorded request of a service."""

    name: str
    asked: str
    status: int
    body: Any

    def __str__(self) -> str:
        return self.name


def pages_of(service: str) -> list[Page]:
    return [_page(path) for path in sorted((Path(__file__).parent / service).glob("*.http"))]


def _page(path: Path) -> Page:
    asked, status, body = path.read_text("utf-8").split("\n", 2)
    return Page(path.stem, asked.removeprefix("GET "), int(status), json.loads(body))
