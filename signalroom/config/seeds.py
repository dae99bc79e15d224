"""The seeds: which there are, and how the files of seeds/ are compared and written.

The id and both times of a mapping live only in its seed, so they are read back from it and kept for
every known key. dbt takes the word null for nothing, whatever its column is: it is written with a
backslash before it, which the macro keep_the_word_null takes off in the warehouse.
"""

import csv
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from signalroom.config.clients import WHOLE_NUMBER
from signalroom.config.config_file import ConfigError, read_csv

Row = Mapping[str, str]

NULL = re.compile(r"\\*\s*null\s*", re.IGNORECASE)
TIME_FORMAT = "%Y-%m-%d %H:%M:%S+00"
STAMPS = ("id", "created_at", "updated_at")  # made here: about a row, not its content

ADVERTISER_LABEL = "everflow.advertiser_label"
COLUMNS = {  # of a mapping file -> of its seed
    "redtrack.source": "redtrack_source",
    "redtrack.source_id": "redtrack_source_id",
    "everflow.affiliate_id": "everflow_affiliate_id",
    "everflow.affiliate_label": "everflow_affiliate_label",
    "everflow.advertiser_id": "everflow_advertiser_id",
    ADVERTISER_LABEL: "everflow_advertiser_label",
}


@dataclass(frozen=True)
class Seed:
    """A table that dbt seeds; `key` names one row."""

    name: str
    key: tuple[str, ...]
    columns: tuple[str, ...]

    @property
    def content(self) -> list[str]:
        return [column for column in self.columns if column not in STAMPS]

    @property
    def is_stamped(self) -> bool:
        return self.columns[0] == "id"

    def path(self, root: Path) -> Path:
        return root / "seeds" / f"{self.name}.csv"

    def key_of(self, row: Row) -> tuple[str, ...]:
        return tuple(row[column] for column in self.key)


AFFILIATE_MAPPING = Seed(
    "affiliate_mapping",
    key=("client_id", "redtrack_source_id"),
    columns=("id", "client_id", *COLUMNS.values(), "created_at", "updated_at"),
)
CLIENTS = Seed(
    "clients",
    key=("client_id",),
    columns=(
        "client_id",
        "client_name",
        "status",
        "start_date",
        "timezone",
        "currency",
        "core_order_amount",
    ),
)
CLIENT_ADVERTISERS = Seed(
    "client_advertisers",
    key=("client_id", "everflow_advertiser_id"),
    columns=(
        "client_id",
        "everflow_advertiser_id",
        "advertiser_label",
        "advertiser_name",
        "product_category",
        "report_name",
    ),
)
CLIENT_SOURCES = Seed(
    "client_sources", key=("client_id", "source"), columns=("client_id", "source")
)
FUNNEL_STEPS = Seed(
    "funnel_steps",
    key=("client_id", "step_number"),
    columns=("client_id", "step_number", "event_name"),
)
SEEDS = (AFFILIATE_MAPPING, CLIENTS, CLIENT_ADVERTISERS, CLIENT_SOURCES, FUNNEL_STEPS)
EVERYBODY = "*"  # in place of a client: a word that means the same to all
WORDS = Seed(  # of data/shared and of all clients, whichever of them is compiled
    "words",
    key=("client_id", "list", "word"),
    columns=("client_id", "list", "word", "meaning"),
)
MEANINGS = {  # list of words -> what a word of it may mean
    "order_status": ("approved", "declined", "refunded", "pending"),
    "flag": ("true", "false"),
    "country": ("us", "abroad"),
}
SHARED_SEEDS = (  # of data/shared, compiled whichever client is
    WORDS,
    Seed("us_states", key=("state_code",), columns=("state_code", "state_name", "state_kind")),
    Seed("store_aliases", key=("alias",), columns=("alias", "store")),
)


