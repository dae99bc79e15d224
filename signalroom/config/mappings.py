"""The mapping compiler: data/clients/ and data/shared/ become the CSV files that dbt seeds.

data/clients/<id>/mappings/internal-affiliates.csv and config/client.toml are the source of truth,
data/shared/ is for what belongs to no client; seeds/ is compiled from them, committed, and never
edited by hand.
Everything is read and checked before the first file is written: a mistake leaves seeds/ as it was.
"""

import re
import string
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from signalroom.config.clients import WHOLE_NUMBER, Client, read_clients, select_clients
from signalroom.config.config_file import ConfigError, read_csv
from signalroom.config.seeds import (
    ADVERTISER_LABEL,
    AFFILIATE_MAPPING,
    CLIENT_ADVERTISERS,
    CLIENT_SOURCES,
    CLIENTS,
    COLUMNS,
    EVERYBODY,
    MEANINGS,
    SEEDS,
    SHARED_SEEDS,
    WORDS,
    Row,
    Seed,
    SeedPlan,
    plan_seed,
)

# as the warehouse does it (clean_id.sql, clean_code.sql): ids of other scripts are left as they are
ASCII_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)
ASCII_UPPER = str.maketrans(string.ascii_lowercase, string.ascii_uppercase)

SPREAD = re.compile(r"\d(?:[.,]\d+)?e\+\d+", re.IGNORECASE)  # a number too long for its cell
# the words that dbt_project/macros/without_placeholder.sql takes out of order files, as words are
NOTHING = {
    *("UNDEFINED", "NULL", "NONE", "NIL", "NAN", "N/A", "\\N", "(NULL)", "[OBJECT OBJECT]"),
    *("NOT AVAILABLE", "-", "--", "#N/A", "(BLANK)", "<NA>", "[NULL]", "NAT"),
}


def plan_sync(
    root: Path,
    client_id: str | None,
    *,
    now: datetime,
    known_sources: Collection[str] | None = None,
) -> list[SeedPlan]:
    """Compile one client, or all when `client_id` is None, against the seeds as they are."""
    everyone = clients = read_clients(root, known_sources=known_sources)
    if client_id is not None:
        clients = select_clients(everyone, client_id)
    plans = []
    for seed in SEEDS:
        wanted = [row for client in clients for row in _compile(seed, client, root)]
        plans.append(plan_seed(seed, seed.path(root), wanted, client_id=client_id, now=now))
    for seed in SHARED_SEEDS:
        if seed is WORDS:
            wanted = read_all_words(root, everyone)
        else:
            wanted = read_shared(root / "data" / "shared" / f"{seed.name}.csv", seed)
        plans.append(plan_seed(seed, seed.path(root), wanted, client_id=None, now=now))
    return plans


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
    header, records = read_csv(path, optional_last=ADVERTISER_LABEL)
    _check_header(path, header)
    labels = {a.everflow_advertiser_id: a.label for a in client.advertisers}
    rows: dict[str, Row] = {}
    for line, raw in records:
        fields = {name: value.strip() for name, value in raw.items()}
        _check_fields(path, line, fields)
        source_id = fields["redtrack.source_id"].translate(ASCII_LOWER)
        if source_id in rows:
            raise ConfigError(
                path, line, f"redtrack.source_id {source_id!r} is on an earlier line too"
            )
        advertiser_id = fields["everflow.advertiser_id"]
        label = fields.get(ADVERTISER_LABEL) or labels.get(advertiser_id)
        if not label:
            reason = f"advertiser {advertiser_id!r} has no label here and is not in client.toml"
            raise ConfigError(path, line, reason)
        fields |= {"redtrack.source_id": source_id, ADVERTISER_LABEL: label}
        content = {column: fields[name] for name, column in COLUMNS.items()}
        rows[source_id] = {"client_id": client.client_id, **content}
    return list(rows.values())


