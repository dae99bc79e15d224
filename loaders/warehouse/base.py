"""What a warehouse is to the loaders, whichever engine it is."""

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

from loaders.errors import LoadError

Say = Callable[[str], None]
Columns = dict[str, dict[str, str]]  # of each table of a schema, their types
Catalog = dict[str, Columns]  # by schema
# the same as it is declared; no type where every engine has its own
Declared = Mapping[str, Mapping[str, str | None]]

ASKING = 60.0  # seconds that a typed question may take
# types as both engines would be spelled alike
SPELLINGS = {"numeric": "decimal", "character varying": "text", "varchar": "text"}


@dataclass(frozen=True)
class Warehouse(ABC):
    """One engine at one address."""

    target: ClassVar[str]
    lock_wait: ClassVar[float] = 300.0  # seconds
    import_format: ClassVar[Literal["csv", "parquet"]]  # of files that it takes in as they are
    list_columns: ClassVar[str]  # schema, table, column and type of all tables and views
    list_comments: ClassVar[str]  # the same without the type: table, column or '', comment
    # what was listed, until somebody changes it
    _catalog: Catalog = field(default_factory=dict, init=False, compare=False, repr=False)
    # the connection that is used until its `session` ends
    _sessions: list[Any] = field(default_factory=list, init=False, compare=False, repr=False)

    @property
    @abstractmethod
    def name(self) -> str:
        """The address as a person reads it, without secrets."""

    @property
    def fingerprint(self) -> str:
        """A short name of this very warehouse, for dlt's working folder."""
        return hashlib.sha256(self.name.encode()).hexdigest()[:8]

    @abstractmethod
    def destination(self, columns: int = 0) -> Any:
        """The dlt destination, its merges in one transaction, for tables of so many columns.

        By default dlt deletes, commits and then inserts: who is killed between leaves no rows.
        """

    def exists(self) -> bool:
        """Whether there is anything to read, without making it."""
        return True

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
    def alone(self, purpose: str) -> AbstractContextManager[bool]:
        """Whether nobody else does the same here until the end; loads and builds do not matter."""

    @abstractmethod
    def check_lock(self) -> None:
        """LockLostError when the lock that this process took is no longer its own."""

    @abstractmethod
    def explain(self, error: BaseException) -> str:
        """An error of the engine's driver in one line, and what to do where we know it."""

    def placeholders(self, sql: str) -> str:
        """The statement, written with %s, in the engine's own parameter style."""
        return sql

    @contextmanager
    def session(self, *, read_only: bool = True) -> Iterator[Any]:
        """One connection for all that is asked until the end; a query alone opens its own."""
        if self._sessions:
            with self.explained():
                yield self._sessions[0]
            return
        with self.explained(), self.open(read_only=read_only) as connection:
            self._sessions.append(connection)
            try:
                yield connection
            finally:
                self._sessions.clear()

    def reading(self) -> AbstractContextManager[Any]:
        """A session to read in, where there is anything to read."""
        return self.session() if self.exists() else nullcontext()

    def query(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """All rows of a statement; parameters are written %s on every engine."""
        with self.session() as connection:
            cursor = connection.cursor()
            cursor.execute(self.placeholders(sql), parameters)
            return list(cursor.fetchall())

    @abstractmethod
    def batches(
        self, sql: str, parameters: Sequence[Any], types: Mapping[str, str]
    ) -> Iterator[Any]:
        """The rows of a statement as Arrow batches, its columns of these types (see `columns`)."""

    @abstractmethod
    def ask(self, sql: str) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Columns and rows of a statement that somebody typed: it can change nothing anywhere."""

    def as_of_now(self, *tables: str) -> AbstractContextManager[Any]:  # noqa: ARG002
        """A session in which everything is read as of one moment, whoever writes meanwhile.

        Where other tables could take the place of those that are read, they are named.
        """
        return self.session()

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
    def make_schema(self, schema: str) -> None:
        """Create a schema where it is missing; what it holds, nobody outside reads."""

    def change(self, *statements: str) -> None:
        """Change tables, with all of the statements or none."""
        with self.transaction() as execute:
            for statement in statements:
                execute(statement)
        self.forget()

    def tidy(self, schema: str) -> None:
        """Leave no second copy of rows where dlt put them before it merged them."""
        staging = f"{schema}_staging"
        for table in self.columns(staging):
            name = f"{staging}.{table}"
            if not table.startswith("_dlt") and self.query(f"select 1 from {name} limit 1"):  # noqa: S608
                self.execute(f"truncate table {name}")

    def columns(self, schema: str) -> Columns:
        """The columns of each table of a schema and their types, spelled alike on every engine."""
        if not self._catalog and self.exists():
            for place, table, column, data_type in self.query(self.list_columns):
                self._catalog.setdefault(place, {}).setdefault(table, {})[column] = spelled(
                    data_type
                )
        return self._catalog.get(schema, {})

    def comments(self, schema: str) -> dict[str, dict[str, str]]:
        """What dbt noted of each table and its columns; of the table itself under ''."""
        comments: dict[str, dict[str, str]] = {}
        for table, column, comment in self.query(self.list_comments, (schema,)):
            comments.setdefault(table, {})[column] = comment
        return comments

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
            f"{schema}.{table}.{name} has type {found}, expected {spelled(wanted)}"
            for table, columns in declared.items()
            for name, wanted in columns.items()
            if wanted
            and (found := existing.get(table, {}).get(name)) not in (None, spelled(wanted))
        ]

    def refuse_altered(self, schema: str, declared: Declared) -> None:
        """LoadError names the columns that have another type."""
        if changes := self.altered(schema, declared):
            raise LoadError(
                f"{'; '.join(changes)}: somebody changed it in {self.name}; change it back, or "
                "drop the table to reload it"
            )

    def make_bigint(self, schema: str, table: str, columns: Sequence[str]) -> None:
        """Make texts whole numbers in place, blanks 0; LoadError names one that is none."""
        name = f"{schema}.{table}"
        for column in columns:
            odd = self.query(
                f"select min({column}), count(*) from {name} "  # noqa: S608
                f"where translate(trim({column}), '0123456789', '') <> ''"
            )
            ((example, rows),) = odd
            if rows:
                raise LoadError(
                    f"{name}.{column} must be whole numbers in this version, and {rows:,} rows "
                    f"have other texts, such as {example!r}; delete these rows, and load again"
                )
        statements = [f"drop view if exists {view} cascade" for view in self._views(name)]
        if table in self.columns(f"{schema}_staging"):
            # dlt makes it again, with the types of the other, once it has no note of it
            statements.append(f"drop table {schema}_staging.{table}")
            statements.append(f"delete from {schema}_staging._dlt_version")  # noqa: S608
        statements += [
            f"alter table {name} alter column {column} type bigint "
            f"using cast(coalesce(nullif(trim({column}), ''), '0') as bigint)"
            for column in columns
        ]
        self.change(*statements)

    def _views(self, _table: str) -> list[str]:
        """dbt's views of a table that keep it from being changed; the next build makes them."""
        return []

    def forget(self) -> None:
        """List the tables again when somebody asks next; whoever changes them calls this."""
        self._catalog.clear()


def quick(kind: Any) -> Any:
    """A kind of dlt's destinations that works out what it can do once, not a hundred times a load.

    Each time, dlt would look for settings of its own in files and in the environment.
    """

    class Quick(kind):  # type: ignore[misc]  # known when dlt is imported
        destination_type = f"dlt.destinations.{kind.__name__}"

        def capabilities(self, config: Any = None, naming: Any = None) -> Any:
            if config is not None:
                return super().capabilities(config, naming)
            known = self.__dict__.setdefault("_known", {})
            if type(naming) not in known:
                known[type(naming)] = super().capabilities(config, naming)
            return known[type(naming)].copy()

    return Quick


def spelled(data_type: str) -> str:
    """A type as both engines would spell it."""
    name, bracket, details = data_type.lower().partition("(")
    return SPELLINGS.get(name, name) + bracket + details


def first_line(error: BaseException) -> str:
    """The first line of an error, or its name where it says nothing."""
    return (str(error).strip() or type(error).__name__).splitlines()[0]
