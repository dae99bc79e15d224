"""Serving the API of a warehouse until somebody ends it."""

import logging
import resource
from contextlib import suppress
from functools import partial

import click
import uvicorn

from loaders.errors import LoadError
from loaders.warehouse import DuckDB, Warehouse
from signalroom.api.app import application
from signalroom.api.keys import key_store
from signalroom.api.service import Service
from signalroom.api.snapshots import folder_of, publish, published
from signalroom.api.store import Store
from signalroom.config.settings import InvalidSetting, Settings

RATE = 50.0  # requests a second of a key
FILES = 10_000  # that may be open; a socket is one, and usual are 1,024
LOCAL, REMOTE = 0.5, 5.0  # seconds after which we look for news: at files, in Postgres
log = logging.getLogger(__name__)


def serve(settings: Settings, warehouse: Warehouse, host: str, port: int) -> None:
    """Publish what stands in the warehouse, and serve it.

    A build on DuckDB publishes at its end; on Postgres, where builds may run on another machine, we
    look for newer ones.
    """
    rate = _rate(settings)
    folder = folder_of(settings, warehouse)
    try:
        publish(warehouse, folder)
    except LoadError as error:
        if not published(folder):
            raise
        log.warning("the API serves what was published before: %s", error)
    is_local = isinstance(warehouse, DuckDB)
    service = Service(
        Store(folder),
        key_store(settings, warehouse),
        rate=rate,
        seconds=LOCAL if is_local else REMOTE,
        refresh=None if is_local else partial(publish, warehouse, folder, only_new=True),
    )
    allow_many_sockets()
    click.echo(f"http://{host}:{port}/docs describes the API; Ctrl-C ends it.")
    uvicorn.run(
        application(service),
        host=host,
        port=port,
        log_level="warning",
        access_log=False,
        server_header=False,
        ws_max_size=1_024,  # of what is sent to us: a key
        timeout_graceful_shutdown=5,
    )


def _rate(settings: Settings) -> float:
    said = settings.environ.get("API_REQUESTS_PER_SECOND")
    if said is None:
        return RATE
    with suppress(ValueError):
        if 0 < float(said) <= 1_000_000:
            return float(said)
    raise InvalidSetting(f"API_REQUESTS_PER_SECOND must be a number such as {RATE:g}, not {said}")


def allow_many_sockets() -> None:
    """Let this process have more files open than is usual."""
    now, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES if most == resource.RLIM_INFINITY else min(FILES, most)
    if now != resource.RLIM_INFINITY and now < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))
