"""A connection cut in the middle of a load: nothing half done, and the next makes it good."""

import random
import time

import pytest

from tests.postgres import Database
from tests.support import DECEMBER, Project, State, on_postgres

pytestmark = [pytest.mark.slow, on_postgres]

# Ends sessions at the first row of the merge that `who` may end: sequences survive a rollback.
# Its own comes last: once that has ended, no other is.
CUT_AT_THE_MERGE = """
create sequence public.cuts;
create function public.cut() returns trigger language plpgsql as $$
begin
    if nextval('public.cuts') = 1 then
        perform pg_terminate_backend(pid) from (
            select pid from pg_stat_activity
            where datname = current_database() and {who}
            order by pid = pg_backend_pid()
        ) as sessions;
    end if;
    return new;
end $$;
create trigger cut before insert on everflow.daily_stats
for each row execute function public.cut();
"""
RUNS = "select count(*) from ops.load_runs where verdict = 'ok'"


def assert_each_is_whole(project: Project, before: State, after: State) -> None:
    for service, rows in project.state().items():
        assert rows in (before[service], after[service]), f"{service} is half done"


def test_all_connections_cut_at_the_merge(loaded_project: Project, undisturbed: State) -> None:
    before, runs = loaded_project.state(), loaded_project.query(RUNS)
    loaded_project.execute(CUT_AT_THE_MERGE.format(who="pid <> 0"))

    load = loaded_project.start("load", *DECEMBER)
    said, _ = load.communicate(timeout=120)

    assert load.returncode == 1
    assert said.count("the connection that held the lock on postgres test_") == 1
    assert "another load may have begun; run again" in said
    assert "Traceback" not in said
    assert_each_is_whole(loaded_project, before, undisturbed)
    assert loaded_project.query(RUNS) == runs, "no row means not loaded"
    assert loaded_project.run("load", *DECEMBER).exit_code == 0
    assert loaded_project.state() == undisturbed


def test_the_merges_own_connection_cut_is_tried_again(
    loaded_project: Project, undisturbed: State
) -> None:
    """The lock is still held, so the load may go on by itself."""
    loaded_project.execute(CUT_AT_THE_MERGE.format(who="pid = pg_backend_pid()"))
    loaded_project.succeed("load", *DECEMBER)
    assert loaded_project.query("select last_value > 1 from public.cuts") == [(True,)]
    assert loaded_project.state() == undisturbed


def test_connections_cut_at_random_moments(loaded_project: Project, undisturbed: State) -> None:
    database, before = loaded_project.database, loaded_project.state()
    assert database is not None
    chance = random.Random(713)  # noqa: S311  # a repeatable choice of moments, not a secret
    cut = 0
    for _ in range(5):
        load = loaded_project.start("load", *DECEMBER)
        wait_for_its_session(database)
        time.sleep(chance.uniform(0, 1.5))
        cut += database.cut() > 0
        said, _ = load.communicate(timeout=120)
        assert load.returncode in (0, 1), said
        assert "Traceback" not in said
        if load.returncode:
            assert "run again" in said
        assert_each_is_whole(loaded_project, before, undisturbed)
    assert cut > 0
    assert loaded_project.run("load", *DECEMBER).exit_code == 0
    assert loaded_project.state() == undisturbed


def wait_for_its_session(database: Database) -> None:
    sql = "select 1 from pg_stat_activity where datname = %s and application_name like %s"
    until = time.monotonic() + 60
    while not database.fetch(sql, (database.name, "signalroom load (%"))[1]:
        assert time.monotonic() < until
        time.sleep(0.02)
