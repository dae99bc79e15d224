"""The mapping compiler: what it writes, what it keeps, and what it refuses without writing."""

import csv
import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from signalroom.config.mappings import plan_sync
from signalroom.config.seeds import SEEDS, SHARED_SEEDS, write_seeds
from tests.signalroom.seed_files import (
    FIRST,
    FIRST_TEXT,
    HEADER,
    LATER,
    LATER_TEXT,
    REPO,
    mapping_file,
    replace,
    run,
    seed_bytes,
    seed_rows,
    sync,
)

# What is written


def test_all_seeds_are_written_exactly(root: Path) -> None:
    sync(root)
    shared = {f"{seed.name}.csv" for seed in SHARED_SEEDS}
    assert {n: text.decode() for n, text in seed_bytes(root).items() if n not in shared} == {
        "affiliate_mapping.csv": (
            "id,client_id,redtrack_source,redtrack_source_id,everflow_affiliate_id,"
            "everflow_affiliate_label,everflow_advertiser_id,everflow_advertiser_label,"
            "created_at,updated_at\n"
            + "".join(
                f"{row},{FIRST_TEXT},{FIRST_TEXT}\n"
                for row in (
                    "1,713,Facebook CCW,66c79f91be26fd4634569658,1,G2 - Meta,1,CCW",
                    "2,713,Google Ads CCW,62b29551c6880d00014d8c73,1,G2 - Google,1,CCW",
                    "3,713,TikTok EXP (sandbox),6710c0ffee00000000000005,5,G2 - TikTok,2,EXP",
                    "4,713,Bing EXP (sandbox),6710c0ffee00000000000006,1,G2 - Bing,2,EXP",
                    "5,713,Taboola CCW (sandbox),6710c0ffee00000000000007,9,G2 - Native,1,CCW",
                )
            )
        ),
        "clients.csv": (
            "client_id,client_name,status,start_date,timezone,currency,core_order_amount\n"
            "713,Client 713,active,2025-12-01,America/New_York,USD,85\n"
            "bedrot,BEDROT Productions,planned,2024-01-01,America/New_York,USD,\n"
            "cti,ClayTargetInstruction,planned,2026-01-01,America/New_York,USD,\n"
        ),
        "client_advertisers.csv": (
            "client_id,everflow_advertiser_id,advertiser_label,advertiser_name,product_category,"
            "report_name\n"
            "713,1,CCW,CCW,CCW,daily_ccw_summary\n"
            "713,2,EXP,EXP,EXP,daily_exp_summary\n"
        ),
        "client_sources.csv": (
            "client_id,source\n713,everflow\n713,google_sheets\n713,mautic\n713,posthog\n"
            "713,redtrack\n713,s3_exports\nbedrot,music\ncti,everflow\ncti,redtrack\n"
        ),
        "funnel_steps.csv": (
            "client_id,step_number,event_name\n"
            "713,1,landing\n713,2,checkout\n713,3,purchase\n"
            "bedrot,1,landing\nbedrot,2,checkout\nbedrot,3,purchase\n"
            "cti,1,landing\ncti,2,checkout\ncti,3,purchase\n"
        ),
    }


def test_the_committed_seeds_are_what_our_data_compiles_to() -> None:
    drifted = [plan.summary for plan in plan_sync(REPO, None, now=FIRST) if plan.has_drift]
    assert drifted == []


def test_a_mapping_file_may_come_from_a_spreadsheet(root: Path) -> None:
    mapping_file(root).write_bytes(
        b"\xef\xbb\xbfeverflow.advertiser_id, redtrack.source_id ,redtrack.source,"
        b"everflow.affiliate_id,everflow.affiliate_label,everflow.advertiser_label\r\n"
        b'1, 66C7 ,"Face, book", 7 ,G2,\r\n'
        b"\r\n"
        b"1,title:Night Ads,Night Ads,7,G2\r\n"
        b"8,beef,Other,7,G2,Someone else\r\n"
    )
    sync(root)
    columns = [c for c in SEEDS[0].content if c != "client_id"]
    assert [[row[c] for c in columns] for row in seed_rows(root)] == [
        ["Face, book", "66c7", "7", "G2", "1", "CCW"],
        ["Night Ads", "title:night ads", "7", "G2", "1", "CCW"],
        ["Other", "beef", "7", "G2", "8", "Someone else"],
    ]


def test_the_last_column_may_be_left_out(root: Path) -> None:
    """The header, the rows or both may have five columns or six."""
    row = "Facebook CCW,66c7,1,G2 - Meta,1"
    compiled = []
    for header in (HEADER, HEADER.rpartition(",")[0]):
        for value in ("", ",", ",CCW"):
            mapping_file(root).write_text(f"{header}\n{row}{value}\n")
            sync(root)
            compiled.append([{name: r[name] for name in SEEDS[0].content} for r in seed_rows(root)])
    assert compiled == compiled[:1] * 6


def test_a_client_without_mapping_file_has_no_rows(root: Path) -> None:
    mapping_file(root).unlink()
    sync(root)
    assert seed_rows(root) == []


