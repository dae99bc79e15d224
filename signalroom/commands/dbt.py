"""signalroom dbt"""

import subprocess
import sys
from pathlib import Path

import click

from signalroom.config.settings import Settings


@click.command(context_settings={"ignore_unknown_options": True, "help_option_names": []})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def dbt(arguments: tuple[str, ...]) -> None:
    """Run dbt with the settings of .env, from anywhere in its own process.

    \b
    signalroom dbt build
    signalroom dbt test --target prod
    """
    sys.exit(run_dbt(Settings.of_this_process(), *arguments))


def run_dbt(settings: Settings, *arguments: str) -> int:
    """dbt as a process of its own: one that has imported dbt keeps the DuckDB file locked."""
    program = Path(sys.executable).with_name("dbt")
    command = [str(program), *arguments]
    return subprocess.run(command, env=settings.dbt_environ(), cwd=settings.root).returncode  # noqa: S603, PLW1510
