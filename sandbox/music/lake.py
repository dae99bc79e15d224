"""The files of a label's lake as its distributors write them, each trap once; all made, not real.

1_landing/distrokid   ISO-8859-1 and tabs; in its newer form commas and quotes; a copy of it
1_landing/tunecore    points in thousands, commas, euros; three lines that cannot be read
1_landing/toolost     a day for each sale, a heading that nobody listed
1_landing/symphonic   JUN-26, brackets for what is taken back, a rounding and a total
1_landing/cdbaby      quarters, two months in one, a UPC without its zero
1_landing/spotify     audience by day, songs, one song that only the file's name tells
4_curated             a dataset of the label's own
"""

import csv
import io
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory

from sandbox.music.label import MadeLine, Track, month, sales

WRITTEN = datetime(2026, 8, 15, 9, tzinfo=UTC)
APRIL, MAY, JUNE = month(2026, 4), month(2026, 5), month(2026, 6)
Cells = Sequence[object]


@dataclass(frozen=True)
class MadeFile:
    """A file, and its lines by their number; None is one that cannot be read."""

    key: str
    body: bytes
    format: str
    lines: tuple[MadeLine | None, ...] = ()
    copy_of: str | None = None


class Lake:
    """The lake, in a folder that goes with it and is written when it is first asked for."""

    name = "music"

    @cached_property
    def _folder(self) -> TemporaryDirectory[str]:
        folder = TemporaryDirectory(prefix="lake-")
        write_lake(Path(folder.name))
        return folder

    def environ(self) -> dict[str, str]:
        return {"DATA_LAKE_PATH": self._folder.name}

    def close(self) -> None:
        if "_folder" in vars(self):
            self._folder.cleanup()


def made_lake() -> list[MadeFile]:
    """Every file of the lake."""
    files = [
        _distrokid("2026-06.tsv", sales("distrokid", 60, *JUNE)),
        _newer_distrokid(),
        _tunecore(),
        _toolost(),
        _symphonic(),
        _cdbaby(),
        *_spotify(),
        _curated(),
    ]
    first = files[0]
    copy = replace(first, key="1_landing/downloads/2026-06 (1).tsv", copy_of=first.key, lines=())
    return [*files, copy]


def write_lake(folder: Path) -> list[MadeFile]:
    """Write the lake into a folder."""
    files = made_lake()
    for file in files:
        path = folder / file.key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.body)
    for zone in ("2_raw", "3_staging"):
        (folder / zone).mkdir(exist_ok=True)
    return files


