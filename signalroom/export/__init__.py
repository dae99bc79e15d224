"""Marts as files: a folder of CSV, XLSX, Parquet or JSON, or one SQLite or DuckDB file."""

from signalroom.export.files import FORMATS, Written, default_folder, write

__all__ = ["FORMATS", "Written", "default_folder", "write"]
