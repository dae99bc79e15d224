"""The command's entry: one group, one module a command under `commands/`."""

import logging

import click

from signalroom.commands.alerts import alerts
from signalroom.commands.anomalies import anomalies
from signalroom.commands.api import api
from signalroom.commands.backup import backup
from signalroom.commands.build import build
from signalroom.commands.dbt import dbt
from signalroom.commands.dead_letters import dead_letters
from signalroom.commands.demo import demo
from signalroom.commands.docs import docs
from signalroom.commands.doctor import doctor
from signalroom.commands.export import export
from signalroom.commands.load import load
from signalroom.commands.mappings import mappings
from signalroom.commands.notify import notify
from signalroom.commands.query import query
from signalroom.commands.report import report
from signalroom.commands.restore import restore
from signalroom.commands.review import review
from signalroom.commands.run import run
from signalroom.commands.sandbox import sandbox
from signalroom.commands.status import status
from signalroom.commands.summary import summary
from signalroom.terminal import PlainFormatter, PlainGroup


@click.group(cls=PlainGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="signalroom")
def main() -> None:
    """SignalRoom: conversions, revenue, spend and CPA per client and advertiser, every morning.

    \b
    A first look without any account:   make demo
    Every morning:                      signalroom run
    """
    handler = logging.StreamHandler()
    handler.setFormatter(PlainFormatter())
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    logging.getLogger("loaders").setLevel(logging.INFO)


REPORTING = (status, review, doctor, summary, query, report, export, api)
OPERATING = (run, load, build, notify, alerts, anomalies, dead_letters, backup, restore)
for command in (*OPERATING, *REPORTING, mappings, docs, dbt, sandbox, demo):
    main.add_command(command)
