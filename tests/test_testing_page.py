"""docs/testing.md and docs/security.md name, for each promise, tests that exist."""

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
DOCS = TESTS.parent / "docs"


@pytest.mark.parametrize(("page", "at_least"), [("testing.md", 40), ("security.md", 20)])
def test_every_promise_has_its_test(page: str, at_least: int) -> None:
    _, *tables = (DOCS / page).read_text().split("| promise | test |\n|---|---|\n")
    rows = [row for table in tables for row in table.partition("\n\n")[0].splitlines()]
    promises = [row for row in rows if not row.startswith("| **")]
    assert len(promises) > at_least
    for promise in promises:
        tests = re.findall(r"`([\w/]+\.py)::(\w+)`", promise)
        assert tests, promise
        for file, name in tests:
            assert f"def {name}(" in (TESTS / file).read_text(), promise
