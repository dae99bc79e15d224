"""What a load is given: the settings of a source, a client's account and the user's request."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Literal

from loaders.sheets.sheet import Dataset, Sheet
from loaders.warehouse import Warehouse


@dataclass(frozen=True)
class Setting:
    """A setting of a source; without a default it must be given.

    `names_account`: two clients with the same value would read one account under two names.
    `env_var`: its variable, where the world has another name for it than SOURCE_NAME.
    `allow_any_text`: no key or address but a path or a text of several lines, in any characters.
    `alternative_to`: the setting whose place it takes; one of the two must be given, and not both.
    """

    name: str
    default: str | None = None
    names_account: bool = False
    env_var: str | None = None
    allow_any_text: bool = False
    alternative_to: str | None = None

    def variable(self, source: str) -> str:
        """The environment variable that holds it."""
        return self.env_var or f"{source}_{self.name}".upper()


@dataclass(frozen=True)
class Account:
    """A client's account at one source. `timezone` is an IANA name, `currency` an ISO code.

    `sheets` and `datasets`: those that the client has configured. `earlier`: columns of the rows
    that are loaded, for a reader that cannot name what it reads by the answer alone.
    """

    client_id: str
    timezone: str
    currency: str
    start_date: date
    settings: Mapping[str, str] = field(repr=False)  # api_key, base_url
    sheets: tuple[Sheet, ...] = ()
    datasets: tuple[Dataset, ...] = ()
    earlier: Callable[[Sequence[str]], Sequence[tuple[Any, ...]]] = field(
        default=lambda _columns: (), repr=False, compare=False
    )


@dataclass(frozen=True)
class Finding:
    """One line of `signalroom doctor`: what was looked at, and what to do where it is not well."""

    level: Literal["ok", "warn", "fail"]
    text: str


@dataclass(frozen=True)
class Request:
    """What the user asked for; every field left out is decided from the ledger."""

    run_id: str
    start_date: date | None = None
    end_date: date | None = None
    advertiser_id: str | None = None
    full_refresh: bool = False
    allow_empty: bool = False
    max_files: int | None = None


@dataclass(frozen=True)
class Job:
    """One source to be loaded for one client; `workdir` is dlt's working folder."""

    account: Account
    warehouse: Warehouse
    workdir: Path
    request: Request

    def folder(self, source: str, *what: str) -> Path:
        """A working folder that no other client, source or warehouse shares."""
        names = (source, self.account.client_id, self.warehouse.fingerprint, *what)
        return self.workdir / "_".join(names)
