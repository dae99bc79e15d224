"""A backup of a Postgres database: what is ours in it, dumped by pg_dump and put back by psql."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from itertools import takewhile
from pathlib import Path

from loaders import clock
from loaders.errors import LoadError
from loaders.registry import SOURCES
from loaders.warehouse import Postgres
from loaders.warehouse.base import Say
from loaders.warehouse.postgres import MAKE_SCHEMA
from signalroom.operations.backups import programs
from signalroom.operations.backups.contents import (
    LEDGER,
    Contents,
    contents,
    newest,
    refuse_difference,
)

RAW = [name for source in SOURCES for name in (source, f"{source}_staging")]
SCHEMAS = (*RAW, "ops", "staging", "intermediate", "marts")
CHECK = "signalroom_check_"  # databases that a backup is restored into
WHO = "case a.grantee when 0 then 'public' else quote_ident(pg_get_userbyid(a.grantee)) end"
RELATIONS = "pg_class as c inner join pg_namespace as n on c.relnamespace = n.oid"
# a view of somebody else's that reads one of them keeps them, and with them everything
BEFORE = """
set lock_timeout = '60s';
create temporary table granted as
select n.nspname, c.relname, a.grantee, a.privilege_type, a.is_grantable
from {relations} cross join aclexplode(c.relacl) as a
where {ours} and a.grantee <> c.relowner;
do $$
declare
    what record;
begin
    for what in
        select kind, string_agg(c.oid::regclass::text, ', ') as names
        from {relations}
        inner join (values ('v', 'view'), ('r', 'table')) as kinds (letter, kind)
            on c.relkind::text = letter
        where {ours}
        group by kind
        order by kind desc
    loop
        execute format('drop %s %s', what.kind, what.names);
    end loop;
end
$$;
"""
# who may read is as it is now: a backup brings back no right that was taken since, and what the
# defaults of the database give to a new table is taken again
AFTER = """
do $$
declare
    what record;
begin
    for what in
        select distinct c.oid::regclass as name, {who} as who
        from {relations} cross join aclexplode(c.relacl) as a
        where {ours} and a.grantee <> c.relowner
    loop
        execute format('revoke all on %s from %s', what.name, what.who);
    end loop;
    for what in
        select
            c.oid::regclass as name, {who} as who, a.privilege_type as may,
            case when a.is_grantable then 'with grant option' else '' end as further
        from {relations} inner join pg_temp.granted as a using (nspname, relname)
    loop
        execute format('grant %s on %s to %s %s', what.may, what.name, what.who, what.further);
    end loop;
