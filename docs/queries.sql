-- Questions to the warehouse, ready to run on DuckDB and Postgres alike. Each has a name:
-- `signalroom query --list` shows them all, `signalroom query --name morning` asks one.
-- tests/dbt/test_queries.py runs every statement of this file unchanged.

-- name: network-by-day
-- Conversions and payout per day and advertiser, straight from the network's raw rows.
-- On DuckDB `numeric` is decimal(18, 3): a fourth decimal is rounded before the second.
SELECT date, advertiser_label, SUM(conversions) as conversions, ROUND(SUM(payout)::numeric, 2) as payout FROM everflow.daily_stats GROUP BY date, advertiser_label ORDER BY date DESC, conversions DESC;

-- name: top-affiliates-raw
-- The ten affiliates of CCW with the most conversions. '0' (N/A) is the network's own "no affiliate":
-- real conversions, no affiliate's success. marts.affiliate_leaderboard shows it without a rank. Grouped by
-- id, as a partner that was renamed has two labels.
SELECT affiliate_id, MAX(affiliate_label) as affiliate_label, SUM(conversions) as conversions, ROUND(SUM(payout)::numeric, 2) as payout FROM everflow.daily_stats WHERE advertiser_label = 'CCW' GROUP BY affiliate_id ORDER BY conversions DESC LIMIT 10;

-- name: internal-rows-fanned-out
-- Network rows of the affiliates that the client buys traffic for. Look, but do not add up: the
-- mapping has a row per Redtrack source, and two sources map to affiliate 1 of CCW, so each of its
-- rows comes out twice. It also shows an affiliate's rows for advertisers it is not internal for.
SELECT e.*, m.everflow_affiliate_label FROM everflow.daily_stats e JOIN public.affiliate_mapping m ON e.affiliate_id = m.everflow_affiliate_id AND e._client_id = m.client_id WHERE e._client_id = '713';

-- name: internal-rows
-- The right one: the mapping brought to one row per affiliate and advertiser first. Every network
-- row comes out once, with all its labels, and its conversions may be added up.
SELECT
    e.*,
    m.everflow_affiliate_labels
FROM everflow.daily_stats AS e
INNER JOIN (
    SELECT
        client_id,
        everflow_affiliate_id,
        everflow_advertiser_id,
        STRING_AGG(everflow_affiliate_label, ' + ' ORDER BY id) AS everflow_affiliate_labels
    FROM public.affiliate_mapping
    GROUP BY client_id, everflow_affiliate_id, everflow_advertiser_id
) AS m
    ON
        e._client_id = m.client_id
        AND e.affiliate_id = m.everflow_affiliate_id
        AND e.advertiser_id = m.everflow_advertiser_id
WHERE e._client_id = '713';

-- name: internal-affiliates
-- The same from the marts, where the mapping is applied already.
SELECT report_date, advertiser_label, affiliate_label, conversions, spend, cpa, match_status
FROM marts.fct_affiliate_daily
WHERE client_id = '713' AND is_internal
ORDER BY report_date DESC, spend DESC;

-- name: morning
-- The morning's answer for the newest days, and whether it may be trusted yet.
SELECT report_date, advertiser_label, conversions, revenue, payout, spend, effective_cpa, cpa, is_complete, incomplete_reason
FROM marts.daily_summary
WHERE client_id = '713'
ORDER BY report_date DESC, conversions DESC
LIMIT 21;

-- name: what-moved-cpa
-- What moved CPA yesterday (the newest complete day), against the day before: each affiliate's part of the
-- change of its advertiser, rate (another CPA) and mix (another share of conversions) apart. The parts of
-- an advertiser add up to its change; where there is none, a reason says why.
SELECT
    advertiser_label,
    affiliate_label,
    change_part,
    rate_part,
    mix_part,
    advertiser_cpa_change,
    advertiser_effective_cpa_before,
    advertiser_effective_cpa,
    conversions_before,
    conversions,
    COALESCE(advertiser_effective_cpa_reason, advertiser_effective_cpa_before_reason) AS reason
