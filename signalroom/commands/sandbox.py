"""signalroom sandbox"""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from signalroom.config.settings import project_root

if TYPE_CHECKING:
    from sandbox.server import Sandbox

ACCOUNT = "713"


@click.command()
@click.option(
    "--port",
    type=click.IntRange(0, 65_534),  # the bucket has the one after it
    default=8765,
    show_default=True,
    help="Port on this machine; 0 for any that is free.",
)
@click.option("--write-env", is_flag=True, help="Make the .env that the block below is for.")
def sandbox(port: int, write_env: bool) -> None:
    """Serve local stand-ins of the outside services, with made data, until interrupted.

    Prints what a .env must say for `signalroom load` to ask them, in a warehouse of its own.

    \b
    signalroom sandbox --port 8765
    signalroom sandbox --write-env
    """
    check_installed()
    from sandbox.server import serve

    env = project_root() / ".env" if write_env else None
    if env:
        refuse_what_is_there(env)

    def tell(running: "Sandbox") -> None:
        block = env_block(running)
        if env:
            write(env, block)
        click.echo(f"In .env, for client {ACCOUNT}:\n\n{block}")

    serve(port, tell)


def env_block(sandbox: "Sandbox") -> str:
    """The lines of a .env that point a client at the sandbox, and at a warehouse of its own."""
    from loaders.registry import SOURCES

    variables = {"DUCKDB_PATH": "sandbox.duckdb"}  # made data never meets real data
    for source in SOURCES:
        variables |= sandbox.environ(source, ACCOUNT)
    for service in sandbox.messaging:
        variables |= sandbox.environ(service.name, ACCOUNT)
    # without interpolation, as a key file in JSON has line ends of its own
    return "".join(f"{name}='{value}'\n" for name, value in variables.items())


def write(path: Path, block: str) -> None:
    """Make a file that only its owner can read; one that is there stays as it is."""
    refuse_what_is_there(path)
    path.touch(mode=0o600, exist_ok=False)
    path.write_text(block)


def refuse_what_is_there(path: Path) -> None:
    """ClickException where there is such a file."""
    if path.exists():
        raise click.ClickException(
            f"{path} is there already and stays as it is; move it away, or put the block of "
            "`signalroom sandbox` in by hand"
        )


def check_installed() -> None:
    """The sandbox's packages are an extra, which production does without."""
    try:
        import sandbox.server  # noqa: F401
    except ModuleNotFoundError as missing:
        raise click.ClickException(
            f"the sandbox needs the package {missing.name}, which is not installed; "
            "run `make install-sandbox`"
        ) from None
