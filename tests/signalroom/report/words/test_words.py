"""The sentences and what needs a hand, decided by marts of a few rows."""

from datetime import timedelta
from decimal import Decimal

import pytest

from signalroom.report.day import Metric
from signalroom.report.words.hand import Hand
from signalroom.report.words.hands import hands
from tests.signalroom.report.marts import DAY, NOW, Marts
from tests.support import on_both_targets


def of_ccw(marts: Marts, counts: tuple[int, int], costs: tuple[float, float]) -> str:
    (count, usual), (cost, usual_cost) = counts, costs
    marts.project.execute("delete from marts.summary_comparisons")
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


def test_nothing_is_above_or_below_a_usual_that_is_negative() -> None:
    """A margin of -3 after -2 would be half as much again."""
    assert Metric(Decimal(-3), Decimal(-2), None).change is None
    assert Metric(Decimal(-3), Decimal(2), None).change == Decimal("-2.5")


def test_who_moved_the_cpa_where_it_is_not_chance(marts: Marts) -> None:
    """The largest part in the direction in which it went, which may be a small one."""
    parts = (
        ("day_before", "No", 9, "null"),
        ("mean_7_days_before", "Meta", -20, "null"),
        ("mean_7_days_before", "Taboola", 8.03, "'no conversions'"),
        ("mean_7_days_before", "Google", 5, "null"),
        ("mean_7_days_before", "Bing", 9, "'no cost row'"),
    )
    marts.add(
        "cpa_change_by_affiliate",
        *(
            f"('713', date '{DAY}', '{when}', 1, '{who}', 10.38, {part}, {reason}, null)"
            for when, who, part, reason in parts
        ),
    )
    assert of_ccw(marts, (269, 260), (9000, 6000)) == (
        "CCW: 269 conversions at $33.46 effective CPA, 45 % above the mean of the 7 days before, "
        "most of all by Taboola (+$8.03)."
    )
    assert "Taboola" not in of_ccw(marts, (269, 260), (6461.38, 6000))


def test_conversions_without_a_cost_are_said_beside_the_cpa(marts: Marts) -> None:
    marts.add(
        "fct_affiliate_daily",
        f"('713', date '{DAY - timedelta(7)}', 1, 'CCW', 'Meta', true, 0, 30, 0, 30)",
        f"('713', date '{DAY - timedelta(8)}', 1, 'CCW', 'Meta', true, 0, 9, 0, 9)",
    )
    assert of_ccw(marts, (269, 260), (6461.38, 6000)).endswith(
        ", which chance explains; the cost of 30 conversions of these 8 days is not known."
    )


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


def test_a_source_without_a_cost_on_a_day_before_has_nothing_usual(marts: Marts) -> None:
    marts.source(1310, 160, usual=(1000, 165))
    marts.project.execute(
        f"update marts.fct_source_daily set spend = 0 where report_date = '{DAY - timedelta(7)}'"
    )
    assert marts.said()[1:] == []


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


def test_a_label_can_turn_no_figure_around_and_is_cut(marts: Marts) -> None:
    marts.compare(conversions=(2, 2), spend=(9, 9), effective_cost=(9, 9), effective_cpa=(4, 4))
    odd = "chr(8238) || '=1+1' || chr(10) || repeat('x', 9999)"
    marts.add("fct_source_daily", f"('713', date '{DAY}', 'bb', {odd}, -1, false, 30.5, 0)")
    marts.project.execute(f"update marts.summary_comparisons set advertiser_label = {odd}")
    label = r"\u202e=1+1\n" + "x" * 67 + "…"
    assert marts.said()[1].startswith(f"{label}: 2 conversions at $4.00")
    assert [hand.text for hand in marts.hands()] == [
        f"$30.50 of $30.50 spend belongs to no affiliate: 1 source ({label})"
    ]


def test_nothing_needs_a_hand(marts: Marts) -> None:
    marts.source(2000, 80, usual=(1000, 40))
    assert marts.hands() == []


@on_both_targets
def test_each_thing_that_needs_a_hand(marts: Marts) -> None:
    later, early = DAY + timedelta(1), DAY - timedelta(13)
    marts.add(
        "daily_summary",
        f"('713', date '{later}', 1, 3, 1, 50, false, 'everflow', 0, 0, 0, null, null, null, "
        "null, null)",
    )
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
            "CCW: 30 conversions of Meta without a cost row: the CPA of their days is too low or "
            "unknown",
            "the cost of the source, in Redtrack",
        ),
        Hand(
            "CCW is 20 % over plan: $86,400.00 at the end of the month, $72,000.00 planned",
            "the budgets of the running campaigns",
        ),
        Hand(
            "CCW: Everflow has 400 conversions of internal affiliates in 7 days, where they have a "
            "cost, Redtrack 300",
            "the postback between Redtrack and Everflow",
        ),
        Hand(
            "not understood: 2025-12-09, not complete: unknown status FAILED (3)",
            "signalroom review --client 713",
        ),
    ]


def test_an_advertiser_that_pays_for_nothing_needs_one(marts: Marts) -> None:
    nothing = {"conversions": (0, 0), "spend": (2000, 2000), "effective_cost": (2000, 2000)}
    marts.compare(**nothing, effective_cpa=("null", "null"))
    assert marts.hands() == []
    marts.project.execute("update marts.daily_summary set internal_conversions = 0")
    assert marts.hands() == [
        Hand(
            "CCW spent $14,000.00 in 7 days without a conversion of an internal affiliate",
            "the advertiser's sources and postback, in Redtrack",
        )
    ]
    marts.project.execute(
        f"update marts.daily_summary set is_complete = false where report_date < '{DAY}'"
    )
    assert marts.hands() == []


def test_many_affiliates_without_a_cost_are_one_thing(marts: Marts) -> None:
    marts.add(
        "fct_affiliate_daily",
        *(f"('713', date '{DAY}', 1, 'CCW', 'No {no}', true, 0, 9, 0, 9)" for no in range(1, 6)),
    )
    (hand,) = marts.hands()
    assert hand.text.startswith("CCW: 45 conversions of No 1, No 2, No 3 and 2 more without a cost")


def test_days_that_nobody_loaded_need_one(marts: Marts) -> None:
    hand = Hand("2 days since not loaded", "signalroom load --client 713")
    assert hand in hands(marts.subject, NOW + timedelta(2))
    assert hand not in hands(marts.subject, NOW + timedelta(1))


def test_a_load_that_fails_needs_one_first(marts: Marts) -> None:
    marts.project.execute(
        "insert into ops.load_runs (run_id, source, client_id, table_name, verdict, error, "
        "started_at, window_start, window_end) values ('1', 'everflow', '713', 'daily_stats', "
        "'failed', 'HTTP 401', '2025-12-19 11:00:00+00', '2025-12-01', '2025-12-17')"
    )
    first = marts.hands()[0]
    assert first.text.startswith("713 everflow: failing since 2025-12-19 11:00 UTC")
    assert first.where == "signalroom doctor --client 713"