def read_all_words(root: Path, clients: Sequence[Client]) -> list[Row]:
    """Read what words mean: to everybody, and to a client that has words of its own."""
    words = _read_words(root / "data" / "shared" / "words.csv", client_id=EVERYBODY)
    for client in clients:
        path = root / "data" / "clients" / client.client_id / "mappings" / "words.csv"
        if path.exists():
            words += _read_words(path, client_id=client.client_id)
    return words


def _read_words(path: Path, *, client_id: str) -> list[Row]:
    rows: dict[tuple[str, str], Row] = {}
    for line, row in _read_table(path, WORDS.columns[1:]):
        word = row["word"].translate(ASCII_UPPER)
        meanings = MEANINGS.get(row["list"])
        if meanings is None:
            reason = f"list must be {', '.join(MEANINGS)}, not {row['list']!r}"
        elif row["meaning"] not in meanings:
            reason = f"meaning must be {', '.join(meanings)}, not {row['meaning']!r}"
        elif set("<=>") & set(word):  # dbt_project/macros/meaning_of.sql writes lists with them
            reason = f"word must not contain < = >: {word!r}"
        elif word in NOTHING:
            reason = f"{row['word']!r} in a file stands for nothing, and is never asked about"
        elif (row["list"], word) in rows:
            reason = f"{row['list']} {word!r} is on an earlier line too"
        else:
            rows[row["list"], word] = {**row, "client_id": client_id, "word": word}
            continue
        raise ConfigError(path, line, reason)
    return list(rows.values())


def read_shared(path: Path, seed: Seed) -> list[Row]:
    """Read a table that belongs to no client, written with the columns of its seed."""
    rows: dict[tuple[str, ...], Row] = {}
    for line, row in _read_table(path, seed.columns):
        if seed.key_of(row) in rows:
            raise ConfigError(
                path, line, f"{', '.join(seed.key_of(row))} is on an earlier line too"
            )
        rows[seed.key_of(row)] = row
    return list(rows.values())


def _read_table(path: Path, columns: Sequence[str]) -> Iterator[tuple[str, Row]]:
    """The lines of a file with exactly these columns, none of them blank."""
    if not path.exists():
        raise ConfigError(path, "", "is missing")
    header, records = read_csv(path)
    if tuple(header) != tuple(columns):
        raise ConfigError(path, "line 1", f"the header must be {','.join(columns)}")
    for line, raw in records:
        row = {name: value.strip() for name, value in raw.items()}
        for name, value in row.items():
            if not value or not value.isprintable():
                raise ConfigError(path, line, f"{name} is blank or unprintable: {value!a}")
        yield line, row


def _check_header(path: Path, header: Sequence[str]) -> None:
    for name in header:
        if name not in COLUMNS:
            raise ConfigError(path, "line 1", f"column {name!r} is not known")
        if header.count(name) > 1:
            raise ConfigError(path, "line 1", f"column {name!r} is given twice")
    for name in COLUMNS:
        if name not in header and name != ADVERTISER_LABEL:
            raise ConfigError(path, "line 1", f"column {name!r} is missing")


def _check_fields(path: Path, line: str, fields: Mapping[str, str]) -> None:
    for name, value in fields.items():
        if not value.isprintable():  # an unseen character in an id would match nothing, silently
            raise ConfigError(path, line, f"{name} has an invisible character: {value!a}")
    source_id = fields["redtrack.source_id"]
    if not source_id:
        raise ConfigError(path, line, "redtrack.source_id is blank")
    if SPREAD.fullmatch(source_id):
        reason = f"redtrack.source_id {source_id!r} lost its digits in a spreadsheet"
        raise ConfigError(path, line, reason)
    for name in ("everflow.affiliate_id", "everflow.advertiser_id"):
        if not fields[name]:
            raise ConfigError(path, line, f"{name} is blank")
        if not re.fullmatch(WHOLE_NUMBER, fields[name]):
            raise ConfigError(path, line, f"{name} must be a whole number, not {fields[name]!r}")
