"""Settings: the environment and .env, and what they say of warehouses and accounts.

The only place that knows where a setting comes from. For a source's key the order is: the client's
own variable (EVERFLOW_API_KEY__713), the client's own entry in .dlt/secrets.toml
([sources.everflow.clients.713]), the variable (EVERFLOW_API_KEY), the entry
([sources.everflow]), the default.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click
from dotenv import dotenv_values

from signalroom.clients import Client, read_clients

if TYPE_CHECKING:
    from loaders.source import Account, Source
    from loaders.warehouse import Warehouse

DEFAULT_DUCKDB = "signalroom.duckdb"
POSTGRES_NEEDS = ("PGHOST", "PGUSER", "PGPASSWORD", "PGDATABASE")


class NotConfigured(click.ClickException):
    """A setting that is needed and not there; the message names its variable."""


@dataclass(frozen=True)
class Settings:
    """The project's folder and its environment."""

    root: Path
    environ: Mapping[str, str]

    @classmethod
    def of_this_process(cls) -> "Settings":
        """The folder one stands in, .env in it, and the environment, which wins over .env."""
        root = Path.cwd()
        if not (root / "dbt_project").is_dir():
            raise click.ClickException(
                f"{root} has no dbt_project/: run signalroom from the project's root"
            )
        from_file = {name: value for name, value in dotenv_values(root / ".env").items() if value}
        return cls(root, from_file | {name: value for name, value in os.environ.items() if value})

    @property
    def workdir(self) -> Path:
        """dlt's working folder; nothing in it outlives a run."""
        return self.root / ".dlt" / "pipelines"

    def clients(self) -> list[Client]:
        """All clients under data/clients."""
        from loaders.registry import SOURCES

        return read_clients(self.root, known_sources=set(SOURCES))

    def duckdb_path(self) -> Path:
        """The DuckDB file, relative to the root."""
        return self.root / self.environ.get("DUCKDB_PATH", DEFAULT_DUCKDB)

    def warehouse(self, target: str) -> "Warehouse":
        """The warehouse of a target: dev is DuckDB, prod is Postgres."""
        from loaders.warehouse import DuckDB, Postgres

        if target == "dev":
            return DuckDB(self.duckdb_path())
        missing = [name for name in POSTGRES_NEEDS if not self.environ.get(name)]
        if missing:
            raise NotConfigured(
                f"{', '.join(missing)} not set: --target prod needs Postgres; see .env.example"
            )
        return Postgres(self.environ)

    def account(self, client: Client, source: "Source") -> "Account":
        """The client's account at a source; NotConfigured names the first variable missing."""
        from loaders.source import Account

        values: dict[str, str] = {}
        for setting in source.settings:
            value = self._find(source.name, client.client_id, setting.name) or setting.default
            if value is None:
                variable = f"{source.name}_{setting.name}".upper()
                raise NotConfigured(
                    f"{variable} is not set; copy .env.example to .env and fill it in "
                    f"(for this client alone: {variable}__{client.client_id})"
                )
            values[setting.name] = value
        return Account(
            client.client_id, client.timezone, client.currency, client.start_date, values
        )

    def dbt_environ(self) -> dict[str, str]:
        """The environment in which dbt finds the project, its profile and the same warehouses."""
        return dict(self.environ) | {
            "DBT_PROJECT_DIR": str(self.root / "dbt_project"),
            "DBT_PROFILES_DIR": str(self.root),
            "DUCKDB_PATH": str(self.duckdb_path()),
        }

    def _find(self, source: str, client_id: str, name: str) -> str | None:
        import dlt

        variable = f"{source}_{name}".upper()
        return (
            self.environ.get(f"{variable}__{client_id}")
            or dlt.secrets.get(f"sources.{source}.clients.{client_id}.{name}", str)
            or self.environ.get(variable)
            or dlt.secrets.get(f"sources.{source}.{name}", str)
        )
