"""The order files as they lie in the bucket: the demo's, odd ones among them, and the full size."""

import csv
import gzip
import io
import zipfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, partial
from pathlib import Path
from typing import Literal

from sandbox.order_columns import COLUMNS, PROSPECT_COLUMNS
from sandbox.order_rows import Row
from sandbox.orders import DEMO, FULL, Feed, Kind, Volume
from sandbox.shape import HOME_ZONE

# Test numbers of the card networks; all but the last pass the Luhn check.
CARDS = ("4111111111111111", "5555555555554444", "378282246310005", "1444444444444440")


@dataclass(frozen=True)
class OrderFile:
    """A file, and the rows that a reader should find in it by their record, counted from 1."""

    key: str
    body: bytes
    modified: datetime
    rows: dict[int, Row]
    rejected: tuple[int, ...] = ()  # the records of the wrong width


@cache
def demo_files() -> tuple[OrderFile, ...]:
    """18 days of creates and updates, and some prospects."""
    feed = Feed(DEMO)
    files = [_folder("orders-create/")]
    for day in feed.days:
        files.append(_demo_file("create", day, list(feed.created_on(day))))
        files.append(_demo_file("update", day, list(feed.updated_on(day))))
    return (*files, *_prospects())


def write_full(folder: Path, volume: Volume = FULL) -> list[Path]:
    """Write the files of a volume, plain ones, below a folder; row by row."""
    feed = Feed(volume)
    paths = []
    for day in feed.days:
        for kind, rows in (("create", feed.created_on(day)), ("update", feed.updated_on(day))):
            path = folder / _key(kind, day)
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("w", encoding="utf-8", newline="") as file:
                writer = csv.writer(file, lineterminator="\n")
                writer.writerow(COLUMNS)
                writer.writerows(row.values() for row in rows)
            paths.append(path)
    return paths


def full_file(folder: Path, path: Path) -> OrderFile:
    """A file that `write_full` wrote, for the bucket; its rows are not kept."""
    day = date.fromisoformat(path.stem[-10:])
    return OrderFile(path.relative_to(folder).as_posix(), path.read_bytes(), delivered(day), {})


def delivered(day: date) -> datetime:
    """When the file of a day usually arrives: the next morning."""
    morning = datetime.combine(day + timedelta(days=1), time(4, 10), HOME_ZONE)
    return morning.astimezone(UTC)


def written(key: str, rows: Sequence[Row], modified: datetime) -> OrderFile:
    """A plain file of these rows; packed if its key says so."""
    columns = list(rows[0]) if rows else COLUMNS
    body = _csv(columns, rows)
    packed = gzip.compress(body, mtime=0) if key.endswith(".gz") else body
    if key.endswith(".zip"):
        packed = _zipped(f"{Path(key).stem}.csv", body)
    return OrderFile(key, packed, modified, dict(enumerate(rows, 1)))


def _demo_file(kind: Kind, day: date, rows: list[Row]) -> OrderFile:
    """The file of a day; from the 8th on with a column more, from the 12th on with one less."""
    for number, row in enumerate(rows):
        if day.day >= 8:
            row["utm_device_category"] = "mobile" if number % 3 else "desktop"
        if day.day >= 12:
            del row["fax"]
    odd = _ODD.get((kind, day.day))
    file = written(_key(kind, day), rows, delivered(day))
    return odd(file) if odd else file


def _key(kind: str, day: date) -> str:
    return f"orders-{kind}/orders-{kind}-{day.isoformat()}.csv"


def _folder(key: str) -> OrderFile:
    """The empty object that a console leaves for a folder."""
    return OrderFile(key, b"", delivered(date(2025, 11, 30)), {})


def _csv(
    columns: Iterable[str],
    rows: Iterable[Row],
    end: str = "\n",
    quoting: Literal[0, 1] = csv.QUOTE_MINIMAL,
) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator=end, quoting=quoting)
    writer.writerow(columns)
    writer.writerows(row.values() for row in rows)
    return text.getvalue().encode()


