"""The day of a file, and which files are to be read."""

from datetime import UTC, date, datetime

import pytest

from loaders.files.bucket import StoredFile
from loaders.files.listing import day_of

WRITTEN = datetime(2025, 12, 7, 4, tzinfo=UTC)  # still the 6th in New York


@pytest.mark.parametrize(
    ("key", "day"),
    [
        ("orders-create/orders-create-2025-12-05.csv", date(2025, 12, 5)),
        ("orders-create/20251205.csv.gz", date(2025, 12, 5)),
        ("orders-create/2025/12/05/part-0001.csv", date(2025, 12, 5)),
        ("orders-create/orders-create-20251205031500.csv", date(2025, 12, 5)),
        ("orders-create/2025-12-05_generated_2025-12-06.csv", date(2025, 12, 5)),
        ("orders-create/2025/12/06/orders-2025-12-05.csv", date(2025, 12, 5)),
        ("2024-01-31/orders-create/2025-12-05/x.csv", date(2025, 12, 5)),
        ("orders-create/2025-12-05-9920240131.csv", date(2025, 12, 5)),
        ("orders-create/2025-02-31.csv", date(2025, 12, 6)),
        ("orders-create/1202512059.csv", date(2025, 12, 6)),
        ("orders-create/latest.csv", date(2025, 12, 6)),
    ],
)
def test_the_day_of_a_file(key: str, day: date) -> None:
    """Its own name comes before its folders', and those before the time it was written."""
    assert day_of(StoredFile(key, "x", 1, WRITTEN), "America/New_York") == day
