"""The API as people reach it: a server on a port, over marts that were made by hand."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import requests
import uvicorn

from loaders.warehouse import DuckDB
from signalroom.api import keys
from signalroom.api.app import application
from signalroom.api.service import Service
from signalroom.api.snapshots import publish, published
from signalroom.api.store import Store

CLIENTS = ("713", "cti", "it's")
ENDPOINTS = ("daily-summary", "leaderboard", "completeness")
MARTS = (
    "create schema if not exists marts",
    "create table marts.daily_summary as select client_id, report_date, advertiser_id, "
    "'CCW \"größer\"' as advertiser_label, cast(5000000000 as bigint) as clicks, "
    "cast(advertiser_id * 1.5 as decimal(18, 4)) as revenue, "
    "cast(null as decimal(18, 4)) as cpa, "
    "report_date < cast('2025-12-18' as date) as is_complete, "
    "cast(null as varchar) as incomplete_reason, false as is_settled, true as orders_complete, "
    "cast(null as varchar) as orders_incomplete_reason "
    "from (values ('713'), ('cti'), ('it''s')) as c (client_id) "
    "cross join (select cast(d as date) as report_date from generate_series("
    "timestamp '2025-12-01', timestamp '2025-12-20', interval '1 day') as days (d)) as days "
    "cross join (select cast(n as bigint) as advertiser_id from (values (-1), (1), (2)) "
    "as numbers (n)) as advertisers",
    "create table marts.affiliate_leaderboard as select distinct client_id, "
    "case when advertiser_id = 1 then '7_days' else 'all' end as window_name, advertiser_id, "
    "advertiser_id as affiliate_id, advertiser_id = 1 as is_internal, revenue "
    "from marts.daily_summary",
    "comment on column marts.daily_summary.revenue is 'What it <b>brought</b>.'",
)


@dataclass
class Served:
    """A server, its warehouse and its keys."""

    warehouse: DuckDB
    folder: Path
    keys: keys.KeyFile
    service: Service
    url: str = ""
    made: dict[frozenset[str] | None, str] = field(default_factory=dict)

    def key(self, *clients: str) -> str:
        """A key for some clients, or for all."""
        which = frozenset(clients) or None
        if which not in self.made:
            self.made[which] = keys.create(self.keys, "test", which)
            self.wait_for(lambda: self.service.keys.find(self.made[which]))
        return self.made[which]

    def get(self, path: str, *, key: str | None = None, **parameters: object) -> requests.Response:
        """An answer; without a key of one's own by one for all clients."""
        headers = {"Authorization": f"Bearer {key or self.key()}"}
        return requests.get(f"{self.url}{path}", parameters, headers=headers, timeout=10)  # type: ignore[arg-type]

    def rows(self, path: str, **parameters: Any) -> Iterator[dict[str, Any]]:
        """The rows of all pages."""
        answer = self.get(path, **parameters)
        while True:
            assert answer.status_code == 200, answer.text
            yield from answer.json()["data"]
            if not (cursor := answer.json()["next"]):
                return
            answer = self.get(path, **parameters | {"cursor": cursor})

    def execute(self, *statements: str) -> None:
        with duckdb.connect(str(self.warehouse.path)) as connection:
            for statement in statements:
                connection.execute(statement)

    @property
    def version(self) -> str:
        """The snapshot that is served."""
        current = self.service.store.current
        assert current is not None
        return current.version

    def publish(self) -> str:
        """Publish what stands in the warehouse; the version, once it is served."""
        publish(self.warehouse, self.folder)
        version = published(self.folder)[0].version
        self.wait_for(lambda: self.service.store.current and self.version == version)
        return version

    def wait_for(self, what: Any) -> None:
        until = time.monotonic() + 10
        while not what():
            assert time.monotonic() < until
            time.sleep(0.005)


@contextmanager
def serving(folder: Path, *, rate: float = 1e6) -> Iterator[Served]:
    """A server over marts of three clients, of which nothing is published yet."""
    store = keys.KeyFile(folder / "api" / "keys.json")
    service = Service(Store(folder / "api"), store, rate=rate, seconds=0.02)
    served = Served(DuckDB(folder / "made.duckdb"), folder / "api", store, service)
    server = uvicorn.Server(
        uvicorn.Config(
            application(service),
            port=0,
            log_level="error",
            ws_max_size=1_024,
            timeout_graceful_shutdown=1,
        )
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    served.wait_for(lambda: server.started)
    port = server.servers[0].sockets[0].getsockname()[1]
    served.url = f"http://127.0.0.1:{port}"
    try:
        yield served
    finally:
        server.should_exit = True
        thread.join(10)
