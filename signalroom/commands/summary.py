"""signalroom summary"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import click

from loaders.warehouse import Warehouse
from signalroom.config.settings import Settings
from signalroom.options import client_option, target_option

Row = tuple[Any, ...]

ADVERTISER = {"id": "advertiser_id", "advertiser": "advertiser_label"}
SUMMARY = {
    "date": "report_date",
    **ADVERTISER,
    "conversions": "conversions",
    "revenue": "revenue",
    "payout": "payout",
    "spend": "spend",
    "effective CPA": "effective_cpa",
    "CPA": "cpa",
    "complete?": "is_complete",
    "waiting for": "incomplete_reason",
}
ORDERS = {
    "date": "report_date",
    **ADVERTISER,
    "orders": "orders",
    "approved": "approved_orders",
    "approval rate": "approval_rate",
    "order revenue": "order_revenue",
    "AOV": "aov",
    "orders complete?": "orders_complete",
    "waiting for": "orders_incomplete_reason",
}
STATES = {
    "state": "state_code",
    **ADVERTISER,
    "orders": "orders",
    "first orders": "first_orders",
    "decline rate": "decline_rate",
    "order revenue": "revenue",
    "AOV": "aov",
    "core orders": "core_orders",
    "core revenue": "core_revenue",
}
STATES_SHOWN = 10
BY_ADVERTISER = "advertiser_id < 0, abs(advertiser_id)"  # what has none comes last
CPAS = {"effective CPA": "effective_cpa_reason", "CPA": "cpa_reason"}
PACE = {
    "advertiser": "advertiser_label",
    "basis": "target_basis",
    "budget": "budget",
    "cost": "cost_to_date",
    "used": "budget_used_rate",
    "pace": "pace",
    "left a day": "remaining_per_day",
    "CPA": "cpa_to_date",
    "to target": "cpa_distance",
    "target line": "match_status",
}
FUNNEL = ("step", "event", "entries (persons x days)", "of all entries", "of the step before")
EMAILS = ("e-mail", "sent", "read", "rate", "clicked", "rate", "bounced", "unsubscribed")

ADDED = {"conversions", "revenue", "payout", "spend", "orders", "approved", "order revenue"}
SHARES = {
    *("approval rate", "decline rate", "used", "rate"),
    *FUNNEL[3:],
}
MARTS = ("daily_summary", "state_heatmap", "budget_pace", "fct_funnel_daily", "fct_email_daily")


@click.command()
@client_option
@target_option
@click.option(
    "--days",
    type=click.IntRange(1),
    default=7,
    show_default=True,
    help="How many of the newest days.",
)
def summary(client_id: str | None, target: str, days: int) -> None:
    """Print the daily summary; what is loaded of orders, funnel, e-mail and targets follows.

    \b
    signalroom summary
    signalroom summary --client 713 --days 30 --target prod
    """
    from loaders.errors import LoadError
    from signalroom.config.clients import select_clients
    from signalroom.review import lines, print_lines

    settings = Settings.of_this_process()
    try:
        warehouse = settings.warehouse(target)
        for client in select_clients(settings.clients(), client_id):
            print_summary(warehouse, client.client_id, days=days)
            print_orders(warehouse, client.client_id, days=days)
            print_funnel(warehouse, client.client_id, days=days)
            print_email(warehouse, client.client_id, days=days)
            print_pace(warehouse, client.client_id)
            print_lines(list(lines(warehouse, client.client_id)))
    except LoadError as error:
        raise click.ClickException(str(error)) from None


def print_summary(warehouse: Warehouse, client_id: str, *, days: int | None) -> None:
    """Print the rows of marts.daily_summary of the newest `days`, or of all, and their sums.

    Complete days of an advertiser without conversions and money are left out, and so are days that
    only orders reach back to.
    """
    marts = warehouse.columns("marts")
    for mart in MARTS:
        if mart not in marts:
            raise click.ClickException(
                f"{warehouse.name} has no marts.{mart} yet; run `signalroom build`"
            )
    columns = [*SUMMARY.values(), *CPAS.values()]
    if {*columns, *ORDERS.values()} - marts["daily_summary"].keys():
        raise click.ClickException(
            f"marts.daily_summary of {warehouse.name} is of an earlier version; "
            "run `signalroom build`"
        )
    rows = warehouse.query(
        f"select {', '.join(columns)} from marts.daily_summary "  # noqa: S608
        "where client_id = %s and (conversions <> 0 or revenue <> 0 or payout <> 0 or spend <> 0 "
        "or (not is_complete and incomplete_reason <> 'not loaded')) "
        f"order by report_date, {BY_ADVERTISER}",
        (client_id,),
    )
    newest = _newest(rows, days)
    shown = [row[: len(SUMMARY)] for row in newest]
    title = f"Daily summary of client {client_id}, money in the client's currency"
    _print(title, SUMMARY, [*shown, *_sums(SUMMARY, shown)])
    for line in _reasons(newest):
        click.echo(line)


def print_orders(warehouse: Warehouse, client_id: str, *, days: int) -> None:
    """Print the orders of the newest `days` and their sums, and the top states; or nothing."""
    rows = warehouse.query(
        f"select {', '.join(ORDERS.values())} from marts.daily_summary "  # noqa: S608
        "where client_id = %s and orders <> 0 "
        f"order by report_date, {BY_ADVERTISER}",
        (client_id,),
    )
    if shown := _newest(rows, days):
        title = f"Orders of client {client_id} by the day of the order; they are not conversions"
        _print(title, ORDERS, [*shown, *_sums(ORDERS, shown)])
    states = warehouse.query(
        f"select {', '.join(STATES.values())}, window_start_date, window_end_date, "  # noqa: S608
        "orders_complete from marts.state_heatmap where client_id = %s and window_name = '7_days' "
        f"order by revenue desc, state_code, advertiser_id limit {STATES_SHOWN}",
        (client_id,),
    )
    if states:
        start, end, is_complete = states[0][len(STATES) :]
        lacking = "" if is_complete else ", some orders are not loaded yet"
        title = f"Top states of client {client_id} by order revenue, {start}..{end}{lacking}"
        _print(title, STATES, [row[: len(STATES)] for row in states])


def print_funnel(warehouse: Warehouse, client_id: str, *, days: int) -> None:
    """Print how many entries reached each step in the newest `days`; or nothing.

    Whoever enters on two days is two entries.
    """
    if (found := _window(warehouse, "fct_funnel_daily", client_id, days)) is None:
        return
    window, lacking = found
    steps = warehouse.query(
        "select step_number, event_name, cast(sum(persons) as bigint) "
        "from marts.fct_funnel_daily where client_id = %s and report_date between %s and %s "
        "group by step_number, event_name order by step_number",
        (client_id, *window),
    )
    entries = [row[2] for row in steps]
    rows = [
        (*row, _ratio(row[2], entries[0]), _ratio(row[2], before))
        for row, before in zip(steps, [None, *entries], strict=False)
    ]
    title = f"Funnel of client {client_id}, {window[0]}..{window[1]}{lacking}"
    _print(title, FUNNEL, rows)


def print_email(warehouse: Warehouse, client_id: str, *, days: int) -> None:
    """Print what happened to each e-mail in the newest `days`, and the sums; or nothing."""
    if (found := _window(warehouse, "fct_email_daily", client_id, days)) is None:
        return
    window, lacking = found
    emails = warehouse.query(
        "select max(email_name), cast(sum(sent) as bigint), cast(sum(read) as bigint), "
        "cast(sum(clicked) as bigint), cast(sum(bounced) as bigint), "
        "cast(sum(unsubscribed) as bigint) "
        "from marts.fct_email_daily where client_id = %s and report_date between %s and %s "
        "group by email_id order by length(email_id), email_id",
        (client_id, *window),
    )
    sums = ("sum", *(sum(counts) for counts in list(zip(*emails, strict=True))[1:]))
    rows = [
        (name, sent, read, _ratio(read, sent), clicked, _ratio(clicked, sent), *others)
        for name, sent, read, clicked, *others in (*emails, sums)
    ]
    title = f"E-mail of client {client_id}, {window[0]}..{window[1]}, by the day it happened"
    _print(title + lacking, EMAILS, rows)


def print_pace(warehouse: Warehouse, client_id: str) -> None:
    """Print the newest month with a complete day against its targets; or nothing without any."""
    rows = warehouse.query(
        "select report_month, complete_days, days_in_month, month_elapsed_rate, "  # noqa: S608
        "uncosted_conversions, "
        f"{', '.join(PACE.values())} from marts.budget_pace as shown "
        "where client_id = %s and report_month = ("
        "select max(report_month) from marts.budget_pace "
        "where client_id = shown.client_id and complete_days > 0"
        ") and exists ("
        "select 1 from marts.budget_pace where client_id = shown.client_id and target_rows > 0"
        f") order by {BY_ADVERTISER}",
        (client_id,),
    )
    if rows:
        month, complete, days, elapsed, _ = rows[0][:5]
        title = (
            f"Pace of client {client_id} in {month:%Y-%m}: {complete} of {days} days are complete, "
            f"{elapsed:.1%} of the month; 1.00 is on plan"
        )
        _print(title, PACE, [row[5:] for row in rows])
        for _, _, _, _, uncosted, advertiser, *_ in rows:
            if uncosted:
                note = "conversions of internal affiliates have no known cost"
                click.echo(f"{advertiser}: {uncosted:,} {note}")


def _reasons(rows: Sequence[Row]) -> Iterator[str]:
    """The days without a CPA and why, where the table itself does not show it."""
    days: dict[Row, list[str]] = {}
    for day, _, advertiser, *measures in rows:
        for cpa, reason in zip(CPAS, measures[-len(CPAS) :], strict=True):
            if reason not in (None, "no conversions"):
                days.setdefault((advertiser, cpa, reason), []).append(str(day))
    for (advertiser, cpa, reason), dates in days.items():
        yield f"{advertiser}: no {cpa} on {', '.join(dates)}: {reason}"


def _window(
    warehouse: Warehouse, mart: str, client_id: str, days: int
) -> tuple[tuple[date, date], str] | None:
    """So many days up to the newest complete one, or newest where none is; and what they lack."""
    ((newest,),) = warehouse.query(
        "select coalesce(max(case when is_complete then report_date end), max(report_date)) "  # noqa: S608
        f"from marts.{mart} where client_id = %s",
        (client_id,),
    )
    if not newest:
        return None
    window = (newest - timedelta(days - 1), newest)
    ((are_complete,),) = warehouse.query(
        f"select bool_and(is_complete) from marts.{mart} "  # noqa: S608
        "where client_id = %s and report_date between %s and %s",
        (client_id, *window),
    )
    return window, "" if are_complete else ", some days are not complete yet"


def _ratio(part: int, whole: int | None) -> Decimal | None:
    """A ratio of sums."""
    return Decimal(part) / whole if whole else None


def _newest(rows: Sequence[Row], days: int | None) -> list[Row]:
    """The rows of the newest days, or all."""
    dates = sorted({row[0] for row in rows})
    return [row for row in rows if days is None or row[0] in dates[-days:]]


def _sums(columns: Mapping[str, str], rows: Sequence[Row]) -> list[Row]:
    """A row an advertiser with what can be added up; ratios are marts' business."""
    by_advertiser: dict[str, list[Row]] = {}
    for row in rows:
        by_advertiser.setdefault(row[1], []).append(row)
    sums = []
    for advertiser_id, of_one in by_advertiser.items():
        measures = dict(zip(columns, zip(*of_one, strict=True), strict=True))
        added = [_sum(name, values) for name, values in measures.items()]
        sums.append(("sum", advertiser_id, of_one[-1][2], *added[3:]))
    return sums


def _sum(name: str, values: Sequence[Any]) -> Any:
    if name in ADDED:
        return sum(values)
    return all(values) if name.endswith("complete?") else None


def _print(title: str, columns: Iterable[str], rows: Sequence[Row]) -> None:
    from signalroom.tables import Share, print_table

    def shown(name: str, value: Any) -> Any:
        if name == "id":  # a number that is not counted
            return str(value)
        return Share(value) if name in SHARES and value is not None else value

    names = list(columns)
    cells = [[shown(*cell) for cell in zip(names, row, strict=True)] for row in rows]
    click.echo()
    print_table(title, names, cells)
