"""A fault shows in some answer while it is on, and in none after; loaders say what it does."""

from collections.abc import Iterator

import pytest
import requests

from sandbox.faults import FAULTS
from sandbox.posthog.faults import POSTHOG_FAULTS
from sandbox.server import Sandbox
from tests.sandbox.ask import ask_report, ask_table, everflow, wish

TIMED = {"slow", "double_counting"}  # seen in how long a loader waits alone
DAYS = {"from": "2025-12-05", "to": "2025-12-06"}
REPORT = {"date_from": "2025-12-05", "date_to": "2025-12-06"}
NOTHING = {"date_from": "2026-05-01", "date_to": "2026-05-02"}
FROM = "toDateTime64('2025-12-05 12:00:00', 6, 'UTC')"
EVENTS = (
    "select uuid, timestamp, properties from events where "
    f"(timestamp, uuid) > ({FROM}, toUUID('{'0' * 8}-0000-4000-8000-{'0' * 12}')) "
    "order by timestamp, uuid limit 1001"
)


@pytest.fixture(scope="module")
def shared() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        for service in sandbox.services.values():
            service.lift_limits()
        yield sandbox


def everflow_answers(sandbox: Sandbox) -> Iterator[requests.Response]:
    one = {"filters": [{"resource_type": "advertiser", "filter_id_value": "2"}]}
    for query in (None, one):
        yield ask_table(sandbox, **DAYS, query=query)
    yield everflow(sandbox, "networks/reporting/entity/summary", body=wish(**DAYS))
    yield everflow(sandbox, "networks")


def redtrack_answers(sandbox: Sandbox) -> Iterator[requests.Response]:
    for changes in (REPORT, NOTHING, {**REPORT, "per": 4, "page": 2}, {**REPORT, "timezone": None}):
        for total in ("true", None):
            yield ask_report(sandbox, **changes, total=total)
    url = f"{sandbox.url('redtrack')}/sources"
    yield requests.get(url, params={"api_key": "sandbox-redtrack-713"}, timeout=10)


def posthog_answers(sandbox: Sandbox) -> Iterator[requests.Response]:
    url = f"{sandbox.url('posthog')}/api/projects/71301"
    headers = {"Authorization": "Bearer sandbox-posthog-713"}
    query = {"query": {"kind": "HogQLQuery", "query": EVENTS}}
    yield requests.post(f"{url}/query/", json=query, headers=headers, timeout=10)
    for path in ("feature_flags/?limit=9&offset=1", "experiments/"):
        yield requests.get(f"{url}/{path}", headers=headers, timeout=10)


ANSWERS = {"everflow": everflow_answers, "redtrack": redtrack_answers, "posthog": posthog_answers}


def answers(service: str, sandbox: Sandbox) -> list[object]:
    """What is answered, until there is no answer."""
    given: list[object] = []
    try:
        for answer in ANSWERS[service](sandbox):
            body = answer.text.partition('"is_cached"')[0]  # what follows changes by the second
            given.append((answer.status_code, answer.headers["Content-Type"], body))
    except requests.RequestException as error:
        given.append(type(error))
    return given


@pytest.mark.parametrize(
    ("service", "name"),
    [(f.service, f.name) for f in (*FAULTS, *POSTHOG_FAULTS) if f.name not in TIMED],
)
def test_a_fault_shows_while_it_is_on(shared: Sandbox, service: str, name: str) -> None:
    usual = answers(service, shared)
    options = {"path": ""} if name == "list_in_200" else {}
    shared.services[service].faults.on(name, **options)
    assert answers(service, shared) != usual
    shared.services[service].faults.clear()
    assert answers(service, shared) == usual
