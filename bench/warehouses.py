"""A warehouse of each engine, and the plainest way that the engine has to load files."""

import csv
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter
from urllib.parse import quote

import duckdb

from tests.postgres import Database, Rows

TABLES = ("orders_create", "orders_update")
BARE = "bare"  # the schema of the plain tables


class DuckDB:
    """A DuckDB file."""

    engine, target = "DuckDB", "dev"
    rival, aim, limit = "bare read_csv", 1.2, 0.0

    def __init__(self, path: Path) -> None:
        self.path = path
        self.environ = {"DUCKDB_PATH": str(path)}
        self.sling_url = f"duckdb://{path}"

    def bare(self, files: Sequence[Path]) -> float:
        """Load files with the engine alone; the seconds it took."""
        start = perf_counter()
        with duckdb.connect(str(self.path)) as connection:
            connection.execute(f"create schema {BARE}")
            for table in TABLES:
                connection.execute(
                    f"create table {BARE}.{table} as "
                    "select * from read_csv($paths, all_varchar = true)",
                    {"paths": [str(path) for path in of_table(files, table)]},
                )
        return perf_counter() - start

    def query(self, sql: str) -> Rows:
        """All rows of a statement."""
        with duckdb.connect(str(self.path), read_only=True) as connection:
            return connection.execute(sql).fetchall()

    def execute(self, statements: Sequence[str]) -> None:
        """Statements in one transaction."""
        with duckdb.connect(str(self.path)) as connection:
            connection.execute("begin")
            for statement in statements:
                connection.execute(statement)
            connection.execute("commit")

    def drop(self) -> None:
        """Give its room back."""
        self.path.unlink(missing_ok=True)


class Postgres:
    """A database of the tests' Postgres server."""

    engine, target = "Postgres", "prod"
    rival, aim, limit = "bare COPY", 2.0, 3.0

    def __init__(self, database: Database) -> None:
        self.database = database
        self.environ = database.environ
        server = database.server
        address = f"{server.superuser}:{quote(server.password, safe='')}@127.0.0.1:{server.port}"
        self.sling_url = f"postgresql://{address}/{database.name}?sslmode=disable"
        database.execute("checkpoint")  # nobody pays for what was written before

    def bare(self, files: Sequence[Path]) -> float:
        """Load files with the engine alone; the seconds it took."""
        start = perf_counter()
        with self.database.connect() as connection, connection.cursor() as cursor:
            cursor.execute(f"create schema {BARE}")
            for table in TABLES:
                paths = of_table(files, table)
                with paths[0].open(newline="", encoding="utf-8") as file:
                    columns = ", ".join(f'"{name}" text' for name in next(csv.reader(file)))
                cursor.execute(f"create table {BARE}.{table} ({columns})")
                for path in paths:
                    with path.open("rb") as content:
                        copy = f"copy {BARE}.{table} from stdin (format csv, header)"
                        cursor.copy_expert(copy, content, size=1 << 20)
        return perf_counter() - start

    def query(self, sql: str) -> Rows:
        """All rows of a statement."""
        return self.database.fetch(sql)[1]

    def execute(self, statements: Sequence[str]) -> None:
        """Statements in one transaction."""
        self.database.execute(*statements)

    def drop(self) -> None:
        """Give its room back."""
        self.database.drop()


Warehouse = DuckDB | Postgres


def of_table(files: Sequence[Path], table: str) -> list[Path]:
    """The files of a table; their folder is named like it."""
    return [path for path in files if path.parent.name == table.replace("_", "-")]
