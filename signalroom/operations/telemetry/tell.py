"""What is told to machines when a run has ended, each where it is set up; it fails no run."""

from collections.abc import Sequence

from loaders.redaction import redact
from loaders.warehouse.base import Say
from signalroom.config.settings import Settings
from signalroom.operations.running.execute import StepRun
from signalroom.operations.running.history import Run
from signalroom.operations.telemetry.metrics import tell_metrics
from signalroom.operations.telemetry.nodes import nodes


def tell_machines(
    settings: Settings, target: str, run: Run, steps: Sequence[StepRun], say: Say
) -> None:
    """Prometheus' metrics, and the trace of the run."""
    tell_metrics(settings, target, say)
    endpoint = settings.environ.get("OTEL_EXPORTER_OTLP_ENDPOINT")
    if not endpoint:
        return
    from signalroom.operations.telemetry.traces import send_trace  # half a second of imports

    try:
        warehouse = settings.warehouse(target)
        with warehouse.reading():
            taken = send_trace(endpoint, warehouse, run, steps, list(nodes(settings.root)))
    except Exception as error:
        say(redact(f"the trace is not told: {error}"))
    else:
        if not taken:
            say("the trace is not told: OTEL_EXPORTER_OTLP_ENDPOINT did not take it in time")
