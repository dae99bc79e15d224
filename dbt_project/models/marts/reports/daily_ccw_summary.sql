-- Which advertiser this report shows is the client's config (report_name), not SQL.
with summary as (
    select * from {{ ref('daily_summary') }}
),

reported as (
    select * from summary
    where report_name = 'daily_ccw_summary'
)

-- every column of daily_summary, whatever they are; the contract lists them
select * from reported -- noqa: AM04
