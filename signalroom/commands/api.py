"""signalroom api"""

from datetime import UTC, datetime

import click
from click.core import ParameterSource

from signalroom.config.settings import Settings
from signalroom.options import target_option
from signalroom.printing import format_option, show


@click.group(invoke_without_command=True)
@target_option
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option(
    "--port", type=click.IntRange(1, 65_535), default=8000, show_default=True, help="Its port."
)
@click.pass_context
def api(context: click.Context, target: str, host: str, port: int) -> None:
    """Serve rows of the marts over HTTP, to whoever has a key, until interrupted.

    It serves a snapshot of the newest good build, and another as soon as there is one. /docs
    describes it. TLS is the business of a proxy before it.

    \b
    signalroom api keys create --name dashboard --client 713
    signalroom api
    signalroom api --target prod --port 8080
    """
    if context.invoked_subcommand is not None:
        if context.get_parameter_source("target") is not ParameterSource.DEFAULT:
            raise click.UsageError("give --target behind what is to be done with keys")
        return
    from loaders.errors import LoadError

    try:
        from signalroom.api.serving import serve
    except ModuleNotFoundError as missing:
        raise click.ClickException(
            f"the API needs the package {missing.name}, which is not installed; "
            "run `make install-api`"
        ) from None
    settings = Settings.of_this_process()
    try:
        serve(settings, settings.warehouse(target), host, port)
    except LoadError as error:
        raise click.ClickException(str(error)) from None


@api.group()
def keys() -> None:
    """Who may read what. A key that is created or revoked is known to a running API in seconds."""


@keys.command()
@target_option
@click.option("--name", required=True, help="Who uses it, for the list.")
@click.option("--client", "client_ids", metavar="ID", multiple=True, help="A client it is for.")
@click.option("--all-clients", is_flag=True, help="It is for all clients, also later ones.")
def create(target: str, name: str, client_ids: tuple[str, ...], all_clients: bool) -> None:
    """Make a key for some clients, and print it this once.

    \b
    signalroom api keys create --name dashboard --client 713
    signalroom api keys create --name agency --all-clients --target prod
    """
    from loaders.errors import LoadError
    from signalroom.api import keys as stored

    if bool(client_ids) == all_clients:
        raise click.UsageError("give either --client, once or more, or --all-clients")
    settings = Settings.of_this_process()
    known = {client.client_id for client in settings.clients()}
    if unknown := sorted(set(client_ids) - known):
        raise click.UsageError(f"no client {', '.join(unknown)} under data/clients")
    try:
        store = stored.key_store(settings, settings.warehouse(target))
        key = stored.create(store, name, None if all_clients else client_ids)
    except LoadError as error:
        raise click.ClickException(str(error)) from None
    click.echo(key)
    click.echo("It is not kept and cannot be shown again.", err=True)


@keys.command("list")
@target_option
@format_option
def list_(target: str, kind: str) -> None:
    """Show all keys by their ids, and those that were revoked.

    \b
    signalroom api keys list
    signalroom api keys list --target prod --format json
    """
    from loaders.errors import LoadError
    from signalroom.api import keys as stored
    from signalroom.tables import Part

    settings = Settings.of_this_process()
    try:
        rows = stored.key_store(settings, settings.warehouse(target)).read()
    except LoadError as error:
        raise click.ClickException(str(error)) from None
    header = ("id", "name", "scopes", "created", "revoked")
    cells = [
        (row.key_id, row.name, row.scopes, _minute(row.created_at), _minute(row.revoked_at))
        for row in rows
    ]
    show([Part("API keys", header, cells, texts=("name",))], kind)


@keys.command()
@click.argument("key_id")
@target_option
def revoke(key_id: str, target: str) -> None:
    """Let a key open nothing any more; KEY_ID is as `signalroom api keys list` shows it.

    \b
    signalroom api keys revoke 1f2e3d4c
    signalroom api keys revoke 1f2e3d4c --target prod
    """
    from loaders.errors import LoadError
    from signalroom.api import keys as stored
    from signalroom.terminal import say

    settings = Settings.of_this_process()
    try:
        held = stored.revoke(stored.key_store(settings, settings.warehouse(target)), key_id)
    except LoadError as error:
        raise click.ClickException(str(error)) from None
    if held is None:
        raise click.ClickException(f"no key {key_id} holds; see signalroom api keys list")
    say(f"{key_id} ({held.name}): revoked")


def _minute(moment: datetime | None) -> str | None:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M}" if moment else None
