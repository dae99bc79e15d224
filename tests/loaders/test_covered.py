"""Which days count as loaded: those whose newest read was whole and in the client's terms.

What a run says of earlier ones, in another zone or currency too: test_complete_days.py.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from loaders import ledger
from loaders.registry import SOURCES
from loaders.source import Account
from loaders.warehouse import DuckDB
from loaders.windows import Window
from sandbox.server import Sandbox
from tests.support import DECEMBER, TABLES, Project

ALL = set(Window(date(2025, 12, 1), date(2025, 12, 18)).days())


def covered(project: Project, source: str = "everflow", *, currency: str = "USD") -> set[date]:
    account = Account("713", "America/New_York", currency, date(2025, 12, 1), {})
    return ledger.covered(DuckDB(project.warehouse), source, TABLES[source], account)


@contextmanager
def config(project: Project, old: str, new: str) -> Iterator[None]:
    path = project.root / "data/clients/713/config/client.toml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    yield
    path.write_text(text)


def test_a_day_that_lacks_a_rejected_row_is_read_again(
    loaded_project: Project, sandbox: Sandbox
) -> None:
    sandbox.everflow.faults.on("bad_metric", metric="cv", value="n/a")
    assert loaded_project.run("load", "everflow", *DECEMBER).exit_code == 0
    (spoiled,) = ALL - covered(loaded_project)
    sandbox.everflow.faults.clear()
    again = ("--start-date", str(spoiled), "--end-date", str(spoiled))
    assert loaded_project.run("load", "everflow", *again).exit_code == 0
    assert covered(loaded_project) == ALL


def test_a_row_of_unknown_day_spoils_what_was_asked_for_with_it(
    project: Project, sandbox: Sandbox
) -> None:
    """Not the whole window: Redtrack is asked for thirty days at a time."""
    sandbox.redtrack.faults.on("bad_metric", metric="date", value="soon", match="2025-12-01")
    long = ("--start-date", "2025-11-01", "--end-date", "2025-12-18")
    assert project.run("load", "redtrack", *long).exit_code == 0
    assert covered(project, "redtrack") == set(Window(date(2025, 11, 1), date(2025, 11, 30)).days())


def test_a_day_whose_rows_have_no_readable_day_keeps_what_it_had(
    loaded_project: Project, sandbox: Sandbox
) -> None:
    before = loaded_project.raw("everflow")
    sandbox.everflow.faults.on("bad_date", rows=2)
    only = ("--advertiser-id", "2")
    assert loaded_project.run("load", "everflow", *DECEMBER, *only).exit_code == 0
    assert loaded_project.last_run("everflow")["days_emptied"] == 0
    assert len(loaded_project.raw("everflow")) == len(before)


def test_today_is_read_but_not_covered(project: Project) -> None:
    today = datetime.now(UTC).date() - timedelta(1)
    two = ("--start-date", str(today - timedelta(3)), "--end-date", str(today))
    assert project.run("load", "everflow", *two).exit_code == 0
    run = project.last_run("everflow")
    assert run["window_end"] == today
    assert max(covered(project)) == run["complete_through"] <= today


def test_a_replacement_is_counted_for_its_own_client_and_advertiser(
    loaded_project: Project,
) -> None:
    planned = loaded_project.run("load", "everflow", "--dry-run", *DECEMBER)
    assert "replace 444 rows" in planned.output
    planned = loaded_project.run("load", "everflow", "--dry-run", *DECEMBER, "--advertiser-id", "2")
    assert "replace 14 rows" in planned.output


def test_sources_close_their_day_when_the_design_says() -> None:
    assert SOURCES["everflow"].closes_at == time(3)  # type: ignore[attr-defined]
    assert SOURCES["redtrack"].closes_at == time(6)  # type: ignore[attr-defined]


def test_a_zone_east_of_utc_gets_its_own_days(project: Project) -> None:
    """Midnight in Berlin is the day before in UTC: read as UTC, rows fall out of the window."""
    with config(project, "America/New_York", "Europe/Berlin"):
        assert project.run("load", *DECEMBER).exit_code == 0
    for service in ("everflow", "redtrack"):
        run = project.last_run(service)
        assert (run["min_date"], run["max_date"]) == (date(2025, 12, 1), date(2025, 12, 18))


def test_money_is_asked_for_in_the_clients_currency(project: Project) -> None:
    with config(project, '"USD"', '"EUR"'):
        assert project.run("load", "everflow", *DECEMBER).exit_code == 0
    assert (covered(project), covered(project, currency="EUR")) == (set(), ALL)
    assert project.query("select distinct currency from everflow.daily_stats") == [("EUR",)]
    ((payout, conversions),) = project.query(
        "select sum(payout), sum(conversions) from everflow.daily_stats"
    )
    assert round(payout, 2) == Decimal("124633.00") * 9 / 10
    assert conversions == 4595, "counts are not converted"


def test_ids_come_from_sources_where_reports_have_titles_alone(
    project: Project, sandbox: Sandbox
) -> None:
    for day in ("2025-12-02", "2025-12-03", "2025-12-16"):  # a deleted twin of Facebook CCW
        sandbox.redtrack.restate("remove", date=day, source_id="66c79f91be26fd463456dead")
    assert project.run("load", "redtrack", *DECEMBER).exit_code == 0
    before = project.raw("redtrack")
    sandbox.redtrack.faults.on("source_id_absent")
    assert project.run("load", "redtrack", *DECEMBER).exit_code == 0
    assert project.raw("redtrack") == before
