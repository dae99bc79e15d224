"""The world reads nothing on Postgres; the read-only role reads the marts; after every build."""

import psycopg2
import pytest

from loaders.registry import SOURCES
from tests.prod.conftest import Production
from tests.support import DECEMBER

pytestmark = pytest.mark.slow

EXPOSED = ("anon", "authenticated")
EVERYTHING = """
    select schemaname, tablename from pg_tables
    where schemaname not in ('pg_catalog', 'information_schema')
    union all
    select schemaname, viewname from pg_views
    where schemaname not in ('pg_catalog', 'information_schema')
"""
NEVER_EXPOSED = {*SOURCES, "ops", "public", "staging", "intermediate", "marts"}
OPENED = (
    *("everflow.daily_stats", "s3_exports.orders_create", "public.affiliate_mapping"),
    *("posthog.persons", "mautic.contacts"),
)

OF_AN_EARLIER_VERSION = {"everflow_affiliate_id": "text", "created_at": "timestamp"}


@pytest.fixture(scope="module")
def exposed(production: Production) -> Production:
    """Supabase's roles, grants that somebody gave by mistake, and a build after."""
    with production.cursor() as cursor:
        for role in (*EXPOSED, "bi"):
            cursor.execute(f"create role {role} nologin")
        for schema in ("everflow", "s3_exports", "posthog", "mautic", "ops", "staging", "public"):
            cursor.execute(f"grant usage on schema {schema} to anon, authenticated, public")
            cursor.execute(f"grant select on all tables in schema {schema} to anon, public")
            cursor.execute(
                f"alter default privileges in schema {schema} grant all on tables to anon"
            )
        cursor.execute("create table public.of_another_application as select 1 as one")
        cursor.execute("grant select on public.of_another_application to anon")
        for column, kind in OF_AN_EARLIER_VERSION.items():
            cursor.execute(f"alter table public.affiliate_mapping alter {column} type {kind}")
        for table in ("int_order_events__stored", "int_orders__latest"):
            cursor.execute("drop view if exists intermediate.int_order_events__filled")
            cursor.execute(f"alter table intermediate.{table} alter advertiser_id type text")
    production.succeed("load", *DECEMBER)
    production.succeed("dbt", "seed")
    production.succeed("build")
    return production


@pytest.mark.parametrize("role", EXPOSED)
def test_the_world_reads_nothing(exposed: Production, role: str) -> None:
    tables = exposed.query(EVERYTHING)
    schemas = {schema for schema, _ in tables}
    assert {schema for schema in schemas if not schema.endswith("_staging")} == NEVER_EXPOSED
    with exposed.cursor(role) as cursor:
        for schema, table in tables:
            if table == "of_another_application":
                continue
            with pytest.raises(psycopg2.errors.InsufficientPrivilege):
                cursor.execute(f'select * from "{schema}"."{table}" limit 1')


def test_a_seed_of_an_earlier_version_gets_its_types_and_stays_closed(exposed: Production) -> None:
    rows = exposed.query(
        "select pg_typeof(everflow_affiliate_id)::text, everflow_affiliate_id, "
        "pg_typeof(created_at)::text, (created_at at time zone 'UTC')::text, relrowsecurity "
        "from public.affiliate_mapping, pg_class where oid = 'public.affiliate_mapping'::regclass "
        "order by id limit 1"
    )
    moment = "timestamp with time zone", "2025-12-01 00:00:00"
    assert rows == [("bigint", 1, *moment, True)]


def test_ids_are_compared_and_sorted_as_numbers(exposed: Production) -> None:
    kinds = exposed.query(
        "select distinct data_type from information_schema.columns where "
        "column_name ~ '^(everflow_)?(affiliate|advertiser)_id$' "
        "and table_schema in ('everflow', 'public', 'intermediate', 'marts')"
    )
    assert kinds == [("bigint",)]


def test_a_grant_by_mistake_still_shows_no_row(exposed: Production) -> None:
    """Row level security is the second lock, until the next build takes the grant away again."""
    with exposed.cursor() as cursor:
        cursor.execute("grant usage on schema everflow, s3_exports, posthog, mautic to anon")
        for table in OPENED:
            cursor.execute(f"grant select on {table} to anon")
    for table in OPENED:
        assert exposed.query(f"select count(*) from {table}")[0][0] > 0
        assert exposed.query(f"select count(*) from {table}", role="anon") == [(0,)]


def test_the_read_only_role_reads_marts_and_nothing_else(exposed: Production) -> None:
    for schema, table in exposed.query(EVERYTHING):
        with exposed.cursor("bi") as cursor:
            if schema == "marts":
                cursor.execute(f'select count(*) from "{schema}"."{table}"')
                assert cursor.fetchone()[0] > 0
                with pytest.raises(psycopg2.errors.InsufficientPrivilege):
                    cursor.execute(f'delete from "{schema}"."{table}"')
            elif table != "of_another_application":
                with pytest.raises(psycopg2.errors.InsufficientPrivilege):
                    cursor.execute(f'select * from "{schema}"."{table}" limit 1')


def test_what_belongs_to_others_is_left_alone(exposed: Production) -> None:
    assert exposed.query("select one from public.of_another_application", role="anon") == [(1,)]


def test_a_vacuum_that_holds_a_table_is_waited_for(exposed: Production) -> None:
    """It writes to the catalogue while it holds the table, as the revokes do without one."""
    table = "everflow.daily_stats"
    with exposed.cursor() as cursor:
        cursor.execute(f"alter table {table} disable row level security")
        cursor.execute("begin")
        cursor.execute(f"lock table {table} in share update exclusive mode")
        seeding = exposed.project.start("dbt", "seed", without=("DUCKDB_PATH", "DBT_PROJECT_DIR"))
        waiting = f"select 1 from pg_locks where relation = '{table}'::regclass and not granted"
        while not exposed.query(waiting):
            assert seeding.poll() is None
        cursor.execute(f"analyze {table}")
        cursor.execute("commit")
    said, _ = seeding.communicate(timeout=240)
    assert seeding.returncode == 0, said
    assert exposed.query(
        f"select relrowsecurity from pg_class where oid = '{table}'::regclass"
    ) == [(True,)]
