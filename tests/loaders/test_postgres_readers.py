"""Who reads raw rows while they are replaced sees all of the old ones or all of the new ones."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.postgres import Database
from tests.support import DECEMBER, Project, State, on_postgres

FIGURES = {
    "everflow": (
        "select count(*), sum(conversions), sum(payout), count(distinct date) "
        "from everflow.daily_stats where date between '2025-12-01' and '2025-12-18'"
    ),
    "redtrack": (
        "select count(*), sum(clicks), sum(cost), count(distinct date) "
        "from redtrack.daily_spend where date between '2025-12-01' and '2025-12-18'"
    ),
}


class Reader(threading.Thread):
    """Adds up the window over and over, on a connection of its own."""

    def __init__(self, database: Database, sql: str) -> None:
        super().__init__(daemon=True)
        self.database, self.sql = database, sql
        self.seen: list[tuple[Any, ...]] = []
        self.enough = threading.Event()

    def run(self) -> None:
        with self.database.connect() as connection, connection.cursor() as cursor:
            while not self.enough.wait(0.001):
                cursor.execute(self.sql)
                self.seen += cursor.fetchall()


@contextmanager
def reading(database: Database) -> Iterator[dict[str, Reader]]:
    readers = {service: Reader(database, sql) for service, sql in FIGURES.items()}
    for reader in readers.values():
        reader.start()
    try:
        yield readers
    finally:
        for reader in readers.values():
            reader.enough.set()
            reader.join()


@pytest.mark.slow
@on_postgres
def test_a_reader_never_sees_a_part_of_a_load(loaded_project: Project, undisturbed: State) -> None:
    assert loaded_project.database is not None
    old = {service: loaded_project.query(sql)[0] for service, sql in FIGURES.items()}
    with reading(loaded_project.database) as readers:
        loaded_project.succeed("load", *DECEMBER)
    new = {service: loaded_project.query(sql)[0] for service, sql in FIGURES.items()}
    assert loaded_project.state() == undisturbed
    for service, reader in readers.items():
        assert len(reader.seen) > 100
        assert set(reader.seen) == {old[service], new[service]}, service
        changes = sum(a != b for a, b in zip(reader.seen, reader.seen[1:], strict=False))
        assert changes == 1, f"{service}: from the old rows to the new ones, once"
