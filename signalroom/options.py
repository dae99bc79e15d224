"""Options that several commands share."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from loaders import clock

if TYPE_CHECKING:
    from signalroom.config.clients import Client

YEARS = range(2000, 2100)  # another one is a slip, and the calendar ends somewhere


@dataclass(frozen=True)
class ReportOptions:
    """How a report is written unless somebody asks for another."""

    days: int = 35
    out: Path = Path("report")
    formats: tuple[str, ...] = ("html", "png", "eml")
    docs: str = "../../site"  # as seen from the page


USUAL_REPORT = ReportOptions()


class Day(click.ParamType[date]):
    """A day as people write it: YYYY-MM-DD."""

    name = "YYYY-MM-DD"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> date:
        try:
            day = datetime.strptime(str(value), "%Y-%m-%d").date()  # noqa: DTZ007  # a day has no zone
        except ValueError:
            self.fail(f"{value!r} is not a date; use YYYY-MM-DD", param, ctx)
        if day.year not in YEARS:
            self.fail(f"{value!r} is not of {YEARS[0]} to {YEARS[-1]}", param, ctx)
        return day


DAY = Day()
DAYS = click.IntRange(1, 3_660)  # ten years of them
target_option = click.option(
    "--target",
    type=click.Choice(["dev", "prod"]),
    default="dev",
    show_default=True,
    help="dev is the DuckDB file, prod is Postgres.",
)
client_option = click.option(
    "--client", "client_id", metavar="ID", help="One client; else every active one."
)


def check_days(
    clients: "Iterable[Client]", start: date | None, end: date | None, *, full_refresh: bool
) -> None:
    """UsageError where these days of the clients cannot be read."""
    from loaders.windows import local_day

    if start and end and end < start:
        raise click.UsageError(f"--end-date {end} is before --start-date {start}")
    if full_refresh and start:
        raise click.UsageError("--full-refresh reads from the client's start date: no --start-date")
    newest = max(filter(None, (start, end)), default=None)
    for client in clients:
        if newest and newest > local_day(clock.now(), client.timezone):
            raise click.UsageError(f"{newest} is in the future for client {client.client_id}")
