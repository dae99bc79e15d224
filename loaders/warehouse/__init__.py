"""The warehouse: where loads go, who may load now, and plain SQL for what the loaders must know.

Nothing outside this folder knows which engine it is.
"""

from loaders.warehouse.base import Declared, Warehouse
from loaders.warehouse.duckdb import DuckDB
from loaders.warehouse.postgres import MANNERS, Postgres

__all__ = ["MANNERS", "Declared", "DuckDB", "Postgres", "Warehouse"]
