"""Sling doing the same load: the same bucket, the same rows, every column text."""

import json
from pathlib import Path

from bench.stand import Stand
from bench.warehouses import TABLES, Warehouse

SCHEMA = "sling"
TOOLS = Path(__file__).parents[1] / ".venv" / "bench"  # installed by `make bench`


def load(stand: Stand, warehouse: Warehouse) -> float:
    """Load what lies in the bucket; the seconds it took."""
    for extension in TOOLS.glob("duckdb_extension_*/extensions/*/*.duckdb_extension"):
        version = extension.parent.name  # where DuckDB looks before it downloads one
        place = stand.folder / ".duckdb" / "extensions" / version / "linux_amd64" / extension.name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.unlink(missing_ok=True)
        place.symlink_to(extension)
    bucket = {
        "type": "s3",
        "bucket": stand.bucket["S3_BUCKET_NAME"],
        "endpoint": stand.bucket["AWS_ENDPOINT_URL"],
        "access_key_id": stand.bucket["AWS_ACCESS_KEY_ID"],
        "secret_access_key": stand.bucket["AWS_SECRET_ACCESS_KEY"],
        "region": "us-east-1",
    }
    streams = {
        f"{table.replace('_', '-')}/*.csv": {
            "object": f"{SCHEMA}.{table}",
            "columns": {"*": "text"},  # as the others do
            "mode": "full-refresh",
        }
        for table in TABLES
    }
    replication = stand.folder / "sling.json"
    replication.write_text(
        json.dumps({"source": "BUCKET", "target": "WAREHOUSE", "streams": streams})
    )
    environ = {
        "BUCKET": json.dumps(bucket),
        "WAREHOUSE": warehouse.sling_url,
        "HOME": str(stand.folder),
        "DUCKDB_PATH": str(TOOLS / "duckdb_cli" / "duckdb"),
        "SLING_DISABLE_TELEMETRY": "true",
    }
    program = TOOLS / "sling_linux_amd64" / "bin" / "sling-linux-amd64"
    return stand.run([str(program), "run", "-r", str(replication)], environ).seconds
