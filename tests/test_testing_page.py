"""docs/testing.md names, for each promise, tests that exist."""

import re
from pathlib import Path

TESTS = Path(__file__).parent
PAGE = (TESTS.parent / "docs/testing.md").read_text()


def test_every_promise_has_its_test() -> None:
    rows = PAGE.partition("## Promises")[2].splitlines()[4:]
    promises = [row for row in rows if not row.startswith("| **")]
    assert len(promises) > 40
    for promise in promises:
        tests = re.findall(r"`([\w/]+\.py)::(\w+)`", promise)
        assert tests, promise
        for file, name in tests:
            assert f"def {name}(" in (TESTS / file).read_text(), promise
