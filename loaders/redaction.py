"""Secrets stay out of messages and logs."""

import logging
from typing import Any
from urllib.parse import quote, quote_plus


class _Secrets:
    """Keeps secrets out of messages and out of every log record, whichever library writes it."""

    def __init__(self) -> None:
        self._known: set[str] = set()
        self._make_record = logging.getLogRecordFactory()

    def conceal(self, *secrets: str) -> None:
        for secret in filter(None, secrets):
            self._known |= {secret, quote(secret), quote(secret, safe=""), quote_plus(secret)}
        logging.setLogRecordFactory(self._redacted_record)

    def redact(self, text: str) -> str:
        for secret in sorted(self._known, key=len, reverse=True):
            text = text.replace(secret, "***")
        return text

    def _redacted_record(self, *arguments: Any, **named: Any) -> logging.LogRecord:
        record = self._make_record(*arguments, **named)
        try:
            said = record.getMessage()
        except (TypeError, ValueError):  # somebody's wrong call; logging would only report it
            said = f"{record.msg} {record.args}"
        record.msg, record.args = self.redact(said), ()
        if record.exc_info:
            record.exc_text = self.redact(logging.Formatter().formatException(record.exc_info))
        return record


_SECRETS = _Secrets()
conceal = _SECRETS.conceal
redact = _SECRETS.redact
