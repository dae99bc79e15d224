"""The world reads nothing on Postgres; the read-only role reads the marts; after every build."""

import threading
import time
from pathlib import Path

import psycopg2
import pytest

from loaders.registry import SOURCES
from sandbox.server import Sandbox
from tests.dbt.warehouses import start_dbt
from tests.postgres import Database, Server
from tests.prod.conftest import Production
from tests.support import DECEMBER, QUICK_BUILDS, Project

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
        cursor.execute("drop table intermediate.int_order_files__held")  # there was none
        for table in ("int_order_events__stored", "int_orders__latest"):
            cursor.execute(f"alter table intermediate.{table} alter advertiser_id type text")
    production.succeed("load", *DECEMBER)
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
                # no label is loaded here
                assert (cursor.fetchone()[0] > 0) == (table != "fct_financial_transactions")
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
        seeding = start_dbt(exposed.project, "seed")
        waiting = f"select 1 from pg_locks where relation = '{table}'::regclass and not granted"
        while not exposed.query(waiting):
            assert seeding.poll() is None
            time.sleep(0.05)
        cursor.execute(f"analyze {table}")
        cursor.execute("commit")
    said, _ = seeding.communicate(timeout=240)
    assert seeding.returncode == 0, said
    assert exposed.query(
        f"select relrowsecurity from pg_class where oid = '{table}'::regclass"
    ) == [(True,)]


ROLES = {
    "anon": "the world reads as it",
    "Public": "the world reads as it",
    "readers": "the world reads as it",
    "postgres": "it reads more than marts",
    "assistant": "it reads more than marts",
    "pg_read_all_data": "it reads more than marts",
}


@pytest.mark.parametrize("role", ROLES)
def test_a_role_that_opens_doors_is_refused(
    exposed: Production, monkeypatch: pytest.MonkeyPatch, role: str
) -> None:
    if role in {"readers", "assistant"}:
        member = {"readers": "readers to anon", "assistant": "postgres to assistant"}[role]
        with exposed.cursor() as cursor:
            cursor.execute(f"drop role if exists {role}; create role {role}; grant {member}")
    monkeypatch.setitem(exposed.project.environ, "SIGNALROOM_BI_ROLE", role)
    said, exit_code = exposed.seed("us_states")
    assert exit_code != 0
    assert f"SIGNALROOM_BI_ROLE is {role}, and {ROLES[role]}; name a role made for this" in said
    with exposed.cursor() as cursor:
        cursor.execute("drop role if exists readers; drop role if exists assistant")


def test_doctor_misses_a_role_that_nobody_made(
    exposed: Production, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(exposed.project.environ, "SIGNALROOM_BI_ROLE", "nobody")
    said, exit_code = exposed.run("doctor")
    assert exit_code != 0
    assert "SIGNALROOM_BI_ROLE is nobody, and there is no such role" in said
    monkeypatch.undo()
    assert "no such role" not in exposed.run("doctor")[0]


def test_another_role_takes_the_place_of_the_first(
    exposed: Production, monkeypatch: pytest.MonkeyPatch
) -> None:
    odd = """o'neil's "$protect$" %s"""
    with exposed.cursor() as cursor:
        cursor.execute('drop role if exists "o\'neil\'s ""$protect$"" %s"')
        cursor.execute('create role "o\'neil\'s ""$protect$"" %s"')
    for role in (odd, ""):
        monkeypatch.setitem(exposed.project.environ, "SIGNALROOM_BI_ROLE", role)
        assert exposed.seed("us_states")[1] == 0
        for one in ("bi", odd):
            with exposed.cursor() as cursor:
                cursor.execute(
                    "select has_schema_privilege(%s, 'marts', 'usage'), "
                    "has_table_privilege(%s, 'marts.daily_summary', 'select')",
                    [one, one],
                )
                assert cursor.fetchall() == [(one == role, one == role)]
    monkeypatch.undo()
    assert exposed.seed("us_states")[1] == 0


class Watch(threading.Thread):
    """Looks over and over for what `anon` may read outside of the catalogue."""

    READABLE = """
        select relations.oid::regclass::text
        from pg_class as relations
        inner join pg_namespace as schemas on schemas.oid = relations.relnamespace
        where
            relations.relkind in ('r', 'v', 'm')
            and schemas.nspname not in ('pg_catalog', 'information_schema')
            and schemas.nspname not like 'pg_toast%'
            and has_schema_privilege('anon', schemas.oid, 'usage')
            and has_table_privilege('anon', relations.oid, 'select')
    """

    def __init__(self, database: Database) -> None:
        super().__init__(daemon=True)
        self.database = database
        self.seen: set[str] = set()
        self.looks = 0
        self.enough = threading.Event()

    def run(self) -> None:
        with self.database.connect() as connection, connection.cursor() as cursor:
            while not self.enough.wait(0.002):
                cursor.execute(self.READABLE)
                self.seen |= {name for (name,) in cursor.fetchall()}
                self.looks += 1


def test_what_is_made_is_never_open_to_the_world(
    postgres: Server, sandbox_server: Sandbox, tmp_path: Path
) -> None:
    """Neither what Supabase lets anon do with new tables, nor wider defaults, open any of ours."""
    database = postgres.create()
    for role in EXPOSED:  # which are the server's
        if not database.fetch("select 1 from pg_roles where rolname = %s", [role])[1]:
            database.execute(f"create role {role} nologin")
    database.execute(
        "alter default privileges in schema public grant all on tables to anon, authenticated",
        "alter default privileges grant select on tables to anon",
        "alter default privileges grant usage on schemas to anon",
    )
    project = Project.at(tmp_path / "project", sandbox_server, with_dbt=True, database=database)
    project.environ |= QUICK_BUILDS
    empty = Production(project, database)
    watch = Watch(database)
    watch.start()
    empty.succeed("load", "everflow", *DECEMBER)
    empty.succeed("dbt", "build", "--select", "resource_type:seed", "staging")
    watch.enough.set()
    watch.join()
    assert watch.looks > 100
    assert watch.seen == set()
    assert database.fetch("select count(*) > 0 from public.affiliate_mapping")[1] == [(True,)]
