-- What a month cost is on its rows once, with or without a target: they add up to the complete days
-- of the summary, on either basis.
with pace_months as (
    select
        client_id,
        report_month,
        sum(spend_to_date) as spend,
        sum(effective_cost_to_date) as effective_cost
    from {{ ref('budget_pace') }}
    group by client_id, report_month
),

summary_months as (
    select
        client_id,
        cast({{ dbt.date_trunc('month', 'report_date') }} as date) as report_month,
        sum(spend) as spend,
        sum(effective_cost) as effective_cost
    from {{ ref('daily_summary') }}
    where is_complete
    group by client_id, cast({{ dbt.date_trunc('month', 'report_date') }} as date)
)

select
    client_id,
    report_month,
    pace_months.spend as pace_spend,
    summary_months.spend as summary_spend,
    pace_months.effective_cost as pace_effective_cost,
    summary_months.effective_cost as summary_effective_cost
from pace_months
full outer join summary_months using (client_id, report_month)
where
    coalesce(pace_months.spend, 0) <> coalesce(summary_months.spend, 0)
    or coalesce(pace_months.effective_cost, 0) <> coalesce(summary_months.effective_cost, 0)
