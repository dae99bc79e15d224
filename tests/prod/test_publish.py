"""Who reads the marts of Postgres sees the old ones or the new ones, nothing between."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg2
import pytest

from sandbox.server import Sandbox
from tests.loaders.test_postgres_patience import BOUND, SEVERAL, longest_wait
from tests.prod.conftest import Production
from tests.support import DECEMBER

pytestmark = pytest.mark.slow

FIGURES = """
    select
        (select sum(conversions) from marts.fct_affiliate_daily),
        (select sum(conversions) from marts.daily_summary),
        (select sum(conversions) from marts.daily_ccw_summary)
        + (select sum(conversions) from marts.daily_summary
           where report_name is distinct from 'daily_ccw_summary'),
        (select sum(metric_value) from marts.summary_comparisons where metric = 'conversions')
"""


class Reader(threading.Thread):
    """Reads all marts over and over, each time in one transaction of one isolation level."""

    def __init__(self, production: Production, isolation: str) -> None:
        super().__init__(daemon=True)
        server = production.database.server
        self.connection = psycopg2.connect(
            host=server.socket_folder,
            port=server.port,
            user=server.superuser,
            dbname=production.database.name,
        )
        self.connection.set_session(isolation_level=isolation, readonly=True)
        self.seen: list[tuple[int, ...]] = []
        self.error: Exception | None = None
        self.enough = threading.Event()

    def run(self) -> None:
        try:
            while not self.enough.wait(0.01):  # the build needs the processor too
                with self.connection, self.connection.cursor() as cursor:
                    for _ in range(2):
                        cursor.execute(FIGURES)
                        self.seen.append(tuple(map(int, cursor.fetchall()[0])))
        except psycopg2.Error as error:
            self.error = error
        finally:
            self.connection.close()


@contextmanager
def readers(production: Production) -> Iterator[list[Reader]]:
    reading = [Reader(production, level) for level in ("read committed", "repeatable read")]
    for reader in reading:
        reader.start()
    try:
        yield reading
    finally:
        for reader in reading:
            reader.enough.set()
            reader.join()


def figures(production: Production) -> tuple[int, ...]:
    return tuple(map(int, production.query(FIGURES)[0]))


def test_a_reader_sees_the_old_marts_or_the_new_ones(
    production: Production, sandbox: Sandbox
) -> None:
    old = figures(production)
    sandbox.everflow.restate(
        "set", date="2025-12-05", affiliate_id="1", advertiser_id="1", cv=1000, payout="5.00"
    )
    with readers(production) as reading:
        production.succeed("load", *DECEMBER)
        production.succeed("build")
    new = figures(production)
    assert new != old
    for reader in reading:
        assert reader.error is None
        assert set(reader.seen) == {old, new}
        repeated = zip(reader.seen[::2], reader.seen[1::2], strict=False)
        if reader is reading[1]:
            assert all(first == second for first, second in repeated)


def test_readers_wait_two_seconds_while_new_tables_are_published(production: Production) -> None:
    table = "marts.daily_summary"
    with production.cursor() as cursor:
        cursor.execute("set application_name = 'dashboard'")
        cursor.execute("begin")
        cursor.execute(f"select count(*), pg_backend_pid() from {table}")
        ((_, pid),) = cursor.fetchall()
        build = production.project.start(
            "build", "--full-refresh", without=("DUCKDB_PATH", "DBT_PROJECT_DIR")
        )
        waiting = f"select 1 from pg_locks where relation = '{table}'::regclass and not granted"
        while not production.query(waiting):
            assert build.poll() is None
            time.sleep(0.05)
        assert longest_wait(production.database, table, SEVERAL) < BOUND
        cursor.execute("commit")
    said, _ = build.communicate(timeout=240)
    assert build.returncode == 0, said
    assert f"Waiting for pid {pid} (dashboard, user postgres), who reads" in said
    assert figures(production)


def test_who_reads_a_seed_is_waited_for_only_when_its_columns_change(
    production: Production,
) -> None:
    table = "public.us_states"
    seeding = ("us_states", "--vars", "seconds_for_locks: 1")
    with production.cursor() as cursor:
        cursor.execute(f"begin; select count(*) from {table}")
        assert production.seed(*seeding, "--full-refresh")[1] == 0
        cursor.execute("commit")
        cursor.execute(f"alter table {table} drop column state_kind")
        cursor.execute(f"begin; select pg_backend_pid() from {table} limit 1")
        ((pid,),) = cursor.fetchall()
        said, exit_code = production.seed(*seeding)
        cursor.execute("commit")
    assert exit_code != 0
    assert f"pid {pid} (tests, user postgres) reads what is to be replaced, for 1 s now; " in said
    assert production.seed(*seeding)[1] == 0
    assert production.query(f"select count(state_kind) > 50 from {table}") == [(True,)]


def test_a_build_whose_test_fails_publishes_nothing(
    production: Production, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = figures(production)
    sandbox.everflow.restate("remove", date="2025-12-05", affiliate_id="1", advertiser_id="1")
    production.succeed("load", *DECEMBER)
    failing = production.project.root / "dbt_project" / "tests" / "assert_nothing_holds.sql"
    failing.write_text("select * from {{ ref('daily_summary') }}")
    try:
        with monkeypatch.context() as patch:
            patch.setitem(production.project.environ, "DBT_RESOURCE_TYPES", "seed model test")
            said, exit_code = production.run("build")
    finally:
        failing.unlink()
    assert exit_code == 1
    assert "The build failed: the marts stay as they were." in said
    assert figures(production) == old


def test_a_build_whose_connections_are_cut(production: Production) -> None:
    """Readers see the marts of the last good build, and the next one holds all that is loaded."""
    marts = "select tablename from pg_tables where schemaname = 'marts'"

    def everything() -> dict[str, list[str]]:
        return {
            mart: sorted(map(str, production.query(f"select * from marts.{mart}")))
            for (mart,) in production.query(marts)
        }

    old = everything()
    build = production.project.start("build", without=("DUCKDB_PATH", "DBT_PROJECT_DIR"))
    until = time.monotonic() + 240
    while not production.query("select 1 from pg_tables where schemaname = 'marts_next'"):
        assert build.poll() is None
        assert time.monotonic() < until
        time.sleep(0.05)
    while build.poll() is None:  # a connection that rests between two nodes is no loss to dbt
        production.database.cut("dbt%")
    said, _ = build.communicate(timeout=240)
    assert build.returncode != 0, said
    assert everything() == old
    production.succeed("build")
    loaded = production.query("select sum(conversions) from everflow.daily_stats")[0][0]
    assert set(figures(production)) == {int(loaded)}


@pytest.fixture(scope="module")
def orders_before(production: Production) -> dict[str, tuple[str, str]]:
    """A build after somebody changed rows of the marts, and made things of their own on them."""
    found = orders(production)
    gone, wrong = min(found), max(found)
    with production.cursor() as cursor:
        cursor.execute("delete from marts.fct_orders where orders_id = %s", [gone])
        cursor.execute(
            "update marts.fct_orders set gross_amount = -1 where orders_id = %s", [wrong]
        )
        cursor.execute("drop table intermediate.int_orders__touched")  # as is done every week
        cursor.execute("create view public.my_view as select * from marts.daily_summary")
        cursor.execute("create policy mine on marts.daily_summary using (true)")
        cursor.execute("create role friend")
        cursor.execute("grant select on marts.daily_summary to friend")
    production.succeed("build")
    return found


def orders(production: Production) -> dict[str, tuple[str, str]]:
    """The amount of each order, and the version of its row."""
    found = production.query("select orders_id, gross_amount, xmin::text from marts.fct_orders")
    return {id_: (str(amount), version) for id_, amount, version in found}


def test_only_rows_that_differ_are_exchanged(
    production: Production, orders_before: dict[str, tuple[str, str]]
) -> None:
    old, new = orders_before, orders(production)
    assert {id_: amount for id_, (amount, _) in new.items()} == {
        id_: amount for id_, (amount, _) in old.items()
    }
    assert {id_ for id_ in new if new[id_] != old[id_]} == {min(old), max(old)}


@pytest.mark.usefixtures("orders_before")
def test_what_people_made_on_marts_stays(production: Production) -> None:
    assert production.query("select count(*) from public.my_view")[0][0] > 0
    assert production.query("select polname from pg_policy") == [("mine",)]
    assert production.query(
        "select has_table_privilege('friend', 'marts.daily_summary', 'select')"
    )[0][0]
    with production.cursor() as cursor:
        cursor.execute("drop view public.my_view")
        cursor.execute("drop policy mine on marts.daily_summary")


def test_a_changed_column_is_published_too(production: Production) -> None:
    with production.cursor() as cursor:
        cursor.execute("alter table marts.daily_summary drop column cvr cascade")
        cursor.execute("alter table marts.dim_affiliates add column left_over text")
    production.succeed("build")
    columns = production.query(
        "select table_name, column_name from information_schema.columns "
        "where table_schema = 'marts'"
    )
    assert ("daily_summary", "cvr") in columns
    assert ("dim_affiliates", "left_over") not in columns
    assert production.query("select 1 from pg_namespace where nspname = 'marts_next'") == []


def test_every_mart_has_its_keys_and_statistics(production: Production) -> None:
    marts = {
        row[0]
        for row in production.query("select tablename from pg_tables where schemaname = 'marts'")
    }
    keys = production.query(
        "select conrelid::regclass::text, contype::text from pg_constraint "
        "where connamespace = 'marts'::regnamespace and contype in ('p', 'f')"
    )
    assert {name.removeprefix("marts.") for name, kind in keys if kind == "p"} == marts
    assert ("marts.fct_affiliate_daily", "f") in keys
    assert ("marts.daily_summary", "f") in keys
    untidy = production.query(  # a tenth of a table is worth it
        "select schemaname, relname from pg_stat_user_tables "
        "where schemaname in ('marts', 'everflow', 's3_exports') and n_live_tup > 0 "
        "and (last_analyze is null or (n_dead_tup > n_live_tup / 10 and last_vacuum is null))"
    )
    assert untidy == []
    with production.cursor() as cursor:
        cursor.execute("set enable_seqscan = off")
        cursor.execute(
            "explain select * from marts.fct_affiliate_daily "
            "where client_id = '713' and affiliate_id = 12"
        )
        assert "Index" in str(cursor.fetchall())


def test_of_orders_only_those_that_were_touched_are_exchanged(production: Production) -> None:
    """One order of a file changes its amount, another is gone; no other row is written again."""
    old = orders(production)
    newest = "(select max(_file_name) from s3_exports.orders_create)"
    with production.cursor() as cursor:
        cursor.execute(
            "select min(orders_id), max(orders_id) from s3_exports.orders_create"
            f" where _file_name = {newest}"
        )
        changed, gone = cursor.fetchall()[0]
        cursor.execute(
            "update s3_exports.orders_create set total_amount = '12345' where orders_id = %s",
            [changed],
        )
        cursor.execute(
            f"update ops.loaded_files set loaded_at = now(), rows = rows - 1"
            f" where file_name = {newest}"
        )
        cursor.execute("delete from s3_exports.orders_create where orders_id = %s", [gone])
    production.succeed("build")
    new = orders(production)
    assert gone not in new
    assert new[changed][0] == "12345.0000"
    assert {id_ for id_ in old if new.get(id_) != old[id_]} == {changed, gone}
    assert (
        production.query(
            "select customer_hash, orders from marts.dim_customers"
            " except select customer_hash, count(*) filter (where is_attempted)"
            " from marts.fct_orders"
            " where customer_hash is not null group by customer_hash"
        )
        == []
    )
    assert "Nothing is new" in production.succeed("build")
