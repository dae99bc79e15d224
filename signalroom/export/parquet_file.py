"""Parquet: every type as in the warehouse, and what each column means in its metadata."""

from pathlib import Path

from signalroom.export.rows import Rows


def write(rows: Rows, path: Path) -> None:
    """Write rows as they are."""
    import pyarrow as pa
    from pyarrow import parquet

    described = pa.schema(
        [
            field.with_metadata({"description": rows.descriptions.get(field.name, "")})
            for field in rows.schema
        ],
        {"description": rows.description},
    )
    with parquet.ParquetWriter(path, described, compression="zstd") as writer:
        for batch in rows.batches:
            writer.write_batch(batch)
