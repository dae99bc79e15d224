"""signalroom notify"""

import sys

import click

from loaders import clock
from signalroom.config.clients import select_clients
from signalroom.config.notifications import KINDS
from signalroom.config.settings import Settings
from signalroom.options import client_option, target_option


@click.group()
def notify() -> None:
    """Messages to Slack, by e-mail and by SMS."""


@notify.command()
@client_option
@target_option
@click.option("--channel", "kind", type=click.Choice(KINDS), help="One; else each that is on.")
def test(client_id: str | None, target: str, kind: str | None) -> None:
    """Send a test message, and say what became of it on each channel.

    One for each client, and one for what is about none; they go the way of every other message. A
    channel is on when its variables in .env are set. Exit code 1 when one did not arrive, is set up
    wrongly, or when none is on.

    \b
    signalroom notify test
    signalroom notify test --channel slack
    signalroom notify test --client 713 --target prod
    """
    from loaders.errors import LoadError
    from signalroom.operations.notify.testing import send_test
    from signalroom.terminal import say

    settings = Settings.of_this_process()
    chosen = select_clients(settings.clients(), client_id)
    of_none = [] if client_id else [None]
    try:
        warehouse = settings.warehouse(target)
        arrived = send_test(
            settings, warehouse, [*of_none, *chosen], kind, now=clock.now(), say=say
        )
    except LoadError as error:
        raise click.ClickException(str(error)) from None
    sys.exit(0 if arrived else 1)
