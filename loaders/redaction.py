"""Secrets stay out of messages and logs."""

import logging
from urllib.parse import quote, quote_plus


class _Redaction(logging.Filter):
    """Replaces known secrets by ***, in texts and in every log record that a handler is given."""

    def __init__(self) -> None:
        super().__init__()
        self._known: set[str] = set()

    def conceal(self, *secrets: str) -> None:
        """Remember secrets, and filter all handlers there are: of libraries' loggers too.

        dlt's logger makes its handler later, and passes nothing on to others.
        """
        for secret in filter(None, secrets):
            self._known |= {secret, quote(secret), quote(secret, safe=""), quote_plus(secret)}
        for logger in (logging.root, *logging.root.manager.loggerDict.values()):
            for handler in getattr(logger, "handlers", ()):
                handler.addFilter(self)
        logging.getLogger("dlt").addFilter(self)
        if logging.lastResort:
            logging.lastResort.addFilter(self)

    def redact(self, text: str) -> str:
        for secret in sorted(self._known, key=len, reverse=True):
            text = text.replace(secret, "***")
        return text

    def filter(self, record: logging.LogRecord) -> bool:
        try:
            message = record.getMessage()
        except (TypeError, ValueError):  # a wrong call of the log; logging would only report it
            message = f"{record.msg} {record.args}"
        record.msg, record.args = self.redact(message), ()
        if record.exc_info:
            record.exc_text = self.redact(logging.Formatter().formatException(record.exc_info))
        return True


_REDACTION = _Redaction()
conceal = _REDACTION.conceal
redact = _REDACTION.redact
