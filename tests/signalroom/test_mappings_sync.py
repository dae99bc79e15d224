"""`signalroom mappings sync`: what it says, what it checks, and how it is asked."""

from pathlib import Path

import pytest

from signalroom.config.seeds import SEEDS, SHARED_SEEDS
from tests.signalroom.seed_files import (
    FIRST_TEXT,
    HEADER,
    LATER_TEXT,
    mapping_file,
    replace,
    run,
    seed_bytes,
    seed_rows,
    sync,
)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((), "Give either --client ID or --all."),
        (("--all", "--client", "713"), "Give either --client ID or --all."),
        (("--dry-run",), "Give either --client ID or --all."),
        (("--client", "317"), "There is no client '317'; known clients: 713, bedrot, cti."),
    ],
)
def test_wrong_usage_exits_2(root: Path, arguments: tuple[str, ...], says: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert says in result.stderr


def test_sync_says_what_it_did(root: Path) -> None:
    assert run("--all").output == (
        "affiliate_mapping: 5 added, 0 changed, 0 removed, 0 unchanged (no such file yet)\n"
        "clients: 3 added, 0 changed, 0 removed, 0 unchanged (no such file yet)\n"
        "client_advertisers: 2 added, 0 changed, 0 removed, 0 unchanged (no such file yet)\n"
        "client_sources: 9 added, 0 changed, 0 removed, 0 unchanged (no such file yet)\n"
        "funnel_steps: 9 added, 0 changed, 0 removed, 0 unchanged (no such file yet)\n"
        "words: 853 added, 0 changed, 0 removed, 0 unchanged (no such file yet)\n"
        "us_states: 63 added, 0 changed, 0 removed, 0 unchanged (no such file yet)\n"
        "store_aliases: 10 added, 0 changed, 0 removed, 0 unchanged (no such file yet)\n"
    )
    assert "affiliate_mapping: 0 added, 0 changed, 0 removed, 5 unchanged\n" in run("--all").output
    assert sorted(seed_bytes(root)) == sorted(f"{s.name}.csv" for s in (*SEEDS, *SHARED_SEEDS))


def test_dry_run_shows_rows_and_writes_nothing(root: Path) -> None:
    assert run("--all", "--dry-run").exit_code == 0
    assert not (root / "seeds").exists()
    sync(root)
    before = seed_bytes(root)
    path = mapping_file(root)
    replace(path, "G2 - Meta", "G3 - Meta")
    replace(path, "Bing EXP (sandbox),6710c0ffee00000000000006", "Bing,abc")
    result = run("--client", "713", "--dry-run")
    assert result.exit_code == 0
    assert result.stdout.splitlines()[:4] == [
        "affiliate_mapping: 1 added, 1 changed, 1 removed, 3 unchanged",
        "  + 713, Bing, abc, 1, G2 - Bing, 2, EXP",
        "  - 713, Bing EXP (sandbox), 6710c0ffee00000000000006, 1, G2 - Bing, 2, EXP",
        "  ~ 713, 66c79f91be26fd4634569658: everflow_affiliate_label: 'G2 - Meta' -> 'G3 - Meta'",
    ]
    assert seed_bytes(root) == before


def test_check_ignores_ids_and_times(root: Path) -> None:
    sync(root)
    seed = root / "seeds" / "affiliate_mapping.csv"
    replace(seed, FIRST_TEXT, LATER_TEXT)
    replace(seed, "\n5,", "\n50,")
    before = seed_bytes(root)
    assert run("--all", "--check").exit_code == 0
    assert seed_bytes(root) == before


def test_check_names_what_drifted(root: Path) -> None:
    sync(root)
    replace(root / "seeds" / "affiliate_mapping.csv", "G2 - Meta", "by hand")
    (root / "seeds" / "client_sources.csv").unlink()
    before = seed_bytes(root)
    result = run("--all", "--check")
    assert result.exit_code == 1
    assert "everflow_affiliate_label: 'by hand' -> 'G2 - Meta'" in result.stdout
    assert "seeds/ differs from data/ in affiliate_mapping, client_sources; run" in result.stderr
    assert seed_bytes(root) == before


def test_check_notices_a_missing_file_without_rows(root: Path) -> None:
    mapping_file(root).unlink()
    sync(root)
    (root / "seeds" / "affiliate_mapping.csv").unlink()
    assert run("--all", "--check").exit_code == 1


def test_source_ids_are_lower_cased_as_the_warehouse_does(root: Path) -> None:
    """ASCII alone (macros/clean_id.sql): else such a source would stay unmapped."""
    mapping_file(root).write_text(f"{HEADER}\nÉTÉ Ads,title:ÉTÉ Ads,7,X,1,CCW\n", encoding="utf-8")
    sync(root)
    assert [row["redtrack_source_id"] for row in seed_rows(root)] == ["title:ÉtÉ ads"]
