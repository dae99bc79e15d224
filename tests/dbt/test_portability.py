"""What dbt would send to Postgres, without a server: it compiles, and it is Postgres' SQL."""

from pathlib import Path

import pytest
import sqlglot

from tests.dbt.project import DbtProject


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    root = tmp_path_factory.mktemp("compiled")
    project = DbtProject.copy_to(root, seeds={}, environ={}, target="prod")
    # whether an incremental model is there already can be asked of a server only
    without = ("--exclude", "config.materialized:incremental")
    project.run("compile", "--no-populate-cache", "--no-introspect", *without)
    return sorted((root / "dbt_project/target/compiled/signalroom").rglob("*.sql"))


def test_compiled_sql_is_postgres_sql(compiled: list[Path]) -> None:
    assert any(path.stem == "fct_affiliate_daily" for path in compiled)
    for path in compiled:
        statements = sqlglot.parse(path.read_text(), read="postgres")
        assert len(statements) == 1, path.name
