"""What the tests of order files share: small files, and what stands of them in the warehouse."""

from datetime import UTC, datetime
from typing import Any

from sandbox.s3_auth import ACCESS_KEY, SECRET_KEY
from sandbox.server import Sandbox
from tests.support import OF_ITS_OWN_LOAD, Project

TABLES = ("orders_create", "orders_update", "prospects_create")
DAY = "orders-create/orders-create-2025-12-05.csv"
NEXT_DAY = "orders-create/orders-create-2025-12-06.csv"
UPDATE = "orders-update/orders-update-2025-12-05.csv"
MORNING = datetime(2025, 12, 6, 9, tzinfo=UTC)  # four in the morning of the client's next day


def read_from(sandbox: Sandbox, project: Project) -> None:
    """Point a project's client 713 at the sandbox's bucket."""
    config = project.root / "data/clients/713/config/client.toml"
    text = config.read_text()
    if "s3_exports" not in text:
        config.write_text(text.replace('"redtrack"]', '"redtrack", "s3_exports"]'))
    project.environ |= {
        "S3_BUCKET_NAME": sandbox.s3_exports.bucket,
        "AWS_ENDPOINT_URL": sandbox.url("s3_exports"),
        "AWS_ACCESS_KEY_ID": ACCESS_KEY,
        "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
    }


def orders_csv(*orders: str, first: str = "orders_id,order_status,total_amount") -> bytes:
    """A file of orders, each a line."""
    return "\n".join([first, *orders, ""]).encode()


def load(project: Project, *arguments: str) -> str:
    """What a load of the files says that succeeds."""
    result = project.run("load", "s3_exports", *arguments)
    assert result.exit_code == 0, result.output
    return result.output


def stands(project: Project, table: str = "orders_create") -> list[tuple[Any, ...]]:
    """File, record, order and amount of every row."""
    return project.query(
        "select _file_name, _row_id, orders_id, total_amount "
        f"from s3_exports.{table} order by _file_name, _row_id"
    )


def everything(project: Project) -> dict[str, Any]:
    """The raw rows and the ledger of files, but for what is of a load of its own."""
    state: dict[str, Any] = {}
    for table in TABLES:
        names, rows = project.fetch(f"select * from s3_exports.{table}")
        places = sorted((n, p) for p, n in enumerate(names) if n not in OF_ITS_OWN_LOAD)
        state[table] = sorted(
            (tuple((n, row[p]) for n, p in places if row[p] is not None) for row in rows), key=repr
        )
    state["loaded_files"] = sorted(
        project.query(
            "select table_name, file_name, etag, size, file_date, covers_day, rows, rows_rejected, "
            "cells_masked from ops.loaded_files"
        )
    )
    return state
