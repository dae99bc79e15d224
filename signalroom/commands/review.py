"""signalroom review"""

from dataclasses import astuple

import click

from signalroom.config.clients import select_clients
from signalroom.config.settings import Settings
from signalroom.options import client_option, target_option

ISSUES = (
    *("client", "source", "table", "kind", "word or file", "rows"),
    *("first day", "last day", "holds the day back", "example"),
)


@click.command()
@client_option
@target_option
@click.option(
    "--accept",
    "accepted",
    multiple=True,
    metavar="KIND[=WORD OR FILE]",
    help="Believe what is listed under this kind, or only this word or file of it.",
)
def review(client_id: str | None, target: str, accepted: tuple[str, ...]) -> None:
    """List what was not understood: unknown words, amounts that cannot be read, rejected rows.

    The days of it are not complete until it comes corrected, or somebody accepts it: then the
    same word, or the same version of the file, is never asked about again. No figure changes by
    that. A word gets a meaning by a line in data/clients/<id>/mappings/words.csv. What was refused
    has its original in `signalroom dead-letters`, which also puts it in its place once it can be.

    \b
    signalroom review
    signalroom review --client 713 --accept "unknown status=FAILED"
    signalroom review --client 713 --accept "rejected rows" --target prod
    """
    from loaders.errors import LoadError
    from loaders.ledger import NOT_LOADED
    from signalroom import review as reviewing
    from signalroom.operations.dead_letters.letters import REJECTED
    from signalroom.overview import check_loaded
    from signalroom.tables import print_table
    from signalroom.terminal import say

    settings = Settings.of_this_process()
    clients = select_clients(settings.clients(), client_id)
    try:
        warehouse = settings.warehouse(target)
        with warehouse.reading():
            check_loaded(settings, warehouse, "review")
            found = [
                issue
                for client in clients
                for issue in reviewing.issues(warehouse, client.client_id)
            ]
        if not found:
            click.echo("Everything was understood, or is accepted.")
        elif not accepted:
            print_table(f"Not understood in {warehouse.name}", ISSUES, map(astuple, found))
            if {REJECTED, NOT_LOADED} & {issue.kind for issue in found}:
                click.echo("What was refused, with its original: `signalroom dead-letters list`")
        for wanted in accepted:
            kind, _, subject = wanted.partition("=")
            chosen = [i for i in found if i.kind == kind and subject in {"", i.subject}]
            if not chosen:
                raise click.UsageError(f"--accept {wanted!r}: nothing like it is listed")
            with warehouse.lock("signalroom review", say):
                for issue in chosen:
                    reviewing.accept(warehouse, issue)
                    say(f"{issue.client_id}: {issue.kind} {issue.subject} is accepted")
        if accepted:
            click.echo("Their days count as complete from the next `signalroom build` on.")
    except LoadError as error:
        raise click.ClickException(str(error)) from None
