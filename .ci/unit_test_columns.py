"""Check that the rows of each dbt unit test name the same columns in the same order.

dbt compares the rows of `expect` by position and fills what a row of `given` lacks with NULL, so a
row with other columns, or in another order, can make a wrong expectation pass.
"""

import csv
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

MODELS = Path(__file__).parents[1] / "dbt_project" / "models"


def complaints(models: Path) -> Iterator[str]:
    """Each row, in any YAML file below a folder, that differs from the first of its table."""
    for path in sorted(models.rglob("*.yml")):
        for test in (yaml.safe_load(path.read_text()) or {}).get("unit_tests", []):
            tables = {given["input"]: given for given in test["given"]} | {"expect": test["expect"]}
            for name, table in tables.items():
                for complaint in _complaints(table):
                    yield f"{path.relative_to(models)}: {test['name']}: {name}: {complaint}"


def _complaints(table: dict[str, Any]) -> Iterator[str]:
    rows = table.get("rows") or []
    if table.get("format") == "csv" and rows:
        header, *lines = csv.reader(rows.splitlines())
        if len(set(header)) < len(header):
            yield f"a column is named twice in {header}"
        for line in lines:
            if len(line) != len(header):
                yield f"{len(line)} values for {len(header)} columns in {line}"
    elif table.get("format", "dict") == "dict":
        for row in rows:
            if list(row) != list(rows[0]):
                yield f"columns {list(row)}, but the first row has {list(rows[0])}"
    elif rows:
        yield f"cannot check rows of format {table['format']}"


if __name__ == "__main__":
    sys.exit("\n".join(complaints(MODELS)) or None)
