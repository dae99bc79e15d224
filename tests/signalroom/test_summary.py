"""`signalroom summary`: which rows of the marts it shows, and how."""

import csv
import json
from datetime import date

import pytest

from tests.signalroom.small_marts import MARTS
from tests.support import Project, on_both_targets


@pytest.fixture
def marts(project: Project) -> Project:
    project.execute(*MARTS)
    return project


def shown(project: Project, *arguments: str) -> dict[str, list[str]]:
    """By the first word of its title, the lines of each table below its header."""
    result = project.run("summary", *arguments)
    assert result.exit_code == 0, result.output
    lines = [" ".join(line.split()) for line in result.output.splitlines()]
    tables = "\n".join(lines).strip().split("\n\n")
    return {table.split()[0]: table.splitlines()[2:] for table in tables}


def said(project: Project) -> str:
    """All that is printed, in one line."""
    return " ".join(project.run("summary").output.split())


def today(monkeypatch: pytest.MonkeyPatch, day: str) -> None:
    monkeypatch.setattr("loaders.windows.local_day", lambda *_: date.fromisoformat(day))


@on_both_targets
def test_the_days_up_to_the_newest_complete_one_and_later_ones(marts: Project) -> None:
    """Days that only orders reach back to are not among them."""
    assert shown(marts, "--days", "60")["Daily"][:7] == [
        "2025-12-01 1 CCW 300 12,000.00 0.00 3,000.00 10.00 20.00 yes –",
        "2025-12-01 2 EXP 2 80.00 0.00 100.00 50.00 100.00 yes –",
        "2025-12-07 1 CCW 200 8,000.00 0.00 6,000.00 30.00 60.00 yes –",
        "2025-12-08 1 CCW 0 0.00 0.00 50.00 – – yes –",
        "2025-12-09 -1 Unmapped 0 0.00 0.00 0.00 – – no redtrack",
        "sum 1 CCW 500 20,000.00 0.00 9,050.00 18.10 36.20 yes –",
        "sum 2 EXP 2 80.00 0.00 100.00 50.00 100.00 yes –",
    ]
    assert [row[:10] for row in shown(marts)["Daily"][:3]] == [
        *("2025-12-07", "2025-12-08", "2025-12-09")
    ]


@on_both_targets
def test_the_first_line_says_as_of_when(marts: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    today(monkeypatch, "2025-12-12")
    first = marts.run("summary").output.splitlines()[0]
    assert first == (
        "Client 713 as of 2025-12-08 (newest complete day); since then 1 day not complete, "
        "2 days not loaded; no conversions since 2025-12-07"
    )
    today(monkeypatch, "2025-12-09")
    marts.execute(
        "delete from marts.daily_summary where incomplete_reason = 'redtrack'",
        "update marts.daily_summary set conversions = 1 where report_date = '2025-12-08'",
    )
    first = marts.run("summary").output.splitlines()[0]
    assert first == "Client 713 as of 2025-12-08 (newest complete day)"


def test_where_no_day_is_complete_the_first_line_says_so(marts: Project) -> None:
    marts.execute("update marts.daily_summary set is_complete = false")
    first = marts.run("summary").output.splitlines()[0]
    assert first.startswith("Client 713 as of 2025-12-09 (newest day; none is complete yet)")


def test_a_day_on_which_nothing_happened_is_shown_with_zeros(marts: Project) -> None:
    marts.execute("update marts.daily_summary set spend = 0 where report_date = '2025-12-08'")
    assert shown(marts)["Daily"][1:3] == [
        "2025-12-08 1 CCW 0 0.00 0.00 0.00 – – yes –",
        "2025-12-08 2 EXP 0 0.00 0.00 0.00 – – yes –",
    ]


def test_an_advertiser_without_conversions_is_named(marts: Project) -> None:
    lines = shown(marts)["Daily"]
    assert "CCW: no conversions since 2025-12-07" in lines
    assert "EXP: no conversions since 2025-12-01" in lines


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (
            "is_complete = false, incomplete_reason = 'redtrack' where conversions = 200",
            "no effective CPA and CPA of the sum: 2025-12-07 not complete",
        ),
        (
            "cpa_reason = 'no cost row' where conversions = 200",
            "no CPA of the sum: no cost row on 2025-12-07",
        ),
        (
            "conversions = -400 where conversions = 200",
            "no effective CPA of the sum: conversions below zero",
        ),
    ],
)
def test_a_sum_without_a_cpa_says_why(marts: Project, change: str, reason: str) -> None:
    marts.execute(f"update marts.daily_summary set {change}")
    lines = shown(marts, "--days", "60")["Daily"]
    assert f"CCW: {reason}" in lines
    (row,) = (line.split() for line in lines if line.startswith("sum 1"))
    assert row[-4] == ("–" if "effective" in reason else "18.10")


