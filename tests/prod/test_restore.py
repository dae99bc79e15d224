"""Restoring a warehouse that was built, with all that hangs together in it."""

import os

import pytest

from tests.prod.conftest import Production
from tests.signalroom.operations.conftest import PROGRAMS, everything
from tests.support import DECEMBER

pytestmark = pytest.mark.slow


def test_a_built_warehouse_comes_back_and_is_built_further(
    production: Production, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Views stand on raw tables, marts on each other: all go, and all come back."""
    monkeypatch.setenv("PATH", f"{PROGRAMS}:{os.environ['PATH']}")
    project = production.project
    views = "select schemaname, viewname from pg_views where schemaname in ('staging', 'marts')"
    keys = "select count(*) from pg_constraint where contype = 'f'"
    before, had = everything(project), (production.query(views), production.query(keys))
    production.succeed("backup")
    (path,) = (project.root / "backups").iterdir()
    with production.cursor() as cursor:
        cursor.execute("create table public.of_others as select 1 as one")
        cursor.execute("update marts.daily_summary set conversions = 0")
        cursor.execute("drop table everflow.daily_stats cascade")
    production.succeed("restore", str(path))
    with production.cursor() as cursor:
        cursor.execute("drop table public.of_others")  # which was left alone
    assert everything(project) == before
    assert len(had[0]) > 10
    assert had[1] > [(0,)]
    assert sorted(production.query(views)) == sorted(had[0])
    assert production.query(keys) == had[1]
    production.succeed("load", "everflow", *DECEMBER)
    production.succeed("build")
