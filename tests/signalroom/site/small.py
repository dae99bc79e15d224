"""A site of a few models, without dbt."""

import json
from pathlib import Path
from typing import Any

from signalroom.site.build import assemble


def model(name: str, /, **columns: str | None) -> dict[str, Any]:
    """A mart as dbt's manifest has it, without descriptions; columns with their types."""
    return {
        "resource_type": "model",
        "unique_id": f"model.x.{name}",
        "name": name,
        "fqn": ["x", "marts", "orders", name],
        "description": "",
        "original_file_path": f"models/marts/orders/{name}.sql",
        "depends_on": {"nodes": []},
        "columns": {
            column: {"name": column, "description": "", "data_type": type_, "constraints": []}
            for column, type_ in columns.items()
        },
    }


def make_small_site(root: Path, *models: dict[str, Any]) -> None:
    folder = root / "dbt_project/target/docs"
    folder.mkdir(parents=True, exist_ok=True)
    for one in models:
        sql = root / "dbt_project" / one["original_file_path"]
        sql.parent.mkdir(parents=True, exist_ok=True)
        sql.write_text("select 1\n")
    manifest = {"nodes": {one["unique_id"]: one for one in models}, "unit_tests": {}}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    for page in ("dbt.html", "lineage.html"):
        (folder / page).write_text("<html></html>")
    assemble(root, folder, origin="small.duckdb")