def test_days_whose_cpa_is_missing_say_why(marts: Project) -> None:
    reason = "conversions below zero"
    marts.execute(
        f"update marts.daily_summary set effective_cpa_reason = '{reason}' where conversions = 200"
    )
    assert f"CCW: no effective CPA on 2025-12-07: {reason}" in shown(marts)["Daily"]


@on_both_targets
@pytest.mark.parametrize("command", ["summary", "doctor"])
def test_unmapped_spend_is_said_with_the_file_to_fill(marts: Project, command: str) -> None:
    said = " ".join(marts.run(command).output.split())
    assert (
        "30.91 of 70.91 spend is unmapped; map 1 source in "
        "data/clients/713/mappings/internal-affiliates.csv: 30.91 of TikTok [/b], id bb"
    ) in said


@on_both_targets
def test_orders_are_shown_by_day_and_added_up(marts: Project) -> None:
    assert shown(marts, "--days", "8")["Orders"] == [
        "2025-12-01 1 CCW 8 6 75.0% 570.00 95.00 yes –",
        "2025-12-07 1 CCW 4 1 25.0% 95.00 95.00 yes –",
        "2025-12-07 2 EXP 1 0 0.0% 0.00 – yes –",
        "2025-12-09 -1 Unmapped 2 2 100.0% 190.00 95.00 no amount not read",
        "sum 1 CCW 12 7 58.3% 665.00 95.00 yes –",
        "sum 2 EXP 1 0 0.0% 0.00 – yes –",
        "sum -1 Unmapped 2 2 – 190.00 – no –",
    ]


def test_a_part_without_rows_in_the_days_says_of_when_the_newest_are(marts: Project) -> None:
    marts.execute(
        "update marts.daily_summary set orders = 0 where report_date > '2025-12-01'",
        "delete from marts.fct_funnel_daily where report_date > '2025-12-01'",
        "delete from marts.fct_email_daily where report_date > '2025-12-01'",
    )
    for part in ("Orders", "Funnel", "E-mail"):
        window = "2025-12-02..2025-12-08: none; the newest are of 2025-12-01"
        assert f"{part} of client 713, {window}" in said(marts)


def test_the_states_with_most_revenue_come_first(marts: Project) -> None:
    assert shown(marts)["Top"] == [
        "CA 1 CCW 10 4 20.0% 950.00 95.00 3 285.00",
        "TX 1 CCW 10 4 20.0% 760.00 95.00 3 285.00",
    ]
    lacking = "revenue, 2025-11-26..2025-12-02, some orders are not loaded yet state"
    assert lacking in said(marts)


def test_a_client_without_order_files_has_no_tables_of_orders(marts: Project) -> None:
    marts.execute("update marts.daily_summary set orders = 0", "delete from marts.state_heatmap")
    output = marts.run("summary").output
    assert "\n\nDaily summary of client 713" in output
    assert "Orders" not in output
    assert "states" not in output


@on_both_targets
def test_the_funnel_is_a_ratio_of_sums_of_the_same_days(marts: Project) -> None:
    header = "step event entries (persons x days) of all entries of the step before"
    assert f"Funnel of client 713, 2025-12-02..2025-12-08 {header}" in said(marts)
    assert shown(marts)["Funnel"] == [
        "1 landing 400 100.0% –",
        "2 checkout 50 12.5% 12.5%",
    ]
    assert shown(marts, "--days", "1")["Funnel"] == [
        "1 landing 100 100.0% –",
        "2 checkout 50 50.0% 50.0%",
    ]


