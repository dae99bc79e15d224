"""The client registry: what it reads, and what it refuses with file, key and reason."""

from datetime import date, time
from decimal import Decimal
from pathlib import Path

import click
import pytest

from loaders.registry import SOURCES
from signalroom.config.clients import read_client, read_clients, select_clients
from signalroom.config.config_file import ConfigError

REPO = Path(__file__).parents[2]

ACME = """
client_id = "acme"
name = "Acme"
status = "active"
start_date = 2025-12-01
timezone = "America/New_York"
currency = "USD"
sources = ["everflow", "redtrack"]

[[advertisers]]
everflow_advertiser_id = "1"
label = "ONE"
name = "Number One"
product_category = "ONE"
report_name = "daily_one_summary"
"""


def write_client(root: Path, client_id: str, text: str) -> Path:
    path = root / "data" / "clients" / client_id / "config" / "client.toml"
    path.parent.mkdir(parents=True)
    path.write_text(text, encoding="utf-8")
    return path


def assert_refused(
    root: Path, text: str, place: str, reason: str, known_sources: set[str] | None = None
) -> None:
    """The file is named, the place in it, and why."""
    path = write_client(root, "acme", text)
    with pytest.raises(ConfigError) as refusal:
        read_client(path, known_sources=known_sources)
    assert refusal.value.message.startswith(f"{path}, {place}: ")
    assert reason in refusal.value.message


def test_our_own_clients_are_read() -> None:
    active, label, planned = read_clients(REPO, known_sources=set(SOURCES))
    assert (active.client_id, active.status, active.start_date) == (
        "713",
        "active",
        date(2025, 12, 1),
    )
    assert (active.timezone, active.currency) == ("America/New_York", "USD")
    assert active.sources == tuple(name for name in SOURCES if name not in label.sources)
    assert (label.client_id, label.status, label.sources) == ("bedrot", "planned", ("music",))
    assert active.funnel == planned.funnel == ("landing", "checkout", "purchase")
    assert (active.core_order_amount, planned.core_order_amount) == (Decimal(85), None)
    assert [
        (a.everflow_advertiser_id, a.label, a.product_category, a.report_name)
        for a in active.advertisers
    ] == [("1", "CCW", "CCW", "daily_ccw_summary"), ("2", "EXP", "EXP", "daily_exp_summary")]
    assert (planned.client_id, planned.status, planned.start_date) == (
        "cti",
        "planned",
        date(2026, 1, 1),
    )
    assert (planned.sources, planned.advertisers) == (("everflow", "redtrack"), ())


@pytest.mark.parametrize(
    ("old", "new", "key", "reason"),
    [
        ('name = "Acme"\n', "", "name", "is missing"),
        ('label = "ONE"\n', "", "label", "is missing"),
        ('name = "Acme"', 'name = "Acme"\nfax = "1"', "fax", "is not known; known are: client_id,"),
        ('label = "ONE"', 'label = "ONE"\nfax = "1"', "fax", "is not known; known are: everflow_"),
        ('name = "Acme"', 'name = "  "', "name", "must be a text in quotes, not blank"),
        ('"Acme"', '"""A\ncme"""', "name", r"must be on one line, not 'A\ncme'"),
        ('"active"', '"paused"', "status", "must be active or planned, not 'paused'"),
        ("2025-12-01", '"2025-12-01"', "start_date", "must be a date without quotes"),
        ("2025-12-01", "0001-01-01", "start_date", "0001-01-01 is before 2000"),
        ("2025-12-01", "2025-12-01T00:00:00", "start_date", "must be a date without quotes"),
        ("America/New_York", "America/New_Yrok", "timezone", "is not a known time zone"),
        ("America/New_York", "America", "timezone", "is not a known time zone"),
        ("America/New_York", "../etc", "timezone", "is not a known time zone"),
        ("USD", "dollars", "currency", "must be three capitals, such as USD, not 'dollars'"),
        ('"acme"', '"acne"', "client_id", "'acne' is not the name of its folder"),
        ('"acme"', "713", "client_id", "must be a text in quotes, not blank"),
        ('"redtrack"]', '"redtrak"]', "sources", "'redtrak' is not known; known are: everflow, re"),
        ('"redtrack"]', '"everflow"]', "sources", "names a source twice"),
        *(
            ("\n[[", f"funnel = {steps}\n[[", "funnel", reason)
            for steps, reason in (
                ("[]", "must be a list such as"),
                ('"landing"', "must be a list such as"),
                ('["landing", " "]', "must be a text in quotes, not blank"),
                ("[1]", "must be a text in quotes, not blank"),
                ('["landing", " landing "]', "names an event twice"),
            )
        ),
        *(
            ("\n[[", f"report_deadline = {clock}\n[[", "report_deadline", "must be a ")
            for clock in ("10", '"10"', '"24:00"', '"10:00:00"', "10:00:00")
        ),
        ('["everflow", "redtrack"]', '"everflow"', "sources", "must be a list such as"),
        ('id = "1"', 'id = "01"', "everflow_advertiser_id", "must be a whole number"),
        ('id = "1"', f"id = {10**18}", "everflow_advertiser_id", "must be a whole number"),
        ('id = "1"', "id = true", "everflow_advertiser_id", "must be a text in quotes"),
        ('id = "1"', 'id = "one"', "everflow_advertiser_id", "must be a whole number"),
        ("daily_one", "Daily One", "report_name", "must be small letters, digits and _"),
        ("[[advertisers]]", "[advertisers]", "advertisers", "must be written as [[advertisers]]"),
        *(
            ("\n[[", f"core_order_amount = {amount}\n[[", "core_order_amount", "must be an amount")
            for amount in ('"85"', "-1", "true", "nan", "inf")
        ),
    ],
)
def test_a_wrong_key_is_refused(tmp_path: Path, old: str, new: str, key: str, reason: str) -> None:
    assert old in ACME
    assert_refused(tmp_path, ACME.replace(old, new), key, reason, {"everflow", "redtrack"})


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    path = write_client(tmp_path, "acme", ACME.replace("2025-12-01", "2025-13-01"))
    with pytest.raises(ConfigError, match=r"client\.toml: is not valid TOML: .*line 5"):
        read_client(path)
    path.write_bytes(ACME.replace("Acme", "Acmé").encode("latin-1"))
    with pytest.raises(ConfigError, match=r"client\.toml, line 3: is not in UTF-8"):
        read_client(path)
    path.unlink()
    with pytest.raises(ConfigError, match=r"client\.toml: cannot be read \(No such file"):
        read_clients(tmp_path)
    with pytest.raises(ConfigError, match="run this from the project root"):
        read_clients(tmp_path / "data")


