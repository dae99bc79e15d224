"""Reading snapshots: the newest, and those before it that are still kept."""

import asyncio
import sqlite3
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from signalroom.api.snapshots import Published, file_of, published

THREADS = 4  # that ask SQLite, which lets other Python run meanwhile


class Snapshot:
    """A snapshot that is open: it can be read to the end, whatever becomes of its file."""

    def __init__(self, folder: Path, known: Published) -> None:
        self.version, self.published_at = known.version, known.published_at
        address = f"{file_of(folder, known.version).absolute().as_uri()}?mode=ro&immutable=1"
        self._connections: SimpleQueue[sqlite3.Connection] = SimpleQueue()
        for _ in range(THREADS):
            connection = sqlite3.connect(address, uri=True, check_same_thread=False)
            connection.execute("select 1 from columns")  # until then SQLite opens nothing
            self._connections.put(connection)

    def query(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """The rows of a statement."""
        connection = self._connections.get()
        try:
            return connection.execute(sql, parameters).fetchall()
        finally:
            self._connections.put(connection)

    @cached_property
    def columns(self) -> dict[str, dict[str, tuple[str, str]]]:
        """Of each endpoint its columns, their types and descriptions."""
        found: dict[str, dict[str, tuple[str, str]]] = {}
        rows = self.query("select endpoint, name, type, description from columns order by rowid")
        for endpoint, name, kind, description in rows:
            found.setdefault(endpoint, {})[name] = (kind, description)
        return found


class Store:
    """The snapshots of a folder: somebody calls `look` again and again, requests only read."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._open: dict[str, Snapshot] = {}  # the newest first
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="snapshot")

    @property
    def current(self) -> Snapshot | None:
        """The newest snapshot."""
        return next(iter(self._open.values()), None)

    def kept(self, version: str) -> Snapshot | None:
        """A snapshot that is still kept, by its version."""
        return self._open.get(version)

    def look(self) -> bool:
        """Open what was published since, forget what is kept no more; whether there is a newer."""
        before = self.current
        known = published(self._folder)
        if [one.version for one in known] != list(self._open):
            self._open = {
                one.version: self._open.get(one.version) or Snapshot(self._folder, one)
                for one in known
            }
        return self.current is not before

    async def query(
        self, snapshot: Snapshot, sql: str, parameters: Sequence[Any]
    ) -> list[tuple[Any, ...]]:
        """The rows of a statement, while others are served."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, snapshot.query, sql, parameters)