def _zipped(name: str, body: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo(name, (2025, 12, 4, 4, 10, 0)), body, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def _packed(ending: str, file: OrderFile) -> OrderFile:
    key = file.key.removesuffix(".csv") + ending
    return written(key, list(file.rows.values()), file.modified)


def _with_bom(file: OrderFile) -> OrderFile:
    return replace(file, body=b"\xef\xbb\xbf" + file.body)


def _in_latin_1(file: OrderFile) -> OrderFile:
    rows = list(file.rows.values())
    rows[0] |= {"billing_first_name": "Zoë", "billing_last_name": "Müsterling"}
    return replace(file, body=_csv(rows[0], rows).decode().encode("latin-1"))


def _with_line_ends(file: OrderFile) -> OrderFile:
    """Lines end in CRLF, and fields hold line feeds, commas and quotes."""
    rows = list(file.rows.values())
    for row in rows[::4]:
        row["billing_address2"] = "Building 7,\nsecond door\non the left"
        row["employee_notes"] = 'Left at the "Sample" gate, \nas agreed'
    return replace(file, body=_csv(rows[0], rows, "\r\n"))


def _with_loud_header(file: OrderFile) -> OrderFile:
    rows = list(file.rows.values())
    return replace(file, body=_csv(map(_loud, rows[0]), rows))


def _loud(name: str) -> str:
    """A column as people head it: Order_Status, Total Amount, ORDERS_ID, employeeNotes."""
    first, *rest = name.split("_")
    if name.endswith("_notes"):
        return first + "".join(word.capitalize() for word in rest)
    if name.endswith("_id"):
        return name.upper()
    between = " " if len(name) % 4 else "_"
    return between.join(word[0].upper() + word[1:] for word in (first, *rest))


def _with_broken_rows(file: OrderFile) -> OrderFile:
    """The 10th record has a field too few, the 25th three too many."""
    lines = file.body.decode().splitlines()
    lines[10] = lines[10].rsplit(",", 1)[0]
    lines[25] += ",one,two,three"
    rows = {number: row for number, row in file.rows.items() if number not in (10, 25)}
    return replace(file, body="\n".join([*lines, ""]).encode(), rows=rows, rejected=(10, 25))


def _out_of_order(file: OrderFile) -> OrderFile:
    """Newest order first, and four days late: after the files of later days."""
    rows = list(file.rows.values())[::-1]
    return written(file.key, rows, file.modified + timedelta(days=4))


def _with_cards(file: OrderFile) -> OrderFile:
    """Card numbers where they belong to no file, whole and in groups."""
    rows = list(file.rows.values())
    for row, card in zip(rows, CARDS, strict=False):
        row["credit_card_number"] = card
    rows[4]["employee_notes"] = "Paid with 4111 1111 1111 1111, exp 12/27, by phone"
    rows[5]["system_notes"] = "Retry on card 5555-5555-5555-4444 declined"
    rows[6]["c3"] = "378282246310005"
    rows[7]["billing_address2"] = "3782 822463 10005"
    return replace(file, body=_csv(rows[0], rows))


def _without_last_line_end(file: OrderFile) -> OrderFile:
    return replace(file, body=file.body.removesuffix(b"\n"))


def _all_quoted(file: OrderFile) -> OrderFile:
    rows = list(file.rows.values())
    return replace(file, body=_csv(rows[0], rows, quoting=csv.QUOTE_ALL))


_ODD: dict[tuple[Kind, int], Callable[[OrderFile], OrderFile]] = {
    ("create", 2): partial(_packed, ".csv.gz"),
    ("create", 3): partial(_packed, ".zip"),
    ("create", 4): _with_bom,
    ("create", 5): _in_latin_1,
    ("create", 6): _with_line_ends,
    ("create", 7): _with_loud_header,
    ("create", 9): _with_broken_rows,
    ("create", 10): _out_of_order,
    ("create", 11): _with_cards,
    ("create", 13): _without_last_line_end,
    ("create", 15): _all_quoted,
    ("update", 2): partial(_packed, ".csv.gz"),
    ("update", 9): _out_of_order,
    ("update", 11): _with_cards,
    ("update", 14): _with_line_ends,
}


def _prospects() -> list[OrderFile]:
    """A header alone, nothing at all, and a few; the last without a date in its name."""
    first, second, third = (date(2025, 12, day) for day in (1, 2, 3))
    stem = "prospects-create/prospects-create"
    rows = [
        dict.fromkeys(PROSPECT_COLUMNS, "")
        | {
            "prospect_id": str(880_001 + n),
            "campaign_id": "12",
            "first_name": "Sample",
            "last_name": f"Prospect{n}",
            "email": f"prospect{n}@example.com",
            "date_created": f"2025-12-0{3 + n // 4} 1{n}:00:00",
        }
        for n in range(8)
    ]
    header = _csv(PROSPECT_COLUMNS, ())
    return [
        OrderFile(f"{stem}-{first}.csv", header, delivered(first), {}),
        OrderFile(f"{stem}-{second}.csv", b"", delivered(second), {}),
        written(f"{stem}-{third}.csv", rows[:4], delivered(third)),
        _with_spare_columns(written(f"{stem}.csv", rows[4:], delivered(date(2025, 12, 4)))),
    ]


def _with_spare_columns(file: OrderFile) -> OrderFile:
    """A column without a name, and a second one called `notes`; `rows` leaves both out."""
    rows = [[*row.values(), "unnamed", "another note"] for row in file.rows.values()]
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([[*PROSPECT_COLUMNS, "", "notes"], *rows])
    return replace(file, body=text.getvalue().encode())
