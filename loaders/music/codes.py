"""The codes of recordings and releases, in one spelling; ValueError says why a text is none."""

import re

_BESIDE = re.compile(r"[-\u2010-\u2015\u2212\s.]|^ISRC[ :]*")
_ISRC = re.compile(r"[A-Z]{2}[A-Z0-9]{3}\d{7}")  # its first letters are a register's, no country's
UPC_DIGITS = 12


def isrc(text: str) -> str:
    """An ISRC: QZ-ABC-26-00001 is QZABC2600001."""
    code = _BESIDE.sub("", text.upper())
    if not _ISRC.fullmatch(code):
        raise ValueError(f"{text!r} is not an ISRC")
    return code


def upc(text: str) -> str:
    """A UPC or EAN; a spreadsheet that took it for a number has cut a zero off its front."""
    code = re.sub(r"[-\s]", "", text)
    if not re.fullmatch(r"\d{8}|\d{11,14}", code):
        raise ValueError(f"{text!r} is not a UPC")
    return code.zfill(UPC_DIGITS) if len(code) == UPC_DIGITS - 1 else code


def without_zero(text: str) -> str | None:
    """The text, where a zero was put before it."""
    code = re.sub(r"[-\s]", "", text)
    return text if re.fullmatch(r"\d{11}", code) else None
