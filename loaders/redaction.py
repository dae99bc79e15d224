"""Secrets stay out of messages, logs and tracebacks: whole, in part and however they are spelled.

What is known to be a secret is hidden where an error is made (errors.LoadError), where a text from
outside is cut (`shown`), in every record of any log, and in a traceback that nobody caught.
"""

import html
import json
import logging
import re
import sys
from base64 import b64encode
from collections.abc import Iterator, Mapping
from itertools import groupby
from traceback import format_exception
from typing import Any
from urllib.parse import quote, quote_plus, unquote

HIDDEN = "***"
PART = 8  # so many characters of a secret in a row are never shown
# a part that is words, such as `sandbox-`, is nobody's secret until it is so long
LONG_WORDS = 12
WORDS = re.compile(r"[a-z\W_]+")
LEAST = 4  # a secret of three characters cannot be told from other texts
SHOWN_CHARACTERS = 160

NAMES_OF_SECRETS = re.compile(r"(KEY|SECRET|TOKEN|PASSWORD|CREDENTIALS)(__\w+)?$", re.IGNORECASE)
NAMES_OF_WEBHOOKS = re.compile(r"WEBHOOK_URL(__\w+)?$", re.IGNORECASE)
NAMES_OF_KEY_FILES = re.compile(r"CREDENTIALS_JSON(__\w+)?$", re.IGNORECASE)
# secrets by their looks, wherever somebody put them
PARTS_OF_VALUES = (
    re.compile(r"://[^:@/\s]*:(\S+)@"),  # https://user:password@host
    re.compile(r"[?&;][^=&\s]*(?:key|token|secret|password)[^=&\s]*=([^&;\s]+)", re.IGNORECASE),
    re.compile(r"private_key_id\W+(\w+)"),
)
PRIVATE_KEY = re.compile(r"-----BEGIN [A-Z ]+-----(.+?)(?:-----END|\Z)", re.DOTALL)
LINE_OF_KEY = re.compile(r"[A-Za-z0-9+/=]{16,}")


def secrets_of(settings: Mapping[str, str]) -> Iterator[str]:
    """The secrets in settings: by a variable's name, and by their looks in any variable."""
    for name, value in settings.items():
        found = [part for pattern in PARTS_OF_VALUES for part in pattern.findall(value)]
        keys = PRIVATE_KEY.findall(value)
        if not keys and NAMES_OF_KEY_FILES.search(name):  # spoiled, or of another kind
            keys = [value]
        found += [line for key in keys for line in LINE_OF_KEY.findall(key)]
        if NAMES_OF_SECRETS.search(name) and not keys and "://" not in value:
            found.append(value.strip())
        if NAMES_OF_WEBHOOKS.search(name):  # who knows its end may post
            found.append(value.strip().rstrip("/").rpartition("/")[2])
        for secret in found:
            yield from {secret, unquote(secret)}


def shown(text: str, most: int = SHOWN_CHARACTERS) -> str:
    """The first characters of a text from outside, on one line, without secrets."""
    return redact(" ".join(text[: 10 * most].split()))[:most]


class _Redaction:
    """Replaces what is known to be secret by ***."""

    def __init__(self) -> None:
        self._known: list[str] = []  # the longest first
        self._short = re.compile(r"(?!)")  # nothing
        self._parts: set[str] = set()

    def conceal(self, *secrets: str) -> None:
        """Remember secrets; from the first on, logs and tracebacks are without them."""
        for secret in secrets:
            if len(secret) < LEAST or secret in self._known:
                continue
            spellings = _spellings(secret)
            self._known = sorted({*self._known, *spellings}, key=len, reverse=True)
            for text in (*spellings, *_in_base64(secret)):
                self._parts |= {text[at : at + PART] for at in range(len(text) - PART + 1)}
        short = "|".join(re.escape(secret) for secret in self._known if len(secret) < PART)
        if short:  # one is hidden where it is a word of its own
            self._short = re.compile(rf"(?<!\w)(?:{short})(?!\w)")
        logging.setLogRecordFactory(_log_record)
        sys.excepthook = _print_error

    def redact(self, text: str) -> str:
        for secret in self._known:
            if len(secret) >= PART:
                text = text.replace(secret, HIDDEN)
        text = self._short.sub(HIDDEN, text)
        starts = range(len(text) - PART + 1)
        found = [at for at in starts if text[at : at + PART] in self._parts]
        if not found:
            return text
        hidden = {place for at in found for place in range(at, at + PART)}
        pieces = []
        for is_secret, places in groupby(range(len(text)), hidden.__contains__):
            piece = "".join(text[place] for place in places)
            is_word = len(piece) < LONG_WORDS and WORDS.fullmatch(piece)
            pieces.append(HIDDEN if is_secret and not is_word else piece)
        return "".join(pieces)


_REDACTION = _Redaction()
conceal = _REDACTION.conceal
redact = _REDACTION.redact


def _spellings(secret: str) -> set[str]:
    """A secret as it stands in addresses, JSON, HTML and Python's own messages."""
    escaped = {json.dumps(secret)[1:-1], repr(secret)[1:-1], html.escape(secret)}
    return {secret, quote(secret), quote(secret, safe=""), quote_plus(secret), *escaped}


def _in_base64(secret: str) -> Iterator[str]:
    """What is the secret's alone in the base64 of a text that holds it, wherever it begins."""
    for before in range(3):
        coded = b64encode(b"\0" * before + secret.encode()).decode()
        ends = len(coded.rstrip("=")) - ("=" in coded)
        alone = coded[before + 1 if before else 0 : ends]
        yield alone
        yield alone.translate(str.maketrans("+/", "-_"))


def _log_record(*arguments: Any, **named: Any) -> logging.LogRecord:
    """A record of a log without secrets, whichever logger makes it and whoever handles it."""
    record = logging.LogRecord(*arguments, **named)
    try:
        message = record.getMessage()
    except (TypeError, ValueError):  # a wrong call of the log; logging would only report it
        message = f"{record.msg} {record.args}"
    record.msg, record.args = redact(message), ()
    if record.exc_info:
        record.exc_text = redact(logging.Formatter().formatException(record.exc_info))
    return record


def _print_error(*error: Any) -> None:
    """What Python does about an error that nobody caught."""
    sys.stderr.write(redact("".join(format_exception(*error))))
