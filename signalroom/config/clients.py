"""The client registry: who our clients are, read from data/clients/<id>/config/client.toml.

Adding a client is adding a folder, so a file with anything unknown in it is refused with its path,
key and reason: a client that is only half understood gives wrong reports.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date, time
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click

from loaders.sheets.sheet import Dataset, Sheet
from signalroom.config.config_file import ONE_LINE, ConfigError, Form, check_keys, load, text_of
from signalroom.config.datasets import read_datasets
from signalroom.config.notifications import NOWHERE, Notifications, read_notifications
from signalroom.config.sheets import check_tables, read_sheets

if TYPE_CHECKING:
    from loaders.source import Account

DEFAULT_FUNNEL = ("landing", "checkout", "purchase")  # events of PostHog, in their order
DEFAULT_DEADLINE = time(10)  # in the client's zone: a report leaves then, complete or not

EARLIEST_START = date(2000, 1, 1)  # an earlier one is a slip, and would be asked for day by day

WHOLE_NUMBER = r"0|[1-9][0-9]{0,17}"  # as Everflow writes it, and as a bigint holds it

_FORMS: dict[str, Form] = {
    "client_id": (r"[a-z0-9_]+", "must be small letters, digits and _"),
    "status": (r"active|planned", "must be active or planned"),
    "currency": (r"[A-Z]{3}", "must be three capitals, such as USD"),
    "report_deadline": (r"([01][0-9]|2[0-3]):[0-5][0-9]", "must be a time of day, such as 10:00"),
    "everflow_advertiser_id": (WHOLE_NUMBER, "must be a whole number, such as 1"),
    # it becomes the name of a mart
    "report_name": (r"[a-z][a-z0-9_]*", "must be small letters, digits and _"),
}


@dataclass(frozen=True)
class Advertiser:
    """Somebody whom a client sells for, by its id in Everflow."""

    everflow_advertiser_id: str
    label: str
    name: str
    product_category: str
    report_name: str


@dataclass(frozen=True)
class Client:
    """A client: start date, time zone, currency, sources and advertisers."""

    client_id: str
    name: str
    status: str
    start_date: date
    timezone: str
    currency: str
    sources: tuple[str, ...]
    advertisers: tuple[Advertiser, ...]
    core_order_amount: Decimal | None = None
    google_sheets: tuple[Sheet, ...] = ()
    datasets: tuple[Dataset, ...] = ()
    funnel: tuple[str, ...] = DEFAULT_FUNNEL
    report_deadline: time = DEFAULT_DEADLINE
    notifications: Notifications = NOWHERE

    def account(self, settings: Mapping[str, str]) -> "Account":
        """The client's account at a source."""
        from loaders.source import Account

        return Account(
            self.client_id,
            self.timezone,
            self.currency,
            self.start_date,
            settings,
            sheets=self.google_sheets,
            datasets=self.datasets,
        )


def read_clients(
    root: Path, *, known_sources: Collection[str] | None = None, without: Collection[Path] = ()
) -> list[Client]:
    """Read every client below root/data/clients, sorted by id, but for those of some files."""
    folder = root / "data" / "clients"
    if not folder.is_dir():
        raise ConfigError(folder, "", "there is no such folder; run this from the project root")
    folders = sorted(f for f in folder.iterdir() if f.is_dir() and not f.name.startswith("."))
    every = [f / "config" / "client.toml" for f in folders]
    paths = [path for path in every if path not in without]
    clients = [read_client(path, known_sources=known_sources) for path in paths]
    owner: dict[str, Path] = {}
    for path, client in zip(paths, clients, strict=True):
        for advertiser in client.advertisers:
            name = advertiser.report_name
            if name in owner:
                reason = f"{name!r} is already the report of another advertiser, in {owner[name]}"
                raise ConfigError(path, "report_name", reason)
            owner[name] = path
    check_tables(
        (path, sheet)
        for path, client in zip(paths, clients, strict=True)
        for sheet in client.google_sheets
    )
    return clients