# What is kept


def test_known_rows_keep_their_id_and_times(root: Path) -> None:
    sync(root)
    path = mapping_file(root)
    replace(path, "Facebook CCW,66c79f91be26fd4634569658,1", "Facebook,66C79F91BE26FD4634569658,3")
    replace(path, "Taboola CCW (sandbox),6710c0ffee00000000000007,9,G2 - Native,1\n", "")
    replace(path, "Google", "Goggle")
    path.write_text(path.read_text(encoding="utf-8") + "New,abc,1,G2,1\n", encoding="utf-8")
    plan = sync(root, LATER)["affiliate_mapping"]
    assert plan.summary == "affiliate_mapping: 1 added, 2 changed, 1 removed, 2 unchanged"
    times = [(r["id"], r["created_at"], r["updated_at"]) for r in seed_rows(root)]
    assert times == [
        ("1", FIRST_TEXT, LATER_TEXT),
        ("2", FIRST_TEXT, LATER_TEXT),
        ("3", FIRST_TEXT, FIRST_TEXT),
        ("4", FIRST_TEXT, FIRST_TEXT),
        ("6", LATER_TEXT, LATER_TEXT),  # 5 goes in this sync: its id is not given away
    ]


def test_times_are_utc(root: Path) -> None:
    sync(root, datetime.fromisoformat("2026-01-01T22:04:05-05:00"))
    assert seed_rows(root)[0]["created_at"] == FIRST_TEXT


def test_one_client_is_compiled_and_the_others_stay(root: Path) -> None:
    sync(root)
    mapping_file(root).unlink()
    replace(root / "data/clients/713/config/client.toml", "Client 713", "Renamed")
    mapping_file(root, "cti").write_text(f"{HEADER}\nA,66c7,1,G2,4,FOUR\n", encoding="utf-8")
    plans = sync(root, LATER, "cti")
    assert [plan.summary for plan in plans.values()] == [
        "affiliate_mapping: 1 added, 0 changed, 0 removed, 5 unchanged",
        "clients: 0 added, 0 changed, 0 removed, 3 unchanged",
        "client_advertisers: 0 added, 0 changed, 0 removed, 2 unchanged",
        "client_sources: 0 added, 0 changed, 0 removed, 9 unchanged",
        "funnel_steps: 0 added, 0 changed, 0 removed, 9 unchanged",
        "words: 0 added, 0 changed, 0 removed, 853 unchanged",
        "us_states: 0 added, 0 changed, 0 removed, 63 unchanged",
        "store_aliases: 0 added, 0 changed, 0 removed, 10 unchanged",
    ]
    assert [row["id"] for row in seed_rows(root)] == ["1", "2", "3", "4", "5", "6"]
    plans = sync(root, LATER)
    assert [row["id"] for row in seed_rows(root)] == ["6"]
    assert plans["clients"].summary == "clients: 0 added, 1 changed, 0 removed, 2 unchanged"


def test_a_client_whose_folder_is_gone_leaves_every_seed(root: Path) -> None:
    sync(root)
    shutil.rmtree(root / "data" / "clients" / "713")
    sync(root, LATER)
    left = {row["client_id"] for seed in SEEDS for row in seed_rows(root, seed.name)}
    assert left == {"bedrot", "cti"}


ids = st.text("abcdef0123456789", min_size=1, max_size=4)
numbers = st.integers(0, 99).map(str)
labels = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), max_size=6)
records = st.lists(
    st.tuples(labels, ids, numbers, labels, st.sampled_from("12")),
    unique_by=lambda record: record[1],
    min_size=1,
    max_size=8,
)


def write_mapping(root: Path, rows: list[tuple[str, ...]]) -> None:
    with mapping_file(root).open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([HEADER.split(",")[:5], *rows])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(rows=records, data=st.data())
def test_sync_is_stable(rows: list[tuple[str, ...]], data: st.DataObject) -> None:
    with TemporaryDirectory() as folder:
        root = Path(folder)
        shutil.copytree(REPO / "data", root / "data")
        write_mapping(root, rows)
        sync(root)
        before, first_rows = seed_bytes(root), seed_rows(root)
        write_mapping(root, data.draw(st.permutations(rows)))
        sync(root, LATER)
        assert seed_bytes(root) == before

        at = data.draw(st.integers(0, len(rows) - 1))
        rows[at] = (*rows[at][:2], str(int(rows[at][2]) + 1), *rows[at][3:])
        write_mapping(root, rows)
        sync(root, LATER)
        for row, old in zip(seed_rows(root), first_rows, strict=True):
            is_touched = row["redtrack_source_id"] == rows[at][1]
            assert row["updated_at"] == (LATER_TEXT if is_touched else FIRST_TEXT)
            assert (row["id"], row["created_at"]) == (old["id"], FIRST_TEXT)


# What is refused

GOOD = "Facebook,66c7,1,G2,1,CCW"


