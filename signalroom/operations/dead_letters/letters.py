"""The rows, files and answers that were refused, and what became of each.

What is open, the ledger decides as the models do: the newest good read of a day, and the version of
a file that is loaded, take the place of all that was refused before.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from loaders.errors import LoadError
from loaders.ledger import NOT_LOADED
from loaders.ops import OPS, REJECTED_ROWS, RejectedRow
from loaders.verify import GOOD
from loaders.warehouse import Warehouse
from loaders.windows import Window

REJECTED = "rejected rows"  # the kind of issue that they are, in the models' words
# settled: something newer took its place
State = Literal["open", "accepted", "replayed", "settled"]
SHOWN = 12  # characters of an id; any beginning of it that no other has will do
Place = tuple[str, str, str]  # client, source, table


@dataclass(frozen=True)
class Read:
    """A good read of a table; where it asked for one advertiser, of that alone."""

    run_id: str
    started_at: datetime
    days: Window
    advertiser_id: str | None

    def replaces(self, other: "Read") -> bool:
        """Whether what another read brought of its days, or refused, is gone by this one."""
        is_whole = self.advertiser_id in (None, other.advertiser_id)
        return is_whole and self.started_at > other.started_at


@dataclass(frozen=True)
class Letter:
    """What was refused. `holds`: the days that are not complete as long as it is open.

    `read`: the read that refused it, where all else of that was taken.
    """

    row: RejectedRow
    state: State
    holds: tuple[date, ...] = ()
    read: Read | None = None

    @property
    def name(self) -> str:
        """As people know it."""
        row = self.row
        return f"{row.rejected_row_id[:SHOWN]} {row.client_id} {row.source}.{row.table_name}"

    @property
    def is_waiting(self) -> bool:
        """Whether it is in no table yet, and nothing has come in its place."""
        return self.state in ("open", "accepted")

    @property
    def days(self) -> Window:
        """The days that it is about."""
        return Window(self.row.date or self.row.window_start, self.row.date or self.row.window_end)


def letters(warehouse: Warehouse, clients: Sequence[str]) -> list[Letter]:
    """All letters of clients, the newest first; their originals are not read."""
    if "replayed_at" not in warehouse.columns(OPS).get(REJECTED_ROWS.name, {}):
        raise LoadError(f"{warehouse.name} is of an earlier release", "run `signalroom load`")
    names = [name for name in REJECTED_ROWS.columns if name not in ("payload", "kind", "is_whole")]
    found = warehouse.query(
        f"select {', '.join(names)}, '' as payload, coalesce(kind, 'row'), "  # noqa: S608
        f"coalesce(is_whole, false) from ops.rejected_rows where client_id in ({_marks(clients)}) "
        "order by rejected_at desc, origin, line, rejected_row_id",
        clients,
    )
    names += ["payload", "kind", "is_whole"]
    ledger = _Ledger(warehouse)
    return [ledger.letter(RejectedRow(**dict(zip(names, row, strict=True)))) for row in found]


def original(warehouse: Warehouse, letter: Letter) -> str:
    """What was refused, as it is kept."""
    ((payload,),) = warehouse.query(
        "select payload from ops.rejected_rows where rejected_row_id = %s",
        (letter.row.rejected_row_id,),
    )
    return str(payload)


class _Ledger:
    """What is loaded, what is not, and what somebody accepted of it."""

    def __init__(self, warehouse: Warehouse) -> None:
        self.reads: dict[Place, list[Read]] = defaultdict(list)
        for *place, run_id, started_at, first, last, only in warehouse.query(
            "select client_id, source, table_name, run_id, started_at, window_start, window_end, "  # noqa: S608
            f"advertiser_id from ops.load_runs where verdict in {GOOD}"
        ):
            read = Read(run_id, started_at, Window(first, last), only)
            self.reads[_place(place)].append(read)
        files = warehouse.query(
            "select client_id, table_name, file_name, run_id, etag from ops.loaded_files"
        )
        self.loaded = {tuple(key): (run_id, etag) for *key, run_id, etag in files}
        waiting = warehouse.query(
            "select client_id, table_name, origin, file_version, holds_back from ops.load_issues "
            "where kind = %s",
            (NOT_LOADED,),
        )
        self.waiting = {tuple(key): (etag, holds_back) for *key, etag, holds_back in waiting}
        self.accepted = set(
            warehouse.query(
                "select client_id, source, table_name, kind, subject, file_version "
                "from ops.accepted_issues"
            )
        )

    def letter(self, row: RejectedRow) -> Letter:
        """The letter with its state."""
        if row.replayed_at:
            return Letter(row, "replayed")
        if row.kind == "file":
            return self._file(row)
        if (row.client_id, row.table_name, row.origin) in self.loaded:
            return self._record(row)
        return self._row(row)

    def _file(self, row: RejectedRow) -> Letter:
        """A file is waited for until it is loaded, in any version, or leaves the bucket."""
        etag, holds_back = self.waiting.get((row.client_id, row.table_name, row.origin), ("", None))
        if holds_back is None:
            return Letter(row, "settled")
        return self._open(row, [row.date] if holds_back and row.date else [], row.origin, etag)

    def _record(self, row: RejectedRow) -> Letter:
        """A record of a file belongs to the version of it that is loaded."""
        run_id, etag = self.loaded[row.client_id, row.table_name, row.origin]
        if run_id != row.run_id:
            return Letter(row, "settled")
        return self._open(row, [row.date] if row.date else [], row.origin, etag)

    def _row(self, row: RejectedRow) -> Letter:
        """A row, or a whole answer, is gone by a later read of its days."""
        reads = self.reads[row.client_id, row.source, row.table_name]
        own = next((read for read in reads if read.run_id == row.run_id), None)
        since = own or Read(row.run_id, row.rejected_at, Window(), None)
        later = [read.days for read in reads if read.replaces(since)]
        days = Letter(row, "open").days
        if row.kind == "answer":  # nothing was taken; its newest day is what it was asked for
            days = Window(row.window_end, row.window_end)
        left = [day for day in days.days() if day in since.days and not _in_any(day, later)]
        if not left:
            return Letter(row, "settled")
        return self._open(row, left if own else [], row.reason, "", own)

    def _open(
        self, row: RejectedRow, days: list[date], subject: str, etag: str, read: Read | None = None
    ) -> Letter:
        kind = NOT_LOADED if row.kind == "file" else REJECTED
        issue = (row.client_id, row.source, row.table_name, kind, subject)
        if {(*issue, etag), (*issue, None)} & self.accepted:
            return Letter(row, "accepted", read=read)
        return Letter(row, "open", tuple(days), read)


def _in_any(day: date, windows: Sequence[Window]) -> bool:
    return any(day in window for window in windows)


def _place(names: Sequence[str]) -> Place:
    client_id, source, table = names
    return client_id, source, table


def _marks(values: Sequence[str]) -> str:
    return ", ".join(["%s"] * len(values))
