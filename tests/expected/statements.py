"""The money of a label's statements by line, from the lake as it was meant when it was made."""

from collections.abc import Iterable, Iterator
from datetime import date
from hashlib import md5, sha256

from sandbox.music.label import MadeLine
from sandbox.music.lake import MadeFile
from tests.expected.figures import Row

# reporting and accounting date of all lines of a file
DATES = {
    "1_landing/distrokid/2026-06.tsv": (date(2026, 8, 14), None),
    "1_landing/distrokid/DistroKid_May.csv": (date(2026, 7, 14), None),
    "1_landing/tunecore/april.csv": (date(2026, 6, 1), None),
    "1_landing/toolost/june.csv": (date(2026, 7, 15), date(2026, 7, 31)),
}
APPLE = ("iTunes", "Apple Music")
# what the files of a format say, of what they need not say
SAID = {
    "distrokid": {"territory", "artist", "upc"},
    "tunecore": {"territory", "artist", "release_title", "upc"},
    "toolost": {"territory", "release_title", "upc"},
    "symphonic": {"territory"},
    "cdbaby": {"artist", "release_title", "upc"},
}


def fct_financial_transactions(client_id: str, lake: Iterable[MadeFile]) -> Iterator[Row]:
    """Sales and roundings of every file, but for copies of another."""
    for file in lake:
        content = sha256(file.body).hexdigest()
        for number, line in enumerate(file.lines, start=1):
            if line and line.kind in {"sale", "rounding"}:
                name = f"{content}:{number}".encode()
                yield {
                    "client_id": client_id,
                    "transaction_id": md5(name, usedforsecurity=False).hexdigest(),
                    **_said(file, line),
                    "file_name": file.key,
                    "line_number": number,
                }


def _said(file: MadeFile, line: MadeLine) -> Row:
    reported, accounted = DATES.get(file.key, (None, None))
    track, said = line.track, SAID[file.format]
    texts = {
        "territory": line.territory or None,
        "artist": track and track.artist,
        "release_title": track and track.title,
        "upc": track and track.upc,
    }
    rounding = "Rounding Adjustment" if line.kind == "rounding" else None
    return {
        "period_start_date": line.start,
        "period_end_date": line.end,
        "reporting_date": reported,
        "accounting_date": accounted,
        "cash_date": reported or line.end,
        "distributor": file.format,
        "line_kind": line.kind,
        "store": "Apple" if line.store in APPLE else line.store or rounding,
        **{name: text if name in said else None for name, text in texts.items()},
        "track_title": track and track.title,
        "item_type": _item_type(file, line),
        "sales_type": "Streaming" if file.format == "tunecore" else None,
        "isrc": (track and track.isrc) or None,
        "currency": "EUR" if file.format == "tunecore" else "USD",
        "units": line.units,
        "amount": line.amount,
    }


def _item_type(file: MadeFile, line: MadeLine) -> str | None:
    """DistroKid's older form alone tells albums, by their lack of an ISRC."""
    if file.format not in {"distrokid", "tunecore"}:
        return None
    album = file.key.endswith(".tsv") and line.track and not line.track.isrc
    return "Album" if album else "Song"