FROM marts.cpa_change_by_affiliate
WHERE
    client_id = '713'
    AND comparison = 'day_before'
    AND report_date = (SELECT MAX(report_date) FROM marts.daily_summary WHERE client_id = '713' AND is_complete)
ORDER BY advertiser_id < 0, advertiser_id, ABS(change_part) DESC NULLS LAST, affiliate_id;

-- name: top-affiliates
-- The affiliates that brought most in the 7 days up to the newest complete one, and their places before.
SELECT advertiser_label, is_internal, affiliate_rank, rank_change, affiliate_label, conversions, revenue, effective_cost, effective_cpa, cvr
FROM marts.affiliate_leaderboard
WHERE client_id = '713' AND window_name = '7_days' AND affiliate_rank <= 10
ORDER BY advertiser_id, is_internal, affiliate_rank, affiliate_id;

-- name: unmapped-sources
-- Traffic sources that no mapping knows, with what they cost: a line each in
-- data/clients/713/mappings/internal-affiliates.csv, then `signalroom mappings sync --all` and a build.
SELECT
    redtrack_source_id,
    MAX(redtrack_source) AS redtrack_source,
    SUM(spend) AS spend,
    SUM(tracker_conversions) AS tracker_conversions,
    MIN(report_date) AS first_day,
    MAX(report_date) AS last_day
FROM marts.fct_source_daily
WHERE client_id = '713' AND NOT is_mapped
GROUP BY redtrack_source_id
ORDER BY SUM(spend) DESC, redtrack_source_id;

-- name: cpa-of-a-window
-- CPA over any window is a ratio of sums, never the mean of daily CPAs, and unknown when internal
-- conversions have no cost row at all. Where more conversions were taken back than made there is none.
SELECT
    advertiser_id,
    MAX(advertiser_label) AS advertiser_label,
    CASE WHEN SUM(spend_rows) > 0 AND SUM(internal_conversions) > 0 THEN ROUND(SUM(spend) / SUM(internal_conversions), 4) END AS cpa,
    CASE WHEN SUM(conversions) > 0 AND (SUM(spend_rows) > 0 OR SUM(internal_conversions) <= 0) THEN ROUND(SUM(effective_cost) / SUM(conversions), 4) END AS effective_cpa,
    SUM(uncosted_conversions) AS uncosted_conversions
FROM marts.daily_summary
WHERE client_id = '713' AND report_date BETWEEN '2025-12-01' AND '2025-12-02'
GROUP BY advertiser_id
ORDER BY advertiser_id;

-- name: core-orders-raw
-- The client's core orders by state, straight from the files of created orders.
-- Counted twice: the revenue, not the count, of an order whose row was created twice (a file sent
-- again under another name); and a state, as "TX", " tx" and "Texas" are three here. It adds up all
-- clients, and says NEW as of the creation: what was declined or refunded since is still in it.
-- It breaks on a NEW order (or any, as the engine likes) whose amount is no number: one 'n/a' and
-- there is no answer at all. On DuckDB `numeric` is decimal(18, 3).
SELECT billing_state as state, COUNT(DISTINCT orders_id) as orders, ROUND(SUM(total_amount::numeric), 2) as revenue FROM s3_exports.orders_create WHERE order_status = 'NEW' AND total_amount::numeric > 85 GROUP BY billing_state ORDER BY revenue DESC;

-- name: core-orders
-- The same from the marts: each order once, each state once, a client's own amount (85 for 713). On
-- clean files the sums of both are equal.
SELECT state_code, SUM(core_orders) AS orders, SUM(core_revenue) AS revenue
FROM marts.state_heatmap
WHERE client_id = '713' AND window_name = 'all'
GROUP BY state_code
HAVING SUM(core_orders) > 0
ORDER BY revenue DESC;

-- name: created-orders-raw
-- Created orders by the day of their file. Look, but do not call it sales: declined and test orders are
-- in it. Counted twice: an order in the files of two days is an order of both, and two rows
-- of one order on one day are one order with both amounts. The day is the file's, not the order's.
-- It breaks, like the one above, on the first amount that is no number.
SELECT _file_date as date, COUNT(DISTINCT orders_id) as orders, ROUND(SUM(total_amount::numeric), 2) as revenue FROM s3_exports.orders_create GROUP BY _file_date ORDER BY _file_date;