def refused_sync(root: Path) -> str:
    """What is said of a sync that is refused, and writes nothing."""
    before = seed_bytes(root)
    result = run("--all")
    assert (result.exit_code, result.stdout) == (1, "")
    assert seed_bytes(root) == before
    return result.stderr


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("", 1, "column 'redtrack.source' is missing"),
        (HEADER.replace("redtrack.source_id,", ""), 1, "column 'redtrack.source_id' is missing"),
        (HEADER + ",note", 1, "column 'note' is not known"),
        (HEADER.replace(",", ";"), 1, "is not known"),
        (HEADER + ",redtrack.source", 1, "column 'redtrack.source' is given twice"),
        (f"{HEADER}\n{GOOD}\nX, 66C7 ,1,G2,1,CCW", 3, "'66c7' is on an earlier line too"),
        (f"{HEADER}\n{GOOD}\nX,a,one,G2,1,CCW", 3, "affiliate_id must be a whole number, not 'one"),
        (f"{HEADER}\nX,a,1.0,G2,1,CCW", 2, "affiliate_id must be a whole number, not '1.0'"),
        (f"{HEADER}\nX,a,{10**18},G2,1,CCW", 2, "affiliate_id must be a whole number"),
        (f"{HEADER}\nX,a,01,G2,1,CCW", 2, "affiliate_id must be a whole number, not '01'"),
        (f"{HEADER}\nX,a,\N{SUPERSCRIPT TWO},G2,1,CCW", 2, "must be a whole number"),
        (f"{HEADER}\nX,a,1,G2,-1,CCW", 2, "advertiser_id must be a whole number, not '-1'"),
        (f"{HEADER}\nX, ,1,G2,1,CCW", 2, "redtrack.source_id is blank"),
        (f"{HEADER}\nX,1.23E+10,1,G2,1,CCW", 2, "'1.23E+10' lost its digits in a spreadsheet"),
        (f"{HEADER}\nX,a,,G2,1,CCW", 2, "everflow.affiliate_id is blank"),
        (f"{HEADER}\nX,a,1,G2,,CCW", 2, "everflow.advertiser_id is blank"),
        (f"{HEADER}\n\n{GOOD}\nX,a,1,G2", 4, "has 4 fields, the header 6"),
        (f"{HEADER}\n{GOOD},", 2, "has 7 fields, the header 6"),
        (f"{HEADER}\nX,a\u200b,1,G2,1,CCW", 2, r"has an invisible character: 'a\u200b'"),
        (f"{HEADER}\nX,a,1,G2,8,", 2, "advertiser '8' has no label here and is not in client.toml"),
        (f"{HEADER}\n{GOOD}\nCaf\udce9,a,1,G2,1,CCW", 3, "is not in UTF-8; save the file as"),
        (f'{HEADER}\n"X"y,a,1,G2,1,CCW', 2, "is not valid CSV"),
        (f'{HEADER}\n{GOOD}\n"X,a,1,G2,1,CCW\n', 3, "is not valid CSV"),
    ],
)
def test_a_wrong_mapping_is_refused(root: Path, text: str, line: int, reason: str) -> None:
    sync(root)
    mapping_file(root).write_bytes(text.encode("utf-8", "surrogateescape"))
    said = refused_sync(root)
    place = f"data/clients/713/mappings/internal-affiliates.csv, line {line}: "
    assert said.startswith(f"Error: {place}")
    assert reason in said


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("2026-01-01", '"soon"', "start_date: must be a date"),
        ('"everflow"', '"evreflow"', "sources: 'evreflow' is not known"),  # no loader has it
    ],
)
def test_a_wrong_client_file_is_refused(root: Path, old: str, new: str, reason: str) -> None:
    sync(root)
    replace(root / "data/clients/cti/config/client.toml", old, new)
    assert f"data/clients/cti/config/client.toml, {reason}" in refused_sync(root)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda text: text.replace("updated_at", "changed_at"), "line 1: the header must be id,"),
        (lambda text: text.replace("\n2,", "\n1,"), "line 3: has the id or key of a line above"),
        (lambda text: text + "9" + text.splitlines()[1][1:], "line 7: has the id or key of a line"),
        (lambda text: text.replace("\n2,", "\ntwo,"), "line 3: id must be a whole number"),
        (lambda text: "<<<<<<< ours\n" + text, "line 2: has 10 fields, the header 1"),
    ],
)
def test_a_spoilt_seed_is_refused(root: Path, change: Callable[[str], str], reason: str) -> None:
    sync(root)
    path = root / "seeds" / "affiliate_mapping.csv"
    path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")
    assert f"Error: seeds/affiliate_mapping.csv, {reason}" in refused_sync(root)


def test_a_failed_write_leaves_the_seeds(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sync(root)
    before = seed_bytes(root)
    mapping_file(root).write_text(f"{HEADER}\n{GOOD}", encoding="utf-8")
    plans = plan_sync(root, None, now=LATER)

    def full_disk(*arguments: object, **options: object) -> None:
        raise OSError("no space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(csv.DictWriter, "writerows", full_disk)
        with pytest.raises(OSError, match="no space left"):
            write_seeds(root, plans)
    assert seed_bytes(root) == before
