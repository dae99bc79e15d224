"""A Postgres database, `prod`, by libpq's PG* variables."""

import os
import re
import socket
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from tempfile import SpooledTemporaryFile
from typing import Any, ClassVar
from urllib.parse import quote

from loaders.errors import LockLostError, WarehouseError
from loaders.warehouse import arrow
from loaders.warehouse.base import ASKING, Say, Warehouse, first_line, quick
from loaders.warehouse.patience import patiently

LOCK_NAME = "signalroom load"

# libpq's own words: a server that is gone is found out soon, also in the middle of a load
MANNERS = "connect_timeout=10&keepalives_idle=30&keepalives_interval=10&tcp_user_timeout=60000"
HOLDERS = (
    "select a.application_name from pg_locks as l "
    "inner join pg_stat_activity as a on l.pid = a.pid and l.database = a.datid "
    "where l.locktype = 'advisory' and l.granted and a.datname = current_database() "
    "and l.objid::bigint = hashtext(%s)::bigint & 4294967295 "
)

# libpq's further variables, which it reads from the process's own environment alone
ENCRYPTION = {"PGSSLROOTCERT": "sslrootcert", "PGCHANNELBINDING": "channel_binding"}

IN_MEMORY = 64 * 2**20  # bytes of a mart; what is more goes to a file
OPEN_CURSOR = "declare asked refcursor := 'asked'; begin open asked for execute %s; end"