end
$$;
"""


class PostgresDump:
    """The warehouse of target prod as a file to keep."""

    begins = (0, b"PGDMP")

    def __init__(self, warehouse: Postgres, seeds: set[str]) -> None:
        self.warehouse, self.seeds = warehouse, seeds
        schemas, tables = "', '".join(SCHEMAS), "', '".join(sorted(seeds))
        self.ours = (
            f"(n.nspname in ('{schemas}') or (n.nspname = 'public' and c.relname in ('{tables}')))"
        )

    def room(self) -> int:
        """The bytes that a backup may need; indexes are not in it."""
        ((size,),) = self.warehouse.query(
            f"select sum(pg_table_size(c.oid)) from {RELATIONS} where {self.ours}"  # noqa: S608
        )
        return int(size)

    def take(self, path: Path) -> Contents:
        """Dump as of one moment, whoever writes meanwhile; what there was in it."""
        programs.refuse_older("pg_dump", self._server(), self.warehouse)
        ours = [*(f"{schema}.*" for schema in SCHEMAS), *(f"public.{s}" for s in self.seeds)]
        with self.warehouse.as_of_now():
            ((snapshot,),) = self.warehouse.query("select pg_export_snapshot()")
            self._run(
                "pg_dump",
                *("--format=custom", "--no-owner", "--no-privileges", "--no-password"),
                *("--lock-wait-timeout=60s", f"--snapshot={snapshot}", f"--file={path}"),
                *(f"--table={pattern}" for pattern in ours),
            )
            return self._contents(self.warehouse)

    def verify(self, path: Path, taken: Contents, name: str) -> str:
        """Restore it into a database beside, and compare; how it was done."""
        ((may,),) = self.warehouse.query(
            "select rolcreatedb or rolsuper from pg_roles where rolname = current_user"
        )
        if not may:
            self._run("pg_restore", f"--file={os.devnull}", str(path))
            return "not restored, as the role may not create a database, but read to its end"
        self._drop_left_behind()
        database = f"{CHECK}{os.urandom(8).hex()}"
        self.warehouse.execute(f"create database {database} template template0")
        try:
            scratch = Postgres({**self.warehouse.environ, "PGDATABASE": database})
            with scratch.session(read_only=False):  # which tells others that it is in use
                PostgresDump(scratch, self.seeds).put_back(path, clock.now())
                refuse_difference(name, taken, self._contents(scratch))
        finally:
            with suppress(LoadError):  # the next backup drops it
                self.warehouse.execute(f"drop database if exists {database} with (force)")
        return "restored and compared"

    def newest_in(self, path: Path) -> datetime | None:
        """When the newest run ended that a backup knows of."""
        schema, _, table = LEDGER.partition(".")
        if not re.search(rf" TABLE DATA {schema} {table} ", self._list(path)):
            return None
        only = ("--data-only", f"--schema={schema}", f"--table={table}", "--file=-")
        lines = iter(self._run("pg_restore", *only, str(path)).splitlines())
        heading = next(line for line in lines if line.startswith("COPY "))
        place = re.split(r"[(),\s]+", heading)[2:].index("finished_at")
        ended = {line.split("\t")[place] for line in takewhile(lambda line: line != "\\.", lines)}
        return max((datetime.fromisoformat(text) for text in ended - {"\\N"}), default=None)

    @contextmanager
    def replacing(self, say: Say) -> Iterator[datetime | None]:
        """The lock; yields when the newest run of what is there ended."""
        with self.warehouse.lock("signalroom restore", say):
            yield newest(self.warehouse)

    def put_back(self, path: Path, now: datetime) -> str:  # noqa: ARG002  # nothing stays beside
        """All of it in one transaction, which is committed once the whole file was read."""
        listed, server = self._list(path), self._server()
        made_by = re.search(r"Dumped from database version: (\d+)", listed)
        if made_by and int(made_by[1]) > server:
            raise LoadError(
                f"{path} was made of Postgres {made_by[1]}, and {self.warehouse.name} is {server}",
                "restore it into a server that is not older",
            )
        names = {"ours": self.ours, "relations": RELATIONS, "who": WHO}
        there = {name for (name,) in self.warehouse.query("select nspname from pg_namespace")}
        schemas = set(re.findall(r" (?:TABLE|VIEW) (\w+) \w+ ", listed)) & set(SCHEMAS)
        makes = [f"{MAKE_SCHEMA.format(schema=schema)};" for schema in sorted(schemas - there)]
        with programs.transaction(self.warehouse) as script:
            script.write("\n".join([BEFORE.format(**names), *makes]).encode())
            script.flush()
            only = ("--no-owner", "--no-privileges", "--file=-")
            programs.run("pg_restore", *only, str(path), of=self.warehouse, into=script)
            script.write(AFTER.format(**names).encode())
        return "who may read is as before"

    def _contents(self, warehouse: Postgres) -> Contents:
        return contents(warehouse, {*SCHEMAS, "public"}, self.seeds)

    def _server(self) -> int:
        ((version,),) = self.warehouse.query("select current_setting('server_version_num')")
        return int(version) // 10_000

    def _drop_left_behind(self) -> None:
        """The databases of backups that were killed."""
        left = self.warehouse.query(
            "select datname from pg_database where starts_with(datname, %s) "
            "and datname not in (select datname from pg_stat_activity where datname is not null)",
            (CHECK,),
        )
        for (database,) in left:
            with suppress(LoadError):  # of another backup, which has just begun
                self.warehouse.execute(f'drop database if exists "{database}"')

    def _list(self, path: Path) -> str:
        return self._run("pg_restore", "--list", str(path))

    def _run(self, program: str, *arguments: str) -> str:
        return programs.run(program, *arguments, of=self.warehouse)
