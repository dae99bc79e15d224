"""What dbt kept of its newest command: each model, seed and test, and how it ended."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
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
    started_at: datetime | None = None
    ended_at: datetime | None = None

    @property
    def is_well(self) -> bool:
        """Whether nobody needs to look at it."""
        return self.status in WELL


def nodes(root: Path) -> Iterator[Node]:
    """The nodes of the newest command that came to its end; none where there was no such."""
    path = root / RESULTS
    for result in json.loads(path.read_text())["results"] if path.exists() else ():
        kind, _, name = result["unique_id"].split(".", 2)  # model.signalroom.fct_orders
        times = [one for one in result.get("timing", ()) if one["name"] == "execute"]
        moments = [
            datetime.fromisoformat(one[which])
            for one in times
            for which in ("started_at", "completed_at")
        ]
        yield Node(kind, name, result["status"], float(result["execution_time"]), *moments)
