"""signalroom query"""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from signalroom.config.settings import Settings
from signalroom.options import target_option

if TYPE_CHECKING:
    from signalroom.tables import Part

FORMATS = ("table", "csv", "json", "xlsx")


@click.command()
@click.argument("sql", required=False)
@target_option
@click.option("--name", metavar="NAME", help="A question of docs/queries.sql instead.")
@click.option("--list", "list_them", is_flag=True, help="List the questions of docs/queries.sql.")
@click.option(
    "--format",
    "kind",
    type=click.Choice(FORMATS),
    default="table",
    show_default=True,
    help="For people, for a spreadsheet, for a program, for Excel.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The file of an xlsx alone; else query.xlsx, or the question's name.",
)
def query(
    *, sql: str | None, target: str, name: str | None, list_them: bool, kind: str, out: Path | None
) -> None:
    """Ask the warehouse in SQL; nothing can be changed by it.

    The marts are in schema `marts`; docs/glossary.md and `signalroom docs` say what is in them.
    The same statement runs on DuckDB (dev) and Postgres (prod) where it keeps to what both know.

    \b
    signalroom query "select report_date, sum(spend) as spend from marts.daily_summary group by 1"
    signalroom query --list
    signalroom query --name what-moved-cpa --target prod
    signalroom query --name top-affiliates --format xlsx
    """
    from loaders.errors import LoadError
    from signalroom.questions import answer, question, questions
    from signalroom.tables import Part

    if [bool(sql), bool(name), list_them].count(True) != 1:
        raise click.UsageError("give one of these: a statement, --name NAME, or --list")
    if out and kind != "xlsx":
        raise click.UsageError("--out is the file of an xlsx; of another form write `> FILE`")
    try:
        (sql or "").encode()
    except UnicodeEncodeError:  # bytes that the shell let through
        raise click.UsageError("the statement is not UTF-8") from None
    settings = Settings.of_this_process()
    if list_them:
        found = [(one.name, one.first_sentence) for one in questions(settings.root)]
        _show(Part("", ("name", "what it answers"), found, ("what it answers",)), kind, out, "list")
        return
    asked = question(settings.root, name).sql if name else sql or ""
    try:
        warehouse = settings.warehouse(target)
        if not warehouse.exists():
            raise click.ClickException(f"{warehouse.name} is not there; run `make -k load build`")
        part = answer(*warehouse.ask(asked))
    except LoadError as error:
        raise click.ClickException(str(error)) from None
    _show(part, kind, out, name or "query")


def _show(part: "Part", kind: str, out: Path | None, name: str) -> None:
    from signalroom.export.files import beside
    from signalroom.export.rows import of_values
    from signalroom.export.xlsx_file import write
    from signalroom.printing import show
    from signalroom.terminal import say

    if kind != "xlsx":
        show([part], kind)
        return
    path = out or Path(f"{name}.xlsx")
    try:
        with beside(path) as file:
            notes = write(of_values(name, part.header, part.rows), file)
    except OSError as error:
        raise click.ClickException(f"cannot write {path}: {error.strerror}") from None
    say(f"{path}: {len(part.rows):,} rows")
    for note in notes:
        say(f"    {note}")
