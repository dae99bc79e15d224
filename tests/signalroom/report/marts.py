"""A client's marts of a few rows, which decide what a report says."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from signalroom.config.clients import read_client
from signalroom.config.settings import Settings
from signalroom.report.as_of import AsOf
from signalroom.report.subject import Subject
from signalroom.report.words.hand import Hand
from signalroom.report.words.hands import hands
from signalroom.report.words.headline import headline
from tests.signalroom.small_marts import RUN
from tests.support import Project

DAY = date(2025, 12, 18)
NOW = datetime(2025, 12, 19, 12, tzinfo=UTC)
TABLES = (
    "create schema marts",
    "create table marts.daily_summary (client_id text, report_date date, advertiser_id bigint, "
    "conversions bigint, internal_conversions bigint, spend decimal(18, 4), is_complete boolean, "
    "incomplete_reason text, revenue decimal(18, 4), effective_cost decimal(18, 4), "
    "margin decimal(18, 4), effective_cpa decimal(18, 4), cpa decimal(18, 4), "
    "effective_cpa_reason text, cpa_reason text, orders_incomplete_reason text)",
    "create table marts.cpa_change_by_affiliate (client_id text, report_date date, comparison "
    "text, advertiser_id bigint, affiliate_label text, advertiser_cpa_change decimal(18, 4), "
    "change_part decimal(18, 4), effective_cpa_reason text, effective_cpa_before_reason text)",
    "create table marts.state_heatmap (client_id text)",
    "create table marts.fct_funnel_daily (client_id text, report_date date, is_complete boolean)",
    "create table marts.fct_email_daily (client_id text, report_date date, is_complete boolean, "
    "read_of_sent bigint)",
    "create table marts.summary_comparisons (client_id text, report_date date, advertiser_id "
    "bigint, advertiser_label text, metric text, metric_reason text, metric_value decimal(18, 4), "
    "mean_7_days_before decimal(18, 4))",
    "create table marts.fct_source_daily (client_id text, report_date date, redtrack_source_id "
    "text, redtrack_source text, advertiser_id bigint, is_mapped boolean, spend decimal(18, 4), "
    "tracker_conversions bigint)",
    "create table marts.fct_affiliate_daily (client_id text, report_date date, advertiser_id "
    "bigint, advertiser_label text, affiliate_label text, is_internal boolean, spend_rows bigint, "
    "conversions bigint, tracker_conversions bigint, uncosted_conversions bigint)",
    "create table marts.budget_pace (client_id text, advertiser_id bigint, advertiser_label text, "
    "last_complete_date date, pace decimal(18, 4), projected_cost decimal(18, 4), "
    "budget decimal(18, 4))",
)


class Marts:
    """A project whose marts begin with eight complete days of advertiser CCW."""

    def __init__(self, project: Project) -> None:
        self.project = project
        days = [DAY - timedelta(back) for back in range(8)]
        row = "1, 250, 100, 2000, true, null, 9000, 6000, 3000, 24, 20, null, null, null"
        rows = ", ".join(f"('713', date '{day}', {row})" for day in days)
        project.execute(
            RUN.replace("12-10", "12-19"), *TABLES, f"insert into marts.daily_summary values {rows}"
        )

    def add(self, mart: str, *rows: str) -> None:
        self.project.execute(f"insert into marts.{mart} values {', '.join(rows)}")

    def compare(self, **metrics: tuple[object, object]) -> None:
        """Of each metric its value, and the mean of the 7 days before."""
        for name, (value, usual) in metrics.items():
            reason = "'no conversions'" if value == "null" else "null"
            row = f"('713', date '{DAY}', 1, 'CCW', '{name}', {reason}, {value}, {usual})"
            self.add("summary_comparisons", row)

    def source(self, spend: float, conversions: int, *, usual: tuple[float, int]) -> None:
        """What a source spent and brought, and what on each of the 7 days before."""
        for back in range(8):
            paid, count = usual if back else (spend, conversions)
            self.add(
                "fct_source_daily",
                f"('713', date '{DAY - timedelta(back)}', 'aa', 'Google Ads', 1, true, {paid}, "
                f"{count})",
            )

    @property
    def subject(self) -> Subject:
        settings = Settings(self.project.root, self.project.process_environ)
        warehouse = settings.warehouse("prod" if self.project.database else "dev")
        client = read_client(Path("data/clients/713/config/client.toml"))
        as_of = AsOf.of(warehouse, "713")
        assert as_of
        return Subject(warehouse, client, as_of, 14)

    def said(self) -> list[str]:
        return headline(self.subject)

    def hands(self) -> list[Hand]:
        return hands(self.subject, NOW)
