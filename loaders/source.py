"""What a source is to the rest: tables it declares, settings it needs, and how it is loaded."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Literal, Protocol

from loaders.land import Landing
from loaders.ledger import Run
from loaders.sheets.sheet import Sheet
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

    `sheets`: those that the client has configured.
    """

    client_id: str
    timezone: str
    currency: str
    start_date: date
    settings: Mapping[str, str] = field(repr=False)  # api_key, base_url
    sheets: tuple[Sheet, ...] = ()


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

    def begin(self, source: str, table: str, start: date, end: date, started_at: datetime) -> Run:
        """The run into one table over a window, before anything is known of it."""
        return Run(
            run_id=self.request.run_id,
            source=source,
            client_id=self.account.client_id,
            table_name=table,
            window_start=start,
            window_end=end,
            advertiser_id=None,
            timezone=self.account.timezone,
            currency=self.account.currency,
            started_at=started_at,
        )


class Source(Protocol):
    """One outside service; its name is its raw schema."""

    @property
    def name(self) -> str: ...

    @property
    def settings(self) -> tuple[Setting, ...]: ...

    def landings(self) -> list[Landing]:
        """The tables that it declares, without rows."""

    def plan(self, job: Job, now: datetime) -> Iterator[str]:
        """What `load` would read and replace, in words; asks no service and writes nothing."""

    def load(self, job: Job) -> Iterator[Run]:
        """Load, and write the ledger; errors end in a run's verdict, not in an exception."""

    def examine(self, account: Account) -> Iterator[Finding]:
        """Whether the account is reachable and keeps the client's currency and time zone."""

    def complete_days(self, warehouse: Warehouse, account: Account) -> set[date]:
        """The days that stand in the warehouse as they were after they had ended.

        Asks the ledger alone: the account's settings may be empty.
        """
