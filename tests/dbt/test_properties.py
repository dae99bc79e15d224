"""Typos in dbt's YAML are silent, so every key is held against a list, and every word is there."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from loaders.records import RecordSource
from loaders.sources import google_sheets, mautic, posthog
from tests.dbt.warehouses import Pair
from tests.support import REPOSITORY

PROJECT = REPOSITORY / "dbt_project"
PLACES = ("dbt_project/models/**/*.yml", "dbt_project/macros/*.yml", "seeds/*.yml")
FILES = sorted(path for place in PLACES for path in REPOSITORY.glob(place))

# where a mapping stands -> the keys it may have; a star is any name in a list
KEYS: dict[str, set[str]] = {
    "": {"models", "sources", "seeds", "macros", "exposures", "unit_tests"},
    "models": {"name", "description", "data_tests", "columns"},
    "models.columns": {"name", "data_type", "description", "data_tests"},
    "seeds": {"name", "description", "data_tests", "columns"},
    "seeds.columns": {"name", "description", "data_tests"},
    "macros": {"name", "description"},
    "sources": {"name", "description", "schema", "config", "tables"},
    "sources.config": {"loaded_at_field", "freshness"},
    "sources.tables": {"name", "description", "config", "columns"},
    "sources.tables.config": {"loaded_at_field", "freshness"},
    "sources.tables.columns": {"name", "description"},
    "exposures": {
        *("name", "label", "type", "maturity", "description", "owner", "depends_on"),
    },
    "exposures.owner": {"name"},
    "unit_tests": {"name", "description", "model", "overrides", "given", "expect"},
    "unit_tests.overrides": {"macros"},
    "unit_tests.overrides.macros": {"is_incremental"},
    "unit_tests.given": {"input", "format", "rows"},
    "unit_tests.expect": {"format", "rows"},
}
FRESHNESS = {"warn_after", "error_after"}
TESTS: dict[str, set[str]] = {
    "unique_combination": {"columns"},
    "foreign_key": {"columns", "to"},
    "expression_is_true": {"expression"},
    "accepted_values": {"values"},
}
OPTIONAL = {"touched_by"}
PLAIN_TESTS = {"unique", "not_null"}
DESCRIBED = {
    *("models", "models.columns", "seeds", "seeds.columns", "macros", "sources"),
    *("sources.tables", "sources.tables.columns", "exposures", "unit_tests"),
}


def _content(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(path.read_text())
    return content


def _mappings(value: Any, place: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every mapping of a file with its place, but for tests, fixtures and freshness."""
    if isinstance(value, list):
        for entry in value:
            yield from _mappings(entry, place)
    elif isinstance(value, dict):
        yield place, value
        for key, inner in value.items():
            if key not in {"data_tests", "rows", "freshness"}:
                yield from _mappings(inner, f"{place}.{key}".lstrip("."))


def _data_tests(content: Mapping[str, Any]) -> Iterator[Any]:
    for _, mapping in _mappings(content):
        yield from mapping.get("data_tests", [])


def _entries(kind: str) -> Iterator[dict[str, Any]]:
    for path in FILES:
        yield from _content(path).get(kind, [])


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_key_is_one_that_dbt_knows(path: Path) -> None:
    for place, mapping in _mappings(_content(path)):
        unknown = set(mapping) - KEYS[place]
        assert not unknown, f"{place or 'file'} {mapping.get('name', '')}: {unknown}"
        assert set(mapping.get("freshness", {})) <= FRESHNESS, place


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_test_is_one_that_exists_and_has_its_arguments(path: Path) -> None:
    for test in _data_tests(_content(path)):
        if isinstance(test, str):
            assert test in PLAIN_TESTS
            continue
        ((name, body),) = test.items()
        assert set(body) <= {"name", "arguments"}, name
        assert set(body["arguments"]) - OPTIONAL == TESTS[name], name


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_everything_is_described(path: Path) -> None:
    for place, mapping in _mappings(_content(path)):
        if place in DESCRIBED:
            name = mapping.get("name")
            assert str(mapping.get("description", "")).strip(), f"{place} {name}"


def test_every_model_and_macro_has_an_entry() -> None:
    models = {path.stem for path in PROJECT.glob("models/**/*.sql")}
    assert {entry["name"] for entry in _entries("models")} == models
    macros = {path.stem for path in PROJECT.glob("macros/**/*.sql")}
    assert {entry["name"] for entry in _entries("macros")} == macros