def read_client(path: Path, *, known_sources: Collection[str] | None = None) -> Client:
    """Read one client.toml; with `known_sources`, a source that is not among them is refused."""
    table = load(path)
    optional = {"advertisers", "core_order_amount", "funnel", "google_sheets"}
    optional |= {"report_deadline", "notifications", "datasets"}
    check_keys(path, table, [f.name for f in fields(Client)], optional=optional)
    client_id = _text(path, table, "client_id")
    if client_id != path.parents[1].name:
        raise ConfigError(path, "client_id", f"{client_id!r} is not the name of its folder")
    start_date = table["start_date"]
    if type(start_date) is not date:  # a datetime is a date too, and not what is asked
        raise ConfigError(path, "start_date", "must be a date without quotes, such as 2025-12-01")
    if start_date < EARLIEST_START:
        raise ConfigError(path, "start_date", f"{start_date} is before {EARLIEST_START.year}")
    sources = _sources(path, table, known_sources)
    sheets = read_sheets(path, table.get("google_sheets", []))
    if "google_sheets" in sources and not sheets:  # else its load would do nothing, silently
        reason = "lists google_sheets, but the file has no [[google_sheets]] table"
        raise ConfigError(path, "sources", reason)
    return Client(
        client_id=client_id,
        name=_text(path, table, "name"),
        status=_text(path, table, "status"),
        start_date=start_date,
        timezone=_timezone(path, table),
        currency=_text(path, table, "currency"),
        sources=sources,
        advertisers=_advertisers(path, table.get("advertisers", [])),
        core_order_amount=_amount(path, table, "core_order_amount"),
        google_sheets=sheets,
        datasets=read_datasets(path, table.get("datasets", [])),
        funnel=_funnel(path, table),
        report_deadline=_deadline(path, table),
        notifications=read_notifications(path, table.get("notifications", {})),
    )


def select_clients(clients: Iterable[Client], wanted: str | None) -> list[Client]:
    """The client asked for, also when it is only planned; the active ones when none is."""
    by_id = {client.client_id: client for client in clients}
    if wanted is None:
        return [client for client in by_id.values() if client.status == "active"]
    if wanted not in by_id:
        known = ", ".join(by_id) or "none"
        raise click.UsageError(f"There is no client {wanted!r}; known clients: {known}.")
    return [by_id[wanted]]


def _text(path: Path, table: Mapping[str, object], key: str) -> str:
    return text_of(path, table, key, _FORMS.get(key, ONE_LINE))


def _timezone(path: Path, table: Mapping[str, object]) -> str:
    name = _text(path, table, "timezone")
    try:
        return ZoneInfo(name).key
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:  # OSError: 'America', a folder
        reason = f"{name!r} is not a known time zone; write one such as America/New_York"
        raise ConfigError(path, "timezone", reason) from error


def _amount(path: Path, table: Mapping[str, object], key: str) -> Decimal | None:
    value = table.get(key)
    if value is None:
        return None
    # bool is an int too, and not what is asked
    amount = Decimal(value) if isinstance(value, int | Decimal) and value is not True else None
    if amount is None or not amount.is_finite() or amount < 0:
        raise ConfigError(path, key, f"must be an amount without quotes, such as 85, not {value!r}")
    return amount


def _deadline(path: Path, table: Mapping[str, object]) -> time:
    if "report_deadline" not in table:
        return DEFAULT_DEADLINE
    return time.fromisoformat(_text(path, table, "report_deadline"))


def _sources(
    path: Path, table: Mapping[str, object], known: Collection[str] | None
) -> tuple[str, ...]:
    names = table["sources"]
    if not isinstance(names, list) or not all(isinstance(name, str) and name for name in names):
        raise ConfigError(path, "sources", 'must be a list such as ["everflow", "redtrack"]')
    for name in names:
        if known is not None and name not in known:
            reason = f"{name!r} is not known; known are: {', '.join(sorted(known))}"
            raise ConfigError(path, "sources", reason)
    if len(set(names)) < len(names):
        raise ConfigError(path, "sources", "names a source twice")
    return tuple(names)


def _funnel(path: Path, table: Mapping[str, object]) -> tuple[str, ...]:
    steps = table.get("funnel", list(DEFAULT_FUNNEL))
    if not isinstance(steps, list) or not steps:
        raise ConfigError(path, "funnel", 'must be a list such as ["landing", "purchase"]')
    named = [_text(path, {"funnel": step}, "funnel") for step in steps]
    if len(set(named)) < len(named):  # nobody could say which of the two an event is
        raise ConfigError(path, "funnel", "names an event twice")
    return tuple(named)


def _advertisers(path: Path, tables: object) -> tuple[Advertiser, ...]:
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise ConfigError(path, "advertisers", "must be written as [[advertisers]] tables")
    keys = [f.name for f in fields(Advertiser)]
    found: dict[str, Advertiser] = {}
    for table in tables:
        check_keys(path, table, keys)
        if type(table["everflow_advertiser_id"]) is int:  # with or without quotes
            table |= {"everflow_advertiser_id": str(table["everflow_advertiser_id"])}
        advertiser = Advertiser(**{key: _text(path, table, key) for key in keys})
        if advertiser.everflow_advertiser_id in found:
            reason = f"{advertiser.everflow_advertiser_id!r} is given twice"
            raise ConfigError(path, "everflow_advertiser_id", reason)
        categories = {other.product_category.lower() for other in found.values()}
        if advertiser.product_category.lower() in categories:
            reason = f"{advertiser.product_category!r} is given twice; an order has one advertiser"
            raise ConfigError(path, "product_category", reason)
        found[advertiser.everflow_advertiser_id] = advertiser
    return tuple(found.values())
