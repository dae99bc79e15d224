"""A DuckDB file, `dev`."""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Timer
from typing import Any, ClassVar

from loaders.errors import WarehouseError
from loaders.warehouse import arrow
from loaders.warehouse.base import ASKING, Say, Warehouse, first_line, quick

IN_USE = "open in another program"


@dataclass(frozen=True)
class DuckDB(Warehouse):
    """A DuckDB file. One process at a time may have it open for writing."""

    path: Path
    target = "dev"
    import_format = "parquet"
    list_columns: ClassVar[str] = (
        "select table_schema, table_name, column_name, data_type from information_schema.columns"
    )
    list_comments: ClassVar[str] = (
        "select name, part, comment from ("
        "select schema_name, table_name as name, '' as part, comment from duckdb_tables() "
        "union all select schema_name, view_name, '', comment from duckdb_views() "
        "union all select schema_name, table_name, column_name, comment from duckdb_columns()"
        ") as noted where schema_name = %s and comment is not null"
    )

    @property
    def name(self) -> str:
        return str(self.path)

    def destination(self, columns: int = 0) -> Any:
        from dlt.destinations import duckdb
        from dlt.destinations.impl.duckdb.configuration import DuckDbCredentials

        # one thread a statement: several would each hold a group of rows, and need twice the time
        credentials = DuckDbCredentials(str(self.path))
        # a merge holds some blocks of 256 KB of each column, however few rows there are
        memory = max(300, 3 * columns)
        credentials.global_config = {"threads": 1, "memory_limit": f"{memory}MB"}
        return quick(duckdb)(credentials, supports_transactions=True, max_parallel_load_jobs=2)

    def exists(self) -> bool:
        try:
            self.path.stat()
        except FileNotFoundError:
            folder = next(folder for folder in self.path.absolute().parents if folder.exists())
            if not os.access(folder, os.W_OK):
                raise self._refusal(f"{folder} cannot be written") from None
            return False
        except OSError as error:
            raise self._refusal(str(error.strerror)) from None
        return True

    def _refusal(self, reason: str) -> WarehouseError:
        return WarehouseError(f"cannot open {self.path}: {reason}; look at DUCKDB_PATH")

    def placeholders(self, sql: str) -> str:
        return sql.replace("%s", "?")

    def make_schema(self, schema: str) -> None:
        self.execute(f"create schema if not exists {schema}")

    @contextmanager
    def open(self, *, read_only: bool) -> Iterator[Any]:
        import duckdb

        try:
            connection = duckdb.connect(str(self.path), read_only=read_only)
        except duckdb.Error as error:
            said = self.explain(error)
            raise (WarehouseError(said) if IN_USE in said else self._refusal(said)) from None
        with connection:
            connection.execute("set timezone = 'UTC'")
            yield connection

    def batches(
        self, sql: str, parameters: Sequence[Any], types: Mapping[str, str]
    ) -> Iterator[Any]:
        wanted = arrow.schema(types)
        with self.session() as connection:
            cursor = connection.execute(self.placeholders(sql), parameters)
            for batch in cursor.to_arrow_reader(arrow.ROWS):
                yield batch.cast(wanted)

    def ask(self, sql: str) -> tuple[list[str], list[tuple[Any, ...]]]:
        """The file is open for reading alone, and no other can be opened, read or written."""
        with self.session() as connection:
            connection.execute("set enable_external_access = false")
            connection.execute("set lock_configuration = true")
            watch = Timer(ASKING, connection.interrupt)
            watch.daemon = True
            watch.start()
            try:
                cursor = connection.execute(sql)
                if cursor is None or cursor.description is None:
                    raise WarehouseError(f"{self.name}: there is no question in what was typed")
                return [column[0] for column in cursor.description], cursor.fetchall()
            finally:
                watch.cancel()

    @contextmanager
    def explained(self) -> Iterator[None]:
        import duckdb

        try:
            yield
        except duckdb.Error as error:
            raise WarehouseError(f"{self.name}: {self.explain(error)}") from None

    def explain(self, error: BaseException) -> str:
        text = str(error)
        if "Could not set lock" in text or "being used by another process" in text:
            holder = Path(f"{self.path}.holder")
            if _is_held(holder):
                whose = f"{_read_holder(holder)} is working on it"
                return f"{self.path} is {IN_USE}: {whose}; run again when it has ended"
            by = text.partition("held in ")[2].partition(". See")[0]
            who = f" ({by})" if by else ""
            return f"{self.path} is {IN_USE}{who}; close it there and run again"
        if 'Catalog "' in text and "does not exist" in text:
            why = "views name it, so a copy of a warehouse must keep the name of its file"
            return f"{first_line(error)}: {why}"
        if text.startswith("INTERRUPT"):
            return f"it took longer than the {ASKING:.0f} s that a question may take"
        return first_line(error)

    def check_lock(self) -> None:
        """A file lock is held as long as the process lives."""

    @contextmanager
    def alone(self, purpose: str) -> Iterator[bool]:
        from filelock import FileLock, Timeout

        lock = FileLock(f"{self.path}.{purpose}.lock")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            lock.acquire(timeout=0)
        except Timeout:
            yield False
            return
        except OSError as error:
            raise self._refusal(str(error.strerror)) from None
        with lock:
            yield True

    @contextmanager
    def lock(self, purpose: str, say: Say, *, wait: float | None = None) -> Iterator[None]:
        with self.turn(purpose, say, wait=wait):
            # another program that holds the file is found out before anything is read
            with self.open(read_only=False):
                pass
            yield

    @contextmanager
    def turn(self, purpose: str, say: Say, *, wait: float | None = None) -> Iterator[None]:
        """The lock without a look at the file, which may be the one that is to be replaced."""
        from filelock import FileLock, Timeout

        wait = self.lock_wait if wait is None else wait
        lock = FileLock(f"{self.path}.lock")
        holder = Path(f"{self.path}.holder")  # the lock file itself is emptied by who waits
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            lock.acquire(timeout=0)
        except Timeout:
            say(f"waiting for {_read_holder(holder)}, which is working on {self.name}")
            try:
                lock.acquire(timeout=wait)
            except Timeout:
                raise WarehouseError(
                    f"{self.name} is still in use by {_read_holder(holder)} after {wait:g} s; "
                    "run again when it has ended"
                ) from None
        except OSError as error:
            raise self._refusal(str(error.strerror)) from None
        try:
            with suppress(OSError):  # who waits is told less
                holder.write_text(json.dumps({"purpose": purpose, "pid": os.getpid()}))
            yield
        finally:
            holder.unlink(missing_ok=True)
            lock.release()


def _is_held(holder: Path) -> bool:
    """Whether another process of ours has the lock; one that was killed leaves its name here."""
    try:
        pid = json.loads(holder.read_text())["pid"]
        os.kill(pid, 0)
    except (OSError, ValueError):
        return False
    return bool(pid != os.getpid())


def _read_holder(holder: Path) -> str:
    try:
        held = json.loads(holder.read_text())
    except (OSError, ValueError):  # it is just being written or removed
        return "another load"
    return f"{held['purpose']} (pid {held['pid']})"
