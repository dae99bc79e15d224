"""API keys: who may read what. Only their hashes are kept; a key itself is shown once.

On Postgres they stand in `ops.api_keys`. A DuckDB file is closed to everybody else while a load or
a build writes, so its keys are in a file beside the snapshots: they can be revoked at any time.
"""

import hmac
import json
import secrets
from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Protocol, Self

from loaders import clock
from loaders.ops import OPS, OpsTable, make
from loaders.warehouse import DuckDB, Warehouse
from signalroom.api.snapshots import folder_of, replace_file
from signalroom.config.settings import Settings

ALL = "*"
CLIENT = "client:"


@dataclass(frozen=True)
class ApiKey:
    """One row of `ops.api_keys`: `scopes` are `*`, or `client:<id>` with blanks between.

    A random secret of 256 bits needs no slow hash.
    """

    key_id: str
    name: str
    hash: str
    scopes: str
    created_at: datetime
    revoked_at: datetime | None = None

    @property
    def clients(self) -> frozenset[str] | None:
        """The clients whose rows it opens; None for all."""
        if self.scopes == ALL:
            return None
        return frozenset(scope.removeprefix(CLIENT) for scope in self.scopes.split())


API_KEYS = OpsTable("api_keys", ApiKey, ("key_id",))


@dataclass(frozen=True)
class Keys:
    """The keys that hold at a moment."""

    by_id: dict[str, ApiKey]

    @classmethod
    def of(cls, rows: Iterable[ApiKey]) -> Self:
        return cls({row.key_id: row for row in rows if row.revoked_at is None})

    def find(self, key: str) -> ApiKey | None:
        """The row of a key; None where there is none, or it was revoked."""
        row = self.by_id.get(key[3:11])
        if row is None or not hmac.compare_digest(_hash(key), row.hash):
            return None
        return row


class KeyStore(Protocol):
    """Where keys are kept."""

    def read(self) -> list[ApiKey]:
        """All keys, the oldest first."""

    def write(self, row: ApiKey) -> None:
        """Put a row in the place of the one with its id."""


@dataclass(frozen=True)
class KeyFile:
    """Keys in a file."""

    path: Path

    def read(self) -> list[ApiKey]:
        try:
            rows = json.loads(self.path.read_text())
        except FileNotFoundError:
            return []
        return [
            ApiKey(**{name: _moment(name, value) for name, value in row.items()}) for row in rows
        ]

    def write(self, row: ApiKey) -> None:
        from filelock import FileLock

        self.path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{self.path}.lock"):
            rows = [other for other in self.read() if other.key_id != row.key_id] + [row]
            rows.sort(key=lambda one: one.created_at)
            replace_file(self.path, [asdict(one) | _texts(one) for one in rows])


@dataclass(frozen=True)
class KeyTable:
    """Keys in `ops.api_keys`."""

    warehouse: Warehouse

    def read(self) -> list[ApiKey]:
        with self.warehouse.session():
            self.warehouse.forget()
            if API_KEYS.name not in self.warehouse.columns(OPS):
                return []
            return API_KEYS.read(self.warehouse, "order by created_at")

    def write(self, row: ApiKey) -> None:
        with self.warehouse.session(read_only=False):
            make(self.warehouse, (API_KEYS,))
            with self.warehouse.transaction() as execute:
                API_KEYS.replace(execute, [row])


def key_store(settings: Settings, warehouse: Warehouse) -> KeyStore:
    """Where the keys to the rows of a warehouse are."""
    if isinstance(warehouse, DuckDB):
        return KeyFile(folder_of(settings, warehouse) / "keys.json")
    return KeyTable(warehouse)


def create(store: KeyStore, name: str, clients: Collection[str] | None) -> str:
    """A new key, which nobody can be told again; `clients` None opens all."""
    key_id = secrets.token_hex(4)
    key = f"sr_{key_id}_{secrets.token_urlsafe(32)}"
    scopes = ALL if clients is None else " ".join(f"{CLIENT}{one}" for one in sorted(clients))
    store.write(ApiKey(key_id, name, _hash(key), scopes, clock.now()))
    return key


def revoke(store: KeyStore, key_id: str) -> ApiKey | None:
    """Let a key open nothing any more; None where no such key holds."""
    held = Keys.of(store.read()).by_id.get(key_id)
    if held:
        store.write(replace(held, revoked_at=clock.now()))
    return held


def _hash(key: str) -> str:
    return sha256(key.encode(errors="surrogatepass")).hexdigest()


def _moment(name: str, value: str | None) -> Any:
    return datetime.fromisoformat(value) if value and name.endswith("_at") else value


def _texts(row: ApiKey) -> dict[str, str | None]:
    revoked = row.revoked_at.isoformat() if row.revoked_at else None
    return {"created_at": row.created_at.isoformat(), "revoked_at": revoked}
