"""The warehouse: where loads go, who may load now, and plain SQL for what the loaders must know.

Nothing outside this module knows which engine it is. `dev` is one DuckDB file; `prod` is Postgres
at the address that libpq's PG* variables name.
"""

import hashlib
import json
import os
import re
import socket
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, sleep
from typing import Any, ClassVar, Literal
from urllib.parse import quote

from loaders.errors import LoadError, LockLostError, WarehouseError

LOCK_WAIT_SECONDS = 300.0
LOCK_NAME = "signalroom load"
Say = Callable[[str], None]

Columns = dict[str, dict[str, str]]  # of each table of a schema, their types
# the same as it is declared; no type where every engine has its own
Declared = Mapping[str, Mapping[str, str | None]]

# types as both engines would be spelled alike
SPELLINGS = {"numeric": "decimal", "character varying": "text", "varchar": "text"}

# libpq's own words: a server that is gone is found out soon, also in the middle of a load
MANNERS = "connect_timeout=10&keepalives_idle=30&keepalives_interval=10&tcp_user_timeout=60000"
HOLDERS = (
    "select a.application_name from pg_locks as l "
    "inner join pg_stat_activity as a on l.pid = a.pid and l.database = a.datid "
    "where l.locktype = 'advisory' and l.granted and a.datname = current_database() "
    "and l.objid::bigint = hashtext(%s)::bigint & 4294967295 "
)

CUT = "57P01"
# SQLSTATE: what the person who reads the error can do
REMEDIES = {
    "42501": "grant it to the role {user}, see docs/production.md",
    "53100": "the disk of the server is full",
    "25006": "the database only lets itself be read, as Supabase's does when its disk is full",
    CUT: "the connection was cut; run again",
}
# the same for the refusal of a connection, which carries no SQLSTATE
REFUSALS = {
    "password authentication failed": "check PGUSER and PGPASSWORD",
    "database .* does not exist": "check PGDATABASE",
    "SSL": "check PGSSLMODE",
    "refused|translate host|timeout expired|No such file|No route": "check PGHOST and PGPORT",
}


