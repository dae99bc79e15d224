"""A step of the chain: a plain function, and what it needs to be run by whoever schedules it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from loaders import clock
from loaders.http import Answer
from loaders.source import Request
from loaders.warehouse import Warehouse
from loaders.windows import local_day
from signalroom.config.clients import Client
from signalroom.config.settings import Settings
from signalroom.loading import new_run_id

Kind = Literal["daily", "hourly"]
KINDS: tuple[Kind, ...] = ("daily", "hourly")


@dataclass(frozen=True)
class Context:
    """What the steps of one run have in common."""

    settings: Settings
    target: str
    clients: Sequence[Client]
    kind: Kind
    run_id: str
    start_date: date | None = None
    end_date: date | None = None
    full_refresh: bool = False

    @property
    def warehouse(self) -> Warehouse:
        """A new one: no connection of it outlives a step."""
        return self.settings.warehouse(self.target)

    def request(self, client: Client) -> Request:
        """What is read of a client: an hour looks at the running day alone, which stays open.

        To the ledger of loads each attempt is a load of its own.
        """
        if self.kind == "hourly":
            today = local_day(clock.now(), client.timezone)
            return Request(new_run_id(), today, today)
        return Request(new_run_id(), self.start_date, self.end_date, full_refresh=self.full_refresh)


@dataclass(frozen=True)
class StepResult:
    """What became of a step, and what services answered.

    `is_transient`: it may be over in some minutes, so try again.
    """

    status: Literal["ok", "skipped", "failed"]
    message: str = ""
    rows: int | None = None
    is_transient: bool = False
    answers: Sequence[Answer] = ()


@dataclass(frozen=True)
class Step:
    """One step, by hand: `command`.

    `after`: earlier steps whose work it takes up, also where one of them failed; when one is done
    again, so is it. `needs`: earlier steps without which it cannot be done. `minutes`: its limit.
    """

    name: str
    run: Callable[[Context], StepResult]
    command: str
    minutes: float
    after: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    kinds: tuple[Kind, ...] = ("daily",)
