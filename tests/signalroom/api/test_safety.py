"""Whatever is asked: no rows of another client, no SQL of whoever asks, nothing undeclared."""

from itertools import chain, combinations
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from signalroom.api.endpoints import ENDPOINTS, Endpoint, Filter, Kind
from signalroom.api.pages import Cursor
from tests.signalroom.api.served import CLIENTS, Served

SUBSETS = list(chain.from_iterable(combinations(CLIENTS, size) for size in (1, 2, 3)))
CLIENT = st.sampled_from([*CLIENTS, "nobody", "713 cti", "*"])
WRITTEN: dict[Kind, st.SearchStrategy[Any]] = {
    "text": CLIENT,
    "date": st.dates().map(str),
    "bigint": st.sampled_from([-1, 1, 2]),
    "boolean": st.sampled_from(["true", "false"]),
}
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


def _values(one: Filter) -> st.SearchStrategy[Any]:
    return st.sampled_from(one.values) if one.values else WRITTEN[one.kind]


@st.composite
def questions(draw: st.DrawFn) -> tuple[Endpoint, dict[str, Any], tuple[Any, ...] | None]:
    """Any endpoint, parameters that it knows, and perhaps the key of a row to go on after."""
    endpoint = draw(st.sampled_from(ENDPOINTS))
    known = {one.name: _values(one) for one in endpoint.filters}
    known |= {"limit": st.integers(1, 1000), "order": st.sampled_from(["asc", "desc"])}
    key = st.tuples(*(WRITTEN[kind] for _, kind in endpoint.key))
    parameters = draw(st.fixed_dictionaries({}, optional=known))
    return endpoint, parameters, draw(st.none() | key)


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
        assert served.get(f"/api/{endpoint.name}", **{injection: 1}).status_code == 422
    assert any(served.rows(f"/api/{endpoint.name}"))


@pytest.fixture
def api_schema(served: Served) -> Any:
    """The API as it describes itself, and cursors that it might have given out."""
    for endpoint in ENDPOINTS:
        key = st.tuples(*(WRITTEN[kind] for _, kind in endpoint.key))
        cursors = key.map(lambda values: str(Cursor(served.version, values)))
        schemathesis.openapi.format(f"{endpoint.name}-cursor", cursors)
    return schemathesis.openapi.from_url(f"{served.url}/openapi.json")


schema = schemathesis.pytest.from_fixture("api_schema")


@schema.parametrize()
@QUICK
def test_schemathesis_finds_nothing(case: schemathesis.Case[Any], served: Served) -> None:
    case.call_and_validate(headers={"Authorization": f"Bearer {served.key()}"})
