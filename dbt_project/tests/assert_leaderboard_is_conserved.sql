-- Ranked or not, every affiliate's money is on the board: the window "all" adds up to the summary.
with board as (
    select
        client_id,
        advertiser_id,
        sum(conversions) as conversions,
        sum(revenue) as revenue,
        sum(spend) as spend
    from {{ ref('affiliate_leaderboard') }}
    where window_name = 'all'
    group by client_id, advertiser_id
),

anchors as (
    select
        client_id,
        max(report_date) as last_complete_date
    from {{ ref('int_days__completeness') }}
    where is_complete
    group by client_id
),

summary as (
    select
        daily.client_id,
        daily.advertiser_id,
        sum(daily.conversions) as conversions,
        sum(daily.revenue) as revenue,
        sum(daily.spend) as spend
    from {{ ref('daily_summary') }} as daily
    inner join anchors on daily.client_id = anchors.client_id
    where daily.report_date <= anchors.last_complete_date
    group by daily.client_id, daily.advertiser_id
)

select
    client_id,
    advertiser_id,
    board.revenue as board_revenue,
    summary.revenue as summary_revenue
from board
full outer join summary using (client_id, advertiser_id)
where
    coalesce(board.conversions, 0) <> coalesce(summary.conversions, 0)
    or coalesce(board.revenue, 0) <> coalesce(summary.revenue, 0)
    or coalesce(board.spend, 0) <> coalesce(summary.spend, 0)
