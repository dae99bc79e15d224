"""The log as JSON lines on standard error, for whoever collects them: SIGNALROOM_LOG=json."""

import logging
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any

from structlog.processors import JSONRenderer, TimeStamper, format_exc_info
from structlog.stdlib import ProcessorFormatter, add_log_level, add_logger_name

from loaders.redaction import redact

# of the process: its threads have it too, and the processes that it forks
_whose: dict[str, str] = {}


def log_as_json() -> None:
    """A line a record: when, how bad, whose, and of which run, load, client and source."""
    formatter = ProcessorFormatter(
        foreign_pre_chain=[
            _with_whose,
            add_log_level,
            add_logger_name,
            TimeStamper(fmt="iso"),
            format_exc_info,  # as Python prints it: never with the values of variables
        ],
        processors=[ProcessorFormatter.remove_processors_meta, _redacted, JSONRenderer()],
    )
    for handler in logging.getLogger().handlers:
        handler.setFormatter(formatter)


@contextmanager
def logged_with(**whose: str) -> Iterator[None]:
    """Whose each line is meanwhile."""
    before = _whose.copy()
    _whose.update(whose)
    try:
        yield
    finally:
        _whose.clear()
        _whose.update(before)


def _with_whose(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    event.update(_whose)
    return event


def _redacted(_: Any, __: str, event: MutableMapping[str, Any]) -> dict[str, str]:
    return {name: redact(str(value)) for name, value in event.items()}
