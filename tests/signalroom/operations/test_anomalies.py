"""Anomalies in words, in the commands, as alerts of the past, and as problems of now."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from signalroom.config.settings import Settings
from signalroom.operations.anomalies import Anomaly, problems
from signalroom.operations.problem import Problem
from tests.signalroom.small_marts import MARTS
from tests.support import Project, on_both_targets

DAY = date(2025, 12, 8)
ODD = Anomaly(
    report_date=DAY,
    rule_name="conversions",
    subject="affiliate 1/1",
    subject_label="Meta",
    advertiser_label="CCW",
    reason="fewer",
    severity="warning",
    since_date=DAY,
    observed=Decimal(3),
    expected_low=Decimal(12),
    expected_high=Decimal(30),
    is_standing=True,
)
TABLE: dict[str, Any] = {"subject_label": "everflow", "advertiser_label": None}
SENTENCES: list[tuple[dict[str, Any], str]] = [
    ({"rule_name": "volume", **TABLE}, "everflow: 3 rows, usual are 12 to 30"),
    ({"observed": Decimal(1)}, "Meta of CCW: 1 conversion, usual are 12 to 30"),
    (
        {"subject_label": "CCW", "expected_low": Decimal(0)},
        "CCW: 3 conversions, usual are up to 30",
    ),
    (
        {"rule_name": "cpa", "observed": Decimal("54.638")},
        "Meta of CCW: a CPA of $54.64, usual is $12.00 to $30.00",
    ),
    (
        {"rule_name": "cpa", "expected_high": None},
        "Meta of CCW: a CPA of $3.00, usual is $12.00 and more",
    ),
    (
        {"rule_name": "cpa", "observed": None},
        "Meta of CCW: spend without a conversion, where some are usual",
    ),
    (
        {"rule_name": "postback", "expected_high": None},
        "Meta of CCW: clicks without a conversion, where 12 conversions were to be expected by now",
    ),
    (
        {"rule_name": "spend", "observed": Decimal(340), "expected_low": None},
        "Meta of CCW: $340.00 spent in 7 days without a conversion, where less buys some",
    ),
    ({"rule_name": "cost"}, "Meta of CCW: clicks without a cost, which it usually has"),
    (
        {"rule_name": "schema", **TABLE},
        "everflow: no value in any row, where each day had some",
    ),
    (
        {"rule_name": "schema", "reason": "new columns", **TABLE},
        "everflow: 3 columns that no file had before",
    ),
    (
        {"rule_name": "freshness", "reason": "not there", **TABLE},
        "everflow: not there 3 days later",
    ),
    (
        {"rule_name": "freshness", "reason": "late", **TABLE},
        "everflow: there only 3 days later",
    ),
]
MART = """
create table marts.fct_anomalies as
select
    '713' as client_id, cast(report_date as date) as report_date, rule_name, subject,
    label as subject_label, 'CCW' as advertiser_label, reason, 'critical' as severity, explained_by,
    cast(since_date as date) as since_date, cast(observed as decimal(18, 4)) as observed,
    cast(10 as decimal(18, 4)) as expected_low, cast(20 as decimal(18, 4)) as expected_high,
    is_standing
from (
    values
    ('2025-10-07', 'cpa', 'advertiser 1', 'CCW', 'dearer', null, '2025-10-07', 40, false),
    ('2025-12-01', 'cpa', 'advertiser 1', 'CCW', 'dearer', null, '2025-12-01', 40, false),
    ('2025-12-02', 'cpa', 'advertiser 1', 'CCW', 'dearer', null, '2025-12-01', 44, false),
    ('2025-12-07', 'postback', 'source fb', 'FB', 'clicks', null, '2025-12-07', 0, false),
    ('2025-12-08', 'postback', 'source fb', 'FB', 'clicks', null, '2025-12-07', 0, true),
    ('2025-12-08', 'conversions', 'affiliate 1/1', 'Meta', 'fewer', 'postback', '2025-12-08', 1,
        true)
) as made (
    report_date, rule_name, subject, label, reason, explained_by, since_date, observed, is_standing
)
"""


@pytest.mark.parametrize(("changed", "said"), SENTENCES, ids=[said for _, said in SENTENCES])
def test_what_is_said_of_an_anomaly(changed: dict[str, Any], said: str) -> None:
    assert Anomaly(**{**vars(ODD), **changed}).sentence("USD") == said


@on_both_targets
def test_what_is_listed_and_what_would_have_been_sent(project: Project) -> None:
    """What another explains is not told; what stands for two days is one alert."""
    project.execute(*MARTS, MART)
    listed = project.run("anomalies", "list", "--days", "3")
    assert listed.exit_code == 0, listed.output
    assert [line.split()[:2] for line in listed.output.splitlines()[2:]] == [
        ["2025-12-08", "postback"],
        ["2025-12-07", "postback"],
    ]
    of_another = project.run("anomalies", "list", "--client", "cti")
    assert of_another.output == "cti: no day is reported yet\n"
    csv = project.run("anomalies", "backtest", "--start-date", "2025-11-01", "--format", "csv")
    assert csv.exit_code == 0, csv.output
    assert csv.output.splitlines() == [
        "table,month,volume,freshness,schema,postback,spend,cost,conversions,cpa,all",
        "713: alerts of 2025-11-01..2025-12-09,2025-11,0,0,0,0,0,0,0,0,0",
        "713: alerts of 2025-11-01..2025-12-09,2025-12,0,0,0,1,0,0,0,1,2",
        "",
        "since,to,rule,what",
        '2025-12-01,2025-12-02,cpa,"CCW: a CPA of $40.00, usual is $10.00 to $20.00"',
        "2025-12-07,2025-12-08,postback,"
        '"FB of CCW: clicks without a conversion, where 10 conversions were to be expected by now"',
    ]


@on_both_targets
def test_what_stands_is_a_problem(project: Project, target: str) -> None:
    settings = Settings.of_this_process()

    def found() -> list[Problem]:
        return problems(settings.warehouse(target), settings.clients(), target)

    assert found() == []  # nothing is built
    project.execute(*MARTS, MART)
    suffix = " --target prod" if target == "prod" else ""
    assert found() == [
        Problem(
            key="anomaly 713 postback source fb",
            client_id="713",
            severity="critical",
            title="FB of CCW: clicks",
            text="December 8: clicks without a conversion, "
            "where 10 conversions were to be expected by now",
            since=datetime(2025, 12, 7, tzinfo=ZoneInfo("America/New_York")),
            command=f"signalroom anomalies list --client 713{suffix}",
        )
    ]
    project.execute("update marts.fct_anomalies set reason = 'new columns'")
    assert [one.is_over for one in found()] == [True]  # they come once, and do not end


def test_without_the_mart_the_build_is_named(project: Project) -> None:
    project.execute(*MARTS)
    said = project.run("anomalies", "list")
    assert said.exit_code == 1
    assert "no marts.fct_anomalies yet; run `signalroom build`" in said.output
