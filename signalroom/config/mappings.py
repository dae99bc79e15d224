"""The mapping compiler: what stands in data/clients/ becomes the CSV files that dbt seeds.

data/clients/<id>/mappings/internal-affiliates.csv and config/client.toml are the source of truth,
data/shared/ is for what belongs to no client; seeds/ is compiled from them, committed, and never
edited by hand. The id and both times of a mapping live only in the seed, so they are read back from
it and kept for every known key.
Everything is read and checked before the first file is written: a mistake leaves seeds/ as it was.
"""

import codecs
import csv
import io
import re
import string
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from signalroom.config.clients import WHOLE_NUMBER, Client, read_clients, select_clients
from signalroom.config.config_file import ConfigError

Row = Mapping[str, str]

TIME_FORMAT = "%Y-%m-%d %H:%M:%S"
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

# as the warehouse does it (macros/clean_id.sql): ids of other scripts are left as they are
ASCII_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)


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
SHARED_SEEDS = (  # of data/shared, compiled whichever client is
    Seed("us_states", key=("state_code",), columns=("state_code", "state_name", "state_kind")),
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


def plan_sync(
    root: Path,
    client_id: str | None,
    *,
    now: datetime,
    known_sources: Collection[str] | None = None,
) -> list[SeedPlan]:
    """Compile one client, or all when `client_id` is None, against the seeds as they are."""
    clients = read_clients(root, known_sources=known_sources)
    if client_id is not None:
        clients = select_clients(clients, client_id)
    plans = []
    for seed in SEEDS:
        wanted = [row for client in clients for row in _compile(seed, client, root)]
        plans.append(_plan(seed, seed.path(root), wanted, client_id=client_id, now=now))
    for seed in SHARED_SEEDS:
        wanted = read_shared(root / "data" / "shared" / f"{seed.name}.csv", seed)
        plans.append(_plan(seed, seed.path(root), wanted, client_id=None, now=now))
    return plans


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
                writer.writerows(plan.rows)
        for plan in plans:
            Path(scratch, plan.seed.name).replace(plan.seed.path(root))


def _compile(seed: Seed, client: Client, root: Path) -> list[Row]:
    values: list[tuple[str, ...]]
    if seed is AFFILIATE_MAPPING:
        folder = root / "data" / "clients" / client.client_id / "mappings"
        return read_mapping(folder / "internal-affiliates.csv", client)
    if seed is CLIENTS:
        start = client.start_date.isoformat()
        core = "" if client.core_order_amount is None else str(client.core_order_amount)
        values = [(client.name, client.status, start, client.timezone, client.currency, core)]
    elif seed is CLIENT_ADVERTISERS:
        values = [
            (a.everflow_advertiser_id, a.label, a.name, a.product_category, a.report_name)
            for a in client.advertisers
        ]
    elif seed is CLIENT_SOURCES:
        values = [(source,) for source in client.sources]
    else:
        values = [(str(number), event) for number, event in enumerate(client.funnel, start=1)]
    return [dict(zip(seed.columns, (client.client_id, *v), strict=True)) for v in values]


def read_mapping(path: Path, client: Client) -> list[Row]:
    """Read which Redtrack sources of a client buy for which of its Everflow affiliates."""
    if not path.exists():
        return []
    header, records = _read_csv(path, optional_last=ADVERTISER_LABEL)
    _check_header(path, header)
    labels = {a.everflow_advertiser_id: a.label for a in client.advertisers}
    rows: dict[str, Row] = {}
    for line, raw in records:
        fields = {name: value.strip() for name, value in raw.items()}
        _check_fields(path, line, fields)
        source_id = fields["redtrack.source_id"].translate(ASCII_LOWER)
        if source_id in rows:
            raise ConfigError(path, line, f"redtrack.source_id {source_id!r} stands above already")
        advertiser_id = fields["everflow.advertiser_id"]
        label = fields.get(ADVERTISER_LABEL) or labels.get(advertiser_id)
        if not label:
            reason = f"advertiser {advertiser_id!r} has no label here and is not in client.toml"
            raise ConfigError(path, line, reason)
        fields |= {"redtrack.source_id": source_id, ADVERTISER_LABEL: label}
        content = {column: fields[name] for name, column in COLUMNS.items()}
        rows[source_id] = {"client_id": client.client_id, **content}
    return list(rows.values())


def read_shared(path: Path, seed: Seed) -> list[Row]:
    """Read a table that belongs to no client, written with the columns of its seed."""
    if not path.exists():
        raise ConfigError(path, "", "is missing")
    header, records = _read_csv(path)
    if tuple(header) != seed.columns:
        raise ConfigError(path, "line 1", f"the header must be {','.join(seed.columns)}")
    rows: dict[tuple[str, ...], Row] = {}
    for line, raw in records:
        row = {name: value.strip() for name, value in raw.items()}
        for name, value in row.items():
            if not value or not value.isprintable():
                raise ConfigError(path, line, f"{name} is blank or unprintable: {value!a}")
        if seed.key_of(row) in rows:
            raise ConfigError(path, line, f"{', '.join(seed.key_of(row))} stands above already")
        rows[seed.key_of(row)] = row
    return list(rows.values())


def _check_header(path: Path, header: Sequence[str]) -> None:
    for name in header:
        if name not in COLUMNS:
            raise ConfigError(path, "line 1", f"column {name!r} is not known")
        if header.count(name) > 1:
            raise ConfigError(path, "line 1", f"column {name!r} stands twice")
    for name in COLUMNS:
        if name not in header and name != ADVERTISER_LABEL:
            raise ConfigError(path, "line 1", f"column {name!r} is missing")


def _check_fields(path: Path, line: str, fields: Mapping[str, str]) -> None:
    for name, value in fields.items():
        if not value.isprintable():  # an unseen character in an id would match nothing, silently
            raise ConfigError(path, line, f"{name} has an invisible character: {value!a}")
    if not fields["redtrack.source_id"]:
        raise ConfigError(path, line, "redtrack.source_id is blank")
    for name in ("everflow.affiliate_id", "everflow.advertiser_id"):
        if not fields[name]:
            raise ConfigError(path, line, f"{name} is blank")
        if not re.fullmatch(WHOLE_NUMBER, fields[name]):
            raise ConfigError(path, line, f"{name} must be a whole number, not {fields[name]!r}")


def _plan(
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
    header, records = _read_csv(path)
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
    return [row for _, row in records]


def _read_csv(
    path: Path, *, optional_last: str = ""
) -> tuple[list[str], list[tuple[str, dict[str, str]]]]:
    """The header, and each row with the line it begins in; a row may leave out `optional_last`."""
    raw = path.read_bytes().removeprefix(codecs.BOM_UTF8)
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        number = raw.count(b"\n", 0, error.start) + 1
        reason = "is not in UTF-8; save the file as 'CSV UTF-8'"
        raise ConfigError(path, f"line {number}", reason) from error
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[tuple[str, dict[str, str]]] = []
    line = "line 1"
    try:
        header = [name.strip() for name in next(reader, [])]
        line = f"line {reader.line_num + 1}"
        for values in reader:
            if len(values) == len(header) - 1 and header[-1] == optional_last:
                values.append("")
            if values and len(values) != len(header):  # an empty line is no row
                raise ConfigError(path, line, f"has {len(values)} fields, the header {len(header)}")
            if values:
                rows.append((line, dict(zip(header, values, strict=True))))
            line = f"line {reader.line_num + 1}"
    except csv.Error as error:
        raise ConfigError(path, line, f"is no valid CSV: {error}") from error
    return header, rows