# models whose key is tested where the same rows are kept: one more scan of all costs seconds
KEPT_IN = {
    "int_order_events__filled": "int_order_events__stored",
    "stg_s3_exports__order_events": "int_order_events__stored",
    "int_order_events__classified": "int_order_events__stored",
    "int_orders__latest": "fct_orders",
    "int_spend__by_source": "fct_source_daily",
    "int_orders__by_day": "int_orders__summed",
    "int_orders__by_state": "int_orders__summed",
}
# of what a row is made of, more than one may be alike
WITHOUT_KEY = {
    *("int_orders__touched", "int_order_amounts__changed", "int_orders__issues"),
    "int_orders__by_history",
}


def test_every_model_and_seed_says_and_tests_its_grain() -> None:
    entries = {entry["name"]: entry for entry in [*_entries("models"), *_entries("seeds")]}
    for name, entry in entries.items():
        assert entry["description"].startswith("One row per "), name
        if name in WITHOUT_KEY:
            continue
        tests = entries[KEPT_IN.get(name, name)].get("data_tests", [])
        assert "unique_combination" in [kind for test in tests for kind in test], name


@pytest.mark.slow
def test_every_column_that_is_read_is_described(pair: Pair) -> None:
    found = pair.dev.query(  # what stands between staging and marts is for models alone
        "select table_name, column_name from information_schema.columns"
        " where table_schema in ('public', 'staging', 'marts') or table_name = 'data_issues'"
    )
    described = {
        (entry["name"], column["name"])
        for entry in [*_entries("models"), *_entries("seeds")]
        for column in entry.get("columns", [])
    }
    assert set(found) == described


def test_ids_are_the_numbers_that_the_client_documents(pair: Pair) -> None:
    for project in pair.projects:
        types = project.query(
            "select distinct column_name, data_type from information_schema.columns"
            " where table_schema in ('everflow', 'public', 'staging', 'marts')"
            " and (column_name like '%affiliate_id' or column_name like '%advertiser_id'"
            " or column_name in ('created_at', 'updated_at') and table_name = 'affiliate_mapping')"
            " and table_name <> 'stg_ops__load_runs'"
        )
        assert {(name, kind.lower()) for name, kind in types} == {
            *((name, "bigint") for name in ("affiliate_id", "advertiser_id")),
            *((f"everflow_{name}", "bigint") for name in ("affiliate_id", "advertiser_id")),
            *((name, "timestamp with time zone") for name in ("created_at", "updated_at")),
        }


def test_nothing_is_left_under_an_earlier_name(pair: Pair) -> None:
    models = {path.stem for path in PROJECT.glob("models/**/*.sql")}
    for project in pair.projects:
        found = project.query(
            "select table_name from information_schema.tables"
            " where table_schema in ('staging', 'intermediate', 'marts')"
            " or table_name = 'data_issues'"
        )
        assert {name for (name,) in found} == models


@pytest.mark.parametrize(
    "source", [posthog.SOURCE, mautic.SOURCE, google_sheets.SOURCE], ids=lambda source: source.name
)
def test_every_column_that_a_loader_declares_is_described(source: RecordSource) -> None:
    (entry,) = (entry for entry in _entries("sources") if entry["name"] == source.name)
    described = {
        table["name"]: {column["name"] for column in table["columns"]} for table in entry["tables"]
    }
    by_loader = {"_client_id", "_loaded_at", "_removed_at"}
    assert described == {table.name: set(table.columns) | by_loader for table in source.tables}


def test_every_model_with_branches_has_a_unit_test() -> None:
    tested = {entry["model"] for entry in _entries("unit_tests")}
    # without branches: typed columns only, or rows of another mart under a client's name
    plain = {
        *("stg_ops__load_runs", "stg_ops__rejected_rows", "stg_ops__loaded_files"),
        *("stg_ops__complete_tables", "stg_ops__load_issues", "stg_ops__accepted_issues"),
        *("stg_posthog__persons", "stg_posthog__feature_flags", "stg_posthog__experiments"),
        *("stg_mautic__emails", "stg_mautic__campaigns", "stg_mautic__segments"),
        *("daily_ccw_summary", "daily_exp_summary"),
        *("int_orders__touched", "int_order_files__held"),  # others write to them
    }
    assert {path.stem for path in PROJECT.glob("models/**/*.sql")} - plain == tested
