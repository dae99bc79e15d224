"""The command's entry: one group, one module a command under `commands/`."""

import logging
from typing import Any

import click

from loaders.redaction import redact
from signalroom.commands.build import build
from signalroom.commands.dbt import dbt
from signalroom.commands.demo import demo
from signalroom.commands.doctor import doctor
from signalroom.commands.load import load
from signalroom.commands.mappings import mappings
from signalroom.commands.review import review
from signalroom.commands.sandbox import sandbox
from signalroom.commands.status import status
from signalroom.commands.summary import summary


class Redacted(click.Group):
    """Says what is wrong without secrets."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except click.UsageError:  # of what somebody has just typed
            raise
        except click.ClickException as error:
            raise click.ClickException(redact(error.message)) from None


@click.group(cls=Redacted, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="signalroom")
def main() -> None:
    """SignalRoom: conversions, revenue, spend and CPA per client and advertiser, every morning.

    \b
    A first look without any account:   make demo
    Every morning:                      make -k load build
    """
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    logging.getLogger("loaders").setLevel(logging.INFO)


for command in (load, build, status, review, doctor, summary, mappings, dbt, sandbox, demo):
    main.add_command(command)
