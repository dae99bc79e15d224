"""signalroom alerts"""

import re
from datetime import UTC, date, datetime, time, timedelta

import click

from loaders import clock
from signalroom.config.settings import Settings
from signalroom.options import DAY, target_option
from signalroom.printing import format_option, show

UNITS = {"m": "minutes", "h": "hours", "d": "days"}


class Duration(click.ParamType[timedelta]):
    """Some time as people write it: 90m, 8h, 3d."""

    name = "DURATION"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> timedelta:
        found = re.fullmatch(r"(\d{1,4})([mhd])", str(value))
        if not found:
            self.fail(f"{value!r} is no duration; use one such as 90m, 8h or 3d", param, ctx)
        return timedelta(**{UNITS[found[2]]: int(found[1])})


@click.group()
def alerts() -> None:
    """What is wrong and what people were told of it."""


@alerts.command("list")
@target_option
@format_option
def list_(target: str, kind: str) -> None:
    """Show the alerts that are open, and messages that did not arrive.

    An unsteady one comes and goes; it is told as recovered when it has stayed away for 12 hours.

    \b
    signalroom alerts list
    signalroom alerts list --target prod --format json
    """
    from loaders.errors import LoadError
    from signalroom.operations.alerts.listing import listed

    try:
        warehouse = Settings.of_this_process().warehouse(target)
        with warehouse.reading():
            parts = list(listed(warehouse, clock.now()))
    except LoadError as error:
        raise click.ClickException(str(error)) from None
    show(parts, kind)


@alerts.command()
@click.argument("key")
@target_option
@click.option("--for", "duration", type=Duration(), help="For so long, such as 90m, 8h or 3d.")
@click.option("--until", type=DAY, help="Until the first moment of a day, in UTC.")
def snooze(key: str, target: str, duration: timedelta | None, until: date | None) -> None:
    """Say nothing more of an open alert for a time; KEY is as `signalroom alerts list` shows it.

    Neither that it is there nor that it has recovered. Where it still stands afterwards, it is told
    again. With --for 0m it is told from now on.

    \b
    signalroom alerts snooze "load 713 everflow" --for 8h
    signalroom alerts snooze "load 713 everflow" --until 2027-01-02 --target prod
    """
    from loaders.errors import LoadError
    from signalroom.operations.alerts.listing import snooze as snooze_alert
    from signalroom.terminal import say

    if (duration is None) == (until is None):
        raise click.UsageError("give either --for or --until")
    now = clock.now()
    end = datetime.combine(until, time(), UTC) if until else now + (duration or timedelta(0))
    if until and end <= now:
        raise click.UsageError(f"--until {until} is over; to be told from now on: --for 0m")
    try:
        warehouse = Settings.of_this_process().warehouse(target)
        if not snooze_alert(warehouse, key, end, say):
            raise click.ClickException(f"no alert {key!r} is open; see signalroom alerts list")
    except LoadError as error:
        raise click.ClickException(str(error)) from None
    say(f"{key}: snoozed until {end:%Y-%m-%d %H:%M} UTC" if end > now else f"{key}: not snoozed")
