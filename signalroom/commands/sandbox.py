"""signalroom sandbox"""

import click


@click.command()
@click.option("--port", default=8765, show_default=True, help="Port on this machine.")
def sandbox(port: int) -> None:
    """Serve local stand-ins of the outside services, with made data, until interrupted.

    \b
    signalroom sandbox --port 8765
    """
    from sandbox.server import serve

    serve(port)
