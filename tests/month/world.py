"""A project that lives through nights: its clock, its sources, and what people were sent."""

import subprocess
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import psutil

from sandbox.order_files import written
from sandbox.orders import Feed, Volume
from sandbox.server import Sandbox
from tests.clients.december import FACEBOOK
from tests.forks import Forked
from tests.month.night import Night
from tests.support import Project

NEW_YORK = ZoneInfo("America/New_York")
ORDERS = Volume(created=620, updated=700, days=31)
RUN, AGAIN, LATE = time(7, 30), time(8, 0), time(10, 30)
SECONDS = 12.0  # of a whole run
RESTATED: dict[str, dict[str, object]] = {
    "everflow": {"affiliate_id": "1", "advertiser_id": "1", "payout": 7},
    "redtrack": {"source_id": FACEBOOK, "cost": 7},
}


@dataclass
class World:
    """The sandbox as it is that night, and the project's runs in it."""

    project: Project
    sandbox: Sandbox
    feed: Feed = field(default_factory=lambda: Feed(ORDERS))

    def pass_night(self, night: Night) -> None:
        """What happens upstream, and the morning's runs; one is killed, another takes it up."""
        self._happen(night)
        if night.kind == "no run":
            return
        if night.fault:
            self.sandbox.services[night.source].faults.on(night.fault, **night.options)
        if night.killed_after:
            self._kill(night)
        self.run(night.day, AGAIN, "--resume")
        self.run(night.day, LATE)  # which has nothing to do where all is well
        for service in self.sandbox.services.values():
            service.faults.clear()

    def pass_quietly(self, night: Night, *, runs: bool) -> None:
        """The same night when nothing goes wrong: one run, if any, is all."""
        self._happen(night)
        if runs:
            self.run(night.day, AGAIN)

    def run(self, day: date, at: time, *arguments: str) -> str:
        """A run of the morning after a day; what it said."""
        running = self._start(day, at, *arguments)
        said, _ = running.communicate(timeout=400)
        assert running.returncode in (0, 1), said
        return said

    def _start(self, day: date, at: time, *arguments: str) -> Forked:
        moment = datetime.combine(day + timedelta(1), at, NEW_YORK)
        self.project.environ["TESTS_NOW"] = moment.isoformat()
        without = ("DUCKDB_PATH", "DBT_PROJECT_DIR")
        return self.project.start("run", *arguments, without=without)

    def _kill(self, night: Night) -> None:
        """The machine stops: the run and all that it started are gone at once."""
        running = self._start(night.day, RUN)
        try:
            running.communicate(timeout=night.killed_after * SECONDS)
        except subprocess.TimeoutExpired:
            process = psutil.Process(running.pid)
            for one in (process, *process.children(recursive=True)):
                with suppress(psutil.NoSuchProcess):
                    one.kill()
            running.communicate(timeout=60)

    def _happen(self, night: Night) -> None:
        """The order files of the day come the next morning; a figure of the past may change."""
        day = night.day
        modified = datetime.combine(day + timedelta(1), time(4, 10), NEW_YORK)
        for kind, rows in (
            ("create", self.feed.created_on(day)),
            ("update", self.feed.updated_on(day)),
        ):
            key = f"orders-{kind}/orders-{kind}-{day}.csv"
            self.sandbox.s3_exports.put_file(written(key, list(rows), modified))
        if night.kind == "restated":
            past = (day - timedelta(2)).isoformat()
            self.sandbox.services[night.source].restate("add", date=past, **RESTATED[night.source])
