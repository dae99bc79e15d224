"""What is kept of runs, in ops.runs and ops.run_steps."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from time import monotonic, sleep

from loaders.errors import WarehouseError
from loaders.ops import OPS, OpsTable, make
from loaders.warehouse import Warehouse
from loaders.warehouse.base import Say
from signalroom.operations.running.execute import StepRun

PATIENCE = 30.0  # seconds for somebody who looks into the file, as `signalroom status` does


@dataclass(frozen=True)
class Run:
    """One row of `ops.runs`.

    `client_id` is '' where it is about all, `options` what else was asked for, `day` the newest one
    that it is about. Status: running, ok, failed, or died, which a later run finds out.
    """

    run_id: str
    kind: str
    client_id: str
    options: str
    day: date
    started_at: datetime
    finished_at: datetime | None
    status: str
    message: str


RUNS = OpsTable("runs", Run, ("run_id",))
RUN_STEPS = OpsTable("run_steps", StepRun, ("run_id", "step"))
TABLES = (RUNS, RUN_STEPS)


@dataclass(frozen=True)
class History:
    """Writes what becomes of runs; who does holds the lock on the runs."""

    warehouse: Warehouse
    say: Say

    def begin(self, run: Run) -> None:
        """Note a run, and which ones of before never came to an end."""
        self._write(lambda: make(self.warehouse, TABLES))
        self._write(
            lambda: self.warehouse.execute(
                "update ops.runs set status = 'died', message = 'it did not come to its end' "
                "where finished_at is null and run_id <> %s and status = 'running'",
                (run.run_id,),
            )
        )
        self._replace(RUNS, run)

    def note(self, step: StepRun) -> None:
        """Note what became of a step."""
        self._replace(RUN_STEPS, step)

    def finish(self, run: Run) -> None:
        """Note the end of a run."""
        self._replace(RUNS, run)

    def _replace(self, table: OpsTable, row: Run | StepRun) -> None:
        def replacing() -> None:
            with self.warehouse.transaction() as execute:
                table.replace(execute, [row])

        self._write(replacing)

    def _write(self, work: Callable[[], None]) -> None:
        """Write when no load is running, and as soon as nobody reads the file."""
        until = monotonic() + PATIENCE
        while True:
            try:
                with self.warehouse.lock("signalroom run", self.say):
                    work()
            except WarehouseError:
                if monotonic() > until:
                    raise
                sleep(0.5)
            else:
                return


def runs_of(warehouse: Warehouse, kind: str) -> list[Run]:
    """The runs of a kind, the newest first."""
    if RUNS.name not in warehouse.columns(OPS):
        return []
    return RUNS.read(warehouse, "where kind = %s order by started_at desc", [kind])


def steps_of(warehouse: Warehouse, run_id: str) -> list[StepRun]:
    """What became of the steps of a run, in their order."""
    return RUN_STEPS.read(warehouse, "where run_id = %s order by finished_at", [run_id])


def newest_steps(warehouse: Warehouse) -> list[StepRun]:
    """What became of each step when it was done last, in their order."""
    return RUN_STEPS.read(
        warehouse,
        "as newest where started_at = (select max(started_at) from ops.run_steps as any_run "
        "where any_run.step = newest.step and any_run.status <> 'held back') order by finished_at",
    )


def failing_since(warehouse: Warehouse, step: str) -> datetime:
    """When a step failed first, of all times since it was well."""
    row: tuple[datetime]
    (row,) = warehouse.query(
        "select min(started_at) from ops.run_steps as bad where step = %s and status = 'failed' "
        "and not exists (select 1 from ops.run_steps as good where good.step = bad.step "
        "and good.status = 'ok' and good.started_at > bad.started_at)",
        (step,),
    )
    return row[0]