@on_both_targets
def test_rates_of_mail_are_of_the_mails_that_were_sent(marts: Project) -> None:
    marts.execute("update marts.fct_email_daily set is_complete = true")
    assert "E-mail of client 713 sent 2025-12-02..2025-12-08 e-mail sent" in said(marts)
    assert shown(marts)["E-mail"] == [
        "Welcome to all who are new 100 60 60.0% 20 20.0% 0 1",
        "Late 0 0 – 0 – 0 1",
        "sum 100 60 60.0% 20 20.0% 0 2",
    ]


@on_both_targets
@pytest.mark.parametrize("incomplete", ["true", "report_date = '2025-12-02'"])
def test_a_window_with_days_that_are_not_complete_says_so(marts: Project, incomplete: str) -> None:
    marts.execute(
        "delete from marts.fct_funnel_daily where report_date > '2025-12-08'",
        *(
            f"update marts.{mart} set is_complete = not ({incomplete})"
            for mart in ("fct_funnel_daily", "fct_email_daily")
        ),
    )
    lacking = "some days are not complete yet"
    assert f"Funnel of client 713, 2025-12-02..2025-12-08, {lacking} step" in said(marts)
    mail = "E-mail of client 713 sent 2025-12-02..2025-12-08"
    assert f"{mail}, {lacking} e-mail" in said(marts)


@on_both_targets
def test_the_pace_is_that_of_the_newest_month_with_a_complete_day(marts: Project) -> None:
    title = "Pace of client 713 in 2025-11: 10 of 30 days are complete, 33.3% of the month;"
    assert title in said(marts)
    assert shown(marts)["Pace"] == [
        "CCW spend 3,000.00 1,500.00 50.0% 1.50 75.00 20.00 -3.50 matched",
        "Unmapped – – – – – – – – no_target",
        "XY spend – – – – – – – unknown_advertiser",
        "CCW: 1,200 conversions of internal affiliates have no known cost",
    ]


def test_a_client_without_pages_mail_and_targets_has_no_tables_of_them(marts: Project) -> None:
    marts.execute(
        "delete from marts.fct_funnel_daily",
        "delete from marts.fct_email_daily",
        "delete from marts.budget_pace where target_rows > 0",
    )
    assert set(shown(marts)) == {"Client", "Daily", "Orders", "Top"}


@pytest.mark.parametrize(
    "mart",
    ["daily_summary", "state_heatmap", "budget_pace", "fct_funnel_daily", "fct_email_daily"],
)
def test_marts_that_are_not_built_yet_are_named(marts: Project, mart: str) -> None:
    marts.execute(f"drop table marts.{mart}")
    result = marts.run("summary")
    assert result.exit_code == 1
    assert f"has no marts.{mart} yet; run `signalroom build`" in result.output


@on_both_targets
def test_a_summary_has_the_same_figures_in_every_form(marts: Project) -> None:
    result = marts.run("summary", "--days", "8", "--format", "json")
    parts = {part["title"].split()[0]: part for part in json.loads(result.stdout)}
    assert list(parts) == list(shown(marts, "--days", "8"))
    assert parts["Client"]["title"].startswith("Client 713 as of 2025-12-08")
    assert parts["Daily"]["rows"][0] == {
        **{"date": "2025-12-01", "id": 1, "advertiser": "CCW", "conversions": 300},
        **{"revenue": 12000, "payout": 0, "spend": 3000, "effective CPA": 10, "CPA": 20},
        **{"complete?": True, "waiting for": None},
    }
    assert "CCW: no conversions since 2025-12-07" in parts["Daily"]["notes"]
    result = marts.run("summary", "--days", "8", "--format", "csv")
    tables = [list(csv.DictReader(text.splitlines())) for text in result.stdout.split("\n\n")]
    orders = next(rows for rows in tables if rows[0]["table"].startswith("Orders"))
    assert orders[0]["approval rate"] == "75.00%"
    assert "CCW: no conversions since 2025-12-07" in result.stderr.splitlines()
    result = marts.run("summary", "--days", "8", "--format", "md")
    assert "| 2025-12-01 | 1 | CCW | 300 | 12,000.00 | 0.00 | 3,000.00 |" in result.stdout


def test_more_days_than_the_calendar_has(marts: Project) -> None:
    assert marts.run("summary", "--days", "1000000").exit_code == 0
