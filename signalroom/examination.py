"""What `signalroom doctor` looks at: configuration, warehouse, seeds and every account."""

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import suppress
from itertools import chain
from pathlib import Path

from loaders import clock, ops
from loaders.errors import LoadError
from loaders.land import lost, outdated, types
from loaders.registry import SOURCES, Source
from loaders.source import Finding
from loaders.warehouse import Warehouse
from loaders.windows import RESTATED_DAYS
from signalroom.config.clients import Client, select_clients
from signalroom.config.mappings import plan_sync
from signalroom.config.settings import NotConfigured, Settings
from signalroom.overview import nothing_loaded
from signalroom.report import NEEDED
from signalroom.report.as_of import AsOf
from signalroom.report.performance import unmapped
from signalroom.review import lines


def examine(settings: Settings, target: str, client_id: str | None) -> Iterator[Finding]:
    """Every finding, the local ones first; asks each service one or two cheap questions."""
    yield from _examine_dbt()
    yield from _examine_warehouse(settings, target)
    yield from _examine_seeds(settings)
    clients = select_clients(settings.clients(), client_id)
    yield from _examine_issues(settings, target, clients)
    for name, source in SOURCES.items():
        for client in clients:
            if name in client.sources:
                yield from _examine_account(settings, client, source)


def _examine_dbt() -> Iterator[Finding]:
    program = Path(sys.executable).with_name("dbt")
    if not shutil.which(program):
        yield Finding("fail", f"dbt: {program} is missing; run `make install-dev`")
    elif directory := os.environ.get("DBT_PROJECT_DIR"):  # a bare dbt reads no .env
        yield Finding("ok", f"dbt: DBT_PROJECT_DIR is {directory}")
    else:
        yield Finding(
            "warn",
            "dbt: DBT_PROJECT_DIR is not set, so a bare `dbt run` finds no project; "
            "`export DBT_PROJECT_DIR=dbt_project`, or use `signalroom dbt run`",
        )


def _examine_warehouse(settings: Settings, target: str) -> Iterator[Finding]:
    try:
        warehouse = settings.warehouse(target)
        if not warehouse.exists():
            yield Finding("ok", f"warehouse: {nothing_loaded(settings, warehouse, 'summary')}")
            return
        marts = warehouse.columns("marts")
        empty = nothing_loaded(settings, warehouse, "summary")
    except NotConfigured as missing:
        yield Finding("fail", f"warehouse: {missing.message}")
    except LoadError as error:
        yield Finding("fail", f"warehouse: {error}")
    else:
        yield Finding("ok", f"warehouse: {warehouse.name} is reachable")
        if empty:
            yield Finding("warn", f"warehouse: {empty}")
        elif not marts:
            yield Finding("warn", "warehouse: there are no marts; run `signalroom build`")
        yield from _examine_reader(settings, warehouse)
        yield from _examine_tables(warehouse)


def _examine_reader(settings: Settings, warehouse: Warehouse) -> Iterator[Finding]:
    """The role that is to read the marts exists: to one that does not, a build grants nothing."""
    role = settings.environ.get("SIGNALROOM_BI_ROLE")
    if role and warehouse.target == "prod":
        named = warehouse.query("select 1 from pg_roles where rolname = %s", (role,))
        if not named:
            text = f"SIGNALROOM_BI_ROLE is {role}, and there is no such role; make it first"
            yield Finding("fail", f"warehouse: {text}, see docs/production.md")


def _examine_tables(warehouse: Warehouse) -> Iterator[Finding]:
    """What somebody altered by hand, which a load refuses or makes again."""
    declared = {name: types(source.tables) for name, source in SOURCES.items()}
    try:
        for name, source in SOURCES.items():
            for table in source.tables:
                for column in outdated(warehouse, name, table):  # the next load brings them over
                    del declared[name][table.name][column]
        for schema, tables in (declared | {ops.OPS: ops.DECLARED}).items():
            for change in warehouse.altered(schema, tables):
                yield Finding("fail", f"warehouse: {change}; change it back")
        gone = [lost(warehouse, name, source.tables) for name, source in SOURCES.items()]
        for name in chain(ops.lost(warehouse), *gone):
            yield Finding("fail", f"warehouse: {name} is gone; put it back")
    except LoadError as error:
        yield Finding("fail", f"warehouse: {error}")


def _examine_issues(settings: Settings, target: str, clients: list[Client]) -> Iterator[Finding]:
    """What the newest days hold that was not understood or mapped.

    A warehouse that fails was told of.
    """
    with suppress(NotConfigured, LoadError):
        warehouse = settings.warehouse(target)
        with warehouse.reading():
            marts = warehouse.columns("marts") if warehouse.exists() else {}
            for client in clients if warehouse.exists() else ():
                for line in lines(warehouse, client.client_id):
                    yield Finding("warn", f"not understood: {line}; see `signalroom review`")
                if NEEDED.keys() <= marts.keys():
                    as_of = AsOf.of(warehouse, client.client_id)
                    if as_of and (said := unmapped(warehouse, as_of, days=RESTATED_DAYS)):
                        text = " ".join(line.strip() for line in said)
                        yield Finding("warn", f"{client.client_id}: {text}")


def _examine_seeds(settings: Settings) -> Iterator[Finding]:
    drifted = [
        plan.seed.name
        for plan in plan_sync(settings.root, None, now=clock.now(), known_sources=set(SOURCES))
        if plan.has_drift
    ]
    if drifted:
        yield Finding(
            "fail",
            f"seeds: {', '.join(drifted)} differ from data/; run `signalroom mappings sync --all`",
        )
    else:
        yield Finding("ok", "seeds: equal to data/")


def _examine_account(settings: Settings, client: Client, source: Source) -> Iterator[Finding]:
    try:
        account = settings.account(client, source)
    except NotConfigured as missing:
        text = f"{source.name}: {missing.message}"
        yield _of(client, Finding("fail" if client.status == "active" else "warn", text))
        return
    try:
        for finding in source.examine(account):
            yield _of(client, finding)
    except LoadError as error:
        variables = [setting.variable(source.name) for setting in source.settings]
        remedy = f"; check {', '.join(variables[:-1])} and {variables[-1]}"
        yield _of(client, Finding("fail", f"{error}{'' if error.remedy else remedy}"))


def _of(client: Client, finding: Finding) -> Finding:
    return Finding(finding.level, f"{client.client_id} {finding.text}")
