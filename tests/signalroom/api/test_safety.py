"""Whatever is asked: no rows of another client, no SQL of whoever asks, nothing undeclared."""

import os
import subprocess
import sys
from itertools import chain, combinations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from signalroom.api.endpoints import ENDPOINTS, Endpoint
from signalroom.api.pages import Cursor
from tests.signalroom.api.questions import keys_of, values_of
from tests.signalroom.api.served import CLIENTS, Served
from tests.support import REPOSITORY

SUBSETS = list(chain.from_iterable(combinations(CLIENTS, size) for size in (1, 2, 3)))
QUICK = settings(
    max_examples=100,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
INJECTIONS = (
    *("' or '1'='1", "' or 1=1 --", "713' --", "713'; drop table columns; --", '" or ""="'),
    *("713') or true --", '\' union select body from "daily-summary" --', "713\\", "713%", "7_3"),
    *("713' and randomblob(1000000000) --", "x'; attach 'f' as f; --", "\x00", "713\x00", "?"),
    *("1 or 1=1", "1; select 1", "0x1", "2025-12-01' or ''='", "true or true", "asc; drop", "$1"),
)


@st.composite
def questions(draw: st.DrawFn) -> tuple[Endpoint, dict[str, Any], tuple[Any, ...] | None]:
    """Any endpoint, parameters that it knows, and perhaps the key of a row to go on after."""
    endpoint = draw(st.sampled_from(ENDPOINTS))
    known = {one.name: values_of(one) for one in endpoint.filters}
    known |= {"limit": st.integers(1, 1000), "order": st.sampled_from(["asc", "desc"])}
    parameters = draw(st.fixed_dictionaries({}, optional=known))
    return endpoint, parameters, draw(st.none() | keys_of(endpoint))


@QUICK
@given(question=questions(), clients=st.sampled_from(SUBSETS))
def test_no_key_opens_rows_of_another_client(
    served: Served,
    question: tuple[Endpoint, dict[str, Any], tuple[Any, ...] | None],
    clients: tuple[str, ...],
) -> None:
    endpoint, parameters, key = question
    if key:
        parameters |= {"cursor": str(Cursor(served.version, key))}
    answer = served.get(f"/api/{endpoint.name}", key=served.key(*clients), **parameters)
    is_theirs = parameters.get("client_id", clients[0]) in clients
    assert answer.status_code == (200 if is_theirs else 403), answer.text
    assert {row["client_id"] for row in answer.json().get("data", ())} <= set(clients)


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: endpoint.name)
def test_sql_in_whatever_is_asked_finds_nothing(served: Served, endpoint: Endpoint) -> None:
    names = [one.name for one in endpoint.filters] + ["limit", "order", "cursor"]
    for injection in INJECTIONS:
        for name in names:
            answer = served.get(f"/api/{endpoint.name}", **{name: injection})
            found = answer.json().get("data")
            assert (answer.status_code, found) in ((422, None), (200, [])), (name, injection)
        assert served.get(f"/api/{endpoint.name}", **{injection: "1"}).status_code == 422
    assert any(served.rows(f"/api/{endpoint.name}"))


def test_schemathesis_finds_nothing(served: Served) -> None:
    hooks = Path(__file__).with_name("schemathesis_hooks.py")
    environ = {"SCHEMATHESIS_HOOKS": str(hooks), "SNAPSHOT": served.version}
    asking = subprocess.run(
        [
            *(Path(sys.executable).with_name("schemathesis"), "run", f"{served.url}/openapi.json"),
            *("--header", f"Authorization: Bearer {served.key()}", "--max-examples", "30"),
            *("--generation-deterministic", "--phases", "coverage,fuzzing", "--no-color"),
        ],
        env=os.environ | environ | {"PYTHONPATH": str(REPOSITORY)},
        cwd=served.folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert asking.returncode == 0, asking.stdout + asking.stderr
    assert f"Tested: {len(ENDPOINTS) + 1}" in asking.stdout  # and /healthz
