"""The log as JSON lines on standard error, for whoever collects them: SIGNALROOM_LOG=json."""

import logging
from collections.abc import MutableMapping
from typing import Any

from structlog.contextvars import merge_contextvars
from structlog.processors import JSONRenderer, TimeStamper, format_exc_info
from structlog.stdlib import ProcessorFormatter, add_log_level, add_logger_name

from loaders.redaction import redact


def log_as_json() -> None:
    """A line a record: when, how bad, whose, and of which run, client and source."""
    formatter = ProcessorFormatter(
        foreign_pre_chain=[
            merge_contextvars,
            add_log_level,
            add_logger_name,
            TimeStamper(fmt="iso"),
            format_exc_info,  # as Python prints it: never with the values of variables
        ],
        processors=[ProcessorFormatter.remove_processors_meta, _redacted, JSONRenderer()],
    )
    for handler in logging.getLogger().handlers:
        handler.setFormatter(formatter)


def _redacted(_: Any, __: str, event: MutableMapping[str, Any]) -> dict[str, str]:
    return {name: redact(str(value)) for name, value in event.items()}
