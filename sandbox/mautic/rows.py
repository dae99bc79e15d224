"""The tables of a Mautic install as its database has them: columns, keys and blank rows.

Times are text in UTC without a zone, as the database stores them and as filters compare them. A
column whose name starts with `_` never leaves the sandbox.
"""

import re
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Final

Row = dict[str, object]
Tables = dict[str, dict[int, Row]]

_PUBLISH: Final[Row] = {
    "is_published": True,
    "date_added": "",
    "created_by": 1,
    "created_by_user": "Sandbox Admin",
    "date_modified": None,
    "modified_by": None,
    "modified_by_user": None,
}
FIELDS = ("firstname", "lastname", "email", "company", "mobile", "city", "state", "zipcode",
          "country", "product_interest", "last_purchase")  # fmt: skip
BLANK: Final[dict[str, Row]] = {
    "contacts": _PUBLISH
    | {
        "points": 0,
        "color": None,
        "last_active": None,
        "date_identified": None,
        "stage": None,
        **dict.fromkeys(FIELDS),
        "_ip": None,
        "_tags": (),
    },
    "emails": _PUBLISH
    | {
        "name": "",
        "subject": "",
        "language": "en",
        "category": None,
        "email_type": "list",
        "publish_up": None,
        "publish_down": None,
        "revision": 1,
        "lists": (),
        "variant_parent": None,
        "_preheader": None,
    },
    "campaigns": _PUBLISH
    | {
        "name": "",
        "description": None,
        "category": None,
        "allow_restart": False,
        "publish_up": None,
        "publish_down": None,
        "lists": (),
        "deleted": None,
        "_events": (),
    },
    "segments": _PUBLISH
    | {
        "name": "",
        "public_name": "",
        "alias": "",
        "description": None,
        "category": None,
        "is_global": True,
        "is_preference_center": False,
        "_filters": (),
    },
    "email_stats": {
        "email_id": None,
        "lead_id": None,
        "list_id": None,
        "ip_id": None,
        "email_address": "",
        "date_sent": "",
        "is_read": False,
        "is_failed": False,
        "viewed_in_browser": False,
        "date_read": None,
        "tracking_hash": None,
        "retry_count": 0,
        "source": None,
        "source_id": None,
        "open_count": 0,
        "last_opened": None,
    },
    "lead_donotcontact": {
        "lead_id": None,
        "date_added": "",
        "reason": 1,
        "channel": "email",
        "channel_id": None,
        "comments": "",
    },
    "page_hits": {
        "page_id": None,
        "redirect_id": None,
        "email_id": None,
        "lead_id": None,
        "ip_id": 1,
        "date_hit": "",
        "date_left": None,
        "code": 200,
        "url": "",
        "source": None,
        "source_id": None,
        "tracking_id": "",
    },
    "lead_lists_leads": {
        "leadlist_id": None,
        "lead_id": None,
        "date_added": "",
        "manually_removed": False,
        "manually_added": False,
    },
}
ENTITIES = ("contacts", "emails", "campaigns", "segments")
STATS = tuple(table for table in BLANK if table not in ENTITIES)
KEYLESS = ("lead_lists_leads",)  # its real key is the pair of ids
BORN = dict.fromkeys(BLANK, "date_added") | {"email_stats": "date_sent", "page_hits": "date_hit"}

FORMAT = "%Y-%m-%d %H:%M:%S"


def columns_of(table: str) -> tuple[str, ...]:
    """The columns of a table that can be asked for."""
    own = tuple(name for name in BLANK[table] if not name.startswith("_"))
    return own if table in KEYLESS else ("id", *own)


@cache
def camel(name: str) -> str:
    """The property that a column is to the lists of entities: dateAdded for date_added."""
    return re.sub("_([a-z])", lambda letter: letter[1].upper(), name)


def new_row(table: str, id_: int, **columns: object) -> Row:
    """A row with these columns, all others blank."""
    if unknown := columns.keys() - BLANK[table].keys():
        raise ValueError(f"{table} has no column {', '.join(sorted(unknown))}")
    return {"id": id_} | BLANK[table] | columns


def text_of(moment: datetime) -> str:
    """A moment as the database stores it."""
    return moment.astimezone(UTC).strftime(FORMAT)


def later(text: object, seconds: float) -> str:
    moment = datetime.strptime(str(text), FORMAT).replace(tzinfo=UTC)
    return text_of(moment + timedelta(seconds=seconds))
