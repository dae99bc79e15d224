"""What dbt kept of its newest command: each model, seed and test, and how it ended."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

RESULTS = Path("dbt_project/target/run_results.json")
WELL = ("success", "pass", "warn", "skipped")


@dataclass(frozen=True)
class Node:
    """One node."""

    kind: str  # model, seed, test
    name: str
    status: str
    seconds: float

    @property
    def is_well(self) -> bool:
        """Whether nobody needs to look at it."""
        return self.status in WELL


def nodes(root: Path) -> Iterator[Node]:
    """The nodes of the newest command that came to its end; none where there was no such."""
    path = root / RESULTS
    for result in json.loads(path.read_text())["results"] if path.exists() else ():
        kind, _, name = result["unique_id"].split(".", 2)  # model.signalroom.fct_orders
        yield Node(kind, name, result["status"], float(result["execution_time"]))
