"""What builds were made of: one that would be made of the same is left out."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

from loaders import clock
from loaders.ops import DECLARED, OPS, OpsTable, make
from loaders.warehouse import Warehouse
from signalroom.config.settings import Settings

WHOLE_EVERY = timedelta(days=7)
SQL = ("*.sql", "*.yml", "*.md", "*.csv")
MADE = {"target", "logs"}
TOUCHED = "intermediate.int_orders__touched"
BUILT = """
select table_schema || '.' || table_name from information_schema.tables
where table_schema in ('public', 'staging', 'intermediate', 'marts') order by 1
"""


@dataclass(frozen=True)
class Build:
    """One row of `ops.builds`: a build that ended well.

    `made_of` tells the ledger, the seeds and the SQL that it was made of, `made` the relations that
    it left; `is_whole` that all orders were made again, not those alone that were touched; `sql`
    is the part of `made_of` that the unit tests prove.
    """

    built_at: datetime
    made_of: str
    made: str
    is_whole: bool
    sql: str


BUILDS = OpsTable("builds", Build, ("built_at",))


def builds_of(warehouse: Warehouse) -> list[Build]:
    """The newest whole build and those since, the newest first."""
    make(warehouse, (BUILDS,))
    rows: list[Build] = BUILDS.read(warehouse, "order by built_at desc")
    return rows


def is_the_same(builds: list[Build], inputs: str, warehouse: Warehouse) -> bool:
    """Whether a build of these inputs would make what is there."""
    return bool(builds) and (builds[0].made_of, builds[0].made) == (inputs, _made(warehouse))


def is_whole_due(builds: list[Build]) -> bool:
    """Whether all orders are to be made again, as they are every week."""
    whole = [build.built_at for build in builds if build.is_whole]
    return not whole or clock.now() - max(whole) >= WHOLE_EVERY


def is_sql_new(builds: list[Build], sql: str) -> bool:
    """Whether the SQL is not what the last good build was made of; a first build changes none."""
    return bool(builds) and builds[0].sql != sql


def begin(warehouse: Warehouse) -> None:
    """Let no earlier build count as what is there: one that fails may have made half of another."""
    warehouse.execute(f"update {OPS}.{BUILDS.name} set made = ''")  # noqa: S608


def forget_orders(warehouse: Warehouse) -> None:
    """Have the next build make all orders again: it does where one of their tables is missing."""
    warehouse.execute(f"drop table if exists {TOUCHED}")


def note(warehouse: Warehouse, inputs: str, sql: str, *, is_whole: bool) -> None:
    """Note a build that ended well; those before a whole one are of no use any more."""
    with warehouse.transaction() as execute:
        if is_whole:
            execute(f"delete from {OPS}.{BUILDS.name}")  # noqa: S608
        BUILDS.insert(execute, [Build(clock.now(), inputs, _made(warehouse), is_whole, sql)])


def inputs_of(settings: Settings, warehouse: Warehouse, sql: str) -> str:
    """What a build is made of, as a hash: SQL, seeds, who may read, and the ledger's rows.

    A load writes to the ledger whenever it wrote to a raw table.
    """
    role = f"SIGNALROOM_BI_ROLE={settings.environ.get('SIGNALROOM_BI_ROLE')}"
    return _hash(sql, role, *_texts(settings.root, "seeds"), *_rows(warehouse))


def sql_of(root: Path) -> str:
    """The SQL and the version of dbt, as a hash."""
    packages = ("dbt-core", "dbt-duckdb", "dbt-postgres")
    return _hash(*_texts(root, "dbt_project"), *(f"{name}={version(name)}" for name in packages))


def _hash(*parts: str) -> str:
    found = sha256()
    for part in parts:
        found.update(part.encode())
    return found.hexdigest()


def _texts(root: Path, folder: str) -> Iterator[str]:
    paths = (path for pattern in SQL for path in (root / folder).rglob(pattern))
    for path in sorted(paths):
        if not MADE & set(path.relative_to(root).parts):
            yield f"{path.relative_to(root)}\n{path.read_text()}"


def _rows(warehouse: Warehouse) -> Iterator[str]:
    """The number of rows of each table of the ledger, and a hash of them in whatever order."""
    existing = warehouse.columns(OPS)
    for table in DECLARED:
        if table in existing:
            row = "cast(ledger as varchar)"
            hashed = f"md5(string_agg({row}, ',' order by {row}))"
            yield str(
                warehouse.query(f"select count(*), {hashed} from {OPS}.{table} as ledger")  # noqa: S608
            )


def _made(warehouse: Warehouse) -> str:
    return sha256(str(warehouse.query(BUILT)).encode()).hexdigest()