CUT = "57P01"
# the world: everybody, and the roles as which Supabase lets it in; protect.sql says the same in dbt
MAKE_SCHEMA = """
do $$
declare
    who text;
begin
    if to_regnamespace('{schema}') is null then
        create schema {schema};
    end if;
    for who in
        select quote_ident(rolname) from pg_roles where rolname in ('anon', 'authenticated')
        union all
        select 'public'
    loop
        if has_schema_privilege(trim('"' from who), '{schema}', 'usage, create') then
            execute 'revoke all on schema {schema} from ' || who;
        end if;
    end loop;
end
$$
"""
# SQLSTATE: what the person who reads the error can do
REMEDIES = {
    "42P11": "ask with one statement that reads, and nothing after it",
    "57014": f"it took longer than it may; what `signalroom query` asks may take {ASKING:.0f} s",
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
# our tables of files, but for those that have the index
WITHOUT_INDEX = """
select tablename from pg_tables
inner join information_schema.columns on table_schema = schemaname and table_name = tablename
where
    schemaname = %s and column_name = '_file_name' and pg_has_role(tableowner, 'usage')
    and not exists (
        select 1 from pg_indexes as known
        where known.schemaname = pg_tables.schemaname and known.indexname = tablename || '_by_file'
    )
"""
BLOCK_INDEXES = """
select indexes.oid from pg_class as indexes
inner join pg_am on pg_am.oid = indexes.relam and amname = 'brin'
where relnamespace = to_regnamespace(%s) and pg_has_role(relowner, 'usage')
"""
CHANGED = """
select relname, n_dead_tup > n_live_tup / 10 from pg_stat_user_tables
where schemaname = %s and greatest(n_mod_since_analyze, n_dead_tup) > n_live_tup / 10
"""


@dataclass(frozen=True)
class Postgres(Warehouse):
    """A Postgres database, by libpq's variables; PGHOST may be the folder of a socket."""

    environ: Mapping[str, str]
    target = "prod"
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
    list_comments: ClassVar[str] = (
        "select c.relname, coalesce(a.attname, ''), d.description from pg_description as d "
        "inner join pg_class as c on d.classoid = 'pg_class'::regclass and d.objoid = c.oid "
        "inner join pg_namespace as n on c.relnamespace = n.oid "
        "left join pg_attribute as a on a.attrelid = c.oid and a.attnum = d.objsubid "
        "and d.objsubid > 0 where n.nspname = %s"
    )
    _locked: list[str] = field(default_factory=list, compare=False, repr=False)
    _own_sessions: list[bool] = field(default_factory=list, compare=False, repr=False)  # looked at

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
        further = [f"{ENCRYPTION[name]}={quote(get(name, ''))}" for name in ENCRYPTION if get(name)]
        manners = "&".join([f"sslmode={get('PGSSLMODE', 'require')}", *further, MANNERS])
        if host.startswith("/"):
            return (
                f"postgresql://{user}:{password or 'x'}@localhost:{port}/{database}"
                f"?host={quote(host)}&{manners}"
            )
        host = f"[{host}]" if ":" in host else host  # IPv6
        return f"postgresql://{user}:{password}@{host}:{port}/{database}?{manners}"

    def destination(self, columns: int = 0) -> Any:  # noqa: ARG002  # its server has memory
        from dlt.destinations import postgres

        from loaders.warehouse.pooled import without_options

        kind = without_options(quick(postgres))
        return kind(self.url(), supports_transactions=True)

    def _views(self, table: str) -> list[str]:
        views = self.query(
            "select distinct views.oid::regclass::text from pg_depend "
            "inner join pg_rewrite on pg_rewrite.oid = pg_depend.objid "
            "inner join pg_class as views on views.oid = pg_rewrite.ev_class "
            "where pg_depend.refobjid = %s::regclass "
            "and views.relnamespace = to_regnamespace('staging')",
            (table,),
        )
        return [view for (view,) in views]

    def make_schema(self, schema: str) -> None:
        """One that is there is closed too: the defaults of a database may open tables in it."""
        self.execute(MAKE_SCHEMA.format(schema=schema))

    def change(self, *statements: str) -> None:
        with self.session(read_only=False) as connection:
            patiently(lambda: connection, lambda: super(Postgres, self).change(*statements))

    def tidy(self, schema: str) -> None:
        """Also give back the room of replaced rows and tell the planner of the new ones.

        Where a tenth of a table changed: that costs as much as the whole table, and a night changes
        a little of a long one. Rows of files lie in the order in which the files came: a small
        index of blocks finds them, where it knows of the new blocks.
        """
        super().tidy(schema)
        for (table,) in self.query(WITHOUT_INDEX, (schema,)):
            self.change(
                f'create index "{table}_by_file" on "{schema}"."{table}" '
                "using brin (_file_name) with (autosummarize = on)"
            )
        for (index,) in self.query(BLOCK_INDEXES, (schema,)):
            self.execute("select brin_summarize_new_values(%s)", (index,))
        for table, has_dead_rows in self.query(CHANGED, (schema,)):
            with self.session(read_only=False) as connection:
                cursor = connection.cursor()
                cursor.execute("set default_statistics_target = 20")  # a sample that suffices
                action = "vacuum (analyze)" if has_dead_rows else "analyze"
                cursor.execute(f'{action} "{schema}"."{table}"')

    def batches(
        self, sql: str, parameters: Sequence[Any], types: Mapping[str, str]
    ) -> Iterator[Any]:
        wanted = arrow.schema(types)
        with self.session() as connection, SpooledTemporaryFile(IN_MEMORY) as file:
            cursor = connection.cursor()
            statement = cursor.mogrify(sql, parameters).decode()
            cursor.copy_expert(f"copy ({statement}) to stdout (format csv)", file)
            file.seek(0)
            yield from arrow.from_csv(file, wanted)

    def ask(self, sql: str) -> tuple[list[str], list[tuple[Any, ...]]]:
        """A cursor takes one statement that only reads, in a transaction that it cannot leave."""
        from psycopg2.errors import ReadOnlySqlTransaction

        with self.as_of_now() as connection:
            cursor = connection.cursor()
            cursor.execute(
                "select set_config('statement_timeout', %s, true)", (f"{ASKING * 1000:.0f}ms",)
            )
            opened = cursor.mogrify(OPEN_CURSOR, (sql,)).decode()
            try:
                cursor.execute("do %s", (opened,))
                cursor.execute("fetch all from asked")
            except ReadOnlySqlTransaction as error:  # here it says nothing about the server's disk
                raise WarehouseError(f"{self.name}: {error.diag.message_primary}") from None
            try:
                return [column.name for column in cursor.description], cursor.fetchall()
            except ValueError as error:  # such as a day before the first year
                raise WarehouseError(f"{self.name}: {error}; ask for it as text") from None

    @contextmanager
    def as_of_now(self, *tables: str) -> Iterator[Any]:
        with self.session() as connection:
            cursor = connection.cursor()
            cursor.execute("begin isolation level repeatable read read only")
            try:
                if tables:  # before the moment is set by the first question
                    cursor.execute(f"lock table {', '.join(tables)} in access share mode")
                yield connection
            finally:
                with suppress(Exception):  # its connection may be gone, and the transaction with it
                    cursor.execute("rollback")

    @contextmanager
    def open(self, *, read_only: bool) -> Iterator[Any]:
        import psycopg2

        try:
            connection = psycopg2.connect(self.url(), application_name=LOCK_NAME)
        except psycopg2.OperationalError as error:
            raise WarehouseError(f"cannot reach {self.name}: {_refusal(error)}") from None
        try:
            self._refuse_shared(connection)
            connection.set_session(readonly=read_only, autocommit=True)
            connection.cursor().execute("set time zone 'UTC'")
            yield connection
        finally:
            connection.close()

    def _refuse_shared(self, connection: Any) -> None:
        """WarehouseError behind a pooler that gives a session to others between its statements.

        Then a lock is somebody else's at once, and so are the settings of a session.
        """
        from loaders.warehouse.pooled import is_shared

        if self._own_sessions:
            return
        if is_shared(connection, self.url()):
            raise WarehouseError(
                f"{self.name} is a pooler in transaction mode: sessions share their connections, "
                "and a lock would hold nothing; use its session mode (Supabase's is on port 5432)"
            )
        self._own_sessions.append(True)

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
            return first_line(error)
        broken = psycopg2.OperationalError | psycopg2.InterfaceError
        was_cut = error.pgcode is None and isinstance(error, broken)
        remedy = REMEDIES.get(CUT if was_cut else error.pgcode or "", "")
        said = error.diag.message_primary or first_line(error)
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
    def alone(self, purpose: str) -> Iterator[bool]:
        with self.open(read_only=True) as connection:  # of its own: the session comes and goes
            cursor = connection.cursor()
            name = f"signalroom {purpose}"
            cursor.execute("select pg_try_advisory_lock(hashtext(%s))", (name,))
            yield cursor.fetchone()[0]

    @contextmanager
    def lock(self, purpose: str, say: Say, *, wait: float | None = None) -> Iterator[None]:
        # The lock lives as long as its own session: a loader that dies lets go of it.
        wait = self.lock_wait if wait is None else wait
        with self.session(read_only=False) as connection:
            cursor = connection.cursor()
            me = f"{purpose} (pid {os.getpid()} on {socket.gethostname()})"
            cursor.execute("select set_config('application_name', %s, false)", (me[:63],))
            cursor.execute("select pg_try_advisory_lock(hashtext(%s))", (LOCK_NAME,))
            if not cursor.fetchone()[0]:
                say(f"waiting for {_holder(cursor)}, which is working on {self.name}")
                self._wait_for_lock(cursor, wait)
            self._locked.append(purpose)
            try:
                yield
                self.check_lock()
            finally:
                self._locked.clear()

    def _wait_for_lock(self, cursor: Any, seconds: float) -> None:
        from psycopg2.errors import LockNotAvailable

        milliseconds = max(1, round(seconds * 1000))  # 0 would be for ever
        cursor.execute("set statement_timeout = 0")  # a server's own would end the wait
        cursor.execute("select set_config('lock_timeout', %s, false)", (f"{milliseconds}ms",))
        try:
            cursor.execute("select pg_advisory_lock(hashtext(%s))", (LOCK_NAME,))
        except LockNotAvailable:
            raise WarehouseError(
                f"{self.name} is still in use by {_holder(cursor)} after {seconds:g} s; "
                "run again when it has ended"
            ) from None
        cursor.execute("reset lock_timeout")
        cursor.execute("reset statement_timeout")


def _holder(cursor: Any) -> str:
    cursor.execute(HOLDERS, (LOCK_NAME,))
    row = cursor.fetchone()
    return str(row[0]) if row else "another load"


def _refusal(error: Exception) -> str:
    """Why there is no connection, and the variable to look at."""
    text = first_line(error)
    checks = (check for found, check in REFUSALS.items() if re.search(found, str(error)))
    return "; ".join([text, *checks][:2])
