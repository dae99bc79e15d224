"""Postgres behind a pooler, such as PgBouncer or Supabase's.

In session mode it is as without one, but for startup options, which PgBouncer refuses. In
transaction mode a session has another connection for each transaction.
"""

from typing import Any

from loaders.warehouse.patience import patiently


def without_options(kind: Any) -> Any:
    """dlt's destination Postgres, whose connections say their search path after they are made.

    It changes tables with patience for who reads them.
    """
    import psycopg2
    from dlt.destinations.impl.postgres.postgres import PostgresClient
    from dlt.destinations.impl.postgres.sql_client import Psycopg2SqlClient

    class SqlClient(Psycopg2SqlClient):
        def open_connection(self) -> Any:
            self._conn = psycopg2.connect(dsn=self.credentials.to_native_representation())
            self._reset_connection()
            return self._conn

        def _reset_connection(self) -> None:
            super()._reset_connection()
            path = f"{self.fully_qualified_dataset_name()}, public"
            self._conn.cursor().execute(f"set search_path to {path}")

    class Client(PostgresClient):
        def __init__(self, schema: Any, config: Any, capabilities: Any) -> None:
            super().__init__(schema, config, capabilities)
            made = self.sql_client
            self.sql_client = SqlClient(
                made.dataset_name, made.staging_dataset_name, config.credentials, capabilities
            )

        def update_stored_schema(self, *arguments: Any, **named: Any) -> Any:
            update = super().update_stored_schema
            return patiently(
                lambda: self.sql_client.native_connection, lambda: update(*arguments, **named)
            )

    class WithoutOptions(kind):  # type: ignore[misc]  # known when dlt is imported
        @property
        def client_class(self) -> Any:
            return Client

    return WithoutOptions


def is_shared(connection: Any, url: str) -> bool:
    """Whether the connection to the server behind a session is not its own.

    A second session is given the same one, or the first another while the second is in a
    transaction; in statement mode there are none.
    """
    import psycopg2

    connection.autocommit = True
    mine = _backend(connection)
    other = psycopg2.connect(url)
    try:
        other.autocommit = True
        if _backend(other) == mine:
            return True
        other.cursor().execute("begin")
        _backend(other)
        return _backend(connection) != mine
    except psycopg2.Error as error:
        if "transaction blocks not allowed" in str(error):
            return True
        raise
    finally:
        other.close()


def _backend(connection: Any) -> int:
    cursor = connection.cursor()
    cursor.execute("select pg_backend_pid()")
    (pid,) = cursor.fetchone()
    return int(pid)
