"""What is measured on one engine, each step as rows of the table."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bench import posthog, sling
from bench.stand import BenchError, Spent, Stand
from bench.warehouses import BARE, TABLES, Warehouse

RAW = "s3_exports"
FEW = 9  # files, to see whether memory grows with them
EVENTS = (100_000, 1_000_000)  # of PostHog, for the same reason
BUILD = ("build",)


@dataclass(frozen=True)
class Row:
    """A measure; where there are theirs, the ratio is what has an aim, at worst a limit."""

    what: str
    ours: float
    theirs: float | None = None
    aim: float | None = None
    limit: float = 0.0
    unit: str = "s"

    @property
    def ratio(self) -> float | None:
        return None if self.theirs is None else self.ours / self.theirs

    @property
    def met(self) -> str:
        """Whether the aim is met, or nearly."""
        if self.aim is None:
            return ""
        measured = self.ours if self.ratio is None else self.ratio
        return "yes" if measured <= self.aim else "nearly" if measured <= self.limit else "no"


class Measures:
    """The steps on one engine, in their order; `full` holds all files from `load` on."""

    def __init__(self, stand: Stand, full: Warehouse) -> None:
        self.stand, self.full, self.kind = stand, full, type(full)
        self.loaded, self.built = Spent(), float("nan")

    @property
    def steps(self) -> list[Callable[[], Iterator[Row]]]:
        return [self.load, self.nothing_new, self.build, self.new_day, self.sling, self.posthog]

    def load(self) -> Iterator[Row]:
        """Load all files into an empty warehouse; before that a few, into another."""
        files = self.stand.files
        self.stand.serve(files[:FEW])
        with self.stand.warehouse(self.kind) as other:
            few = self._load(other)
        self.stand.serve(files)
        self.loaded = self._load(self.full)
        with self.stand.warehouse(self.kind) as other:
            bare = other.bare(files)
            self._check(other, BARE)
        ours, peak = self.loaded.seconds, self.loaded.megabytes
        what = f"load of {len(files)} files / {self.full.rival}"
        yield Row(what, ours, bare, self.full.aim, self.full.limit)
        yield Row("peak memory of it", peak, aim=1000, unit="MB")
        yield Row(f"peak memory / of {FEW} files", peak, few.megabytes, 1.1, unit="MB")

    def nothing_new(self) -> Iterator[Row]:
        """Load once more."""
        yield Row("load without new files", self._load(self.full).seconds, aim=3)

    def build(self) -> Iterator[Row]:
        """Build everything."""
        self.built = self._build(self.full)
        yield Row("build of all", self.built)

    def new_day(self) -> Iterator[Row]:
        """Load and build all but the last day, then that."""
        files = self.stand.files
        with self.stand.warehouse(self.kind) as other:
            self.stand.serve(files[:-2])
            self._load(other)
            self._build(other)
            self.stand.serve(files)
            loaded, built = self._load(other).seconds, self._build(other)
            self._check(other, RAW)
        yield Row("load of a new day", loaded)
        yield Row("build of a new day", built)
        everything = self.loaded.seconds + self.built
        yield Row("load and build of a new day / of all", loaded + built, everything, 0.05)

    def sling(self) -> Iterator[Row]:
        """Have Sling load all files."""
        with self.stand.warehouse(self.kind) as other:
            theirs = sling.load(self.stand, other)
            self._check(other, sling.SCHEMA)
        yield Row("load of all / Sling", self.loaded.seconds, theirs, 0.5)

    def posthog(self) -> Iterator[Row]:
        """Load few and many of PostHog's events, and the same through dlt as dictionaries."""
        peaks = []
        for count in EVENTS:
            with self.stand.warehouse(self.kind) as other:
                ours = posthog.ours(self.stand, other, count)
            with self.stand.warehouse(self.kind) as other:
                plain = posthog.plain(self.stand, other, count)
            what = f"{count:,} PostHog events"
            yield Row(
                f"{what} / as dlt's dicts", count / ours.seconds, count / plain.seconds, unit="/s"
            )
            yield Row(f"peak memory, {what}", ours.megabytes, plain.megabytes, unit="MB")
            peaks.append(ours.megabytes)
        few, many = peaks
        yield Row(f"peak memory, {EVENTS[1]:,} / {EVENTS[0]:,}", many, few, 1.1, unit="MB")

    def _load(self, warehouse: Warehouse) -> Spent:
        return self.stand.signalroom(warehouse, "load", "s3_exports")

    def _build(self, warehouse: Warehouse) -> float:
        """The seconds that dbt itself counts: from its first query on, its start-up apart."""
        self.stand.signalroom(warehouse, *BUILD)
        results = self.stand.project / "dbt_project" / "target" / "run_results.json"
        return float(json.loads(results.read_text())["elapsed_time"])

    def _check(self, other: Warehouse, schema: str) -> None:
        """Whoever loads less is fast."""
        for table in TABLES:
            ours = self.full.query(f"select count(*) from {RAW}.{table}")
            theirs = other.query(f"select count(*) from {schema}.{table}")
            if ours != theirs:
                raise BenchError(f"{schema}.{table} has {theirs[0][0]} rows, ours {ours[0][0]}")
