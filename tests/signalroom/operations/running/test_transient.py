"""Which failures of a load are tried again: those that may be over by themselves."""

import pytest

from sandbox.s3 import S3Exports
from sandbox.server import Sandbox
from signalroom.operations.running.process import attempt
from signalroom.operations.running.step import Context
from signalroom.operations.running.steps import STEPS
from tests.support import Project

CHAIN = {step.name: step for step in STEPS}
NOBODY = "http://127.0.0.1:9"


@pytest.mark.parametrize(
    ("fault", "options", "is_transient"),
    [
        ("server_error", {}, True),
        ("connection_dropped", {}, True),
        ("rate_limited", {}, True),
        ("rate_limited", {"retry_after": 3600}, False),  # he said when to come back
        ("invalid_key", {}, False),
        ("html", {}, True),
        ("error_in_200", {"message": "no such column"}, False),
    ],
)
def test_what_may_be_over_in_some_minutes(
    fault: str, options: dict[str, object], is_transient: bool, context: Context, sandbox: Sandbox
) -> None:
    sandbox.everflow.faults.on(fault, **options)
    result = attempt(CHAIN["everflow"], context)
    assert (result.status, result.is_transient) == ("failed", is_transient), result.message


def test_an_answer_that_nobody_should_believe_is_final(
    project: Project, context: Context, sandbox: Sandbox, morning: object
) -> None:
    everflow = CHAIN["everflow"]
    assert attempt(everflow, context).status == "ok"
    sandbox.everflow.faults.on("empty_all")
    result = attempt(everflow, context)
    assert "suspicious-empty" in result.message
    assert (result.status, result.is_transient) == ("failed", False)


@pytest.mark.parametrize(
    ("variable", "value", "is_transient"),
    [
        ("AWS_ENDPOINT_URL", NOBODY, True),
        ("S3_BUCKET_NAME", "another-bucket", False),
        ("S3_PREFIXES", "nonsense", False),
    ],
)
def test_a_bucket(
    variable: str, value: str, is_transient: bool, bucket: S3Exports, context: Context
) -> None:
    environ = context.settings.environ
    assert isinstance(environ, dict)
    environ[variable] = value
    result = attempt(CHAIN["s3_exports"], context)
    assert (result.status, result.is_transient) == ("failed", is_transient), result.message


def test_a_source_without_a_key_is_skipped_and_a_client_without_any_fails(
    context: Context, settings: object
) -> None:
    assert attempt(CHAIN["posthog"], context).status == "skipped"
    environ = context.settings.environ
    assert isinstance(environ, dict)
    for name in ("EVERFLOW_API_KEY", "REDTRACK_API_KEY"):
        del environ[name]
    assert attempt(CHAIN["posthog"], context).status == "failed"
