-- A line of the sheet that fits no advertiser must be shown, or it is never corrected.
with typed_in as (
    select
        client_id,
        report_month,
        count(*) as target_rows
    from {{ ref('stg_google_sheets__targets') }}
    group by client_id, report_month
),

shown as (
    select
        client_id,
        report_month,
        sum(target_rows) as target_rows
    from {{ ref('budget_pace') }}
    group by client_id, report_month
)

select
    client_id,
    report_month,
    typed_in.target_rows as rows_typed_in,
    shown.target_rows as rows_shown
from typed_in
full outer join shown using (client_id, report_month)
where coalesce(typed_in.target_rows, 0) <> coalesce(shown.target_rows, 0)
