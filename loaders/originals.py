"""What was refused, as it is kept: JSON without secrets and card numbers, of bounded length.

A row from which nothing had to be taken out can be read back as it was, numbers exact.
"""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from loaders.files.masking import hide, is_card_column, is_id_column, mask_named
from loaders.fitting import plain_number
from loaders.redaction import redact

MOST = 1 << 16  # characters


def kept(payload: Any) -> tuple[str, bool]:
    """The original as it is kept, and whether that is all of it."""
    text, hidden = _json(payload), _json(_masked(payload))
    shown = redact(hidden[:MOST])
    return shown, shown == text


def read_back(text: str) -> Any:
    """What is kept, as the loader had it but for days and moments, which are text."""
    return json.loads(text, parse_float=Decimal)


def _json(payload: Any) -> str:
    return json.dumps(payload, default=_written, sort_keys=True)


def _written(value: Any) -> Any:
    """A number, where reading it gives the same one; else text."""
    if isinstance(value, Decimal) and Decimal(repr(float(value))) == value:
        return plain_number(value)
    return str(value)


def _masked(value: Any, name: str = "") -> Any:
    """The value with its card numbers masked; in what is named an id there are none."""
    match value:
        case Mapping():
            return {hide(str(key)): _masked(one, str(key)) for key, one in value.items()}
        case list() | tuple():
            return [_masked(one, name) for one in value]
        case str() | int() | float() | Decimal() if not isinstance(value, bool):
            text = str(value)
            if is_card_column(name):
                hidden = mask_named(text)
            else:
                hidden = text if is_id_column(name) else hide(text)
            return value if hidden == text else hidden
    return value
