"""The messages that docs/production.md explains are those that the code says."""

import re

from tests.nightly.runner import REPOSITORY

PAGE = REPOSITORY / "docs/production.md"
SPLIT_STRING = re.compile(r'"\s*\n\s*f?"')  # one message over two lines of code


def test_every_message_of_the_table_is_said_by_the_code() -> None:
    code = "\n".join(
        SPLIT_STRING.sub("", path.read_text())
        for pattern in ("loaders/**/*.py", "signalroom/**/*.py", "dbt_project/macros/**/*.sql")
        for path in REPOSITORY.glob(pattern)
    )
    table = PAGE.read_text().partition("## When it fails")[2].partition("## ")[0]
    first_column = re.findall(r"^\|(.+?)\|", table, re.MULTILINE)
    messages = re.findall(r"`([^`]*[a-z]{3}[^`]*)`", "\n".join(first_column))
    assert len(messages) > 20
    for message in messages:
        for part in re.sub(r" \d{3}$", "", message).split("…"):
            assert part.strip() in code, message
