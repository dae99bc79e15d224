"""A load of files killed anywhere and run again gives what an undisturbed load gives."""

import signal
import time
from typing import Any

import pytest

from sandbox.s3 import S3Exports
from sandbox.server import Sandbox
from tests.loaders.files.killed import ONLY, POINTS
from tests.loaders.files.support import (
    DAY,
    NEXT_DAY,
    UPDATE,
    everything,
    load,
    orders_csv,
    read_from,
    stands,
)
from tests.loaders.test_kills import kill_at_random
from tests.support import Project, on_both_targets

LOAD = ("load", "s3_exports", "--allow-empty")  # one of the files came back empty
KILLED = "tests.loaders.files.killed"
THIRD_DAY = "orders-create/orders-create-2025-12-07.csv"


def fill(bucket: S3Exports) -> None:
    bucket.put(DAY, orders_csv("1,NEW,95", "2,NEW,19"))
    bucket.put(NEXT_DAY, orders_csv("3,NEW,35"))


def move_on(bucket: S3Exports) -> None:
    """A changed file, one that came back empty, and new ones, one with a record too narrow."""
    bucket.resend(DAY, orders_csv("1,NEW,96", "4,DECLINED,19", "5,NEW,20"))
    bucket.resend(NEXT_DAY, orders_csv())
    bucket.put(THIRD_DAY, orders_csv("6,NEW,105", "7", "8,NEW,35", first="orders_id,new,c1"))
    bucket.put(UPDATE, orders_csv("1,NEW,97"))


@pytest.fixture
def filled(orders: Project, bucket: S3Exports) -> S3Exports:
    """The warehouse holds what was there first, the bucket what came then."""
    fill(bucket)
    load(orders)
    move_on(bucket)
    return bucket


@pytest.fixture(scope="session")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What a load of what came then gives in an empty warehouse."""
    with Sandbox() as sandbox:
        sandbox.s3_exports.empty()
        fill(sandbox.s3_exports)
        move_on(sandbox.s3_exports)
        project = Project.at(tmp_path_factory.mktemp("undisturbed") / "project", sandbox)
        read_from(sandbox, project)
        project.succeed("load", "s3_exports")
        return everything(project)


@pytest.mark.slow
@on_both_targets
@pytest.mark.parametrize("point", POINTS)
def test_a_load_killed_at_a_point_is_made_good_by_the_next(
    point: str,
    target: str,
    orders: Project,
    filled: S3Exports,
    undisturbed: dict[str, Any],
) -> None:
    if ONLY.get(point, target) != target:
        pytest.skip("the other engine's")
    runs = orders.query("select count(*) from ops.load_runs")
    killed = orders.start(point, *LOAD, program=KILLED)
    said, _ = killed.communicate(timeout=120)
    assert killed.returncode == -signal.SIGKILL, said
    noted = THIRD_DAY in {row[1] for row in everything(orders)["loaded_files"]}
    assert noted == (point == "after_files")
    assert orders.query("select count(*) from ops.load_runs") == runs
    if noted:
        assert orders.query("select count(*) from ops.rejected_rows") == [(1,)]

    load(orders, "--allow-empty")
    assert everything(orders) == undisturbed
    assert [row[1] for row in stands(orders) if row[0] == THIRD_DAY] == [1, 3]


def kill_files(
    project: Project, bucket: S3Exports, expected: dict[str, Any], kills: int, seed: int
) -> None:
    def send_again(number: int) -> None:
        bucket.resend(DAY, orders_csv(f"{number},NEW,95", "x,NEW,1"))

    kill_at_random(project, *LOAD[1:], kills=kills, seed=seed, dry_runs=4, before_each=send_again)
    move_on(bucket)
    load(project, "--allow-empty")
    assert everything(project) == expected


@pytest.mark.slow
@on_both_targets
def test_five_random_kills(orders: Project, filled: S3Exports, undisturbed: dict[str, Any]) -> None:
    kill_files(orders, filled, undisturbed, kills=5, seed=713)


@pytest.mark.soak
@pytest.mark.timeout(1200)
@on_both_targets
def test_thirty_random_kills(
    orders: Project, filled: S3Exports, undisturbed: dict[str, Any]
) -> None:
    kill_files(orders, filled, undisturbed, kills=30, seed=int(time.time()))