@dataclass(frozen=True)
class SeedPlan:
    """What one seed becomes, and how that differs from what it is."""

    seed: Seed
    rows: list[Row]
    added: list[Row]
    changed: list[tuple[Row, Row]]  # before, after
    removed: list[Row]
    is_new: bool  # dbt needs the file also when it has no rows

    @property
    def has_drift(self) -> bool:
        return bool(self.added or self.changed or self.removed or self.is_new)

    @property
    def summary(self) -> str:
        added, changed, removed = len(self.added), len(self.changed), len(self.removed)
        unchanged = len(self.rows) - added - changed
        counts = f"{added} added, {changed} changed, {removed} removed, {unchanged} unchanged"
        return f"{self.seed.name}: {counts}" + (" (no such file yet)" if self.is_new else "")

    def differences(self) -> Iterator[str]:
        """One line for each row that is added (+), removed (-) or changed (~)."""
        content = self.seed.content
        for sign, rows in (("+", self.added), ("-", self.removed)):
            for row in rows:
                yield f"  {sign} " + ", ".join(row[column] for column in content)
        for old, new in self.changed:
            news = [f"{c}: {old[c]!r} -> {new[c]!r}" for c in content if old[c] != new[c]]
            yield f"  ~ {', '.join(self.seed.key_of(new))}: {'; '.join(news)}"


def plan_seed(
    seed: Seed, path: Path, wanted: Sequence[Row], *, client_id: str | None, now: datetime
) -> SeedPlan:
    present = _read_seed(seed, path)
    rows = [row for row in present if client_id not in (None, row.get("client_id"))]  # these stay
    known = {seed.key_of(row): row for row in present if client_id in (None, row.get("client_id"))}
    time = now.astimezone(UTC).strftime(TIME_FORMAT)
    next_id = max((int(row["id"]) for row in present if seed.is_stamped), default=0) + 1
    added: list[Row] = []
    changed: list[tuple[Row, Row]] = []
    for content in wanted:
        old = known.pop(seed.key_of(content), None)
        new: Row
        if old is None:
            new = {"id": str(next_id), **content, "created_at": time, "updated_at": time}
            next_id += 1
            added.append(new)
        elif any(old[column] != content[column] for column in seed.content):
            new = {**old, **content, "updated_at": time}
            changed.append((old, new))
        else:
            new = old
        rows.append({column: new[column] for column in seed.columns})
    rows.sort(key=lambda row: int(row["id"]) if seed.is_stamped else seed.key_of(row))
    return SeedPlan(seed, rows, added, changed, list(known.values()), is_new=not path.exists())


def _read_seed(seed: Seed, path: Path) -> list[Row]:
    if not path.exists():
        return []
    header, records = read_csv(path)
    if tuple(header) != seed.columns:
        raise ConfigError(path, "line 1", f"the header must be {','.join(seed.columns)}")
    seen: set[object] = set()
    for line, row in records:
        if seed.is_stamped and not re.fullmatch(WHOLE_NUMBER, row["id"]):
            raise ConfigError(path, line, f"id must be a whole number, not {row['id']!r}")
        # Two branches that each added a row meet here with one id, or one key, in both rows.
        names = {seed.key_of(row), row.get("id", seed.key_of(row))}
        if seen & names:
            raise ConfigError(path, line, "has the id or key of a line above; delete this line")
        seen |= names
    return [_words({**row, **_in_utc(row)}, unescaped) for _, row in records]


def escaped(text: str) -> str:
    """The word null as dbt leaves it alone."""
    return f"\\{text}" if NULL.fullmatch(text) else text


def unescaped(text: str) -> str:
    return text[1:] if text.startswith("\\") and NULL.fullmatch(text) else text


def _words(row: Row, change: Callable[[str], str]) -> Row:
    return {name: change(text) for name, text in row.items()}


def _in_utc(row: Row) -> Row:
    """The times of a row, which an earlier release wrote without their offset."""
    times = {name: row[name] for name in ("created_at", "updated_at") if row.get(name)}
    return {name: time if time.endswith("+00") else f"{time}+00" for name, time in times.items()}


def write_seeds(root: Path, plans: Sequence[SeedPlan]) -> None:
    """Write all seeds beside the old ones, then put each in its place at once."""
    folder = root / "seeds"
    folder.mkdir(exist_ok=True)
    with TemporaryDirectory(dir=folder, prefix=".sync-") as scratch:
        for plan in plans:
            temporary = Path(scratch, plan.seed.name)  # no .csv: dbt would seed it
            with temporary.open("w", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(file, plan.seed.columns, lineterminator="\n")
                writer.writeheader()
                writer.writerows(_words(row, escaped) for row in plan.rows)
        for plan in plans:
            Path(scratch, plan.seed.name).replace(plan.seed.path(root))