class Warehouse(ABC):
    """One engine at one address."""

    target: str
    import_format: ClassVar[Literal["csv", "parquet"]]  # of files that it takes in as they are
    list_columns: ClassVar[str]  # schema, table, column and type of all tables and views
    _catalog: dict[str, Columns]  # what was listed, until somebody changes it
    _sessions: list[Any]  # the connection that is used until its `session` ends

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
        """The dlt destination, its merges in one transaction.

        By default dlt deletes, commits and then inserts: who is killed between leaves no rows.
        """

    @abstractmethod
    def exists(self) -> bool:
        """Whether there is anything to read, without making it."""

    @abstractmethod
    @contextmanager
    def open(self, *, read_only: bool) -> Iterator[Any]:
        """A new DB-API connection without transactions; WarehouseError says why there is none."""

    @abstractmethod
    @contextmanager
    def explained(self) -> Iterator[None]:
        """WarehouseError in place of the errors of the engine's driver."""

    @abstractmethod
    @contextmanager
    def lock(self, purpose: str, say: Say, *, wait: float | None = None) -> Iterator[None]:
        """Hold the one place for loaders; wait for it, say for whom, give up after `wait`."""

    @abstractmethod
    def check_lock(self) -> None:
        """LockLostError when the lock that this process took is no longer its own."""

    @abstractmethod
    def explain(self, error: BaseException) -> str:
        """An error of the engine's driver in one line, and what to do where we know it."""

    @abstractmethod
    def placeholders(self, sql: str) -> str:
        """The statement, written with %s, in the engine's own parameter style."""

    @contextmanager
    def session(self, *, read_only: bool = True) -> Iterator[Any]:
        """One connection for all that is asked until the end; a query alone opens its own."""
        if self._sessions:
            with self.explained():
                yield self._sessions[0]
            return
        with self.open(read_only=read_only) as connection:
            self._sessions.append(connection)
            try:
                with self.explained():
                    yield connection
            finally:
                self._sessions.clear()

    def query(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """All rows of a statement; parameters are written %s on every engine."""
        with self.session() as connection:
            cursor = connection.cursor()
            cursor.execute(self.placeholders(sql), parameters)
            return list(cursor.fetchall())

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> None:
        """A statement that changes something."""
        with self.session(read_only=False) as connection:
            connection.cursor().execute(self.placeholders(sql), parameters)

    @contextmanager
    def transaction(self) -> Iterator[Callable[..., None]]:
        """Several statements, all of them or none; yields what executes one."""
        with self.session(read_only=False) as connection:
            cursor = connection.cursor()
            cursor.execute("begin")
            try:
                yield lambda sql, parameters=(): cursor.execute(self.placeholders(sql), parameters)
            except BaseException:
                with suppress(Exception):  # its connection may be gone, and the transaction with it
                    cursor.execute("rollback")
                raise
            cursor.execute("commit")

    @abstractmethod
    def tidy(self, schema: str) -> None:
        """Give back the room of replaced rows and tell the planner of the new ones."""

    def columns(self, schema: str) -> Columns:
        """The columns of each table of a schema and their types, spelled alike on every engine."""
        if not self._catalog and self.exists():
            for place, table, column, data_type in self.query(self.list_columns):
                self._catalog.setdefault(place, {}).setdefault(table, {})[column] = _spelled(
                    data_type
                )
        return self._catalog.get(schema, {})

    def missing(self, schema: str, declared: Declared) -> list[str]:
        """The declared columns that are not there; of a table that is not there, the table."""
        existing = self.columns(schema)
        names = []
        for table, columns in declared.items():
            found = existing.get(table, {})
            absent = [f"{schema}.{table}.{name}" for name in set(columns) - set(found)]
            names += sorted(absent) if found else [f"{schema}.{table}"]
        return names

    def altered(self, schema: str, declared: Declared) -> list[str]:
        """The declared columns that have another type, in which values would be others."""
        existing = self.columns(schema)
        return [
            f"{schema}.{table}.{name} is {found} instead of {_spelled(wanted)}"
            for table, columns in declared.items()
            for name, wanted in columns.items()
            if wanted
            and (found := existing.get(table, {}).get(name)) not in (None, _spelled(wanted))
        ]

    def refuse_altered(self, schema: str, declared: Declared) -> None:
        """LoadError names the columns that have another type."""
        if changes := self.altered(schema, declared):
            raise LoadError(
                f"{'; '.join(changes)}: somebody altered it in {self.name}; alter it back, or "
                "drop the table, and it is made and read again"
            )

    def forget(self) -> None:
        """Look at the tables anew when somebody asks next; who changes them says so."""
        self._catalog.clear()


@dataclass(frozen=True)
class DuckDB(Warehouse):
    """A DuckDB file. One process at a time may have it open for writing."""

    path: Path
    target: str = "dev"
    import_format = "parquet"
    list_columns: ClassVar[str] = (
        "select table_schema, table_name, column_name, data_type from information_schema.columns"
    )
    _catalog: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)
    _sessions: list[Any] = field(default_factory=list, compare=False, repr=False)

    @property
    def name(self) -> str:
        return str(self.path)

    def destination(self) -> Any:
        from dlt.destinations import duckdb
        from dlt.destinations.impl.duckdb.configuration import DuckDbCredentials

        # one thread a statement: several would each hold a group of rows, and need twice the time
        credentials = DuckDbCredentials(str(self.path))
        credentials.global_config = {"threads": 1, "memory_limit": "300MB"}
        return duckdb(credentials, supports_transactions=True, max_parallel_load_jobs=2)

    def exists(self) -> bool:
        return self.path.exists()

    def placeholders(self, sql: str) -> str:
        return sql.replace("%s", "?")

    def tidy(self, schema: str) -> None:
        """DuckDB does so by itself at each checkpoint."""

    @contextmanager
    def open(self, *, read_only: bool) -> Iterator[Any]:
        import duckdb

        try:
            connection = duckdb.connect(str(self.path), read_only=read_only)
        except duckdb.Error as error:
            raise WarehouseError(self.explain(error)) from None
        with connection:
            connection.execute("set timezone = 'UTC'")
            yield connection

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
            by = text.partition("held in ")[2].partition(". See")[0]
            who = f" ({by})" if by else ""
            return f"{self.path} is open in another program{who}; close it there and run again"
        if "not a valid DuckDB database" in text or "Cannot open file" in text:
            return f"cannot open {self.path}: {_first_line(error)}"
        return _first_line(error)

    def check_lock(self) -> None:
        """A file lock is held as long as the process lives."""

    @contextmanager
    def lock(self, purpose: str, say: Say, *, wait: float | None = None) -> Iterator[None]:
        from filelock import FileLock, Timeout

        wait = LOCK_WAIT_SECONDS if wait is None else wait
        self.path.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(f"{self.path}.lock")
        holder = Path(f"{self.path}.holder")  # the lock file itself is emptied by who waits
        try:
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
        try:
            holder.write_text(json.dumps({"purpose": purpose, "pid": os.getpid()}))
            # another program that holds the file is found out before anything is read
            with self.session(read_only=False):
                yield
        finally:
            holder.unlink(missing_ok=True)
            lock.release()


