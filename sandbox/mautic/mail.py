"""The made mail: what was sent to whom, and what came of it."""

from collections.abc import Iterable
from hashlib import blake2b

from sandbox.mautic.rows import Row, Tables, later, new_row
from sandbox.shape import noise

END = "2025-12-19 05:00:00"  # the end of December 18 in New York
_UNSUBSCRIBED, _BOUNCED = 1, 2
# E-mail, segment, and when: 23:50 in New York is another day in UTC.
_LETTERS = (
    (4, 1, "2025-12-02 14:00:00"),
    (5, 1, "2025-12-05 15:30:00"),
    (11, 3, "2025-12-09 16:00:00"),
    (6, 1, "2025-12-10 04:50:00"),
    (7, 1, "2025-12-12 14:00:00"),
    (9, 1, "2025-12-16 14:00:00"),
)
_GONE = 0.006  # of the mail went to contacts that were deleted later


def mail_of_713(tables: Tables) -> None:
    plans = sorted(_plans(tables), key=lambda plan: (plan[0], plan[1]))
    silenced: dict[object, str] = {}
    for at, email, lead, segment in plans:
        if silenced.get(lead, END) <= at:
            continue
        stat = sent(tables, email, tables["contacts"][lead], at, segment)
        stopped = _outcome(tables, stat)
        if stopped:
            silenced[lead] = stopped
    for stat in tables["email_stats"].values():
        if noise("gone", stat["id"]) < _GONE and not stat["is_read"] and not stat["is_failed"]:
            stat["lead_id"] = None
    _visits(tables)


def mail_of_cti(tables: Tables) -> None:
    for day in (3, 12):
        for row in tables["contacts"].values():
            _outcome(tables, sent(tables, 1, row, f"2025-12-{day:02} 17:00:00", 1))


def sent(tables: Tables, email: int, contact: Row, at: str, segment: int | None) -> Row:
    """Send an e-mail to a contact; its row right after."""
    stats = tables["email_stats"]
    id_ = max(stats, default=0) + 1
    stats[id_] = new_row(
        "email_stats", id_, email_id=email, lead_id=contact["id"], list_id=segment,
        email_address=contact["email"], date_sent=at, tracking_hash=_hash(id_, contact["id"]),
        source="email" if segment else "campaign.event", source_id=email,
    )  # fmt: skip
    return stats[id_]


def opened(stat: Row, at: str) -> Row:
    """What an open changes of a row."""
    first = stat["date_read"] or at
    count = int(str(stat["open_count"])) + 1
    return {"is_read": True, "date_read": first, "last_opened": at, "open_count": count}


def clicked(tables: Tables, stat: Row, at: str) -> None:
    """A click is a page hit that names the e-mail; it counts as an open too."""
    if stat["is_read"] is False:
        stat |= opened(stat, at)
    hits = tables["page_hits"]
    id_ = max(hits, default=0) + 1
    hits[id_] = new_row(
        "page_hits", id_, redirect_id=stat["email_id"], email_id=stat["email_id"],
        lead_id=stat["lead_id"], date_hit=at, source="email", source_id=stat["email_id"],
        url="https://courses.example.com/landing?utm_source=mautic&amp;made=1",
        tracking_id=stat["tracking_hash"],
    )  # fmt: skip


def stopped(tables: Tables, stat: Row, at: str, *, bounced: bool) -> None:
    """No more mail for the contact: it bounced, which fails the row, or they unsubscribed."""
    if bounced:
        stat |= {"is_failed": True, "retry_count": 1}
    silenced = tables["lead_donotcontact"]
    id_ = max(silenced, default=0) + 1
    silenced[id_] = new_row(
        "lead_donotcontact", id_, lead_id=stat["lead_id"], date_added=at,
        reason=_BOUNCED if bounced else _UNSUBSCRIBED, channel_id=stat["email_id"],
        comments="Mailbox unknown (sandbox)" if bounced else "User unsubscribed.",
    )  # fmt: skip


def _plans(tables: Tables) -> Iterable[tuple[str, int, int, int | None]]:
    """When, which e-mail, to whom, for which segment."""
    people = tables["contacts"]
    members = tables["lead_lists_leads"].values()
    for email, segment, at in _LETTERS:
        for number, member in enumerate(members):
            if member["leadlist_id"] != segment or member["manually_removed"]:
                continue
            lead = int(str(member["lead_id"]))
            if str(member["date_added"]) < at and people[lead]["email"]:
                half = 8 if email == 7 and number % 2 else email
                yield later(at, number // 50), half, lead, segment
    for lead, row in people.items():
        if row["email"]:
            added, chance = str(row["date_added"]), noise("mail", lead)
            for email, after in ((1, 120), (2, 7_200), (3, 180_000)):
                at = later(added, after)
                wanted = email != 2 or (chance < 0.25 and row["last_purchase"] is None)
                if wanted and "2025-12-01 05:00:00" <= at < END:
                    yield at, email, lead, None


def _outcome(tables: Tables, stat: Row) -> str | None:
    """Let happen what chance wants; says since when the contact gets no more."""
    chance, when = noise("outcome", stat["id"]), noise("when", stat["id"])
    sent_at = str(stat["date_sent"])
    read_at = later(sent_at, 120 + 172_800 * when**3)
    if chance < 0.02:
        failed_at = later(sent_at, 30 + 40_000 * when)
        if failed_at < END:
            stopped(tables, stat, failed_at, bounced=True)
            return failed_at
        return None
    if chance < 0.62 or read_at >= END:
        return None
    stat |= opened(stat, read_at)
    stat["viewed_in_browser"] = chance > 0.98
    again = later(read_at, 3_600 + 250_000 * noise("again", stat["id"]))
    if chance > 0.88:
        clicked(tables, stat, later(read_at, 45))
    if chance > 0.8 and again < END:
        stat |= opened(stat, again)
    if 0.62 <= chance < 0.628:
        left_at = later(read_at, 90)
        stopped(tables, stat, left_at, bounced=False)
        return left_at
    return None


def _visits(tables: Tables) -> None:
    """Hits that no e-mail led to."""
    hits = tables["page_hits"]
    for lead in range(1, len(tables["contacts"]) + 1, 4):
        id_ = max(hits, default=0) + 1
        seen = later(tables["contacts"][lead]["date_added"], 30)
        hits[id_] = new_row(
            "page_hits", id_, page_id=1, lead_id=lead, date_hit=seen,
            url="https://courses.example.com/", tracking_id=_hash(id_, lead),
        )  # fmt: skip


def _hash(*parts: object) -> str:
    return blake2b(repr(parts).encode(), digest_size=11).hexdigest()
