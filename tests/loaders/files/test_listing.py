"""The day of a file, the order of files, and where they are looked for."""

import random
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loaders.errors import LoadError
from loaders.files.bucket import StoredFile
from loaders.files.days import Named, named
from loaders.files.listing import day_of, sort_key, to_read
from loaders.source import Account, Request
from loaders.sources.s3_exports import open_place

WRITTEN = datetime(2025, 12, 7, 4, tzinfo=UTC)  # still the 6th in New York
THE_5TH = date(2025, 12, 5)
SPELLINGS = (
    *(
        "%Y-%m-%d",
        "%Y%m%d",
        "%Y_%m_%d",
        "%Y.%m.%d",
        "%Y/%m/%d/part-7",
        "%Y%m%dT031500",
        "%Y%m%d0315",
    ),
    *(
        "year=%Y/month=%m/day=%d/part-0001",
        "dt=%Y-%m-%d/x",
        "date=%Y%m%d/17",
        "%Y/%m/%d",
        "%d.%m.%Y",
    ),
    *(
        "%d-%b-%Y",
        "%b-%d-%Y",
        "%B %d %Y",
        "%B %d, %Y",
        "%d%b%Y",
        "%Y-%b-%d",
        "%Y/%m/%d/03/20",
        "%b%d%Y",
    ),
)
MONTH_FIRST = ("%m-%d-%Y", "%m%d%Y", "%m_%d_%Y", "%m/%d/%Y/x", "%m-%d-%Y_033000", "%m %d %Y")
AROUND = ("{}", "orders-create/orders_{}", "orders-create/{}-1764892800", "x/orders-123456-{}.v2")


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)), st.data())
def test_a_day_is_found_in_every_spelling(day: date, data: st.DataObject) -> None:
    spelling = data.draw(st.sampled_from([*SPELLINGS, *MONTH_FIRST]))
    key = data.draw(st.sampled_from(AROUND)).format(day.strftime(spelling)) + ".csv"
    found = named(key)
    assert found
    assert found.day == day, key
    open_spelling = spelling in MONTH_FIRST or spelling == "%d.%m.%Y"
    two_ways = open_spelling and day.day <= 12 and day.day != day.month
    assert found.other == (day.replace(month=day.day, day=day.month) if two_ways else None)


@given(st.integers(0, 10**7 - 1) | st.integers(10**9, 10**11 - 1), st.integers(0, 2**31), st.data())
def test_other_numbers_are_no_days(order: int, moment: int, data: st.DataObject) -> None:
    clock = f"{moment % 24:02}-{moment % 60:02}-{order % 60:02}"
    parts = [
        str(order),
        clock,
        clock.replace("-", ""),
        f"{10**9 + moment % 10**9}",
        f"v{order % 99}",
    ]
    assert named(data.draw(st.sampled_from("-_ ")).join(data.draw(st.permutations(parts)))) is None


@pytest.mark.parametrize(
    ("key", "day"),
    [
        ("orders-create/2025-12-05_generated_2025-12-06.csv", THE_5TH),
        ("orders-create/2025/12/06/orders-2025-12-05.csv", THE_5TH),
        ("2024-01-31/orders-create/2025-12-05/x.csv", THE_5TH),
        ("orders-create/2025-12-05-9920240131.csv", THE_5TH),
        ("orders-create/year=2025/month=12/day=5/hour=03/1.csv", THE_5TH),
        ("orders-create/2025/12/5.csv", THE_5TH),
        ("orders-create/25-12-2025.csv", date(2025, 12, 25)),
        ("orders-create/5th December 2025.csv", THE_5TH),
        ("orders-create/part-12052025-1234-4abc-8def-0123456789ab.csv", date(2025, 12, 6)),
        ("orders-create/2025-02-31.csv", date(2025, 12, 6)),
        ("orders-create/1202512059.csv", date(2025, 12, 6)),
        ("orders-create/latest.csv", date(2025, 12, 6)),
    ],
)
def test_the_day_of_a_file(key: str, day: date) -> None:
    """Its own name comes before its folders', and those before the time it was written."""
    assert day_of(StoredFile(key, "x", 1, WRITTEN), "America/New_York") == day


