"""Made marts of any size, of one client: their columns are those that the models promise.

Statements that both engines understand. Only what the report reads is filled; figures are made from
the numbers of the rows, so that they are the same in every run.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import yaml

REPOSITORY = Path(__file__).parents[1]
MODELS = REPOSITORY / "dbt_project" / "models" / "marts"
LAST = date(2025, 12, 18)
OTHER_DAYS = ("2025-12-10", "redtrack")  # a day that is not complete, and why


@dataclass(frozen=True)
class Size:
    """How much there is of what, up to `LAST`, and one later day that is not complete."""

    days: int = 90
    affiliates: int = 40
    advertisers: int = 2
    client_id: str = "713"


def statements(size: Size) -> Iterator[str]:
    """Make and fill the marts."""
    yield "create schema marts"
    for mart, columns in contracts().items():
        yield f"create table marts.{mart} ({', '.join(f'{n} {t}' for n, t in columns.items())})"
    for mart, select in _selects(size).items():
        yield f"insert into marts.{mart} (client_id, {select}"


def contracts() -> dict[str, dict[str, str]]:
    """The columns of each mart and their types, as its model promises them."""
    models = [
        model
        for path in sorted(MODELS.rglob("*.yml"))
        for model in (yaml.safe_load(path.read_text()) or {}).get("models", [])
    ]
    return {
        model["name"]: {column["name"]: column["data_type"] for column in model["columns"]}
        for model in models
    }


def _selects(size: Size) -> dict[str, str]:
    """By mart, its columns but the first and what is put into them."""
    first = LAST - timedelta(size.days - 1)
    days = f"(select date '{first}' + cast(n as integer) as report_date, n as day_number from "
    days += f"generate_series(0, {size.days}) as made (n)) as days"
    affiliates = f"generate_series(1, {size.affiliates}) as affiliates (affiliate_id)"
    advertisers = f"generate_series(1, {size.advertisers}) as advertisers (advertiser_id)"
    client = f"'{size.client_id}'"
    chance = "(day_number * 7919 + affiliate_id * 104729 + advertiser_id * 1299709)"
    cents = "cast({} as decimal(18, 4))"
    states = ", ".join(
        f"({number}, '{row['state_code']}', '{row['state_name'].replace(chr(39), chr(39) * 2)}', "
        f"'{row['state_kind']}')"
        for number, row in enumerate(
            csv.DictReader((REPOSITORY / "seeds" / "us_states.csv").open(encoding="utf-8"))
        )
        if row["state_kind"] in ("state", "territory")
    )
    incomplete = f"report_date > date '{LAST}' or report_date = date '{OTHER_DAYS[0]}'"
    mapped = "affiliate_id % 4 = 0"
    spent = f"case when {mapped} and {chance} % 11 > 0 then {chance} % 40000 else 0 end"
    money = "sum(revenue), sum(payout), sum(spend), sum(spend_rows), sum(uncosted_conversions), "
    money += "sum(effective_cost), sum(margin)"
    return {
        "dim_advertisers": "advertiser_id, advertiser_label, advertiser_name, is_configured) "
        f"select {client}, advertiser_id, 'Advertiser ' || advertiser_id, 'A', true "
        f"from {advertisers}",
        "dim_affiliates": "affiliate_id, affiliate_label, has_internal_advertiser) "
        f"select {client}, affiliate_id, 'Affiliate ' || affiliate_id, {mapped} from {affiliates}",
        "fct_affiliate_daily": "report_date, affiliate_id, advertiser_id, affiliate_label, "
        "advertiser_label, match_status, is_internal, clicks, conversions, revenue, payout, spend, "
        "spend_rows, tracker_conversions, uncosted_conversions, effective_cost, margin) "
        f"select {client}, report_date, affiliate_id, advertiser_id, 'Affiliate ' || affiliate_id, "
        "'Advertiser ' || advertiser_id, 'matched', is_internal, clicks, conversions, revenue, "
        "payout, spend, spend_rows, conversions, "
        "case when is_internal and spend_rows = 0 then conversions else 0 end, "
        "spend + case when is_internal then 0 else payout end, "
        "revenue - spend - case when is_internal then 0 else payout end from ("
        f"select *, {mapped} as is_internal, 40 + {chance} % 300 as clicks, "
        f"{chance} % 9 as conversions, "
        f"{cents.format(f'({chance} % 9) * 40.13')} as revenue, "
        f"{cents.format(f'({chance} % 9) * 25.07')} as payout, "
        f"{cents.format(f'({spent}) / 100.0')} as spend, "
        f"case when {spent} > 0 then 1 else 0 end as spend_rows "
        f"from {days} cross join {affiliates} cross join {advertisers}) as made",
        "daily_summary": "report_date, advertiser_id, advertiser_label, currency, clicks, "
        "conversions, internal_conversions, revenue, payout, spend, spend_rows, "
        "uncosted_conversions, effective_cost, margin, is_complete, incomplete_reason, "
        "orders_complete, orders_incomplete_reason) "
        f"select {client}, report_date, advertiser_id, advertiser_label, 'USD', sum(clicks), "
        "sum(conversions), sum(case when is_internal then conversions else 0 end), "
        f"{money}, not ({incomplete}), case when {incomplete} then '{OTHER_DAYS[1]}' end, true, "
        "cast(null as text) from marts.fct_affiliate_daily "
        "group by report_date, advertiser_id, advertiser_label",
        "fct_source_daily": "report_date, redtrack_source_id, redtrack_source, is_mapped, "
        "affiliate_id, affiliate_label, advertiser_id, advertiser_label, spend, spend_rows, "
        "tracker_clicks, tracker_conversions, tracker_revenue, estimated_conversions) "
        f"select {client}, report_date, 's' || affiliate_id || '-' || advertiser_id, "
        "case affiliate_id % 8 when 0 then 'Meta ' else 'Google ' end || affiliate_id, true, "
        "affiliate_id, affiliate_label, advertiser_id, advertiser_label, spend, spend_rows, "
        "clicks, conversions, revenue, conversions from marts.fct_affiliate_daily "
        "where is_internal",
        "fct_state_daily": "order_date, advertiser_id, state_code, state_name, state_kind, orders, "
        "approved_orders, declined_orders, revenue, orders_complete) "
        f"select {client}, report_date, advertiser_id, state_code, state_name, state_kind, "
        "1 + state_number % 5, 1 + state_number % 4, case state_number % 5 when 4 then 1 else 0 "
        "end, cast((1 + state_number % 4) * 61.49 as decimal(18, 4)), true "
        f"from {days} cross join {advertisers} "
        f"cross join (values {states}) "
        "as states (state_number, state_code, state_name, state_kind)",
        "fct_order_cohorts": "order_date, advertiser_id, age_days, orders, approved_orders, "
        "refunded_orders, chargeback_orders) "
        f"select {client}, report_date, advertiser_id, age_days, 60, 50, age_days / 30, "
        f"age_days / 60 from {days} cross join {advertisers} "
        "cross join (values (0), (7), (30), (60), (90), (180)) as ages (age_days) "
        f"where report_date + age_days <= date '{LAST}'",
        "cpa_change_by_affiliate": "report_date, comparison, advertiser_id, affiliate_id, "
        "advertiser_label, affiliate_label, is_internal, conversions, conversions_before, "
        "effective_cost, effective_cost_before, change_part, rate_part, mix_part) "
        f"select {client}, report_date, comparison, advertiser_id, affiliate_id, advertiser_label, "
        "affiliate_label, is_internal, conversions, conversions + 1, effective_cost, "
        "effective_cost + 3, (clicks - 190) / 100.0, (clicks - 200) / 100.0, 0.1 "
        "from marts.fct_affiliate_daily cross join "
        "(values ('day_before'), ('mean_7_days_before')) as compared (comparison)",
        "budget_pace": "report_month, advertiser_id, advertiser_label, target_rows, target_basis, "
        "budget, cost_to_date, budget_used_rate, month_elapsed_rate, pace, complete_days, "
        f"days_in_month) select {client}, date '2025-12-01', advertiser_id, "
        "'Advertiser ' || advertiser_id, 1, 'effective_cost', 90000, 45000, 0.5, 0.5806, 0.8611, "
        f"17, 31 from {advertisers}",
        "fct_funnel_daily": "report_date, step_number, event_name, persons, is_complete) "
        f"select {client}, report_date, step_number, event_name, 900 / step_number, true "
        f"from {days} cross join (values (1, 'landing'), (2, 'checkout'), (3, 'purchase')) "
        "as steps (step_number, event_name)",
        "fct_email_daily": "report_date, email_id, email_name, sent, read_of_sent, "
        "clicked_of_sent, bounced, unsubscribed, is_complete) "
        f"select {client}, report_date, 'e' || email_number, 'Mail ' || email_number, 90, 33, 7, "
        f"2, 1, true from {days} cross join generate_series(1, 6) as emails (email_number)",
    }
