"""What each Mautic install holds now: as made, with what was changed since, at a chosen time."""

from collections.abc import Callable
from threading import RLock
from typing import Any, TypeVar

from sandbox.data import ACCOUNTS
from sandbox.mautic.data import add_member, made
from sandbox.mautic.mail import clicked, opened, pile_up, sent, stopped
from sandbox.mautic.rows import BLANK, BORN, Row, Tables, as_then, new_row

Derived = TypeVar("Derived")


class Store:
    """The tables of all accounts, and every way to change them."""

    def __init__(self) -> None:
        self._changed: dict[str, Tables] = {}
        self._at: str | None = None
        self._seen: dict[tuple[object, ...], Any] = {}
        self._lock = RLock()

    def rows(self, account: str, table: str) -> list[Row]:
        """The rows of a table by id, as they stand."""
        return self.derived((account, table), lambda: self._rows(account, table))

    def derived(self, key: tuple[object, ...], make: Callable[[], Derived]) -> Derived:
        """What was made of the rows under a key; kept until something changes."""
        with self._lock:
            if key not in self._seen:
                self._seen[key] = make()
            kept: Derived = self._seen[key]
            return kept

    def reset(self) -> None:
        """Undo all changes."""
        with self._lock:
            self._changed.clear()
            self._at = None
            self._seen.clear()

    def travel(self, at: str | None) -> None:
        """Show everything as it stood at a time (UTC, YYYY-MM-DD HH:MM:SS); None: as it is."""
        with self._lock:
            self._at = at
            self._seen.clear()

    def fill(self, *, contacts: int = 0, email_stats: int = 0, account: str = "713") -> None:
        """Have at least so many contacts and rows of email_stats."""
        with self._lock:
            pile_up(self._tables(account), contacts=contacts, email_stats=email_stats)

    def add(self, table: str, *, account: str = "713", **columns: object) -> int:
        """Add a row, its other columns blank; its id."""
        with self._lock:
            rows = self._tables(account)[_known(table)]
            id_ = int(str(columns.pop("id", max(rows, default=0) + 1)))
            at = self._at or "2025-12-18 12:00:00"
            rows[id_] = new_row(table, id_, **({BORN[table]: at} | columns))
            return id_

    def set(self, table: str, id: int, *, account: str = "713", **columns: object) -> None:
        """Change columns of a row, nothing else: not even when it was modified."""
        with self._lock:
            if unknown := columns.keys() - BLANK[_known(table)].keys():
                raise ValueError(f"{table} has no column {', '.join(sorted(unknown))}")
            self._found(account, table, id).update(columns)

    def edit(
        self, table: str, id: int, at: str, *, account: str = "713", **columns: object
    ) -> None:
        """Change columns as a person would, who leaves their name and the time."""
        by: Row = {"date_modified": at, "modified_by": 1, "modified_by_user": "Sandbox Admin"}
        self.set(table, id, account=account, **(by | columns))

    def remove(self, table: str, id: int | None = None, *, account: str = "713") -> None:
        """Remove a row, or all, as Mautic does: mail loses its contact or e-mail, and stays."""
        with self._lock:
            tables = self._tables(account)
            gone = set(tables[_known(table)]) if id is None else {id}
            for one in gone:
                self._found(account, table, one)
                del tables[table][one]
            reference = {"contacts": "lead_id", "emails": "email_id", "segments": "leadlist_id",
                         "campaigns": "campaign_id"}.get(table)  # fmt: skip
            if reference is not None:
                _orphan(tables, reference, gone)

    def send(self, email: int, contact: int, at: str, *, account: str = "713") -> int:
        """Send an e-mail to a contact; the id of its row in email_stats."""
        with self._lock:
            addressee = self._found(account, "contacts", contact)
            lists = self._found(account, "emails", email)["lists"]
            segment = lists[0] if isinstance(lists, tuple) and lists else None
            return int(str(sent(self._tables(account), email, addressee, at, segment)["id"]))

    def open(self, id: int, at: str, *, account: str = "713") -> None:
        """Open a sent e-mail, once more if it was opened before."""
        with self._lock:
            stat = self._found(account, "email_stats", id)
            stat |= opened(stat, at)

    def click(self, id: int, at: str, *, account: str = "713") -> None:
        """Click a link of a sent e-mail."""
        with self._lock:
            clicked(self._tables(account), self._found(account, "email_stats", id), at)

    def bounce(self, id: int, at: str, *, account: str = "713") -> None:
        """Let a sent e-mail fail: its row says so, and the contact gets no more."""
        with self._lock:
            stat = self._found(account, "email_stats", id)
            stopped(self._tables(account), stat, at, bounced=True)

    def unsubscribe(self, id: int, at: str, *, account: str = "713") -> None:
        """Let the contact unsubscribe by a sent e-mail, whose row does not change."""
        with self._lock:
            stat = self._found(account, "email_stats", id)
            stopped(self._tables(account), stat, at, bounced=False)

    def join(self, segment: int, contact: int, at: str, *, account: str = "713") -> None:
        """Put a contact into a segment by hand."""
        with self._lock:
            row = self._found(account, "contacts", contact)
            add_member(self._tables(account), segment, row, date_added=at, manually_added=True)

    def leave(self, segment: int, contact: int, *, account: str = "713") -> None:
        """Take a contact out of a segment by hand: the membership stays, marked as removed."""
        with self._lock:
            for member in self._tables(account)["lead_lists_leads"].values():
                if (member["leadlist_id"], member["lead_id"]) == (segment, contact):
                    member |= {"manually_removed": True, "manually_added": False}

    def _rows(self, account: str, table: str) -> list[Row]:
        rows = (self._changed[account] if account in self._changed else made(account))[table]
        if self._at is None:
            return [rows[id_] for id_ in sorted(rows)]
        then = (as_then(table, rows[id_], self._at) for id_ in sorted(rows))
        return [row for row in then if row is not None]

    def _tables(self, account: str) -> Tables:
        """An account's tables for changing: its own copy of what was made."""
        if account not in ACCOUNTS:
            raise ValueError(f"no account {account!r}; there are: {', '.join(ACCOUNTS)}")
        self._seen.clear()
        if account not in self._changed:
            self._changed[account] = {
                table: {id_: dict(row) for id_, row in rows.items()}
                for table, rows in made(account).items()
            }
        return self._changed[account]

    def _found(self, account: str, table: str, id_: int) -> Row:
        rows = self._tables(account)[_known(table)]
        if id_ not in rows:
            raise ValueError(f"{table} has no row {id_}")
        return rows[id_]


def _known(table: str) -> str:
    if table not in BLANK:
        raise ValueError(f"no table {table!r}; there are: {', '.join(BLANK)}")
    return table


def _orphan(tables: Tables, reference: str, gone: set[int]) -> None:
    """Mail and visits lose what they refer to; memberships and silences go with it."""
    for table in ("email_stats", "page_hits"):
        for row in tables[table].values():
            if row.get(reference) in gone:
                row[reference] = None
    for table in ("lead_donotcontact", "lead_lists_leads", "campaign_leads"):
        for id_ in [id_ for id_, row in tables[table].items() if row.get(reference) in gone]:
            del tables[table][id_]
