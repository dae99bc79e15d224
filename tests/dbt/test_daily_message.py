"""The daily summary of marts that dbt built: its figures are the marts' own, on both engines."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal

from signalroom.config.clients import read_client
from signalroom.config.settings import Settings
from signalroom.operations.gate import Gate
from signalroom.operations.notify.daily import daily_message
from signalroom.report.tiles import WITH_MEDIA_CPA
from tests.dbt.conftest import Query
from tests.support import REPOSITORY, Project

CLIENT = "december"
NOW = datetime(2025, 12, 19, 13, tzinfo=UTC)
OF_THE_DAY = f"where client_id = '{CLIENT}' and report_date = date '2025-12-18'"


def test_its_figures_are_the_marts(project: Project, warehouse: Query) -> None:
    settings = Settings(project.root, project.process_environ)
    client = read_client(REPOSITORY / "data/clients/713/config/client.toml")
    ((day,),) = warehouse("select date '2025-12-18'")
    message = daily_message(
        settings.warehouse("prod" if project.database else "dev"),
        replace(client, client_id=CLIENT),
        Gate(CLIENT, day, True, (), False),
        NOW,
    )
    sections = {section.title: section for section in message.sections}
    rows = warehouse(
        "select advertiser_label, metric, metric_value, mean_7_days_before "
        f"from marts.summary_comparisons {OF_THE_DAY} and advertiser_id in (1, 2)"
    )
    said = 0
    for label, metric, value, usual in rows:
        if label not in sections or metric not in WITH_MEDIA_CPA or value is None:
            continue
        shown = dict(sections[label].figures)[WITH_MEDIA_CPA[metric]]
        figure, _, note = shown.partition(" – ")
        whole = f"{int(value):,}" if metric == "conversions" else money(value)
        assert figure == whole, (label, metric)
        if note not in ("", "as usual"):
            percent = (abs(value / usual - 1) * 100).quantize(Decimal(1), ROUND_HALF_UP)
            assert note.startswith((f"{percent:,} % ", "under 1 % "))
        said += 1
    assert said >= len(WITH_MEDIA_CPA)
    ((unmapped, total),) = warehouse(
        "select sum(case when not is_mapped then spend end), sum(spend) "
        f"from marts.fct_source_daily {OF_THE_DAY}"
    )
    (line,) = sections["Unmapped spend"].lines
    assert line.startswith(f"{money(unmapped)} of {money(total)}, of ")
    ((label, part),) = warehouse(
        "select affiliate_label, change_part from marts.cpa_change_by_affiliate "
        f"{OF_THE_DAY} and advertiser_id = 1 and comparison = 'mean_7_days_before' "
        "and change_part * advertiser_cpa_change > 0 order by abs(change_part) desc limit 1"
    )
    sign = "+" if part > 0 else ""
    assert sections["What moved CPA"].lines[0].startswith(f"CCW: {label} ({sign}{money(part)})")
    ((everflow,),) = warehouse(
        f"select count(*) from everflow.daily_stats where _client_id = '{CLIENT}'"
    )
    inputs = sections["Inputs"].lines
    assert any(one.startswith(f"everflow: {everflow:,} rows, complete through") for one in inputs)
    assert message.mail is not None
    text = message.mail.get_body(("plain",))
    assert text is not None
    assert line[:20] in text.get_content()


def money(value: Decimal) -> str:
    cents = Decimal(value).quantize(Decimal("0.01"), ROUND_HALF_UP)
    return f"{'-' if cents < 0 else ''}${abs(cents):,.2f}"
