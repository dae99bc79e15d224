"""The datasets of a client: the [[datasets]] of its client.toml."""

from dataclasses import fields
from pathlib import Path

from loaders.sheets.sheet import Dataset
from signalroom.config.config_file import ConfigError, Form, check_keys, text_of
from signalroom.config.sheets import NAME, read_columns, tables_of

FILES: Form = (r"[^/\\\x00-\x1f]+\.csv", "must be the name of a .csv file, or a pattern with *")


def read_datasets(path: Path, tables: object) -> tuple[Dataset, ...]:
    """The datasets of a client.toml."""
    found: list[Dataset] = []
    for number, table in enumerate(tables_of(path, tables, "datasets"), start=1):
        within = f"datasets {number}, "
        check_keys(path, table, [field.name for field in fields(Dataset)], within=within)
        columns = read_columns(path, table["columns"], within, "datasets")
        dataset = text_of(path, table, "dataset", NAME, within=within)
        if dataset in {other.dataset for other in found}:
            raise ConfigError(path, f"{within}dataset", f"{dataset!r} is given twice")
        if "dataset" in {column.name for column in columns}:
            reason = "dataset is a column of ours; give it another name"
            raise ConfigError(path, f"{within}columns", reason)
        files = text_of(path, table, "files", FILES, within=within)
        found.append(Dataset(dataset, files, columns))
    return tuple(found)