def test_a_byte_order_mark_is_tolerated(tmp_path: Path) -> None:
    path = write_client(tmp_path, "acme", "\ufeff" + ACME)
    assert read_client(path).name == "Acme"


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({}, "everflow_advertiser_id: '1' is given twice"),
        # else each of its orders would be the sale of two
        ({'"1"': '"2"', 'gory = "ONE"': 'gory = "one"'}, "product_category: 'one' is given twice"),
    ],
)
def test_an_advertiser_stands_once(tmp_path: Path, other: dict[str, str], said: str) -> None:
    second = ACME[ACME.index("[[") :].replace("daily_one", "daily_two")
    for old, new in other.items():
        second = second.replace(old, new)
    with pytest.raises(ConfigError, match=said):
        read_client(write_client(tmp_path, "acme", ACME + second))


def test_a_report_belongs_to_one_advertiser_of_all_clients(tmp_path: Path) -> None:
    first = write_client(tmp_path, "acme", ACME)
    second = write_client(tmp_path, "beta", ACME.replace('"acme"', '"beta"'))
    with pytest.raises(ConfigError) as refusal:
        read_clients(tmp_path)
    assert refusal.value.message == (
        f"{second}, report_name: 'daily_one_summary' is already the report of another advertiser, "
        f"in {first}"
    )


def test_files_beside_the_client_folders_do_not_matter(tmp_path: Path) -> None:
    write_client(tmp_path, "acme", ACME)
    (tmp_path / "data" / "clients" / ".DS_Store").touch()
    (tmp_path / "data" / "clients" / ".cache").mkdir()
    assert [client.client_id for client in read_clients(tmp_path)] == ["acme"]


def test_selecting_clients(tmp_path: Path) -> None:
    write_client(tmp_path, "acme", ACME)
    later = ACME.replace('"acme"', '"beta"').replace("active", "planned")
    write_client(tmp_path, "beta", later.replace("daily_one", "daily_two"))
    clients = read_clients(tmp_path)
    assert [client.client_id for client in select_clients(clients, None)] == ["acme"]
    assert [client.client_id for client in select_clients(clients, "beta")] == ["beta"]
    with pytest.raises(click.UsageError, match=r"no client 'gamma'; known clients: acme, beta\."):
        select_clients(clients, "gamma")


def test_a_funnel_of_its_own(tmp_path: Path) -> None:
    funnel = 'funnel = [" visit ", "$pageview"]\n\n[['
    path = write_client(tmp_path, "acme", ACME.replace("\n[[", funnel, 1))
    assert read_client(path).funnel == ("visit", "$pageview")


def test_a_deadline_of_its_own(tmp_path: Path) -> None:
    deadline = 'report_deadline = "09:30"\n\n[['
    path = write_client(tmp_path, "acme", ACME.replace("\n[[", deadline, 1))
    assert read_client(path).report_deadline == time(9, 30)
    path.write_text(ACME, encoding="utf-8")
    assert read_client(path).report_deadline == time(10)
