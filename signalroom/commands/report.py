"""signalroom report"""

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import click

from loaders import clock
from signalroom.config.settings import Settings
from signalroom.options import DAY, DAYS, USUAL_REPORT, client_option, target_option

# page, pictures in two forms, e-mail, the day's figures for another program; the marts as tables
FORMATS = ("html", "png", "svg", "eml", "json", "csv", "xlsx", "parquet")


class Formats(click.ParamType[tuple[str, ...]]):
    """Some of the formats, with commas between them."""

    name = "FORMATS"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, ...]:
        chosen = tuple(part.strip() for part in str(value).split(","))
        for part in chosen:
            if part not in FORMATS:
                self.fail(f"{part!r} is none of {', '.join(FORMATS)}", param, ctx)
        return chosen


@click.command()
@client_option
@target_option
@click.option("--date", "through", type=DAY, help="The newest complete day up to this one.")
@click.option(
    "--days",
    type=DAYS,
    default=USUAL_REPORT.days,
    show_default=True,
    help="How many days up to it; figures of before are not on the page.",
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=USUAL_REPORT.out,
    show_default=True,
    help="Where each client gets a folder of its own; a report that is in it is replaced.",
)
@click.option(
    "--formats",
    type=Formats(),
    default=",".join(USUAL_REPORT.formats),
    show_default=True,
    help=f"Some of {', '.join(FORMATS)}, with commas between them.",
)
@click.option(
    "--docs",
    default=USUAL_REPORT.docs,
    show_default=True,
    help="The docs site, as seen from the page, for its links to definitions.",
)
@click.option("--note", default="", help="A line on page, pictures and mail: that data are made.")
@click.option(
    "--capsule", is_flag=True, help="One archive a client instead, to hand over, of every format."
)
def report(
    *,
    client_id: str | None,
    target: str,
    through: date | None,
    days: int,
    out: Path,
    formats: tuple[str, ...],
    docs: str,
    note: str,
    capsule: bool,
) -> None:
    """Write the report: a page to open in a browser, pictures for messages, an e-mail.

    The page is a folder of files that needs no server and asks nobody for anything. A capsule is
    an archive with the page, pictures, mail, all marts of the client as CSV and Parquet, and what
    their columns mean; nothing of another client is in it.

    \b
    signalroom report
    signalroom report --client 713 --date 2025-12-18 --days 90
    signalroom report --target prod --formats png,eml --out /srv/reports
    signalroom report --client 713 --capsule
    """
    from loaders.errors import LoadError
    from signalroom.config.clients import select_clients
    from signalroom.overview import check_loaded
    from signalroom.report import check_marts
    from signalroom.report.as_of import AsOf
    from signalroom.report.capsule import write_capsule
    from signalroom.report.folder import write_report
    from signalroom.report.subject import Subject
    from signalroom.terminal import plain, say

    note = plain(note)
    settings = Settings.of_this_process()
    clients = select_clients(settings.clients(), client_id)
    now = clock.now()
    if through:  # what needs a hand is that of the day's next noon
        now = min(now, datetime.combine(through, time(12), UTC) + timedelta(1))
    try:
        warehouse = settings.warehouse(target)
        with warehouse.reading():
            check_loaded(settings, warehouse, "report")
            check_marts(warehouse)
            for client in clients:
                as_of = AsOf.of(warehouse, client.client_id, through=through or date.max)
                if as_of is None:
                    say(f"Client {client.client_id}: no day is loaded yet")
                    continue
                subject = Subject(warehouse, client, as_of, days)
                if capsule:
                    say(write_capsule(subject, out, now=now, note=note))
                    continue
                written = write_report(subject, out, formats=formats, docs=docs, now=now, note=note)
                for path in written:
                    say(path)
    except LoadError as error:
        raise click.ClickException(str(error)) from None
    except OSError as error:
        raise click.ClickException(f"the report cannot be written: {error}") from None
