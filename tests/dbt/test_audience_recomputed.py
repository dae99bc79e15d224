"""Every column of the marts of visitors and mail equals a computation in plain Python."""

import pytest

from tests.dbt.audience_recomputed import MARTS, Recomputed
from tests.dbt.conftest import AUDIENCES, FUNNELS, Query
from tests.dbt.order_files import WORKED_FILES
from tests.dbt.order_marts_recomputed import Shop
from tests.dbt.raw_rows import Row

CUSTOMERS = {row["customer_hash"]: row for row in Shop("713", WORKED_FILES).dim_customers()}
CLIENTS = [
    Recomputed(
        *(made.client, made.timezone, FUNNELS.get(made.client, ()), made.rows),
        CUSTOMERS if made.client == "713" else {},
    )
    for made in AUDIENCES
]


def _computed(mart: str) -> list[Row]:
    return [row for client in CLIENTS for row in getattr(client, mart)()]


@pytest.mark.parametrize("mart", MARTS)
def test_a_mart_is_the_computation(warehouse: Query, mart: str) -> None:
    computed = _computed(mart)
    names = list(computed[0])
    rows = warehouse(f"select {', '.join(names)} from marts.{mart}")
    columns = warehouse(
        "select count(*) from information_schema.columns"
        f" where table_schema = 'marts' and table_name = '{mart}'"
    )
    assert columns == [(len(names),)]
    expected = {tuple(row.values()) for row in computed}
    unlike = [f"only in the mart: {row}" for row in set(rows) - expected][:5]
    unlike += [f"only computed: {row}" for row in expected - set(rows)][:5]
    assert not unlike, "\n".join(unlike)
    assert len(rows) == len(computed)


def test_the_made_people_hold_every_case() -> None:
    rows = {mart: _computed(mart) for mart in MARTS}
    funnel = rows["fct_funnel_daily"]
    assert any(row["persons"] for row in funnel if row["step_number"] == 4)
    assert any(0 < row["persons"] < (row["previous_persons"] or 0) for row in funnel)
    for mart, column, cases in (
        ("fct_events_daily", "is_complete", {True, False}),
        ("fct_funnel_daily", "is_complete", {True, False}),
        ("fct_email_daily", "is_complete", {True, False}),
        ("fct_events_daily", "utm_source", {"facebook", "ÉtÉ", "(none)", "null", "12", "-7"}),
        ("dim_feature_flags", "status", {"active", "inactive", "removed"}),
        ("dim_experiments", "status", {"draft", "running", "ended", "archived", "removed"}),
        ("fct_email_daily", "email_id", {"1", "99", "-1"}),
        ("dim_contacts", "orders", {0, 1, 2}),
        ("dim_contacts", "is_subscribed", {True, False}),
    ):
        assert {row[column] for row in rows[mart]} >= cases, (mart, column)
    hashes = [row["customer_hash"] for row in rows["dim_contacts"] if row["has_ordered"]]
    assert len(hashes) > len(set(hashes))  # contacts that share an e-mail
