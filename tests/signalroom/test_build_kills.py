"""A build killed at any moment, its tests included, is made good by the next one."""

import random
import shutil
import subprocess
import time
from collections import Counter
from collections.abc import Sequence

import pytest

from sandbox.server import Sandbox
from signalroom.building import ASIDE, NO_UNIT_TESTS
from tests.dbt.compare import columns
from tests.dbt.warehouses import finish, start_dbt
from tests.support import DECEMBER, REPOSITORY, Project, on_both_targets

KILLS = 25


def build(project: Project, *arguments: str) -> tuple[str, ...]:
    """The arguments of `signalroom build`."""
    return ("build", *NO_UNIT_TESTS, *(ASIDE if project.database else ()), *arguments)


def marts(project: Project) -> dict[str, Counter[tuple[object, ...]]]:
    """All rows of every mart."""
    return {
        mart: Counter(project.query(f"select * from marts.{mart}")) for mart in columns(project)
    }


def another_version(table: str, file: str, chance: random.Random) -> Sequence[str]:
    """A file comes again: some of its orders have another amount, and one of them is gone."""
    raw, which = f"s3_exports.{table}", f"_file_name = '{file}'"
    amount, row = chance.randrange(1, 500), chance.randrange(1, 40)
    return (
        f"update {raw} set total_amount = '{amount}' where {which} and _row_id % 3 = 0",
        f"delete from {raw} where {which} and _row_id = {row}",
        "update ops.loaded_files set loaded_at = now(),"
        f" rows = (select count(*) from {raw} where {which})"
        f" where table_name = '{table}' and file_name = '{file}'",
    )


@pytest.mark.soak
@pytest.mark.timeout(3600)
@on_both_targets
def test_builds_killed_at_random(
    loaded_project: Project, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    project, seed = loaded_project, random.SystemRandom().randrange(10**6)
    print(f"seed {seed}")  # noqa: T201  # to do it again
    chance = random.Random(seed)  # noqa: S311  # a repeatable choice of moments, not a secret
    ignored = shutil.ignore_patterns("target", "logs")
    shutil.copytree(
        REPOSITORY / "dbt_project", project.root / "dbt_project", ignore=ignored, dirs_exist_ok=True
    )
    shutil.copy(REPOSITORY / "profiles.yml", project.root)
    for name, value in sandbox.environ("s3_exports").items():
        project.environ[name] = value
        monkeypatch.setenv(name, value)
    project.succeed("load", "s3_exports", *DECEMBER)
    files = project.query(
        "select table_name, file_name from ops.loaded_files where table_name like 'orders%'"
    )
    began = time.monotonic()
    finish(start_dbt(project, *build(project)))
    whole = time.monotonic() - began
    for _ in range(KILLS):
        before = marts(project)
        project.execute("update everflow.daily_stats set payout = payout + 1, clicks = clicks + 1")
        table, file = chance.choice(files)
        project.execute(*another_version(table, file, chance))
        killed = start_dbt(project, *build(project))
        try:
            killed.communicate(timeout=chance.uniform(0.3, whole))
        except subprocess.TimeoutExpired:
            killed.kill()
            killed.communicate()
        seen = marts(project)
        finish(start_dbt(project, *build(project)))
        made_good = marts(project)
        assert made_good != before
        if project.database:  # readers see the old marts or the new ones
            assert seen in (before, made_good)
    finish(start_dbt(project, *build(project, "--full-refresh")))
    assert marts(project) == made_good
