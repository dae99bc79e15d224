"""What tests of the mapping compiler share: a client's files, and the seeds made of them."""

import csv
from datetime import UTC, datetime, timedelta
from pathlib import Path

from click.testing import CliRunner, Result

from signalroom.commands.mappings import mappings
from signalroom.config.mappings import plan_sync
from signalroom.config.seeds import SeedPlan, write_seeds

REPO = Path(__file__).parents[2]
HEADER = (
    "redtrack.source,redtrack.source_id,everflow.affiliate_id,everflow.affiliate_label,"
    "everflow.advertiser_id,everflow.advertiser_label"
)
FIRST = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
LATER = FIRST + timedelta(days=1)
FIRST_TEXT, LATER_TEXT = "2026-01-02 03:04:05+00", "2026-01-03 03:04:05+00"


def mapping_file(root: Path, client_id: str = "713") -> Path:
    path = root / "data" / "clients" / client_id / "mappings" / "internal-affiliates.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def sync(root: Path, now: datetime = FIRST, client_id: str | None = None) -> dict[str, SeedPlan]:
    plans = plan_sync(root, client_id, now=now)
    write_seeds(root, plans)
    return {plan.seed.name: plan for plan in plans}


def run(*arguments: str) -> Result:
    return CliRunner().invoke(mappings, ["sync", *arguments])


def seed_bytes(root: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (root / "seeds").iterdir()}


def seed_rows(root: Path, name: str = "affiliate_mapping") -> list[dict[str, str]]:
    with (root / "seeds" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
