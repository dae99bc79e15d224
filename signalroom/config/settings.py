"""Settings: the environment and .env, and the warehouses and accounts that they name.

The only place that knows where a setting comes from. For a source's key the order is: the client's
own variable (EVERFLOW_API_KEY__713), the client's own entry in .dlt/secrets.toml
([sources.everflow.clients.713]), the variable (EVERFLOW_API_KEY), the entry
([sources.everflow]), the default. A key without a client's name is that of the one active client
that has none of its own.
"""

import os
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from loaders.redaction import conceal, secrets_of
from signalroom.config import config_file, postgres
from signalroom.config.clients import Client, read_clients

if TYPE_CHECKING:
    from loaders.registry import Source
    from loaders.source import Account, Setting
    from loaders.warehouse import Warehouse

DEFAULT_DUCKDB = "signalroom.duckdb"
OWNER_ALONE = "077"  # a umask
# what profiles.yml reads: a pattern that DuckDB and dbt understand, and an example of it
DUCKDB_SETTINGS = {
    "DUCKDB_MEMORY_LIMIT": (r"\d+(\.\d+)? ?[KMGT]i?B", "1GB"),
    "DUCKDB_THREADS": (r"[1-9]\d?", "4"),
}


class NotConfigured(click.ClickException):
    """A setting that is needed and missing; the message names its variable."""


class InvalidSetting(NotConfigured):
    """A setting whose value cannot be right."""


