"""What each Mautic install holds now: as made, with what was changed since."""

from sandbox.data import ACCOUNTS
from sandbox.mautic.data import made
from sandbox.mautic.mail import clicked, opened, sent, stopped
from sandbox.mautic.rows import BLANK, BORN, Row, Tables, new_row

# What refers to a row of these tables.
_REFERENCES = {"contacts": "lead_id", "emails": "email_id", "segments": "leadlist_id"}


class Store:
    """The tables of all accounts, and every way to change them."""

    def __init__(self) -> None:
        self._changed: dict[str, Tables] = {}

    def rows(self, account: str, table: str) -> list[Row]:
        """The rows of a table by id, as they are now."""
        rows = (self._changed[account] if account in self._changed else made(account))[table]
        return [row for _, row in sorted(rows.items())]

    def reset(self) -> None:
        """Undo all changes."""
        self._changed.clear()

    def add(self, table: str, *, account: str = "713", **columns: object) -> int:
        """Add a row, its other columns blank; its id."""
        rows = self._tables(account)[_known(table)]
        id_ = max(rows, default=0) + 1
        rows[id_] = new_row(table, id_, **({BORN[table]: "2025-12-18 12:00:00"} | columns))
        return id_

    def set(self, table: str, id: int, *, account: str = "713", **columns: object) -> None:
        """Change columns of a row, nothing else: not even when it was modified."""
        if unknown := columns.keys() - BLANK[_known(table)].keys():
            raise ValueError(f"{table} has no column {', '.join(sorted(unknown))}")
        self._found(account, table, id).update(columns)

    def edit(
        self, table: str, id: int, at: str, *, account: str = "713", **columns: object
    ) -> None:
        """Change columns as a person would, who leaves their name and the time."""
        by: Row = {"date_modified": at, "modified_by": 1, "modified_by_user": "Sandbox Admin"}
        self.set(table, id, account=account, **(by | columns))

    def remove(self, table: str, id: int, *, account: str = "713") -> None:
        """Remove a row as Mautic does: mail loses its contact or e-mail, and stays."""
        self._found(account, table, id)
        tables = self._tables(account)
        del tables[table][id]
        if table in _REFERENCES:
            _orphan(tables, _REFERENCES[table], id)

    def send(self, email: int, contact: int, at: str, *, account: str = "713") -> int:
        """Send an e-mail to a contact; the id of its row in email_stats."""
        addressee = self._found(account, "contacts", contact)
        lists = self._found(account, "emails", email)["lists"]
        segment = lists[0] if isinstance(lists, tuple) and lists else None
        return int(str(sent(self._tables(account), email, addressee, at, segment)["id"]))

    def open(self, id: int, at: str, *, account: str = "713") -> None:
        """Open a sent e-mail, once more if it was opened before."""
        stat = self._found(account, "email_stats", id)
        stat |= opened(stat, at)

    def click(self, id: int, at: str, *, account: str = "713") -> None:
        """Click a link of a sent e-mail."""
        clicked(self._tables(account), self._found(account, "email_stats", id), at)

    def bounce(self, id: int, at: str, *, account: str = "713") -> None:
        """Let a sent e-mail fail: its row says so, and the contact gets no more."""
        stat = self._found(account, "email_stats", id)
        stopped(self._tables(account), stat, at, bounced=True)

    def unsubscribe(self, id: int, at: str, *, account: str = "713") -> None:
        """Let the contact unsubscribe by a sent e-mail, whose row does not change."""
        stat = self._found(account, "email_stats", id)
        stopped(self._tables(account), stat, at, bounced=False)

    def leave(self, segment: int, contact: int, *, account: str = "713") -> None:
        """Take a contact out of a segment by hand: the membership stays, marked as removed."""
        for member in self._tables(account)["lead_lists_leads"].values():
            if (member["leadlist_id"], member["lead_id"]) == (segment, contact):
                member |= {"manually_removed": True, "manually_added": False}

    def _tables(self, account: str) -> Tables:
        """An account's tables for changing: its own copy of what was made."""
        if account not in ACCOUNTS:
            raise ValueError(f"no account {account!r}; there are: {', '.join(ACCOUNTS)}")
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


def _orphan(tables: Tables, reference: str, gone: int) -> None:
    """Mail and visits lose what they refer to; memberships and silences go with it."""
    for table in ("email_stats", "page_hits"):
        for row in tables[table].values():
            if row.get(reference) == gone:
                row[reference] = None
    for table in ("lead_donotcontact", "lead_lists_leads"):
        for id_ in [id_ for id_, row in tables[table].items() if row.get(reference) == gone]:
            del tables[table][id_]
