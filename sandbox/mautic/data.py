"""The made Mautic installs: contacts, e-mails, campaigns and segments. Nothing in them is real.

Client 713's contacts are seven in ten of the people in the demo's order files, some people who
never bought, and visitors without a name. Its mail is made in sandbox/mautic/mail.py.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import NamedTuple

from sandbox.mautic.mail import mail_of_713, mail_of_cti
from sandbox.mautic.rows import BLANK, Row, Tables, later, new_row, text_of
from sandbox.order_people import person
from sandbox.orders import DEMO, Feed
from sandbox.shape import HOME_ZONE, noise

FIRST_LEAD = 1_000_000  # people of this number and above never bought, in no volume of orders
_LEADS, _VISITORS = 180, 24
_CATEGORY: Row = {"id": 3, "title": "Courses &#38; offers (sandbox)", "alias": "courses"}
_LETTERS = (
    ("Sandbox newsletter: holiday range safety", 1, None, "2025-11-28 15:00:00"),
    ("Sandbox newsletter: Q&#38;A with an instructor", 1, None, "2025-12-03 09:12:40"),
    ("Sandbox newsletter: late-night flash offer", 1, None, "2025-12-08 20:01:05"),
    ("Sandbox newsletter: last week of the year A", 1, None, "2025-12-10 13:30:00"),
    ("Sandbox newsletter: last week of the year B", 1, 7, "2025-12-10 13:31:10"),
    ("Sandbox newsletter: shipping deadlines", 1, None, "2025-12-15 11:45:00"),
    ("Sandbox draft: never sent", 1, None, "2025-12-17 16:20:00"),
    ("Sandbox newsletter: expert marksman", 3, None, "2025-12-08 17:00:00"),
)


class _Known(NamedTuple):
    """Somebody Mautic knows, and on which day they first ordered, if they did."""

    number: int
    ordered: date | None


@cache
def made(account: str) -> Tables:
    """All tables of an account, after everything made has happened."""
    tables: Tables = {table: {} for table in BLANK}
    if account == "713":
        _fill_713(tables)
        mail_of_713(tables)
    else:
        _fill_cti(tables)
        mail_of_cti(tables)
    return tables


def contact(id_: int, number: int, added: str, **columns: object) -> Row:
    """A person as a contact: what they once typed, spelled their way."""
    who = person(number)
    chance = noise("mautic", "contact", number)
    email = who["billing_email"]
    if chance < 0.04:
        email = ".".join(part.capitalize() for part in email.split("."))
    edited = later(added, 86_400 * (1 + 9 * noise("edited", number)))
    known: Row = {
        "date_added": added,
        "date_modified": edited if chance > 0.4 else None,
        "modified_by": 1 if chance > 0.4 else None,
        "modified_by_user": "Sandbox Admin" if chance > 0.4 else None,
        "points": int(60 * noise("points", number)),
        "last_active": later(edited, 3_600) if chance > 0.5 else None,
        "date_identified": added,
        "firstname": who["billing_first_name"],
        "lastname": who["billing_last_name"],
        "email": email,
        "company": "Sample &#38; Sons (sandbox)" if chance > 0.93 else None,
        "mobile": who["phone"] if chance > 0.3 else None,
        "city": who["billing_city"],
        "state": who["billing_state"] or None,
        "zipcode": who["billing_zip"],
        "country": "Canada" if who["billing_country"] == "CA" else "United States",
        "_ip": f"198.51.100.{int(250 * chance)}" if chance > 0.2 else None,
        "_tags": ("sandbox", "made") if chance > 0.6 else (),
    }
    return new_row("contacts", id_, **(known | columns))


def add_member(tables: Tables, segment: int, row: Row, **columns: object) -> None:
    """Put a contact into a segment, a minute after it was made."""
    members = tables["lead_lists_leads"]
    columns = {"date_added": later(row["date_added"], 60), **columns}
    id_ = len(members) + 1
    members[id_] = new_row(
        "lead_lists_leads", id_, leadlist_id=segment, lead_id=row["id"], **columns
    )


def _fill_713(tables: Tables) -> None:
    _segments(tables)
    _emails(tables)
    _campaigns(tables)
    for id_, (added, known) in enumerate(sorted(_known()), 1):
        row = contact(id_, known.number, added, **_interest(known))
        if noise("phone only", known.number) < 0.02:
            row["email"] = None
        tables["contacts"][id_] = row
        _enrol(tables, row, known)
    for n in range(_VISITORS):
        id_ = len(tables["contacts"]) + 1
        seen = f"2025-12-{1 + n * 17 // _VISITORS:02} 1{n % 10}:20:00"
        tables["contacts"][id_] = new_row(
            "contacts", id_, date_added=seen, last_active=seen, created_by=None,
            created_by_user=None, _ip=f"203.0.113.{n}",
        )  # fmt: skip


def _known() -> Iterator[tuple[str, _Known]]:
    """Who became a contact, and when: buyers mostly some days before their first order."""
    firsts: dict[int, date] = {}
    feed = Feed(DEMO)
    for day in feed.days:
        for row in feed.created_on(day):
            firsts.setdefault(int(row["customer_id"]) - 1_000_000, day)
    for number, day in firsts.items():
        if noise("in mautic", number) < 0.7:
            before = 12 * noise("before", number) - 1 if number >= 0 else 30 + 20 * noise(number)
            yield _moment(day, before, number), _Known(number, day)
    for number in range(FIRST_LEAD, FIRST_LEAD + _LEADS):
        yield (
            _moment(date(2025, 12, 19), 55 * noise("lead", number) + 0.3, number),
            _Known(number, None),
        )


def _moment(day: date, days_before: float, number: int) -> str:
    at = datetime.combine(day, time(7), HOME_ZONE) - timedelta(days=days_before)
    return text_of(at.replace(second=number % 60))


def _interest(known: _Known) -> Row:
    """Custom fields; dates in them are text of the database, not ISO."""
    interest = "CCW" if noise("interest", known.number) < 0.7 else "EXP"
    bought = None if known.ordered is None else f"{known.ordered} 12:00:00"
    return {"product_interest": interest, "last_purchase": bought}


def _enrol(tables: Tables, row: Row, known: _Known) -> None:
    """The segments of a contact."""
    chance = noise("segment", known.number)
    if row["email"] and chance < 0.65:
        add_member(tables, 1, row, manually_removed=chance < 0.02)
    if known.ordered is not None:
        at = text_of(datetime.combine(known.ordered, time(20), UTC))
        add_member(tables, 2, row, date_added=max(at, str(row["date_added"])))
    add_member(tables, 3 if row["product_interest"] == "EXP" else 4, row)


def _segments(tables: Tables) -> None:
    specs = (
        ("Newsletter (sandbox)", "newsletter", "2025-11-20 10:00:00", True),
        ("Customers (sandbox)", "customers", None, True),
        ("Interested in EXP (sandbox)", "exp", "2025-12-06 12:00:00", True),
        ("Interested in CCW (sandbox)", "ccw", None, True),
        ("Sleeping contacts (sandbox)", "sleeping", None, False),
    )
    for id_, (name, alias, edited, published) in enumerate(specs, 1):
        glued = {"glue": "and", "field": "email", "object": "lead", "type": "email",
                 "operator": "!empty", "filter": None, "display": None}  # fmt: skip
        tables["segments"][id_] = new_row(
            "segments", id_, name=name, public_name=name, alias=alias,
            is_published=published, date_added=f"2025-10-0{id_} 09:00:00", date_modified=edited,
            _filters=(glued,) if id_ in (1, 5) else (),
        )  # fmt: skip


def _emails(tables: Tables) -> None:
    templates = (
        ("Welcome (sandbox)", "Your course account", "2025-10-02 10:00:00"),
        ("Cart left behind (sandbox)", "You left something", "2025-12-04 08:00:00"),
        ("Lesson reminder (sandbox)", "Your next lesson", None),
    )
    for id_, (name, subject, edited) in enumerate(templates, 1):
        tables["emails"][id_] = new_row(
            "emails", id_, name=name, subject=subject, email_type="template",
            date_added=f"2025-10-01 09:0{id_}:00", date_modified=edited, revision=1 + id_,
        )  # fmt: skip
    for id_, (name, segment, parent, added) in enumerate(_LETTERS, 4):
        tables["emails"][id_] = new_row(
            "emails", id_, name=name, subject=f"{name} (made)", lists=(segment,),
            variant_parent=parent, date_added=added, is_published="draft" not in name,
            date_modified=later(added, 5_400) if id_ in (5, 9) else None,
            category=_CATEGORY if id_ % 2 else None, _preheader="Made, not real",
        )  # fmt: skip


def _campaigns(tables: Tables) -> None:
    specs = (
        ("Welcome series (sandbox)", "2025-11-30 10:00:00", True, None),
        ("Cart rescue (sandbox)", None, True, None),
        ("Win back (sandbox, draft)", None, False, None),
        ("Old launch (sandbox, deleted)", "2025-11-01 10:00:00", False, "2025-11-02 10:00:00"),
    )
    for id_, (name, edited, published, deleted) in enumerate(specs, 1):
        event: Row = {
            "id": id_, "type": "email.send", "eventType": "action", "name": "Send", "order": 1,
            "properties": {"email": id_}, "triggerMode": "interval", "triggerInterval": id_,
            "triggerIntervalUnit": "h", "parent": None,
        }  # fmt: skip
        tables["campaigns"][id_] = new_row(
            "campaigns", id_, name=name, is_published=published,
            date_added=f"2025-10-1{id_} 09:00:00", date_modified=edited, deleted=deleted,
            lists=(1,) if id_ == 1 else (), _events=(event,) if id_ < 3 else (),
        )  # fmt: skip


def _fill_cti(tables: Tables) -> None:
    """A few of everything; ids as in the other install, names of their own."""
    tables["segments"][1] = new_row(
        "segments", 1, name="Clay list (sandbox cti)", public_name="Clay list", alias="clay",
        date_added="2025-10-01 09:00:00",
    )  # fmt: skip
    tables["emails"][1] = new_row(
        "emails", 1, name="Clay news (sandbox cti)", subject="Clay news (made)", lists=(1,),
        date_added="2025-11-01 09:00:00",
    )  # fmt: skip
    for id_ in range(1, 10):
        row = contact(id_, 2_000_000 + id_, f"2025-11-{id_ + 10} 12:00:00")
        tables["contacts"][id_] = row
        add_member(tables, 1, row)