@dataclass(frozen=True)
class Settings:
    """The project's folder and its environment."""

    root: Path
    environ: Mapping[str, str]

    @classmethod
    def of_this_process(cls) -> "Settings":
        """The project around the working folder, its .env, and the environment, which wins over it.

        The process goes to the project's folder, which relative paths start from, and what it makes
        from now on is its user's alone, or as SIGNALROOM_UMASK says.
        """
        root = project_root()
        os.chdir(root)
        for name in ("config.toml", "secrets.toml"):  # dlt would show its own pages of traceback
            if (path := root / ".dlt" / name).exists():
                config_file.load(path)
        from_file = config_file.read_env(root / ".env")
        environ = from_file | {name: value for name, value in os.environ.items() if value}
        conceal(*secrets_of(environ))
        settings = cls(root, environ)
        os.umask(settings.umask)
        if form := environ.get("SIGNALROOM_LOG"):
            if form != "json":
                raise InvalidSetting(f"SIGNALROOM_LOG must be json, or blank, not {form}")
            from signalroom.operations.telemetry.logs import log_as_json

            log_as_json()
        return settings

    @property
    def umask(self) -> int:
        """The rights that are taken from what the commands make."""
        mask = self.environ.get("SIGNALROOM_UMASK", OWNER_ALONE)
        if not re.fullmatch("0?[0-7]{3}", mask):
            raise InvalidSetting(f"SIGNALROOM_UMASK must be three digits, such as 007, not {mask}")
        return int(mask, 8)

    @property
    def workdir(self) -> Path:
        """dlt's working folder; nothing in it outlives a run."""
        return self.root / ".dlt" / "pipelines"

    def clients(self) -> list[Client]:
        """All clients under data/clients."""
        from loaders.registry import SOURCES

        return read_clients(self.root, known_sources=set(SOURCES))

    def readable_clients(self) -> tuple[list[Client], dict[str, config_file.ConfigError]]:
        """The clients whose file can be used, and of each other one, by its folder, why not."""
        from loaders.registry import SOURCES

        broken: dict[Path, config_file.ConfigError] = {}
        while True:
            try:
                clients = read_clients(self.root, known_sources=set(SOURCES), without=broken)
            except config_file.ConfigError as error:
                if error.path.name != "client.toml":
                    raise
                broken[error.path] = error
            else:
                return clients, {path.parents[1].name: why for path, why in broken.items()}

    def duckdb_path(self) -> Path:
        """The DuckDB file, relative to the root."""
        return self.root / self.environ.get("DUCKDB_PATH", DEFAULT_DUCKDB)

    def warehouse(self, target: str) -> "Warehouse":
        """The warehouse of a target: dev is DuckDB, prod is Postgres."""
        from loaders.warehouse import DuckDB, Postgres

        if target == "dev":
            path = self.duckdb_path()
            ours = (path, Path(f"{path}.wal")) if _is_duckdb(path) else ()
            for made in (*ours, self.workdir):  # by an earlier release, perhaps
                with suppress(OSError):  # it is not there, or another user's
                    made.chmod(made.stat().st_mode & ~self.umask)
            return DuckDB(path)
        variables = self.postgres()
        if missing := [name for name in postgres.NEEDED if name not in variables]:
            raise NotConfigured(
                f"{', '.join(missing)} not set: --target prod needs Postgres; see .env.example"
            )
        return Postgres(variables)

    def postgres(self) -> dict[str, str]:
        """libpq's variables of the Postgres, if one is configured."""
        try:
            return postgres.variables(self.root, self.environ)
        except ValueError as error:
            raise InvalidSetting(str(error)) from None

    def account(self, client: Client, source: "Source") -> "Account":
        """The client's account at a source; NotConfigured names the variable that is wrong."""
        values = {
            setting.name: self._value(client, source.name, setting) for setting in source.settings
        }
        for setting in source.settings:
            if setting.alternative_to:
                pair = [
                    s for s in source.settings if s.name in (setting.name, setting.alternative_to)
                ]
                self._settle(client, source, pair, values)
        return client.account(values)

    def _value(self, client: Client, source: str, setting: "Setting") -> str:
        variable = setting.variable(source)
        own = f"{variable}__{client.client_id}"
        value = self._own(client, source, setting)
        if value is None:
            value = self._find(variable, f"sources.{source}.{setting.name}")
            if value and setting.names_account:
                without = self._without_own(source, setting)
                if without != [client.client_id]:
                    others = [other for other in without if other != client.client_id]
                    whose = " ".join(["another client's", *(f"({other})" for other in others)])
                    raise InvalidSetting(
                        f"{own} is not set, and {variable} is {whose}: two clients on one account "
                        "would load the same rows"
                    )
            value = value or setting.default
        if value is None:
            raise NotConfigured(
                f"{variable} is not set; copy .env.example to .env and fill it in "
                f"(for this client alone: {own})"
            )
        if not (setting.allow_any_text or (value.isascii() and value.isprintable())):
            raise InvalidSetting(f"{variable} has characters that no key or address has")
        if setting.name == "base_url" and not value.startswith(("http://", "https://")):
            raise InvalidSetting(f"{variable} must start with https://")  # it may be the key
        return value

    def _own(self, client: Client, source: str, setting: "Setting") -> str | None:
        """What is set for this client alone."""
        variable = f"{setting.variable(source)}__{client.client_id}"
        return self._find(variable, f"sources.{source}.clients.{client.client_id}.{setting.name}")

    def _settle(
        self, client: Client, source: "Source", pair: "list[Setting]", values: dict[str, str]
    ) -> None:
        """Of two alternative settings one must be given, and only one."""
        own = [setting for setting in pair if self._own(client, source.name, setting)]
        if len(own) == 1:  # it wins over what is set for all, whichever of the two that is
            values |= {setting.name: "" for setting in pair if setting not in own}
        given = [setting for setting in pair if values[setting.name]]
        either = " and ".join(setting.variable(source.name) for setting in pair)
        if len(given) > 1:
            raise InvalidSetting(f"{either} are both set; leave one of them blank")
        if not given:
            raise NotConfigured(
                f"{either} are not set; copy .env.example to .env and fill in one of them"
            )

    def _without_own(self, source: str, setting: "Setting") -> list[str]:
        """The clients whose account nothing names but what is set for all.

        Of those that are planned, where no active one has the source, nor one may that nobody can
        read.
        """
        clients, broken = self.readable_clients()
        having = [client for client in clients if source in client.sources]
        active = [client for client in having if client.status == "active"]
        return [
            client.client_id
            for client in active or ([] if broken else having)
            if self._own(client, source, setting) is None
        ]

    def dbt_environ(self) -> dict[str, str]:
        """The environment in which dbt finds the project, its profile and the same warehouses."""
        for name, (pattern, example) in DUCKDB_SETTINGS.items():
            value = self.environ.get(name)
            if value and not re.fullmatch(pattern, value, re.IGNORECASE):
                raise InvalidSetting(f"{name} must be such as {example}, not {value}")
        return (
            # a dbt that is stopped leaves semaphores, and Python would say so
            {"PYTHONWARNINGS": "ignore:resource_tracker:UserWarning"}
            | dict(self.environ)
            | self.postgres()
            | {
                "DBT_PROJECT_DIR": str(self.root / "dbt_project"),
                "DBT_PROFILES_DIR": str(self.root),
                "DUCKDB_PATH": str(self.duckdb_path()),
            }
        )

    def _find(self, variable: str, entry: str) -> str | None:
        """The variable, else the entry of .dlt/secrets.toml; without blanks around it."""
        import dlt
        from dlt.common.configuration.exceptions import ConfigurationException

        try:
            value = self.environ.get(variable) or dlt.secrets.get(entry, str)
        except ConfigurationException as error:  # as of a file in dlt's own folder
            raise InvalidSetting(f"{entry} cannot be looked up by dlt: {error}") from None
        value = (value or "").strip()
        conceal(*secrets_of({variable: value}))
        return value or None


def project_root() -> Path:
    """The working folder or the nearest one above it that is a project's."""
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / "dbt_project").is_dir() or (folder / "data" / "clients").is_dir():
            return folder
    raise click.ClickException(
        f"neither {here} nor a folder above it has a dbt_project/: "
        "run signalroom from the project's root, or anywhere below it"
    )


def _is_duckdb(path: Path) -> bool:
    """Whether a file is a DuckDB database: behind a checksum its header says so."""
    try:
        with path.open("rb") as file:
            return file.read(12)[8:] == b"DUCK"
    except OSError:
        return False
