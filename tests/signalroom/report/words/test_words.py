"""The sentences and what needs a hand, decided by marts of a few rows."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from signalroom.config.clients import read_client
from signalroom.config.settings import Settings
from signalroom.report.as_of import AsOf
from signalroom.report.subject import Subject
from signalroom.report.words.hand import Hand
from signalroom.report.words.hands import hands
from signalroom.report.words.headline import headline
from tests.support import Project, on_both_targets

DAY = date(2025, 12, 18)
NOW = datetime(2025, 12, 19, 12, tzinfo=UTC)
TABLES = (
    "create schema marts",
    "create table marts.daily_summary (client_id text, report_date date, advertiser_id bigint, "
    "conversions bigint, internal_conversions bigint, spend decimal(18, 4), is_complete boolean, "
    "incomplete_reason text)",
    "create table marts.summary_comparisons (client_id text, report_date date, advertiser_id "
    "bigint, advertiser_label text, metric text, metric_reason text, metric_value decimal(18, 4), "
    "mean_7_days_before decimal(18, 4))",
    "create table marts.fct_source_daily (client_id text, report_date date, redtrack_source_id "
    "text, redtrack_source text, advertiser_id bigint, is_mapped boolean, spend decimal(18, 4), "
    "tracker_conversions bigint)",
    "create table marts.fct_affiliate_daily (client_id text, report_date date, advertiser_id "
    "bigint, advertiser_label text, affiliate_label text, is_internal boolean, spend_rows bigint, "
    "conversions bigint, tracker_conversions bigint, uncosted_conversions bigint)",
    "create table marts.budget_pace (client_id text, advertiser_id bigint, advertiser_label text, "
    "last_complete_date date, pace decimal(18, 4), projected_cost decimal(18, 4), "
    "budget decimal(18, 4))",
)


class Marts:
    """A project whose marts begin with eight complete days of advertiser CCW."""

    def __init__(self, project: Project) -> None:
        self.project = project
        days = [DAY - timedelta(back) for back in range(8)]
        rows = ", ".join(f"('713', date '{day}', 1, 250, 100, 2000, true, null)" for day in days)
        project.execute(*TABLES, f"insert into marts.daily_summary values {rows}")

    def add(self, mart: str, *rows: str) -> None:
        self.project.execute(f"insert into marts.{mart} values {', '.join(rows)}")

    def compare(self, **metrics: tuple[object, object]) -> None:
        """Of each metric its value, and the mean of the 7 days before."""
        for name, (value, usual) in metrics.items():
            reason = "'no conversions'" if value == "null" else "null"
            row = f"('713', date '{DAY}', 1, 'CCW', '{name}', {reason}, {value}, {usual})"
            self.add("summary_comparisons", row)

    def source(self, spend: float, conversions: int, *, usual: tuple[float, int]) -> None:
        """What a source spent and brought, and what on each of the 7 days before."""
        for back in range(8):
            paid, count = usual if back else (spend, conversions)
            self.add(
                "fct_source_daily",
                f"('713', date '{DAY - timedelta(back)}', 'aa', 'Google Ads', 1, true, {paid}, "
                f"{count})",
            )

    @property
    def subject(self) -> Subject:
        settings = Settings(self.project.root, self.project.process_environ)
        warehouse = settings.warehouse("prod" if self.project.database else "dev")
        client = read_client(Path("data/clients/713/config/client.toml"))
        as_of = AsOf.of(warehouse, "713")
        assert as_of
        return Subject(warehouse, client, as_of, 14)

    def said(self) -> list[str]:
        return headline(self.subject)

    def hands(self) -> list[Hand]:
        return hands(self.subject, NOW)


@pytest.fixture
def marts(project: Project) -> Marts:
    return Marts(project)


def of_ccw(marts: Marts, counts: tuple[int, int], costs: tuple[float, float]) -> str:
    (count, usual), (cost, usual_cost) = counts, costs
    marts.compare(
        conversions=(count, usual),
        spend=(cost, usual_cost),
        effective_cost=(cost, usual_cost),
        effective_cpa=(f"{cost} / {count}.0", f"{usual_cost} / {usual}.0"),
    )
    return marts.said()[1]


@pytest.mark.parametrize(
    ("counts", "costs", "sentence"),
    [
        (
            (269, 260),
            (6461.38, 6000),
            "CCW: 269 conversions at $24.02 effective CPA, 4 % above the mean of the 7 days "
            "before, which chance explains.",
        ),
        (
            (269, 260),
            (9000, 6000),
            "CCW: 269 conversions at $33.46 effective CPA, 45 % above the mean of the 7 days "
            "before.",
        ),
        (
            (130, 260),
            (3000, 6000),
            "CCW: 130 conversions at $23.08 effective CPA, under 1 % below the mean of the 7 days "
            "before, which chance explains; 50 % fewer conversions than usual.",
        ),
        (
            (1, 1),
            (40, 20),
            "CCW: 1 conversion at $40.00 effective CPA, 100 % above the mean of the 7 days "
            "before, which chance explains.",
        ),
    ],
)
def test_what_is_said_of_an_advertiser(
    marts: Marts, counts: tuple[int, int], costs: tuple[float, float], sentence: str
) -> None:
    assert of_ccw(marts, counts, costs) == sentence


def test_an_advertiser_without_a_cpa(marts: Marts) -> None:
    nothing = {"conversions": (0, 2), "spend": (64, 60), "effective_cost": (63.59, 60)}
    marts.compare(**nothing, effective_cpa=("null", "30"))
    assert marts.said()[1:] == ["CCW: 0 conversions for $63.59."]


@pytest.mark.parametrize(
    ("spend", "conversions", "usual", "sentence"),
    [
        (1310, 40, (1000, 41), "spent 31 % more for 40 conversions, usually 41."),
        (1310, 160, (1000, 165), "spent 31 % more without more conversions."),
        (2000, 80, (1000, 40), "spent 100 % more, and its conversions moved with it."),
        (1500, 15, (1000, 40), "spent 50 % more with 63 % fewer conversions."),
        (500, 40, (1000, 40), "spent 50 % less without fewer conversions."),
        (2000, 9, (1000, 0), "spent 100 % more with 9 conversions after none."),
        (0, 0, (1000, 40), "spent nothing, after $1,000.00 a day."),
        (1190, 10, (1000, 40), None),
    ],
)
def test_a_source_whose_spend_moved(
    marts: Marts,
    spend: float,
    conversions: int,
    usual: tuple[float, int],
    sentence: str | None,
) -> None:
    marts.source(spend, conversions, usual=usual)
    assert marts.said()[1:] == ([f"Google Ads {sentence}"] if sentence else [])


def test_nothing_is_compared_with_days_that_are_not_complete(marts: Marts) -> None:
    marts.source(2000, 80, usual=(1000, 40))
    before = DAY - timedelta(3)
    marts.project.execute(
        "update marts.daily_summary set is_complete = false, incomplete_reason = 'redtrack' "
        f"where report_date = '{before}'"
    )
    assert marts.said() == ["December 18 is complete."]
    marts.project.execute(
        "update marts.daily_summary set is_complete = false, incomplete_reason = 'redtrack'"
    )
    assert marts.said() == ["December 18 is not complete, waiting for redtrack."]


def test_nothing_needs_a_hand(marts: Marts) -> None:
    marts.source(2000, 80, usual=(1000, 40))
    assert marts.hands() == []


@on_both_targets
def test_each_thing_that_needs_a_hand(marts: Marts) -> None:
    later, early = DAY + timedelta(1), DAY - timedelta(13)
    marts.add("daily_summary", f"('713', date '{later}', 1, 3, 1, 50, false, 'everflow')")
    marts.add(
        "fct_source_daily",
        f"('713', date '{early}', 'bb', 'Bing', -1, false, 30.5, 0)",
        f"('713', date '{DAY}', 'cc', 'Taboola', 1, true, 70, 0)",  # 3.5 conversions
        f"('713', date '{DAY}', 'dd', 'Small', 1, true, 50, 0)",  # 2.5: none is chance
    )
    marts.add(
        "fct_affiliate_daily",
        f"('713', date '{DAY}', 1, 'CCW', 'Meta', true, 0, 30, 0, 30)",
        f"('713', date '{DAY}', 1, 'CCW', 'Google', true, 1, 400, 300, 0)",
        f"('713', date '{DAY}', 2, 'EXP', 'Google', true, 1, 4, 3, 0)",  # chance
    )
    marts.add(
        "budget_pace",
        f"('713', 1, 'CCW', date '{DAY}', 1.2, 86400, 72000)",
        f"('713', 2, 'EXP', date '{DAY}', 0.95, 1900, 2000)",
    )
    marts.project.execute(
        "create table ops.data_issues as select '713' as client_id, date '2025-12-09' as "
        "report_date, 'unknown status' as kind, 'FAILED' as word, 3 as rows_found, true as "
        "holds_back, false as is_accepted"
    )
    assert marts.hands() == [
        Hand("1 later day not complete yet", "signalroom load --client 713"),
        Hand(
            "$30.50 of $150.50 spend belongs to no affiliate: 1 source (Bing)",
            "data/clients/713/mappings/internal-affiliates.csv",
        ),
        Hand(
            "Taboola spent $70.00 in 7 days without a conversion, where 3 conversions were to be "
            "expected",
            "the source's landing page and postback, in Redtrack",
        ),
        Hand(
            "CCW: 30 conversions of Meta have no cost row: no CPA on these days",
            "the cost of the source, in Redtrack",
        ),
        Hand(
            "CCW is 20 % over plan: $86,400.00 at the end of the month, $72,000.00 planned",
            "the budgets of the running campaigns",
        ),
        Hand(
            "CCW: Everflow has 400 conversions of internal affiliates in 7 days, Redtrack 300",
            "the postback between Redtrack and Everflow",
        ),
        Hand(
            "not understood: 2025-12-09, not complete: unknown status FAILED (3)",
            "signalroom review --client 713",
        ),
    ]


def test_a_load_that_fails_needs_one_first(marts: Marts) -> None:
    marts.project.execute(
        "insert into ops.load_runs (run_id, source, client_id, table_name, verdict, error, "
        "started_at, window_start, window_end) values ('1', 'everflow', '713', 'daily_stats', "
        "'failed', 'HTTP 401', '2025-12-18 11:00:00+00', '2025-12-01', '2025-12-17')"
    )
    first = marts.hands()[0]
    assert first.text.startswith("713 everflow: failing since 2025-12-18 11:00 UTC")
    assert first.where == "signalroom doctor --client 713"
