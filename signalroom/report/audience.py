"""What visitors did on the pages, and what became of the mails."""

from collections.abc import Iterator
from datetime import date

from loaders.warehouse import Warehouse
from signalroom.report.as_of import AsOf
from signalroom.report.figures import none, part, ratio
from signalroom.tables import Part

FUNNEL = {
    "step": "step_number",
    "event": "event_name",
    "entries (persons x days)": "persons",
    "of all entries": "of_all",
    "of the step before": "of_before",
}
EMAILS = {
    "e-mail": "name",
    "sent": "sent",
    "read": "read",
    "read rate": "read_rate",
    "clicked": "clicked",
    "click rate": "click_rate",
    "bounced": "bounced",
    "unsubscribed": "unsubscribed",
}
EMAILS_EXPENDABLE = ("clicked", "read", "unsubscribed", "bounced")


def funnel(warehouse: Warehouse, as_of: AsOf, *, days: int) -> Iterator[Part]:
    """How many entries reached each step in so many days; or nothing without any ever.

    Whoever enters on two days is two entries.
    """
    window = as_of.window(days)
    steps = warehouse.query(
        "select step_number, event_name, cast(sum(persons) as bigint) "
        "from marts.fct_funnel_daily where client_id = %s and report_date between %s and %s "
        "group by step_number, event_name order by step_number",
        (as_of.client_id, *window),
    )
    if not steps:
        yield from none(warehouse, as_of, mart="marts.fct_funnel_daily", what="Funnel", days=days)
        return
    entries = [persons for *_, persons in steps]
    figures = (
        (*step, ratio(step[2], entries[0]), ratio(step[2], before))
        for step, before in zip(steps, [None, *entries], strict=False)
    )
    rows = [dict(zip(FUNNEL.values(), values, strict=True)) for values in figures]
    title = f"Funnel of client {as_of.client_id}, {window[0]}..{window[1]}"
    lacking = _lacking(warehouse, "fct_funnel_daily", as_of.client_id, window)
    yield part(title + lacking, FUNNEL, rows, shares=list(FUNNEL)[3:], expendable=("step",))


def email(warehouse: Warehouse, as_of: AsOf, *, days: int) -> Iterator[Part]:
    """What became of the mails that were sent in so many days; or nothing without any ever.

    Read and clicked are of these mails, whenever it happened; bounces and goodbyes are of the days.
    """
    window = as_of.window(days)
    counts = ("sent", "read_of_sent", "clicked_of_sent", "bounced", "unsubscribed")
    summed = (f"cast(sum({name}) as bigint) as {name}" for name in counts)
    found = warehouse.query(
        f"select max(email_name), {', '.join(summed)} "  # noqa: S608
        "from marts.fct_email_daily where client_id = %s and report_date between %s and %s "
        "group by email_id having sum(sent + bounced + unsubscribed) > 0 "
        "order by length(email_id), email_id",
        (as_of.client_id, *window),
    )
    if not found:
        yield from none(warehouse, as_of, mart="marts.fct_email_daily", what="E-mail", days=days)
        return
    added = ("sum", *(sum(column) for column in list(zip(*found, strict=True))[1:]))
    figures = (
        (name, sent, read, ratio(read, sent), clicked, ratio(clicked, sent), *others)
        for name, sent, read, clicked, *others in (*found, added)
    )
    rows = [dict(zip(EMAILS.values(), values, strict=True)) for values in figures]
    title = f"E-mail of client {as_of.client_id} sent {window[0]}..{window[1]}"
    lacking = _lacking(warehouse, "fct_email_daily", as_of.client_id, window)
    shares = ("read rate", "click rate")
    yield part(title + lacking, EMAILS, rows, shares=shares, expendable=EMAILS_EXPENDABLE)


def _lacking(warehouse: Warehouse, mart: str, client_id: str, window: tuple[date, date]) -> str:
    """What is said where days of a window are not complete."""
    ((are_complete,),) = warehouse.query(
        f"select bool_and(is_complete) from marts.{mart} "  # noqa: S608
        "where client_id = %s and report_date between %s and %s",
        (client_id, *window),
    )
    return "" if are_complete else ", some days are not complete yet"
