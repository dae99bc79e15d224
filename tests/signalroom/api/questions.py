"""What may be asked of the API, as strategies."""

from typing import Any

from hypothesis import strategies as st

from signalroom.api.endpoints import Endpoint, Filter, Kind
from tests.signalroom.api.served import CLIENTS

WRITTEN: dict[Kind, st.SearchStrategy[Any]] = {
    "text": st.sampled_from([*CLIENTS, "nobody", "713 cti", "*"]),
    "date": st.dates().map(str),
    "bigint": st.sampled_from([-1, 1, 2]),
    "boolean": st.sampled_from(["true", "false"]),
}


def keys_of(endpoint: Endpoint) -> st.SearchStrategy[tuple[Any, ...]]:
    """Keys of rows, whether they are there or not."""
    return st.tuples(*(WRITTEN[kind] for _, kind in endpoint.key))


def values_of(one: Filter) -> st.SearchStrategy[Any]:
    """Values of a parameter."""
    return st.sampled_from(one.values) if one.values else WRITTEN[one.kind]