def written(
    header: str, rows: Iterable[Cells], delimiter: str = ",", encoding: str = "utf-8"
) -> bytes:
    """Rows below a header, whose headings have a bar between them."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter)
    writer.writerow(header.split("|"))
    writer.writerows(rows)
    return text.getvalue().encode(encoding)


DISTROKID = (
    "Reporting Date|Sale Month|Store|Artist|Title|ISRC|UPC|Quantity|Team Percentage|Song/Album"
    "|Country of Sale|Songwriter Royalties Withheld|Earnings (USD)"
)


def _of(line: MadeLine) -> Track:
    assert line.track is not None  # noqa: S101
    return line.track


def _distrokid(name: str, lines: list[MadeLine]) -> MadeFile:
    rows = []
    for line in lines:
        track, start = _of(line), line.start
        album = not track.isrc
        rows.append(
            [
                *("2026-08-14", f"{start:%Y-%m}", line.store, track.artist, track.title),
                *(track.isrc, track.upc, line.units, 100, "Album" if album else "Song"),
                *(line.territory, 0, line.amount),
            ]
        )
    body = written(DISTROKID, rows, "\t", "latin-1")
    return MadeFile(f"1_landing/distrokid/{name}", body, "distrokid", tuple(lines))


def _newer_distrokid() -> MadeFile:
    header = (
        "Date Inserted|Reporting Date|Sale Month|Store|Artist|Title|ISRC|UPC|Quantity"
        "|Team Percentage|Source Type|Country of Sale|Songwriter Royalties Withheld (USD)"
        "|Earnings (USD)|Recoup (USD)"
    )
    lines = sales("distrokid, newer", 40, *MAY)
    rows = [
        [
            *("2026-07-15", "2026-07-14", "2026-05", line.store, _of(line).artist),
            *(_of(line).title, _of(line).isrc, _of(line).upc, line.units, 100, "Song"),
            *(line.territory, "0.00000", f"{line.amount:.12f}", ""),
        ]
        for line in lines
    ]
    key = "1_landing/distrokid/DistroKid_May.csv"
    return MadeFile(key, written(header, rows), "distrokid", tuple(lines))


def _european(amount: Decimal) -> str:
    """1234.5 as 1.234,5."""
    return f"{amount:,}".translate(str.maketrans(",.", ".,"))


def _tunecore() -> MadeFile:
    header = (
        "Sales Period|Posted Date|Store Name|Country of Sale|Artist|Release Type|Release Title"
        "|Song Title|Label|UPC|Optional UPC|TC Song ID|Optional ISRC|Sales Type|# Units Sold"
        "|Per Unit Price|Net Sales|Net Sales Currency|Exchange Rate|Total Earned|Currency"
    )
    lines = sales("tunecore", 30, *APRIL)
    large = replace(lines[1], units=1_234_567, amount=Decimal("1234.5625"))
    lines[1:3] = [large, replace(lines[2], amount=Decimal("0.0042"))]

    def row(number: int, line: MadeLine) -> list[object]:
        track, amount = _of(line), line.amount or Decimal(0)
        spelled = f"\u20ac {_european(amount)}" if number % 2 else _european(amount)
        return [
            *("2026-04-01", "2026-06-01", line.store, line.territory, track.artist, "Song"),
            *(track.title, track.title, "", track.upc, "", number, track.isrc, "Streaming"),
            *(line.units, "", "", "EUR", "1", spelled, "EUR"),
        ]

    rows = [row(number, line) for number, line in enumerate(lines)]
    unreadable = [row(0, lines[0]) for _ in range(3)]
    unreadable[0][19], unreadable[1][12], unreadable[2][0] = "n/a", "QZ-MADE", "soon"
    body = written(header, [*rows, *unreadable], ";")
    return MadeFile("1_landing/tunecore/april.csv", body, "tunecore", (*lines, None, None, None))


def _toolost() -> MadeFile:
    header = (
        "transaction_id|sale_date|accounting_date|reporting_date|release_title|release_id"
        "|track_title|track_id|channel|country|isrc|upc|units|unit_price|original_currency"
        "|split_id|share|rev_fee|net_revenue|shelf"
    )
    day = date(2026, 6, 9)
    lines = sales("toolost", 25, day, day)
    rows = [
        [
            *(f"made-{number}", day, "2026-07-31", "2026-07-15", _of(line).title, number),
            *(_of(line).title, number, line.store, line.territory, _of(line).isrc, _of(line).upc),
            *(line.units, "", "USD", number, "1", "0", line.amount, "made"),
        ]
        for number, line in enumerate(lines)
    ]
    return MadeFile("1_landing/toolost/june.csv", written(header, rows), "toolost", tuple(lines))


def _symphonic() -> MadeFile:
    header = (
        "Reporting Period|Track Title|ISRC Code|Digital Service Provider|Territory|Count"
        "|Royalty ($US)"
    )
    lines = [line for line in sales("symphonic", 30, *JUNE) if _of(line).isrc]
    taken_back = Decimal("-4.10")
    lines.append(replace(lines[0], units=-7, amount=taken_back))

    def spelled(line: MadeLine, number: int) -> str:
        amount = line.amount or Decimal(0)
        if amount >= 0:
            return f"${amount:,}" if number % 2 else f"{amount:,}"
        return f"({-amount})" if number % 2 else f"\u2212{-amount}"

    rows: list[Cells] = [
        ["JUN-26", _of(x).title, _of(x).isrc, x.store, x.territory, x.units, spelled(x, n)]
        for n, x in enumerate(lines)
    ]
    exact = sum((line.amount or Decimal(0) for line in lines), Decimal(0))
    total = exact.quantize(Decimal("0.01"))
    rounding = total - exact
    rows += [["JUN-26", "", "", "Rounding Adjustment", "", "", rounding]]
    rows += [["Total", "", "", "", "", "", f"${total:,}"]]
    others = MadeLine("rounding", rounding, None, *JUNE), MadeLine("total", total)
    body = written(header, rows)
    return MadeFile("1_landing/symphonic/JUN-26.csv", body, "symphonic", (*lines, *others))


def _cdbaby() -> MadeFile:
    header = "Sale Date|Partner|Artist|Album|Track|UPC|ISRC|Quantity|Net Payable"
    spans = {
        "2026-Q1": (date(2026, 1, 1), date(2026, 3, 31)),
        "2026M04": APRIL,
        "May-June 2026": (MAY[0], JUNE[1]),
        "2026-06-09": (date(2026, 6, 9), date(2026, 6, 9)),
    }
    lines, rows = [], []
    for written_so, span in spans.items():
        for line in sales(f"cdbaby {written_so}", 6, *span):
            track = _of(line)
            isrc = re.sub("(..)(...)(..)", r"\1-\2-\3-", track.isrc)
            amount = line.amount or Decimal(0)
            lines.append(line)
            rows.append(
                [
                    *(written_so, line.store, track.artist, track.title, track.title),
                    *(track.upc.lstrip("0"), isrc, line.units),
                    f"{-amount}-" if amount < 0 else amount,
                ]
            )
    return MadeFile("1_landing/cdbaby/2026.csv", written(header, rows), "cdbaby", tuple(lines))


def _spotify() -> list[MadeFile]:
    def daily(key: str, kind: str, header: str, cells: Callable[[int], Cells]) -> MadeFile:
        days = [date(2026, 6, number) for number in range(1, 8)]
        lines = tuple(
            MadeLine("audience", None, 100 + day.day, day, day, store="Spotify") for day in days
        )
        rows = [[day, *cells(100 + day.day)] for day in days]
        return MadeFile(f"1_landing/spotify/{key}", written(header, rows), kind, lines)

    audience = daily(
        "audience-timeline.csv",
        "spotify_audience",
        "date|listeners|streams|followers",
        lambda streams: [streams // 2, streams, 77],
    )
    # equal to the last byte: only their names tell them apart
    one, other = (
        daily(f"{title}_timeline.csv", "spotify_song", "date|streams", lambda streams: [streams])
        for title in ("Night Bus (made)", "Demo Tape (made)")
    )
    header = "song|listeners|streams|saves|release_date"
    songs = ["Night Bus (made)", 60, 120, 7, "2026-01-09"], ["Demo Tape (made)", 0, 0, 0, ""]
    lines = tuple(MadeLine("audience", units=units, store="Spotify") for units in (120, 0))
    listed = MadeFile(
        "1_landing/spotify/songs-28day.csv", written(header, songs), "spotify_songs", lines
    )
    return [audience, one, other, listed]


def _curated() -> MadeFile:
    rows: list[Cells] = [["2026-06-01", "spotify", "1,234"], ["2026-06-02", "spotify", 99]]
    return MadeFile(
        "4_curated/tidy_daily_streams_made.csv", written("date|source|streams", rows), "curated"
    )
