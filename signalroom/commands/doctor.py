"""signalroom doctor"""

import sys

import click

from signalroom.config.settings import Settings
from signalroom.options import client_option, target_option

MARKS = {"ok": "ok  ", "warn": "warn", "fail": "FAIL"}


@click.command()
@client_option
@target_option
def doctor(client_id: str | None, target: str) -> None:
    """Check configuration, credentials, every service and the warehouse: a line each, with the fix.

    Exit code 1 when something would make a load fail.

    \b
    signalroom doctor
    signalroom doctor --client 713 --target prod
    """
    from signalroom.examination import examine
    from signalroom.terminal import say

    failed = False
    for finding in examine(Settings.of_this_process(), target, client_id):
        say(f"{MARKS[finding.level]}  {finding.text}")
        failed |= finding.level == "fail"
    sys.exit(1 if failed else 0)
