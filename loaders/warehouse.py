"""The warehouse: where loads go, who may load now, and plain SQL for what the loaders must know.

Nothing outside this module knows which engine it is. `dev` is one DuckDB file; `prod` is Postgres
at the address that libpq's PG* variables name.
"""

import hashlib
import json
import os
import socket
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep
from typing import Any
from urllib.parse import quote

from loaders.errors import WarehouseError

LOCK_WAIT_SECONDS = 300.0
LOCK_NAME = "signalroom load"
Say = Callable[[str], None]


class Warehouse(ABC):
    """One engine at one address."""

    target: str

    @property
    @abstractmethod
    def name(self) -> str:
        """The address as a person reads it, without secrets."""

    @property
    def fingerprint(self) -> str:
        """A short name of this very warehouse, for dlt's working folder."""
        return hashlib.sha256(self.name.encode()).hexdigest()[:8]

    @abstractmethod
    def destination(self) -> Any:
        """The dlt destination."""

    @abstractmethod
    def exists(self) -> bool:
        """Whether there is anything to read, without making it."""

    @abstractmethod
    @contextmanager
    def connect(self, *, read_only: bool = True) -> Iterator[Any]:
        """A DB-API connection; WarehouseError says why there is none."""

    @abstractmethod
    @contextmanager
    def lock(self, purpose: str, say: Say, *, wait: float = LOCK_WAIT_SECONDS) -> Iterator[None]:
        """Hold the one place for loaders; wait for it, say for whom, give up after `wait`."""

    @abstractmethod
    def placeholders(self, sql: str) -> str:
        """The statement, written with %s, in the engine's own parameter style."""

    def query(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """All rows of a statement; parameters are written %s on every engine."""
        with self.connect() as connection:
            cursor = connection.cursor()
            cursor.execute(self.placeholders(sql), parameters)
            return list(cursor.fetchall())

    def execute(self, sql: str) -> None:
        """A statement that changes something."""
        with self.connect(read_only=False) as connection:
            connection.cursor().execute(sql)

    @abstractmethod
    def tidy(self, schema: str) -> None:
        """Give back the room of replaced rows and tell the planner of the new ones."""

    def columns(self, schema: str) -> dict[str, set[str]]:
        """The columns of each table of a schema; empty where there is no such schema yet."""
        tables: dict[str, set[str]] = {}
        if self.exists():
            sql = (
                "select table_name, column_name from information_schema.columns "
                "where table_schema = %s"
            )
            for table, column in self.query(sql, (schema,)):
                tables.setdefault(table, set()).add(column)
        return tables


@dataclass(frozen=True)
class DuckDB(Warehouse):
    """A DuckDB file. One process at a time may have it open for writing."""

    path: Path
    target: str = "dev"

    @property
    def name(self) -> str:
        return str(self.path)

    def destination(self) -> Any:
        from dlt.destinations import duckdb

        return duckdb(str(self.path))

    def exists(self) -> bool:
        return self.path.exists()

    def placeholders(self, sql: str) -> str:
        return sql.replace("%s", "?")

    def tidy(self, schema: str) -> None:
        """DuckDB does so by itself at each checkpoint."""

    @contextmanager
    def connect(self, *, read_only: bool = True) -> Iterator[Any]:
        import duckdb

        try:
            connection = duckdb.connect(str(self.path), read_only=read_only)
        except duckdb.IOException as error:
            raise WarehouseError(_why_not_open(self.path, str(error))) from None
        with connection:
            yield connection

    @contextmanager
    def lock(self, purpose: str, say: Say, *, wait: float = LOCK_WAIT_SECONDS) -> Iterator[None]:
        from filelock import FileLock, Timeout

        self.path.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(f"{self.path}.lock")
        holder = Path(f"{self.path}.holder")  # the lock file itself is emptied by who waits
        try:
            lock.acquire(timeout=0)
        except Timeout:
            say(f"waiting for {_read_holder(holder)}, which is loading into {self.name}")
            try:
                lock.acquire(timeout=wait)
            except Timeout:
                raise WarehouseError(
                    f"{self.name} is still in use by {_read_holder(holder)} after {wait:g} s; "
                    "run again when that load has ended"
                ) from None
        try:
            holder.write_text(json.dumps({"purpose": purpose, "pid": os.getpid()}))
            with self.connect(read_only=False):
                pass  # another program that holds the file is found out before anything is read
            yield
        finally:
            holder.unlink(missing_ok=True)
            lock.release()


@dataclass(frozen=True)
class Postgres(Warehouse):
    """A Postgres database, by libpq's variables; PGHOST may be the folder of a socket."""

    environ: Mapping[str, str]
    target: str = "prod"

    @property
    def name(self) -> str:
        get = self.environ.get
        host, port, database = get("PGHOST", ""), get("PGPORT", "5432"), get("PGDATABASE", "")
        return f"postgres {database} at {host}:{port}"

    def url(self) -> str:
        """The address for dlt; a socket folder goes into the query, the only form it reads."""
        get = self.environ.get
        user, password = quote(get("PGUSER", ""), safe=""), quote(get("PGPASSWORD", ""), safe="")
        host, port, database = get("PGHOST", ""), get("PGPORT", "5432"), get("PGDATABASE", "")
        sslmode = get("PGSSLMODE", "require")
        if host.startswith("/"):
            return (
                f"postgresql://{user}:{password or 'x'}@localhost:{port}/{database}"
                f"?host={quote(host)}&sslmode={sslmode}"
            )
        return f"postgresql://{user}:{password}@{host}:{port}/{database}?sslmode={sslmode}"

    def destination(self) -> Any:
        from dlt.destinations import postgres

        return postgres(self.url())

    def exists(self) -> bool:
        return True

    def placeholders(self, sql: str) -> str:
        return sql

    def tidy(self, schema: str) -> None:
        tables = self.query("select tablename from pg_tables where schemaname = %s", (schema,))
        for (table,) in tables:
            self.execute(f'vacuum (analyze) "{schema}"."{table}"')

    @contextmanager
    def connect(self, *, read_only: bool = True) -> Iterator[Any]:
        import psycopg2

        try:
            connection = psycopg2.connect(self.url(), application_name=LOCK_NAME)
        except psycopg2.OperationalError as error:
            raise WarehouseError(f"cannot reach {self.name}: {_first_line(error)}") from None
        try:
            connection.set_session(readonly=read_only, autocommit=True)
            yield connection
        finally:
            connection.close()

    @contextmanager
    def lock(self, purpose: str, say: Say, *, wait: float = LOCK_WAIT_SECONDS) -> Iterator[None]:
        # The lock lives as long as its own session: a loader that dies lets go of it.
        with self.connect() as connection:
            cursor = connection.cursor()
            me = f"{purpose} (pid {os.getpid()} on {socket.gethostname()})"
            cursor.execute("select set_config('application_name', %s, false)", (me[:63],))
            until, said = monotonic() + wait, False
            while not _try_advisory_lock(cursor):
                if not said:
                    say(
                        f"waiting for {_advisory_holder(cursor)}, which is loading into {self.name}"
                    )
                    said = True
                if monotonic() > until:
                    raise WarehouseError(
                        f"{self.name} is still in use by {_advisory_holder(cursor)} after "
                        f"{wait:g} s; run again when that load has ended"
                    )
                sleep(0.5)
            yield


def _try_advisory_lock(cursor: Any) -> bool:
    cursor.execute("select pg_try_advisory_lock(hashtext(%s))", (LOCK_NAME,))
    return bool(cursor.fetchone()[0])


def _advisory_holder(cursor: Any) -> str:
    cursor.execute(
        "select a.application_name from pg_locks as l "
        "inner join pg_stat_activity as a on a.pid = l.pid "
        "where l.locktype = 'advisory' and l.granted "
        "and l.objid::bigint = hashtext(%s)::bigint & 4294967295",
        (LOCK_NAME,),
    )
    row = cursor.fetchone()
    return str(row[0]) if row else "another load"


def _read_holder(holder: Path) -> str:
    try:
        held = json.loads(holder.read_text())
    except (OSError, ValueError):  # it is just being written or removed
        return "another load"
    return f"{held['purpose']} (pid {held['pid']})"


def _why_not_open(path: Path, error: str) -> str:
    if "lock" in error:
        by = error.partition("held in ")[2].partition(". See")[0]
        who = f" ({by})" if by else ""
        return f"{path} is open in another program{who}; close it there and run again"
    return f"cannot open {path}: {error.splitlines()[0]}"


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]
