"""The chain, written down once: what is done, in this order, and how.

A source that fails holds nothing back: the marts are as new as they can be. Each function may be
killed at any moment; the next run makes good what it left.
"""

from functools import partial

from loaders import clock
from signalroom.operations.running.step import KINDS, Context, Step, StepResult
from signalroom.operations.running.telling import tell
from signalroom.options import USUAL_REPORT
from signalroom.terminal import say


def load(context: Context, source: str) -> StepResult:
    """Load a source of every client that has it and is configured for it."""
    from signalroom.loading import load_all

    outcomes = []
    for client in context.clients:
        for outcome in load_all(
            context.settings,
            context.target,
            [client],
            [source],
            context.request(client),
            are_typed=False,
        ):
            say(outcome.line)
            outcomes.append(outcome)
    rows = sum(outcome.rows for outcome in outcomes)
    if failed := [outcome for outcome in outcomes if outcome.kind == "failed"]:
        message = "; ".join(f"{one.client_id} {one.source}: {one.text}" for one in failed)
        is_transient = any(one.is_transient for one in failed)
        return StepResult("failed", message, rows, is_transient=is_transient)
    if all(outcome.kind == "skipped" for outcome in outcomes):
        texts = dict.fromkeys(outcome.text for outcome in outcomes)
        return StepResult("skipped", "; ".join(texts) or "no client has it")
    return StepResult("ok", rows=rows)


def check_mappings(context: Context) -> StepResult:
    """Whether the seeds that are built are those that data/ compiles to."""
    from loaders.registry import SOURCES
    from signalroom.config.mappings import plan_sync

    root = context.settings.root
    plans = plan_sync(root, None, now=clock.now(), known_sources=set(SOURCES))
    if drifted := [plan.seed.name for plan in plans if plan.has_drift]:
        fix = "run `signalroom mappings sync --all` and commit seeds/"
        text = f"seeds/ differs from data/ in {', '.join(drifted)}; {fix}"
        return StepResult("failed", text)
    return StepResult("ok")


def build(context: Context) -> StepResult:
    """Build and test the marts."""
    from signalroom.building import build_all

    weekly = context.kind == "daily"
    if build_all(context.settings, context.target, context.clients, weekly=weekly):
        return StepResult("failed", "a model or a test failed: the lines above name it")
    return StepResult("ok")


def report(context: Context) -> StepResult:
    """Write the report of each client; one whose day is not complete says what it waits for."""
    from signalroom.operations.gate import gate_of
    from signalroom.report import check_marts
    from signalroom.report.as_of import AsOf
    from signalroom.report.folder import write_report
    from signalroom.report.subject import Subject

    warehouse, now = context.warehouse, clock.now()
    waiting = []
    with warehouse.reading():
        check_marts(warehouse)
        for client in context.clients:
            gate = gate_of(warehouse, client, now, context.end_date)
            if not gate.is_complete:
                waiting.append(f"{client.client_id}: {gate.sentence}")
            if as_of := AsOf.of(warehouse, client.client_id):
                subject = Subject(warehouse, client, as_of, USUAL_REPORT.days)
                note = gate.sentence if gate.is_provisional else ""
                for path in write_report(
                    subject,
                    USUAL_REPORT.out,
                    formats=USUAL_REPORT.formats,
                    docs=USUAL_REPORT.docs,
                    now=now,
                    note=note,
                ):
                    say(path)
    return StepResult("ok", "; ".join(waiting))


def snapshot(context: Context) -> StepResult:
    """Keep what the running day has come to, and show it beside earlier days."""
    from signalroom.operations.running.hours import compare, take
    from signalroom.tables import print_parts

    warehouse, now = context.warehouse, clock.now()
    with warehouse.lock("signalroom run", say):
        rows = sum(take(warehouse, client, now) for client in context.clients)
    with warehouse.reading():
        print_parts([compare(warehouse, client, now) for client in context.clients])
    return StepResult("ok", rows=rows)


def back_up(context: Context) -> StepResult:
    """Back the warehouse up, where a folder is set for it."""
    from signalroom.operations.backups import back_up as make

    if "DATABASE_BACKUP_PATH" not in context.settings.environ:
        return StepResult("skipped", "DATABASE_BACKUP_PATH is not set")
    path = make(context.settings, context.target, None, clock.now(), say)
    return StepResult("ok", str(path))


LOADS = ("s3_exports", "everflow", "redtrack", "posthog", "mautic", "google_sheets", "music")
# the others answer in seconds
MINUTES = {"s3_exports": 60, "posthog": 60, "mautic": 60, "music": 60}
HOURLY = {"everflow", "redtrack"}

STEPS = (
    *(
        Step(
            name,
            partial(load, source=name),
            f"signalroom load {name}",
            MINUTES.get(name, 20),
            kinds=KINDS if name in HOURLY else ("daily",),
        )
        for name in LOADS
    ),
    Step("mappings", check_mappings, "signalroom mappings sync --all --check", 5, kinds=KINDS),
    Step("build", build, "signalroom build", 30, after=(*LOADS, "mappings"), kinds=KINDS),
    Step("report", report, "signalroom report", 15, after=("build",), needs=("build",)),
    Step(
        "snapshot",
        snapshot,
        "signalroom run hourly --only snapshot",
        5,
        after=("build",),
        needs=("build",),
        kinds=("hourly",),
    ),
    Step("backup", back_up, "signalroom backup", 60, after=("build",)),
    Step(
        "notify",
        tell,
        "signalroom alerts list",
        15,
        after=(*LOADS, "mappings", "build", "report", "snapshot", "backup"),
        kinds=KINDS,
    ),
)


def command(step: str, target: str) -> str:
    """How to do a step by hand."""
    (typed,) = (one.command for one in STEPS if one.name == step)
    has_target = target != "dev" and "mappings" not in typed
    return f"{typed} --target {target}" if has_target else typed