@dataclass(frozen=True)
class Postgres(Warehouse):
    """A Postgres database, by libpq's variables; PGHOST may be the folder of a socket."""

    environ: Mapping[str, str]
    target: str = "prod"
    import_format = "csv"  # goes through COPY without being taken apart again
    # the catalogue, because information_schema hides what one has no right on
    list_columns: ClassVar[str] = (
        "select n.nspname, c.relname, a.attname, format_type(a.atttypid, a.atttypmod) "
        "from pg_attribute as a "
        "inner join pg_class as c on a.attrelid = c.oid "
        "inner join pg_namespace as n on c.relnamespace = n.oid "
        "where n.nspname not in ('pg_catalog', 'pg_toast', 'information_schema') "
        "and c.relkind in ('r', 'p', 'v', 'm', 'f') and a.attnum > 0 and not a.attisdropped"
    )
    _catalog: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)
    _sessions: list[Any] = field(default_factory=list, compare=False, repr=False)
    _locked: list[str] = field(default_factory=list, compare=False, repr=False)

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
        manners = f"sslmode={get('PGSSLMODE', 'require')}&{MANNERS}"
        if host.startswith("/"):
            return (
                f"postgresql://{user}:{password or 'x'}@localhost:{port}/{database}"
                f"?host={quote(host)}&{manners}"
            )
        return f"postgresql://{user}:{password}@{host}:{port}/{database}?{manners}"

    def destination(self) -> Any:
        from dlt.destinations import postgres

        return postgres(self.url(), supports_transactions=True)

    def exists(self) -> bool:
        return True

    def placeholders(self, sql: str) -> str:
        return sql

    def tidy(self, schema: str) -> None:
        changed = self.query(
            "select relname, n_dead_tup > 0 from pg_stat_user_tables "
            "where schemaname = %s and n_mod_since_analyze > 0",
            (schema,),
        )
        for table, has_dead_rows in changed:
            with self.session(read_only=False) as connection:
                cursor = connection.cursor()
                cursor.execute("set default_statistics_target = 20")  # a sample that suffices
                action = "vacuum (analyze)" if has_dead_rows else "analyze"
                cursor.execute(f'{action} "{schema}"."{table}"')

    @contextmanager
    def open(self, *, read_only: bool) -> Iterator[Any]:
        import psycopg2

        try:
            connection = psycopg2.connect(self.url(), application_name=LOCK_NAME)
        except psycopg2.OperationalError as error:
            raise WarehouseError(f"cannot reach {self.name}: {_refusal(error)}") from None
        try:
            connection.set_session(readonly=read_only, autocommit=True)
            connection.cursor().execute("set time zone 'UTC'")
            yield connection
        finally:
            connection.close()

    @contextmanager
    def explained(self) -> Iterator[None]:
        import psycopg2

        try:
            yield
        except psycopg2.Error as error:
            if self._locked and self._sessions and self._sessions[0].closed:
                raise self._lost_lock() from None
            raise WarehouseError(f"{self.name}: {self.explain(error)}") from None

    def explain(self, error: BaseException) -> str:
        import psycopg2

        if not isinstance(error, psycopg2.Error):
            return _first_line(error)
        broken = psycopg2.OperationalError | psycopg2.InterfaceError
        was_cut = error.pgcode is None and isinstance(error, broken)
        remedy = REMEDIES.get(CUT if was_cut else error.pgcode or "", "")
        said = error.diag.message_primary or _first_line(error)
        return "; ".join(filter(None, [said, remedy.format(user=self.environ.get("PGUSER"))]))

    def check_lock(self) -> None:
        import psycopg2

        if not self._locked:
            return
        try:
            cursor = self._sessions[0].cursor()
            cursor.execute(HOLDERS + "and l.pid = pg_backend_pid()", (LOCK_NAME,))
            if cursor.fetchone():
                return
        except psycopg2.Error:
            pass  # its session is gone, and the lock with it
        raise self._lost_lock()

    def _lost_lock(self) -> LockLostError:
        return LockLostError(
            f"the connection that held the lock on {self.name} was cut, so another load may have "
            "begun; run again"
        )

    @contextmanager
    def lock(self, purpose: str, say: Say, *, wait: float | None = None) -> Iterator[None]:
        # The lock lives as long as its own session: a loader that dies lets go of it.
        wait = LOCK_WAIT_SECONDS if wait is None else wait
        with self.session(read_only=False) as connection:
            cursor = connection.cursor()
            me = f"{purpose} (pid {os.getpid()} on {socket.gethostname()})"
            cursor.execute("select set_config('application_name', %s, false)", (me[:63],))
            until, said = monotonic() + wait, False
            while not _try_advisory_lock(cursor):
                if not said:
                    who = _advisory_holder(cursor)
                    say(f"waiting for {who}, which is working on {self.name}")
                    said = True
                if monotonic() > until:
                    raise WarehouseError(
                        f"{self.name} is still in use by {_advisory_holder(cursor)} after "
                        f"{wait:g} s; run again when it has ended"
                    )
                sleep(0.5)
            self._locked.append(purpose)
            try:
                yield
                self.check_lock()
            finally:
                self._locked.clear()


def _try_advisory_lock(cursor: Any) -> bool:
    cursor.execute("select pg_try_advisory_lock(hashtext(%s))", (LOCK_NAME,))
    return bool(cursor.fetchone()[0])


def _advisory_holder(cursor: Any) -> str:
    cursor.execute(HOLDERS, (LOCK_NAME,))
    row = cursor.fetchone()
    return str(row[0]) if row else "another load"


def _read_holder(holder: Path) -> str:
    try:
        held = json.loads(holder.read_text())
    except (OSError, ValueError):  # it is just being written or removed
        return "another load"
    return f"{held['purpose']} (pid {held['pid']})"


def _spelled(data_type: str) -> str:
    name, bracket, details = data_type.lower().partition("(")
    return SPELLINGS.get(name, name) + bracket + details


def _refusal(error: Exception) -> str:
    """Why there is no connection, and the variable to look at."""
    text = _first_line(error)
    checks = (check for found, check in REFUSALS.items() if re.search(found, str(error)))
    return "; ".join([text, *checks][:2])


def _first_line(error: BaseException) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]
