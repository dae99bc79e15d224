"""What a client accepts stays accepted, what is new asks again: by load, build, review, and on."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from sandbox.s3 import S3Exports
from sandbox.server import Sandbox
from tests.dbt.warehouses import finish, run, start_dbt
from tests.support import Project

pytestmark = pytest.mark.slow

KEY = "orders-create/orders-create-2025-12-{day:02}.csv"
HEADER = "orders_id,order_status,total_amount,order_date,product_category"
UNREAD = "9{number},NEW,ninety,2025-12-05,CCW"
BUILD = ("build", "--resource-type", "seed", "model", "--select", "+data_issues")


def test_what_is_accepted_does_not_come_back_and_what_is_new_does(
    sandbox_server: Sandbox, tmp_path: Path
) -> None:
    bucket = sandbox_server.s3_exports
    bucket.empty()
    project = Project.at(tmp_path / "project", sandbox_server, with_dbt=True)
    project.environ |= bucket.environ(bucket.url, "713")
    try:
        put(bucket, 5, UNREAD.format(number=1), "902,FAILED,95,2025-12-05,CCW")
        assert asked(project) == [("amount not read", ""), ("unknown status", "FAILED")]
        accept = ("review", "--client", "713", "--accept")
        run(project, *accept, "amount not read", *accept[-1:], "unknown status=FAILED")
        assert asked(project) == []
        put(bucket, 6, "903,FAILED,95,2025-12-06,CCW", "904,ODD,95,2025-12-06,CCW")
        assert asked(project) == [("unknown status", "ODD")]
        put(bucket, 5, *(UNREAD.format(number=number) for number in range(3)))
        assert asked(project) == [("amount not read", ""), ("unknown status", "ODD")]
    finally:
        bucket.reset()


def put(bucket: S3Exports, day: int, *rows: str) -> None:
    """Put the file of a day of December into the bucket, or another in its place."""
    body = "\n".join([HEADER, *rows, ""]).encode()
    bucket.put(KEY.format(day=day), body, datetime.now(UTC))


def asked(project: Project) -> list[tuple[str, str]]:
    """Load and build; the kinds and words that hold a day back and are not accepted."""
    run(project, "load", "s3_exports", "--client", "713")
    finish(start_dbt(project, *BUILD))
    return project.query(
        "select distinct kind, word from ops.data_issues "
        "where client_id = '713' and holds_back and not is_accepted order by kind, word"
    )
