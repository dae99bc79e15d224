"""signalroom dead-letters"""

import json
import sys
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, timedelta
from typing import TYPE_CHECKING, Any

import click

from loaders import clock
from signalroom.config.clients import Client, select_clients
from signalroom.config.settings import Settings
from signalroom.options import DAYS, client_option, target_option
from signalroom.printing import format_option
from signalroom.stopping import stoppable
from signalroom.terminal import say

if TYPE_CHECKING:
    from signalroom.operations.dead_letters import Letter

HEADER = (
    *("id", "state", "what", "client", "source", "table", "first day", "last day"),
    *("holds back", "refused at (UTC)", "from", "line", "reason"),
)
BUILD = "Their days count as complete from the next `signalroom build` on."


def chosen(command: Callable[..., None]) -> Callable[..., None]:
    """The options that say which letters."""
    for option in (
        click.option("--reason", metavar="TEXT", help="Only where the reason has this in it."),
        click.option("--table", metavar="NAME", help="Only of this raw table."),
        click.option("--source", metavar="NAME", help="Only of this source."),
        client_option,
        target_option,
    ):
        command = option(command)
    return command


@click.group("dead-letters")
def dead_letters() -> None:
    """What was refused anywhere: rows, files, answers; and putting it in its place.

    \b
    signalroom dead-letters list --source everflow
    signalroom dead-letters show 3f2a
    signalroom dead-letters replay --reason "is not a number"
    """


@dead_letters.command("list")
@chosen
@click.option("--all", "all_of_them", is_flag=True, help="Also those that nothing waits for.")
@format_option
def list_(*, all_of_them: bool, kind: str, target: str, **which: str | None) -> None:
    """List what was refused and is in no table yet, the newest first.

    `holds back` counts the days that are not complete as long as it is so. With --all also what was
    replayed, and what is settled: its day, or another version of its file, was read since.

    \b
    signalroom dead-letters list --client 713
    signalroom dead-letters list --all --format csv
    """
    from signalroom.printing import show
    from signalroom.tables import Part

    _, _, found = _found(target, **which)
    rows = [_row(one) for one in found if all_of_them or one.is_waiting]
    if rows or kind != "table":
        show([Part("", HEADER, rows, ("from", "reason"), ("line", "from"))], kind)
    else:
        click.echo("Nothing that was refused waits for anybody.")


@dead_letters.command("show")
@click.argument("letter", metavar="ID")
@target_option
@client_option
@format_option
def show_(letter: str, target: str, client_id: str | None, kind: str) -> None:
    """Show one letter with its original; the beginning of an id is enough.

    Of a file the original is its name and version in the bucket. Secrets and card numbers are not
    in it.

    \b
    signalroom dead-letters show 3f2a
    """
    from signalroom.operations.dead_letters import original
    from signalroom.printing import show
    from signalroom.tables import Part

    settings, _, found = _found(target, client_id)
    one = _one(found, letter)
    payload = original(settings.warehouse(target), one)
    if kind != "table":
        show([Part("", (*HEADER, "original"), [(*_row(one), payload)])], kind)
        return
    for name, value in zip(HEADER, _row(one), strict=True):
        say(f"{name:<18}{value}")
    say(f"{'its days':<18}{', '.join(map(str, one.holds)) or '–'}")
    for line in _lines(payload):
        say(line)


@dead_letters.command()
@click.argument("ids", nargs=-1, metavar="[ID]...")
@chosen
@stoppable()
def replay(ids: tuple[str, ...], target: str, **which: str | None) -> None:
    """Put what was refused in its place, once: those named, or all that wait.

    For what can be read now: by a newer release, by another setting or word. A row goes from here
    through the same checks as on its first day; a file, an answer, and a row of which a part had
    to be hidden are read again at their source. What is refused again stays, with the new reason:
    exit code 1.

    \b
    signalroom dead-letters replay 3f2a
    signalroom dead-letters replay --source s3_exports --client 713
    """
    from loaders.errors import LoadError
    from signalroom.operations import dead_letters as letters

    settings, clients, found = _found(target, **which)
    named = [_one(found, beginning) for beginning in ids] or found
    wanted = {one.row.rejected_row_id for one in named if one.is_waiting}
    for one in named if ids else ():
        if not one.is_waiting:
            say(f"{one.name}: nothing to do, it is {one.state}")
    if not wanted:
        click.echo("Nothing that was refused waits for anybody.")
        return
    try:
        left = letters.replay(settings, target, clients, wanted, say)
    except LoadError as error:
        raise click.ClickException(str(error)) from None
    placed = max(0, len(wanted) - len(left))  # of a row, several may be refused in its stead
    say(f"{placed:,} of {len(wanted):,} are in their place")
    if placed:
        click.echo(BUILD)
    for one in left:
        say(f"{one.name} waits still: {one.row.reason}")
    sys.exit(1 if left else 0)


