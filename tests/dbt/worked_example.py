"""The two days of the specification's worked example, as raw tables and seeds."""

from collections.abc import Iterator

CLIENT = "713"

RAW_TABLES = (
    """
    create table everflow.daily_stats (
        date date, affiliate_id text, affiliate_label text, advertiser_id text,
        advertiser_label text, clicks bigint, conversions bigint, revenue decimal(18, 4),
        payout decimal(18, 4), profit decimal(18, 4), event bigint, event_revenue decimal(18, 4),
        invalid_cv_scrub bigint, view_through_cv bigint, media_buying_cost decimal(18, 4),
        currency text, _client_id text, _loaded_at timestamp with time zone, _deleted boolean,
        _dlt_load_id text, _dlt_id text
    )
    """,
    """
    create table redtrack.daily_spend (
        date date, source_id text, source text, clicks bigint, conversions bigint,
        cost decimal(18, 4), revenue decimal(18, 4), _client_id text,
        _loaded_at timestamp with time zone, _deleted boolean, _dlt_load_id text, _dlt_id text
    )
    """,
    """
    create table ops.load_runs (
        run_id text, source text, client_id text, table_name text, window_start date,
        window_end date, advertiser_id text, timezone text, currency text, rows_read bigint,
        rows_written bigint, rows_rejected bigint, days_emptied bigint, min_date date,
        max_date date, complete_through date, settled_through date, verdict text,
        started_at timestamp with time zone, finished_at timestamp with time zone, error text
    )
    """,
    """
    create table ops.rejected_rows (
        rejected_row_id text, run_id text, source text, client_id text, table_name text,
        date date, window_start date, window_end date, origin text, line bigint, reason text,
        payload text,
        rejected_at timestamp with time zone
    )
    """,
    "create table ops.complete_tables (source text, table_name text)",
    """
    insert into ops.complete_tables values
        ('everflow', 'daily_stats'), ('redtrack', 'daily_spend'), ('posthog', 'events'),
        ('mautic', 'email_stats'), ('mautic', 'page_hits'), ('mautic', 'lead_donotcontact')
    """,
)

# date, affiliate, label, advertiser, label, clicks, conversions, revenue, payout
EVERFLOW = (
    ("2025-12-01", "1", "G2", "1", "CCW", 100, 10, 500, 300),
    ("2025-12-01", "7", "Partner X", "1", "CCW", 80, 4, 200, 120),
    ("2025-12-01", "5", "G2 TT", "1", "CCW", 10, 1, 50, 30),
    ("2025-12-02", "1", "G2", "1", "CCW", 50, 6, 300, 180),
    ("2025-12-02", "0", "N/A", "1", "CCW", 0, 1, 50, 0),
    ("2025-12-02", "7", "Partner X", "2", "EXP", 20, 0, 0, 15),
)

# date, source id, title, clicks, conversions, cost
REDTRACK = (
    ("2025-12-01", "fb", "FB", 60, 7, "180.00"),
    ("2025-12-01", "gg", "GG", 45, 4, "90.10"),
    ("2025-12-01", "tiktok", "TikTok", 30, 0, "40.00"),
    ("2025-12-01", "ffff", "Not mapped", 5, 0, "12.34"),
    ("2025-12-02", "bing", "Bing", 20, 1, "25.00"),
)

# source, last complete day
RUNS = (("everflow", "daily_stats", "2025-12-02"), ("redtrack", "daily_spend", "2025-12-01"))

SEEDS = {
    "clients.csv": """\
client_id,client_name,status,start_date,timezone,currency,core_order_amount
713,Client 713,active,2025-12-01,America/New_York,USD,85
""",
    "client_advertisers.csv": """\
client_id,everflow_advertiser_id,advertiser_label,advertiser_name,product_category,report_name
713,1,CCW,CCW,CCW,daily_ccw_summary
713,2,EXP,EXP,EXP,daily_exp_summary
""",
    "client_sources.csv": """\
client_id,source
713,everflow
713,redtrack
""",
    "funnel_steps.csv": """\
client_id,step_number,event_name
713,1,landing
713,2,checkout
713,3,purchase
""",
    "affiliate_mapping.csv": """\
id,client_id,redtrack_source,redtrack_source_id,everflow_affiliate_id,everflow_affiliate_label,\
everflow_advertiser_id,everflow_advertiser_label,created_at,updated_at
1,713,FB,FB,1,G2 - Meta,1,CCW,2025-12-01 00:00:00,2025-12-01 00:00:00
2,713,GG,GG,1,G2 - Google,1,CCW,2025-12-01 00:00:00,2025-12-01 00:00:00
3,713,Bing,Bing,1,G2 - Bing,2,EXP,2025-12-01 00:00:00,2025-12-01 00:00:00
4,713,TikTok,TikTok,5,G2 - TikTok,2,EXP,2025-12-01 00:00:00,2025-12-01 00:00:00
""",
}


def statements() -> Iterator[str]:
    """What a loader would have landed, as statements that DuckDB and Postgres both run."""
    for schema in ("everflow", "redtrack", "ops"):
        yield f"create schema {schema}"
    yield from RAW_TABLES
    for date, affiliate, affiliate_label, advertiser, advertiser_label, *numbers in EVERFLOW:
        yield (
            "insert into everflow.daily_stats (date, affiliate_id, affiliate_label, advertiser_id,"
            " advertiser_label, clicks, conversions, revenue, payout, currency, _client_id,"
            f" _loaded_at) values ('{date}', '{affiliate}', '{affiliate_label}', '{advertiser}',"
            f" '{advertiser_label}', {', '.join(map(str, numbers))}, 'USD', '{CLIENT}', now())"
        )
    for date, source_id, source, clicks, conversions, cost in REDTRACK:
        yield (
            "insert into redtrack.daily_spend (date, source_id, source, clicks, conversions, cost,"
            f" _client_id, _loaded_at) values ('{date}', '{source_id}', '{source}', {clicks},"
            f" {conversions}, {cost}, '{CLIENT}', now())"
        )
    for source, table, complete_through in RUNS:
        yield (
            "insert into ops.load_runs (run_id, source, client_id, table_name, window_start,"
            " window_end, timezone, currency, complete_through, verdict, started_at, finished_at)"
            f" values ('run-1', '{source}', '{CLIENT}', '{table}', '2025-12-01', '2025-12-02',"
            f" 'America/New_York', 'USD', '{complete_through}', 'ok', now(), now())"
        )
