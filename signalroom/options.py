"""Options that several commands share."""

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import click


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
            return datetime.strptime(str(value), "%Y-%m-%d").date()  # noqa: DTZ007  # a day has no zone
        except ValueError:
            self.fail(f"{value!r} is not a date; use YYYY-MM-DD", param, ctx)


DAY = Day()
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