@dead_letters.command()
@click.option(
    "--older-than",
    type=click.IntRange(0, DAYS.max),
    required=True,
    metavar="DAYS",
    help="Refused before.",
)
@chosen
def purge(older_than: int, target: str, **which: str | None) -> None:
    """Throw away what was refused long ago and is replayed, settled or accepted.

    What is open stays, as its day would else count as complete without it: replay it, or accept it
    (`signalroom review --accept`).

    \b
    signalroom dead-letters purge --older-than 90
    """
    from loaders.errors import LoadError
    from signalroom.operations import dead_letters as letters

    settings, _, found = _found(target, **which)
    warehouse = settings.warehouse(target)
    before = clock.now() - timedelta(older_than)
    try:
        with warehouse.lock("signalroom dead-letters", say):
            gone, left = letters.purge(warehouse, found, before)
    except LoadError as error:
        raise click.ClickException(str(error)) from None
    say(f"{gone:,} letters of more than {older_than} days ago are gone")
    if left:
        held = sorted({day for one in left for day in one.holds})
        days = f"; not complete for them: {', '.join(map(str, held))}" if held else ""
        say(f"{len(left):,} are open and stay{days}")


def _found(
    target: str,
    client_id: str | None = None,
    source: str | None = None,
    table: str | None = None,
    reason: str | None = None,
) -> "tuple[Settings, Sequence[Client], list[Letter]]":
    """The letters that the options name, and the clients that they are of."""
    from loaders.errors import LoadError
    from loaders.registry import SOURCES
    from signalroom.operations.dead_letters import letters
    from signalroom.overview import check_loaded

    _check("source", source, SOURCES)
    _check("table", table, (one.name for source in SOURCES.values() for one in source.tables))
    settings = Settings.of_this_process()
    clients = select_clients(settings.clients(), client_id)
    try:
        warehouse = settings.warehouse(target)
        with warehouse.reading():
            check_loaded(settings, warehouse, "dead-letters")
            found = letters(warehouse, [client.client_id for client in clients])
    except LoadError as error:
        raise click.ClickException(str(error)) from None
    return (
        settings,
        clients,
        [
            one
            for one in found
            if source in (None, one.row.source)
            and table in (None, one.row.table_name)
            and (reason or "").casefold() in one.row.reason.casefold()
        ],
    )


def _check(what: str, name: str | None, known: Iterable[str]) -> None:
    """UsageError where a slip would find nothing, as if all were well."""
    if name is not None and name not in (names := list(known)):
        raise click.UsageError(f"There is no {what} {name!r}; known {what}s: {', '.join(names)}")


def _one(found: "Sequence[Letter]", beginning: str) -> "Letter":
    """The letter whose id begins so."""
    alike = [one for one in found if one.row.rejected_row_id.startswith(beginning.lower())]
    if len(alike) != 1:
        many = f"{len(alike):,} begin so" if alike else "there is none"
        raise click.UsageError(f"{beginning!r}: {many}; see `signalroom dead-letters list --all`")
    return alike[0]


def _row(one: "Letter") -> tuple[Any, ...]:
    from signalroom.operations.dead_letters.letters import SHOWN

    row, days = one.row, one.days
    at = f"{row.rejected_at.astimezone(UTC):%Y-%m-%d %H:%M}"
    place = (row.client_id, row.source, row.table_name, days.start, days.end, len(one.holds))
    whence = (at, row.origin, row.line or None, row.reason)
    return (row.rejected_row_id[:SHOWN], one.state, row.kind, *place, *whence)


def _lines(payload: str) -> list[str]:
    """The original over several lines, where all of it is there."""
    try:
        return json.dumps(json.loads(payload), indent=2, ensure_ascii=False).splitlines()
    except ValueError:
        return [payload]