@pytest.mark.parametrize(
    ("name", "day", "other"),
    [
        ("orders_12.05.2025", date(2025, 5, 12), date(2025, 12, 5)),
        ("orders_2025-12-07_for_2025-12-06", date(2025, 12, 7), date(2025, 12, 6)),
        ("20251205_20251206", THE_5TH, date(2025, 12, 6)),
        ("2025-12-01 to 2025-12-07", date(2025, 12, 1), date(2025, 12, 7)),
        ("2025-12-01_2025-12-07/orders", date(2025, 12, 7), date(2025, 12, 1)),
        ("5 Dec 2025 - 6 Dec 2025", THE_5TH, date(2025, 12, 6)),
        ("2025-12-05_20251205", THE_5TH, None),
        ("2024-01-31/2025-12-05/orders", THE_5TH, None),
        ("2025-12-04/orders-2025-12-05", THE_5TH, None),
    ],
)
def test_a_name_of_two_days_has_both(name: str, day: date, other: date | None) -> None:
    """What stands in folders further up is about something else."""
    assert named(f"orders-create/{name}.csv") == Named(day, other)


@pytest.mark.parametrize(
    "names",
    [
        ("x.csv", "x-v2.csv", "x-v10.csv"),
        ("x.csv.gz", "x_2.csv", "x_3.CSV", "x_10.zip"),
        ("x.csv", "x (1).csv", "x (2).csv", "x (10).csv.gz"),
        ("x.csv", "x.csv.1", "x.csv.2", "x.csv.10"),
        (
            "x-8.csv",
            "x-09.csv",
            "x-10.csv",
            "x-99999999999999999999.csv",
            "x-100000000000000000000.csv",
        ),
        ("x/2/9.csv", "x/10/1.csv"),
    ],
)
def test_files_stand_in_the_order_that_their_names_mean(names: tuple[str, ...]) -> None:
    """Whatever the times; in a listing and in the warehouse, which compares bytes."""
    files = [
        StoredFile(f"2025-12-06-{name}", "", 1, WRITTEN - timedelta(minutes=n))
        for n, name in enumerate(names)
    ]
    keys = [sort_key(file.key, file.last_modified).encode() for file in files]
    assert keys == sorted(keys)
    mixed = random.sample(files, len(files))
    request = Request("", max_files=len(files) - 1)
    read = to_read("orders_create", mixed, {}, request=request, timezone="UTC")
    assert [file.stored for file in read] == files[1:]


def test_where_names_say_nothing_the_time_decides() -> None:
    late, early = WRITTEN, WRITTEN - timedelta(microseconds=1)
    assert sort_key("x-7.csv", late) > sort_key("x-007.csv.gz", early) > sort_key("w", late)
    assert sort_key("x-007.csv", late) > sort_key("x-7.csv.gz", early)


@pytest.mark.parametrize(
    ("setting", "prefixes"),
    [
        (
            "orders-create,orders-update/, prospects-create",
            {
                kind.replace("-", "_"): f"{kind}/"
                for kind in ("orders-create", "orders-update", "prospects-create")
            },
        ),
        (
            "sticky/Orders_Create,orders_update=changes/o_",
            {"orders_create": "sticky/Orders_Create/", "orders_update": "changes/o_"},
        ),
        ("orders-create=orders-create/", {"orders_create": "orders-create/"}),
    ],
)
def test_where_files_are_looked_for(setting: str, prefixes: dict[str, str]) -> None:
    assert open_place(account(setting)).prefixes == prefixes


def test_a_prefix_without_a_table_is_refused() -> None:
    with pytest.raises(
        LoadError, match=r"no table sales, but orders_create, .*; write table=prefix"
    ):
        open_place(account("sales"))
    for address in ("s3://bucket/orders-create", "orders_create=s3://bucket/orders-create/"):
        with pytest.raises(LoadError, match="is an address; write the folder alone"):
            open_place(account(address))


def account(prefixes: str) -> Account:
    names = ("bucket_name", "region", "endpoint_url", "access_key_id", "secret_access_key")
    settings = dict.fromkeys((*names, "session_token", "columns"), "")
    return Account("713", "UTC", "USD", THE_5TH, {**settings, "prefixes": prefixes})
