"""The word null in a mapping or a client's configuration is a word, though dbt thinks otherwise."""

from pathlib import Path

import pytest

from sandbox.server import Sandbox
from signalroom.config.seeds import escaped, unescaped
from tests.postgres import Database
from tests.support import Project, on_both_targets


@pytest.mark.parametrize(
    "text", ["null", "NULL", "\\null", "\\\\Null", "nullable", "", "none", "true", "007", "1e5"]
)
def test_a_text_is_read_as_it_was_written(text: str) -> None:
    assert unescaped(escaped(text)) == text
    assert escaped(text).strip().lower() != "null"


@pytest.mark.slow
@on_both_targets
def test_it_is_a_text_in_the_warehouse(
    target: str, tmp_path: Path, sandbox: Sandbox, request: pytest.FixtureRequest
) -> None:
    database: Database | None = request.getfixturevalue("database") if target == "prod" else None
    project = Project.at(tmp_path / "project", sandbox, with_dbt=True, database=database)
    mappings = project.root / "data/clients/713/mappings/internal-affiliates.csv"
    words = ["null", "NULL", "\\null", "none", "true", "0012"]
    header, *_ = mappings.read_text().splitlines()
    lines = [f"{word},id {place},{place},{word},1,CCW" for place, word in enumerate(words)]
    mappings.write_text("\n".join([header, *lines, ""]))
    for _ in range(2):
        project.succeed("mappings", "sync", "--all")
    project.succeed("dbt", "seed", "--select", "affiliate_mapping", "words", "us_states")
    assert project.query(
        "select redtrack_source, everflow_affiliate_label from public.affiliate_mapping order by id"
    ) == [(word, word) for word in words]
