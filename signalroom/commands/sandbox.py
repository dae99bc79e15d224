"""signalroom sandbox"""

import click


@click.command()
@click.option("--port", default=8765, show_default=True, help="Port on this machine.")
def sandbox(port: int) -> None:
    """Serve local stand-ins of the outside services, with made data, until interrupted.

    \b
    signalroom sandbox --port 8765
    """
    check_installed()
    from sandbox.server import serve

    serve(port)


def check_installed() -> None:
    """The sandbox's packages are an extra, which production does without."""
    try:
        import sandbox.server  # noqa: F401
    except ModuleNotFoundError as missing:
        raise click.ClickException(
            f"the sandbox needs the package {missing.name}, which is not installed; "
            "run `make install-sandbox`"
        ) from None
