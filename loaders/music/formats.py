"""The formats of files, as data: which headings each has, and what their columns are to us.

Headings count without regard to case, blanks and marks. A file is told by the headings that only
its format has; one that none has is refused, and so is a heading that its format does not list,
as it may say something about the money. Where all headings were never seen (`is_open`), what is
not listed is kept with the line and told.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import IO, Literal

from loaders.errors import FileError
from loaders.files.csv_stream import split_header
from loaders.files.masking import hide
from loaders.files.packing import blocks_of, encoding_of, in_utf8, unpacked

DELIMITERS = ("\t", ",", ";")
SHOWN, SHOWN_CHARACTERS = 5, 40  # headings in a message, and what is shown of each

TEXTS = ("store", "territory", "artist", "release_title", "track_title", "item_type", "sales_type")
Encoding = Literal["utf-8", "latin-1"]


@dataclass(frozen=True)
class Format:
    """One format of statements or exports.

    `told_by`: the headings that name it. `columns`: by our columns the heading of each; of several
    the first that a file has. `others`: headings that are kept with the line alone.
    `is_monthly`: its sales are of whole months, and a day in their period stands for its month.
    `currency`: of all its amounts, where no column says it. `song_is_name`: of one song, which
    stands only in the file's name. `needs`: our columns that no line may lack.
    """

    name: str
    told_by: tuple[str, ...]
    columns: Mapping[str, str | tuple[str, ...]]
    others: tuple[str, ...] = ()
    encodings: tuple[Encoding, ...] = ("utf-8",)
    needs: tuple[str, ...] = ("period", "amount")
    currency: str | None = None
    is_monthly: bool = False
    is_open: bool = False
    is_audience: bool = False  # of listeners, without money
    store: str | None = None  # of all its lines
    song_is_name: bool = False
    known: frozenset[str] = field(init=False)  # all its headings, as they are compared

    def __post_init__(self) -> None:
        listed = [h for name in self.columns for h in self.headings(name)]
        known = frozenset(map(spelled, (*listed, *self.others)))
        object.__setattr__(self, "known", known)
        if missing := set(map(spelled, self.told_by)) - known:
            raise ValueError(f"{self.name}: {sorted(missing)} are no headings of it")

    def headings(self, column: str) -> tuple[str, ...]:
        """The headings that one of our columns may have."""
        listed = self.columns.get(column, ())
        return (listed,) if isinstance(listed, str) else listed


@dataclass(frozen=True)
class Heading:
    """The header of a file, and what it tells."""

    format: Format
    encoding: str
    delimiter: str
    headings: tuple[str, ...]
    columns: Mapping[str, int]  # the place of each of our columns
    unknown: tuple[str, ...]

    @property
    def texts(self) -> set[int]:
        """The places of free text: names, and what is not known."""
        named = {place for name, place in self.columns.items() if name in TEXTS}
        return named | {self.headings.index(heading) for heading in self.unknown}


def spelled(heading: str) -> str:
    """A heading without what files differ in."""
    return re.sub(r"[\W_]", "", heading.casefold())


FORMATS = (
    Format(
        "distrokid",
        ("Earnings (USD)", "Team Percentage"),
        {
            "period": "Sale Month",
            "reported_on": "Reporting Date",
            "store": "Store",
            "territory": "Country of Sale",
            "artist": "Artist",
            "track_title": "Title",
            "item_type": ("Song/Album", "Source Type"),
            "isrc": "ISRC",
            "upc": "UPC",
            "units": "Quantity",
            "amount": "Earnings (USD)",  # of the label: the team's percentage is off already
        },
        others=(
            *("Team Percentage", "Songwriter Royalties Withheld", "Date Inserted"),
            *("Songwriter Royalties Withheld (USD)", "Recoup (USD)"),
        ),
        encodings=("utf-8", "latin-1"),
        currency="USD",
        is_monthly=True,
    ),
    Format(
        "tunecore",
        ("Sales Period", "TC Song ID", "Total Earned"),
        {
            "period": "Sales Period",
            "reported_on": "Posted Date",
            "store": "Store Name",
            "territory": "Country of Sale",
            "artist": "Artist",
            "release_title": "Release Title",
            "track_title": "Song Title",
            "item_type": "Release Type",
            "sales_type": "Sales Type",
            "isrc": "Optional ISRC",
            "upc": ("UPC", "Optional UPC"),
            "units": "# Units Sold",
            "amount": "Total Earned",
            "currency": "Currency",
        },
        others=(
            *("Label", "TC Song ID", "Per Unit Price", "Net Sales", "Net Sales Currency"),
            *("Exchange Rate", "Commission", "Youtube Video ID", "Youtube Policy Type"),
        ),
        is_monthly=True,
    ),
    Format(
        "toolost",
        ("transaction_id", "sale_date", "accounting_date", "split_id"),
        {
            "period": "sale_date",
            "reported_on": "reporting_date",
            "accounted_on": "accounting_date",
            "store": "channel",
            "territory": "country",
            "artist": ("artist", "artist_name"),
            "release_title": "release_title",
            "track_title": "track_title",
            "isrc": "isrc",
            "upc": "upc",
            "units": "units",
            # which it is called was never seen: a file with none of them is refused
            "amount": ("net_revenue", "net_amount", "royalty", "revenue", "amount"),
            "currency": ("currency", "original_currency"),
        },
        others=(
            *("transaction_id", "release_id", "track_id", "unit_price", "split_id"),
            *("share", "rev_fee"),
        ),
        is_open=True,
    ),
    Format(
        "symphonic",
        ("Reporting Period", "Digital Service Provider", "Royalty ($US)"),
        {
            "period": "Reporting Period",  # there is no other
            "store": "Digital Service Provider",
            "territory": "Territory",
            "track_title": "Track Title",
            "isrc": "ISRC Code",
            "units": "Count",
            "amount": "Royalty ($US)",
        },
        currency="USD",
        is_monthly=True,
    ),
    Format(
        "cdbaby",
        ("Sale Date", "Partner", "Net Payable"),
        {
            "period": "Sale Date",
            "reported_on": ("Report Date", "Reporting Date"),
            "store": "Partner",
            "territory": ("Territory", "Country"),
            "artist": ("Artist", "Artist Name"),
            "release_title": ("Album", "Album Title", "Release Title"),
            "track_title": ("Track", "Track Title", "Song Title"),
            "sales_type": ("Delivery Method", "Sales Type"),
            "isrc": "ISRC",
            "upc": "UPC",
            "units": ("Quantity", "Qty"),
            "amount": "Net Payable",
            "currency": "Currency",
        },
        currency="USD",
        is_open=True,
    ),
    Format(
        "spotify_audience",
        ("date", "listeners", "streams", "followers"),
        {"period": "date", "units": "streams", "listeners": "listeners", "followers": "followers"},
        needs=("period",),
        is_audience=True,
        store="Spotify",
    ),
    Format(
        "spotify_songs",
        ("song", "listeners", "streams", "saves"),
        {
            "track_title": "song",
            "units": "streams",
            "listeners": "listeners",
            "saves": "saves",
        },
        others=("release_date",),
        needs=("track_title", "units"),  # of which days it is, only who exported it knows
        is_audience=True,
        store="Spotify",
    ),
    Format(
        "spotify_song",
        ("date", "streams"),
        {"period": "date", "units": "streams"},
        needs=("period", "units"),
        is_audience=True,
        store="Spotify",
        song_is_name=True,
    ),
)


def told(local: IO[bytes]) -> Heading:
    """The format of a file; FileError where it has none of ours."""
    encoding = encoding_of(local)
    best: list[tuple[int, Format, str, list[str]]] = []
    first: list[str] = []
    for delimiter in DELIMITERS:
        header = _header(local, encoding, delimiter)
        first = max(first, header, key=len)
        names = set(map(spelled, header))
        for one in FORMATS:
            if names >= set(map(spelled, one.told_by)):
                best.append((len(one.told_by), one, delimiter, header))
    if not best:
        raise FileError(f"is of no format that we know: its headings are {_shown(first)}")
    _, found, delimiter, header = max(best, key=lambda one: one[0])
    if encoding not in found.encodings:
        raise FileError(f"is in {encoding}, and files of {found.name} in {found.encodings[0]}")
    return _placed(found, encoding, delimiter, header)


def _shown(headings: list[str]) -> str:
    """Some headings for a message; of a file that is something else, anything may stand there."""
    return hide(", ".join(heading[:SHOWN_CHARACTERS] for heading in headings[:SHOWN])) or "blank"


def _header(local: IO[bytes], encoding: str, delimiter: str) -> list[str]:
    return split_header(in_utf8(blocks_of(unpacked(local)), encoding), delimiter)[0]


def _placed(found: Format, encoding: str, delimiter: str, header: list[str]) -> Heading:
    """Where our columns are; FileError for a heading that is unknown, twice or missing."""
    names = [spelled(heading) for heading in header]
    unknown = [h for h, name in zip(header, names, strict=True) if name and name not in found.known]
    if unknown and not found.is_open:
        raise FileError(
            f"has headings that {found.name} never had: {_shown(unknown)}",
            "say in loaders/music/formats.py what they are",
        )
    twice = [h for h, name in zip(header, names, strict=True) if name and names.count(name) > 1]
    if twice:
        raise FileError(f"has the heading {twice[0]} twice")
    columns = {}
    for ours in found.columns:
        places = [names.index(h) for h in map(spelled, found.headings(ours)) if h in names]
        if places:
            columns[ours] = places[0]
        elif ours in found.needs:
            raise FileError(f"has no heading {' or '.join(found.headings(ours))}")
    return Heading(found, encoding, delimiter, tuple(header), columns, tuple(unknown))
