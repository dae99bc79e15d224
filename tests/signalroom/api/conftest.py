"""A server for a file of tests, over one published snapshot."""

from collections.abc import Iterator

import pytest

from tests.signalroom.api.served import MARTS, Served, serving


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("served")) as made:
        made.execute(*MARTS)
        made.publish()
        yield made
