"""The last step: people are told what is wrong, what is over, and what a client's day was."""

from datetime import date, datetime

from loaders import clock
from signalroom.config.clients import Client
from signalroom.operations.gate import Gate
from signalroom.operations.problem import Problem
from signalroom.operations.running.step import Context, StepResult
from signalroom.terminal import say


def tell(context: Context) -> StepResult:
    """Send what is new, and the summary of each day that may leave; a message fails no run."""
    from signalroom.operations.alerts import reconcile
    from signalroom.operations.gate import gate_of
    from signalroom.operations.notify.daily import send_daily, send_finals

    settings, warehouse, now = context.settings, context.warehouse, clock.now()
    with warehouse.reading():
        found = _problems(context)
        gates = [
            (client, gate_of(warehouse, client, now, context.end_date))
            for client in context.clients
        ]
        finals = [_finals(context, client, gate.day, now) for client, gate in gates]
    unsent = reconcile(settings, warehouse, context.clients, found, now=now, say=say)
    messages = [f"{unsent} messages were not sent"] if unsent else []
    for (client, gate), earlier in zip(gates, finals, strict=True):
        have_left = (
            send_finals(settings, warehouse, client, earlier, now=now, say=say),
            send_daily(settings, warehouse, client, gate, now=now, say=say),
        )
        if not all(have_left):
            messages.append(f"the summary of {client.client_id} did not leave on all channels")
    return StepResult("ok", "; ".join(messages))


def _finals(context: Context, client: Client, day: date, now: datetime) -> list[Gate]:
    """Of the days but this one that left provisional, and are complete only now."""
    from signalroom.operations.gate import gate_of
    from signalroom.operations.notify.daily import not_final

    days = [one for one in not_final(context.warehouse, client, now) if one != day]
    gates = [gate_of(context.warehouse, client, now, one) for one in days]
    return [gate for gate in gates if gate.is_complete]


def _problems(context: Context) -> list[Problem]:
    """All that is wrong as of this run."""
    from signalroom.operations import anomalies
    from signalroom.operations.running.history import runs_of
    from signalroom.operations.running.problems import problems

    warehouse = context.warehouse
    runs = runs_of(warehouse, context.kind)
    (run,) = (one for one in runs if one.run_id == context.run_id)
    found = problems(warehouse, context.clients, run, clock.now())
    # a source that is not loaded is not fresh either: that is one problem
    known = {
        one.key.replace(f"load {one.client_id} ", f"anomaly {one.client_id} freshness ")
        for one in found
    }
    odd = anomalies.problems(warehouse, context.clients, context.target)
    return found + [one for one in odd if one.key not in known]
