"""Answers that no service gives: each source says so in one sentence, and sends nothing on."""

import re
from collections.abc import Callable

import pytest

from loaders.answers import MOST_LEVELS
from sandbox.server import Sandbox
from tests.sources.conftest import behind
from tests.sources.proxy import Answer, Asked, Proxy
from tests.support import DECEMBER, Project

# the variable that holds the address of each
VARIABLES = {
    "everflow": "EVERFLOW_BASE_URL",
    "redtrack": "REDTRACK_BASE_URL",
    "posthog": "POSTHOG_HOST",
    "mautic": "MAUTIC_BASE_URL",
    "google_sheets": "GOOGLE_SHEETS_(BASE_URL|CREDENTIALS_JSON)",
}
# where a redirect leads, by its own host and the other
ELSEWHERE: dict[str, tuple[int, Callable[[str, str], str]]] = {
    "another host": (301, lambda _, other: f"http://{other}/x?y=z"),
    "another host, with what was sent": (307, lambda _, other: f"http://{other}/x"),
    "another host, once there is a token": (308, lambda _, other: f"http://{other}/x"),
    "without a scheme": (302, lambda _, other: f"//{other}/"),
    "with ours as the user": (303, lambda own, other: f"http://{own}@{other}/"),
    "behind a backslash": (307, lambda own, other: f"http://{other}\\@{own}/"),
    "a path that begins another host": (308, lambda own, other: f"http://{own}//{other}/"),
    "another scheme": (301, lambda own, _: f"https://{own}/"),
    "no address": (302, lambda *_: "http://[/"),
}


@pytest.mark.parametrize("where", ELSEWHERE)
def test_nothing_follows_a_redirect_to_another_place(
    where: str, everything: Project, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    status, location = ELSEWHERE[where]
    with Proxy() as trap:
        other = trap.url.partition("//")[2]

        def redirect(asked: Asked, answer: Answer) -> Answer:
            is_token = "token" in asked.path and "token" in where
            if is_token or asked.path.startswith(f"/{other}"):
                return answer
            return Answer(status, {"Location": location(asked.headers["Host"], other)})

        with behind(sandbox, redirect, everything, monkeypatch):
            said = everything.run("doctor", "--client", "713").output
        assert trap.asked == [], said
    assert "FAIL  713 s3://sandbox-sticky-713/orders-create/ cannot be listed" in said
    if "path" not in where and "backslash" not in where:  # where the path alone is followed
        for source, variable in VARIABLES.items():
            told = rf"FAIL  713 {source}: .* a redirect to \S.*; check {variable}"
            assert re.search(told, said), (source, said)


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"[" * (MOST_LEVELS + 1) + b"]" * (MOST_LEVELS + 1), "JSON of more than 100 levels"),
        (b'{"a": 1, "b": {"c": 1, "c": 2}}', "JSON in which a key comes twice"),
    ],
)
def test_json_that_nobody_should_take(  # noqa: PLR0917  # pytest passes them by name
    body: bytes,
    says: str,
    everything: Project,
    sandbox: Sandbox,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def nested(asked: Asked, answer: Answer) -> Answer:
        return Answer(headers={"Content-Type": "application/json"}, body=body)

    with behind(sandbox, nested, everything, monkeypatch):
        said = everything.run("load", "--client", "713", *DECEMBER).output
    for source in VARIABLES:
        assert re.search(rf"713 {source}\S*: .*http://\S+/{source}/\S+ answered {says}", said), said
    assert "Traceback" not in said + caplog.text
