"""What is taken from dbt and colibri: whole, without this machine, and able to ask for nothing."""

import json
from collections import defaultdict
from pathlib import Path

import pytest

from signalroom.config.settings import Settings
from signalroom.site.generated import POLICY, enclose, trace_columns
from tests.signalroom.site.conftest import Site

Column = tuple[str, str]


@pytest.mark.slow
def test_the_last_builds_results_stay(site: Site) -> None:
    target = site.root / "dbt_project/target"
    results = (target / "run_results.json").read_bytes()
    assert results == (target / "run_results.before").read_bytes()


@pytest.mark.slow
def test_effective_cpa_comes_from_both_sources(site: Site) -> None:
    parents: defaultdict[Column, set[Column]] = defaultdict(set)
    for edge in site.lineage["lineage"]["edges"]:
        to = edge["target"], edge["targetColumn"]
        parents[to].add((edge["source"], edge["sourceColumn"]))
    found: set[Column] = set()
    waiting = {("model.signalroom.daily_summary", "effective_cpa")}
    while waiting:
        found |= waiting
        waiting = {parent for column in waiting for parent in parents[column]} - found
    assert {
        ("source.signalroom.redtrack.daily_spend", "cost"),
        ("source.signalroom.everflow.daily_stats", "conversions"),
        ("source.signalroom.everflow.daily_stats", "payout"),
    } <= found


@pytest.mark.slow
def test_nothing_says_where_it_was_made(site: Site) -> None:
    pages = [path for path in site.pages.rglob("*") if path.is_file()]
    assert [path for path in pages if str(site.root) in path.read_text()] == []
    assert '"original_file_path": "seeds/' in (site.pages / "dbt/index.html").read_text()


@pytest.mark.slow
def test_the_others_pages_may_ask_for_nothing(site: Site) -> None:
    for name in ("dbt", "lineage"):
        head = (site.pages / name / "index.html").read_text()[:2000]
        assert f'<head><meta http-equiv="Content-Security-Policy" content="{POLICY}">' in head


def test_a_way_back_is_put_at_the_end_of_the_page() -> None:
    """Where a script holds the words too."""
    page = enclose("<head></head><body><script>'</body>'</script></body>")
    assert page.index("</script>") < page.index('href="../index.html"') < page.rindex("</body>")


@pytest.mark.slow
def test_nothing_is_built_yet(site: Site, tmp_path: Path) -> None:
    """Lineage needs the tables' columns; where there are none, it says less and does not fail."""
    (tmp_path / "manifest.json").write_text(json.dumps(site.manifest))
    (tmp_path / "catalog.json").write_text('{"nodes": {}, "sources": {}}')
    trace_columns(Settings(site.root, {}), tmp_path)
    assert (
        "model.signalroom.daily_summary"
        in json.loads((tmp_path / "lineage.json").read_text())["nodes"]
    )
