"""Every row and every column of the marts, against an independent computation."""

from collections.abc import Iterable, Iterator
from decimal import Decimal

import pytest

from tests.dbt.audience_recomputed import MARTS as AUDIENCE_MARTS
from tests.dbt.order_marts_recomputed import MARTS as ORDER_MARTS
from tests.facts.conftest import Built
from tests.facts.figures import Row, Value
from tests.facts.reports import MARTS
from tests.support import REPOSITORY

pytestmark = pytest.mark.slow

SHOWN = 40
REPORTS_BY_NAME = ("daily_ccw_summary", "daily_exp_summary")


def by_key(rows: Iterable[Row], key: str) -> dict[tuple[Value, ...], Row]:
    """Rows by the values of their key, which has to tell them apart."""
    found: dict[tuple[Value, ...], Row] = {}
    for row in rows:
        values = tuple(row[name] for name in key.split())
        assert values not in found, f"two rows of {values}"
        found[values] = row
    return found


def differences(found: Iterable[Row], expected: Iterable[Row], key: str) -> Iterator[str]:
    """Each value that differs, with its row's key and both values."""
    ours, theirs = by_key(found, key), by_key(expected, key)
    for values in sorted({*ours, *theirs}, key=str):
        at = "/".join(map(str, values))
        if values not in ours or values not in theirs:
            yield f"{at}: only in the {'marts' if values in ours else 'computation'}"
            continue
        for name in {**ours[values], **theirs[values]}:
            shown, computed = (side[values].get(name, "no such column") for side in (ours, theirs))
            if shown != computed:
                yield f"{at}: {name} is {shown} in the marts, computed {computed}"


@pytest.mark.parametrize("mart", MARTS)
def test_a_mart_is_the_computation(built: Built, mart: str) -> None:
    key, compute = MARTS[mart]
    expected = [row for client in built.computations.values() for row in compute(client)]
    found = built.rows(f"select * from marts.{mart}")
    differing = list(differences(found, expected, key))
    assert not differing, "\n".join([f"{len(differing)} differences", *differing[:SHOWN]])
    assert len(found) == len(expected) > 0


def test_every_mart_is_computed() -> None:
    """Here, or from rows of their own, in tests/dbt/test_{orders,audience}_recomputed.py."""
    marts = {path.stem for path in (REPOSITORY / "dbt_project/models/marts").rglob("*.sql")}
    assert marts == {*MARTS, *ORDER_MARTS, *AUDIENCE_MARTS, *REPORTS_BY_NAME}


@pytest.mark.parametrize("report", REPORTS_BY_NAME)
def test_a_report_by_name_is_its_rows_of_the_summary(built: Built, report: str) -> None:
    key, compute = MARTS["daily_summary"]
    every = [row for client in built.computations.values() for row in compute(client)]
    expected = [row for row in every if row["report_name"] == report]
    found = built.rows(f"select * from marts.{report}")
    assert not list(differences(found, expected, key))
    assert expected


@pytest.mark.parametrize(
    ("mart", "counted"),
    [
        ("everflow.daily_stats", "count(*)"),
        # spend adds rows of its own to the network's
        (
            "marts.fct_affiliate_daily",
            "count(*) filter (where match_status not in ('spend_only', 'unmapped'))",
        ),
    ],
)
def test_decembers_published_totals(plain: Built, mart: str, counted: str) -> None:
    found = plain.rows(
        f"select {counted} as rows, sum(conversions) as conversions, sum(payout) as payout,"
        " case advertiser_label when 'CCW' then 'CCW' when 'EXP' then 'EXP' else 'others' end"
        f" as advertiser from {mart} where advertiser_id <> '-1' group by advertiser order by rows"
    )
    assert [tuple(row.values()) for row in found] == [
        (14, 1, Decimal(0), "EXP"),
        (52, 2, Decimal("293.00"), "others"),
        (378, 4592, Decimal("124340.00"), "CCW"),
    ]


def test_decembers_totals_are_in_the_reports_by_name(plain: Built) -> None:
    totals = "sum(conversions) as conversions, sum(payout) as payout, count(*) as days"
    (ccw,) = plain.rows(f"select {totals} from marts.daily_ccw_summary")
    (exp,) = plain.rows(f"select {totals} from marts.daily_exp_summary")
    assert ccw == {"conversions": 4592, "payout": Decimal("124340.00"), "days": 18}
    assert exp == {"conversions": 1, "payout": Decimal(0), "days": 18}


@pytest.mark.parametrize("mart", ["fct_affiliate_daily", "daily_summary"])
def test_the_networks_figures_are_conserved(built: Built, mart: str) -> None:
    names = ("clicks", "conversions", "revenue", "payout")
    assert totals(built, f"marts.{mart}", "client_id", names) == totals(
        built, "everflow.daily_stats", "_client_id", names
    )


@pytest.mark.parametrize("mart", ["fct_affiliate_daily", "fct_source_daily", "daily_summary"])
def test_spend_is_conserved(built: Built, mart: str) -> None:
    assert totals(built, f"marts.{mart}", "client_id", ("spend", "spend_rows")) == totals(
        built, "redtrack.daily_spend", "_client_id", ("cost", "(cost is not null)::int")
    )


def totals(built: Built, table: str, client_id: str, figures: Iterable[str]) -> list[Row]:
    """The sums of a table by client."""
    sums = (f"sum({figure}) as sum_{number}" for number, figure in enumerate(figures))
    columns = ", ".join([f"{client_id} as client_id", *sums])
    found = built.rows(f"select {columns} from {table} group by {client_id} order by 1")
    assert len(found) == len(built.computations)
    return found


def test_the_nasty_data_is_nasty(nasty: Built) -> None:
    """The second warehouse has the cases it was made for; without them its equality proves less."""
    ours, theirs = nasty.computations["713"], nasty.computations["cti"]
    assert {day.day: reason for day, reason in ours.reasons.items()} == {
        1: "everflow: rejected rows",
        12: "redtrack: TikTok EXP (sandbox) has clicks but no cost",
        18: "redtrack: Facebook CCW has clicks but no cost",
    }
    assert {day.day for day in theirs.reasons} == set(range(13, 19))
    statuses = {row["match_status"] for row in ours.fct_affiliate_daily()}
    assert len(statuses) == 7
    assert any(figures.revenue < 0 for figures in ours.merged.values())
    spelled = [row for row in ours.answers.network if row.affiliate_id == "aff-x9"]
    assert len({row.affiliate_label for row in spelled}) == 3
    assert {"title:", "title:direct (sandbox)"} <= set(ours.source_titles)
