"""Options that several commands share."""

import click

target_option = click.option(
    "--target",
    type=click.Choice(["dev", "prod"]),
    default="dev",
    show_default=True,
    help="dev is the DuckDB file, prod is Postgres.",
)
client_option = click.option(
    "--client", "client_id", metavar="ID", help="One client; else every active one."
)
