"""People's data stays in the raw tables: none in what dbt builds, compiles, logs or documents."""

import pytest

from tests.clients.order_files import PERSON, SALT, record
from tests.dbt.conftest import Query
from tests.support import Project

pytestmark = pytest.mark.slow

MARKS = {str(value) for value in record(PERSON.strip()).values()} | {"@people.test"}
BUILT = """
    select table_schema || '.' || table_name from information_schema.tables
    where table_schema in ('public', 'staging', 'intermediate', 'marts')
"""


def test_the_raw_rows_have_the_marks(warehouse: Query) -> None:
    raw = str(warehouse("select * from s3_exports.orders_create"))
    assert [mark for mark in MARKS if mark not in raw] == []


@pytest.mark.parametrize(
    "column",
    [
        *("posthog.events.distinct_id", "posthog.events.properties", "posthog.persons.name"),
        *("posthog.persons.distinct_ids", "posthog.feature_flags.filters"),
        *("mautic.contacts.email", "mautic.page_hits.url", "mautic.lead_donotcontact.comments"),
    ],
)
def test_the_raw_records_have_addresses(warehouse: Query, column: str) -> None:
    table, _, name = column.rpartition(".")
    assert "@people.test" in str(warehouse(f"select {name} from {table}"))


def test_nothing_built_names_anybody(warehouse: Query) -> None:
    tables = [name for (name,) in warehouse(BUILT)]
    assert "marts.dim_customers" in tables
    for name in tables:
        rows = str(warehouse(f"select * from {name}")).lower()
        assert [mark for mark in (*MARKS, SALT) if mark.lower() in rows] == [], name


def test_nothing_written_names_anybody(project: Project) -> None:
    written = [
        path
        for folder in ("target", "logs")
        for path in (project.root / "dbt_project" / folder).rglob("*")
        if path.is_file()
    ]
    assert {"manifest.json", "run_results.json", "dbt.log"} <= {path.name for path in written}
    for path in written:
        content = path.read_bytes()
        assert [mark for mark in (*MARKS, SALT) if mark.encode() in content] == [], path
