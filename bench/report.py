"""The report's page: how long it takes to write, to open and to filter, beside a notebook's page.

`python -m bench.report` measures this alone.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import duckdb

from bench.marts import LAST, REPOSITORY, Size, statements
from bench.measures import Row
from loaders.warehouse import DuckDB

TOOLS = REPOSITORY / ".venv" / "bench"  # installed by `make bench`
USUAL, LARGE = Size(days=90, affiliates=40), Size(days=3 * 365, affiliates=400)
TIMES = 5
CHROMIUM = "/usr/bin/chromium"
QUIET = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
PHONE = {"width": 390, "height": 844}
FILTER = """async () => {
  const took = [];
  document.getElementById("chart-margin").scrollIntoView({ block: "center" }); // charts in view
  for (const advertiser of [0, null, 1, null, 0, 1]) {
    const start = performance.now();
    await Page.change({ advertiser });
    took.push(performance.now() - start);
  }
  return took;
}"""


def report_rows() -> Iterator[Row]:
    """Write and open our page of 90 days, plotly's of the same, and ours of three years."""
    with TemporaryDirectory(prefix="bench-") as name, browser() as chromium:
        folder = Path(name)
        marts = made(folder / "usual.duckdb", USUAL)
        index, seconds = written(marts, folder / "usual", USUAL)
        yield Row("report: page written", seconds, aim=10)
        notebook = folder / "notebook.html"
        rows = folder / "rows.json"
        rows.write_text(json.dumps(charted(marts)))
        command = [sys.executable, "-m", "bench.notebook", str(rows), str(notebook)]
        environ = {**os.environ, "PYTHONPATH": f"{TOOLS}:{REPOSITORY}"}
        subprocess.run(command, env=environ, cwd=REPOSITORY, check=True)
        ours, theirs = (opened(chromium, page) for page in (index, notebook))
        yield Row("report: page / plotly's", size(index.parent), size(notebook), 0.5, unit="MB")
        # a notebook's page is usable when it is drawn
        yield Row("report: usable / plotly's", ours["ready"], theirs["drawn"], 0.5, unit="ms")
        yield Row("report: all drawn / plotly's", ours["drawn"], theirs["drawn"], unit="ms")
        yield Row("report: page usable", ours["ready"], aim=1000, unit="ms")
        yield Row("report: a filter", ours["filter"], aim=150, unit="ms")
        large, _ = written(made(folder / "large.duckdb", LARGE), folder / "large", LARGE)
        yield Row("report: 3 years usable", opened(chromium, large)["ready"], aim=3000, unit="ms")


def made(path: Path, size: Size) -> DuckDB:
    """Marts of that size."""
    with duckdb.connect(str(path)) as connection:
        for statement in statements(size):
            connection.execute(statement)
    return DuckDB(path)


def written(marts: DuckDB, folder: Path, size: Size) -> tuple[Path, float]:
    """The page, and the seconds it took; the first one also loads the libraries."""
    start = perf_counter()
    from signalroom.config.clients import read_client
    from signalroom.report.as_of import AsOf
    from signalroom.report.page import write_page
    from signalroom.report.subject import Subject

    client = read_client(REPOSITORY / "data/clients/713/config/client.toml")
    with marts.reading():
        as_of = AsOf.of(marts, client.client_id)
        assert as_of  # noqa: S101  # made marts have a complete day
        subject = Subject(marts, client, as_of, size.days)
        index = write_page(subject, folder, docs="", headline=["A day."], hands=[])
    return index, perf_counter() - start


@contextmanager
def browser() -> Iterator[Any]:
    """Debian's Chromium."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield chromium
        chromium.close()


def opened(chromium: Any, index: Path) -> dict[str, float]:
    """Milliseconds on a phone's screen, each the median of some: usable, all drawn, a filter."""
    took: dict[str, list[float]] = {"ready": [], "drawn": [], "filter": []}
    for _ in range(TIMES):
        page = chromium.new_page(viewport=PHONE)
        page.goto(index.as_uri())
        page.wait_for_selector("html[data-drawn]", state="attached", timeout=60_000)
        told = page.evaluate("({ ...document.documentElement.dataset })")
        for name in ("ready", "drawn"):
            took[name].append(float(told.get(name, told["drawn"])))
        if "ready" in told:
            took["filter"] += page.evaluate(FILTER)
        page.close()
    return {name: median(values) for name, values in took.items() if values}


def size(path: Path) -> float:
    """Megabytes of a file, or of all in a folder."""
    files = [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file()]
    return sum(file.stat().st_size for file in files) / 1e6


def charted(marts: DuckDB) -> dict[str, dict[str, Sequence[Any]]]:
    """What the page shows when it opens, by chart and column."""

    def columns(names: str, sql: str) -> dict[str, Sequence[Any]]:
        rows = marts.query(sql)
        return dict(zip(names.split(), map(list, zip(*rows, strict=True)), strict=True))

    money = "cast(sum(revenue) as double), cast(sum(spend) as double), cast(sum(margin) as double)"
    cpa = "cast(sum(effective_cost) / nullif(sum(conversions), 0) as double)"
    return {
        "days": columns(
            "day revenue spend margin effective_cpa cpa",
            f"select cast(report_date as varchar), {money}, {cpa}, cast(sum(spend) / "
            "nullif(sum(internal_conversions), 0) as double) from marts.daily_summary "
            "group by report_date order by report_date",
        ),
        "change": columns(
            "label part",
            "select affiliate_label, cast(change_part as double) "
            f"from marts.cpa_change_by_affiliate where report_date = date '{LAST}' "
            "and comparison = 'day_before' and advertiser_id = 1 order by abs(change_part) limit 9",
        ),
        "states": columns(
            "code rate",
            "select state_code, sum(declined_orders) / sum(orders) from marts.fct_state_daily "
            "where state_kind = 'state' group by state_code",
        ),
        "affiliates": columns(
            "affiliate conversions revenue spend margin cpa",
            f"select affiliate_label, cast(sum(conversions) as bigint), {money}, {cpa} "
            "from marts.fct_affiliate_daily group by advertiser_id, affiliate_label",
        ),
        "sources": columns(
            "source spend clicks",
            "select redtrack_source, cast(sum(spend) as double), cast(sum(tracker_clicks) as "
            "bigint) from marts.fct_source_daily group by redtrack_source_id, redtrack_source",
        ),
    }


if __name__ == "__main__":
    from rich.console import Console

    from bench.__main__ import table

    Console(width=110).print(table([("page", row) for row in report_rows()]))