-- name: orders-by-day
-- What was sold, by the day of the order, and whether the day's files are all there. Refunds and
-- chargebacks take weeks to come: for young days look at what arrived (marts.fct_order_events_daily).
SELECT report_date, advertiser_label, orders, approved_orders, order_revenue, aov, approval_rate, orders_complete
FROM marts.daily_summary
WHERE client_id = '713' AND orders > 0
ORDER BY report_date DESC, order_revenue DESC;

-- name: unread-texts
-- Orders with a text that could not be read as a number, date or flag. They count with what could be
-- read; the texts themselves are in unparsed_text of staging.stg_s3_exports__order_events.
SELECT client_id, COUNT(*) AS orders, SUM(CASE WHEN has_unparsed_text THEN 1 ELSE 0 END) AS orders_with_unread_text
FROM marts.fct_orders
GROUP BY client_id
ORDER BY client_id;

-- name: pace
-- Is the month on plan? Cost of the complete days against the budget, beside the share of the month
-- that they are: a pace of 1 is on plan, above 1 too fast. Both sides know the same days, so a pace
-- does not fall over night because a day is not read yet; look at missing_days before trusting it: days
-- that are over but not complete. remaining_per_day is what may be spent on each day that is not over;
-- with missing_days it is NULL, as what they cost is not known. No budget: no pace, which is not a pace
-- of 0; nor is there one where internal conversions have no spend row at all (uncosted_conversions).
-- Lines of the sheet that count nowhere say why in match_status.
SELECT report_month, advertiser_label, match_status, target_basis, budget, cost_to_date, budget_used_rate, month_elapsed_rate, pace, remaining_per_day, complete_days, missing_days, uncosted_conversions
FROM marts.budget_pace
WHERE client_id = '713'
ORDER BY report_month DESC, budget DESC NULLS LAST;

-- name: cpa-to-target
-- How far each day's CPA was from the month's target, on the target's own basis: below 0 is cheaper
-- than the target. A day is a handful of conversions; the month to date is in budget_pace.
SELECT report_date, advertiser_label, target_basis, cpa, effective_cpa, target_cpa, cpa_distance, is_complete
FROM marts.daily_summary
WHERE client_id = '713' AND target_cpa IS NOT NULL
ORDER BY report_date DESC, cpa_distance DESC NULLS LAST;

-- name: funnel
-- How far people get on the pages, over the complete days. Added up over days, persons are entries,
-- persons x days; not different persons or purchases: who enters on two days and buys once within 24
-- hours of both counts twice. Rates may not be added up: these are ratios of sums. A day is complete
-- when the next one is read too, as who enters in the evening may buy in the morning.
SELECT
    step_number,
    event_name,
    SUM(persons) AS entries,
    ROUND(SUM(persons)::numeric / NULLIF(SUM(entered_persons), 0), 4) AS funnel_rate,
    ROUND(SUM(persons)::numeric / NULLIF(SUM(previous_persons), 0), 4) AS step_rate
FROM marts.fct_funnel_daily
WHERE client_id = '713' AND is_complete
GROUP BY step_number, event_name
ORDER BY step_number;

-- name: emails
-- What became of each e-mail: of the mails that were sent, how many were opened and clicked since. The
-- columns read and clicked are of the days on which it happened, and so of other mails.
SELECT
    email_id,
    MAX(email_name) AS email_name,
    SUM(sent) AS sent,
    ROUND(SUM(read_of_sent)::numeric / NULLIF(SUM(sent), 0), 4) AS read_rate,
    ROUND(SUM(clicked_of_sent)::numeric / NULLIF(SUM(sent), 0), 4) AS click_rate,
    SUM(bounced) AS bounced,
    SUM(unsubscribed) AS unsubscribed
FROM marts.fct_email_daily
WHERE client_id = '713'
GROUP BY email_id
ORDER BY SUM(sent) DESC, email_id;
