"""The page on the earlier scripts, line by line; its commands are tested with all others."""

import re
import tomllib
from pathlib import Path

import pytest

from loaders.registry import SOURCES
from signalroom.config.clients import read_clients
from signalroom.config.mappings import read_mapping
from signalroom.config.postgres import variables
from signalroom.config.settings import Settings
from tests.test_docs import ROOT, variables_read

PAGE = (ROOT / "docs" / "coming-from-the-earlier-scripts.md").read_text()
LINES = [line.split("|")[1:3] for line in PAGE.splitlines() if line.startswith("| `")]
SETTING = re.compile(r"`([A-Z][A-Z0-9]*_?[A-Z0-9_]+)[=`]")
MADE = {"google_sheets": {"targets"}}  # tables that a client configures
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize("line", LINES, ids=lambda line: line[0].strip())
def test_a_line_is_true(line: list[str]) -> None:
    earlier, _ = line
    for name in SETTING.findall(earlier):
        assert name in variables_read(), name
    for schema, table in re.findall(r"`(\w+)\.(\w+)`", earlier):
        if schema in SOURCES:
            tables = {known.name for known in SOURCES[schema].tables} | MADE.get(schema, set())
            assert table in tables, table
        else:
            places = {"public": "seeds", "marts": "dbt_project/models/marts"}
            assert list((ROOT / places[schema]).rglob(f"{table}.*")), table


@pytest.mark.parametrize("text", [text for kind, text in BLOCKS if kind == "toml"])
def test_the_address_of_postgres_is_taken_as_written(text: str, tmp_path: Path) -> None:
    assert tomllib.loads(text)
    (tmp_path / ".dlt").mkdir()
    (tmp_path / ".dlt" / "secrets.toml").write_text(text)
    read = variables(tmp_path, {})
    assert read["PGPASSWORD"] == "p@ssword"
    assert Settings(tmp_path, {}).warehouse("prod").name == (
        "postgres postgres at aws-0-us-east-1.pooler.supabase.com:5432"
    )


def test_the_mapping_file_is_taken_with_five_columns_and_six(tmp_path: Path) -> None:
    (client,) = (one for one in read_clients(ROOT) if one.client_id == "713")
    read = []
    for _, text in (block for block in BLOCKS if block[0] == "csv"):
        (tmp_path / "mapping.csv").write_text(text)
        read.append(read_mapping(tmp_path / "mapping.csv", client))
    assert len(read) == 2
    assert read[0] == read[1]
    assert {row["everflow_advertiser_label"] for row in read[0]} == {"CCW"}
