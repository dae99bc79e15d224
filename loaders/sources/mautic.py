"""Mautic: who may be written to, what was sent to them, and what they did with it.

GET /api/contacts, /api/emails, /api/campaigns, /api/segments  ->  mautic.<the same>
GET /api/stats/email_stats        ->  mautic.email_stats        a row for each mail to a contact
GET /api/stats/page_hits          ->  mautic.page_hits          those that came from a mail
GET /api/stats/lead_donotcontact  ->  mautic.lead_donotcontact  unsubscribed and bounced
GET /api/stats/lead_lists_leads   ->  mautic.lead_lists_leads   who is in which segment

How they are read: mautic_reader.py.
"""

from datetime import time, timedelta

from loaders.records import RecordSource
from loaders.source import Setting
from loaders.sources.mautic_reader import Mautic
from loaders.table import Column, Table

RESTATED = timedelta(days=35)  # mail is opened, clicked and bounced for weeks

CONTACTS = Table(
    "contacts",
    {
        "id": Column("bigint", required=True),
        "email": Column("text"),
        "firstname": Column("text"),
        "lastname": Column("text"),
        "points": Column("bigint"),
        "is_published": Column("bool"),
        "date_added": Column("timestamp"),
        "date_modified": Column("timestamp"),
        "date_identified": Column("timestamp"),
        "last_active": Column("timestamp"),
        "tags": Column("json"),
        "do_not_contact": Column("json"),
        "fields": Column("json"),
    },
    key=("id",),
    cursor="coalesce(date_modified, date_added)",
    look_back=timedelta(days=1),
    full_every=timedelta(days=7),  # nothing tells of a contact that was deleted
)
EMAILS = Table(
    "emails",
    {
        "id": Column("bigint", required=True),
        "name": Column("text"),
        "subject": Column("text"),
        "email_type": Column("text"),
        "language": Column("text"),
        "category": Column("text"),
        "is_published": Column("bool"),
        "variant_parent": Column("bigint"),
        "sent_count": Column("bigint"),
        "read_count": Column("bigint"),
        "date_added": Column("timestamp"),
        "date_modified": Column("timestamp"),
        "publish_up": Column("timestamp"),
        "publish_down": Column("timestamp"),
    },
    key=("id",),
)
CAMPAIGNS = Table(
    "campaigns",
    {
        "id": Column("bigint", required=True),
        "name": Column("text"),
        "description": Column("text"),
        "category": Column("text"),
        "is_published": Column("bool"),
        "date_added": Column("timestamp"),
        "date_modified": Column("timestamp"),
        "publish_up": Column("timestamp"),
        "publish_down": Column("timestamp"),
        "events": Column("json"),
    },
    key=("id",),
)
SEGMENTS = Table(
    "segments",
    {
        "id": Column("bigint", required=True),
        "name": Column("text"),
        "alias": Column("text"),
        "description": Column("text"),
        "is_published": Column("bool"),
        "date_added": Column("timestamp"),
        "date_modified": Column("timestamp"),
    },
    key=("id",),
)
EMAIL_STATS = Table(
    "email_stats",
    {
        "id": Column("bigint", required=True),
        "email_id": Column("bigint"),
        "lead_id": Column("bigint"),
        "list_id": Column("bigint"),
        "source": Column("text"),
        "source_id": Column("bigint"),
        "date_sent": Column("timestamp", required=True),
        "is_read": Column("bool"),
        "date_read": Column("timestamp"),
        "open_count": Column("bigint"),
        "last_opened": Column("timestamp"),
        "is_failed": Column("bool"),
        "retry_count": Column("bigint"),
    },
    key=("id",),
    makes_days_complete=True,
    cursor="date_sent",
    look_back=RESTATED,
    is_dated=True,
)
PAGE_HITS = Table(
    "page_hits",
    {
        "id": Column("bigint", required=True),
        "email_id": Column("bigint"),
        "lead_id": Column("bigint"),
        "date_hit": Column("timestamp", required=True),
        "url": Column("text"),
        "source": Column("text"),
        "source_id": Column("bigint"),
    },
    key=("id",),
    makes_days_complete=True,
    cursor="date_hit",
    look_back=RESTATED,
    is_dated=True,
)
LEAD_DONOTCONTACT = Table(
    "lead_donotcontact",
    {
        "id": Column("bigint", required=True),
        "lead_id": Column("bigint"),
        "channel": Column("text"),
        "channel_id": Column("bigint"),
        "reason": Column("bigint"),
        "comments": Column("text"),
        "date_added": Column("timestamp"),
    },
    key=("id",),
    makes_days_complete=True,
    turns_over=True,
)
LEAD_LISTS_LEADS = Table(
    "lead_lists_leads",
    {
        "leadlist_id": Column("bigint", required=True),
        "lead_id": Column("bigint", required=True),
        "date_added": Column("timestamp"),
        "manually_removed": Column("bool"),
        "manually_added": Column("bool"),
    },
    key=("leadlist_id", "lead_id"),
    turns_over=True,
)


SOURCE = RecordSource(
    name="mautic",
    tables=(
        CONTACTS,
        CAMPAIGNS,
        SEGMENTS,
        EMAIL_STATS,
        PAGE_HITS,
        EMAILS,  # after those that name some
        LEAD_DONOTCONTACT,
        LEAD_LISTS_LEADS,
    ),
    settings=(
        Setting("base_url", names_account=True),
        Setting("client_id"),
        Setting("client_secret"),
    ),
    closes_at=time(3),
    open=Mautic,
)
