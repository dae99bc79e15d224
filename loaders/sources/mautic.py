"""Mautic: who may be written to, what was sent to them, and what they did with it.

GET /api/contacts, /api/emails, /api/campaigns, /api/segments  ->  mautic.<the same>
GET /api/stats/email_stats        ->  mautic.email_stats        a row for each mail to a contact
GET /api/stats/page_hits          ->  mautic.page_hits          those that came from a mail
GET /api/stats/lead_donotcontact  ->  mautic.lead_donotcontact  unsubscribed and bounced
GET /api/stats/lead_lists_leads   ->  mautic.lead_lists_leads   who is in which segment

How they are read: mautic_reader.py.
"""

from datetime import time, timedelta

from loaders.records.source import RecordSource
from loaders.records.table import RecordTable
from loaders.source import Setting
from loaders.sources.mautic_reader import Mautic
from loaders.table import Column, Table

RESTATED = timedelta(days=35)  # mail is opened, clicked and bounced for weeks

CONTACTS = RecordTable(
    Table(
        "contacts",
        {
            "id": Column("bigint", "Mautic's id of the contact.", required=True),
            "email": Column("text", "Blank for visitors whom nobody knows."),
            "firstname": Column("text", "First name."),
            "lastname": Column("text", "Last name."),
            "points": Column("bigint", "What Mautic's rules gave them."),
            "is_published": Column("bool", "Whether the contact is in use."),
            "date_added": Column("timestamp", "When it was made."),
            "date_modified": Column("timestamp", "When it was last edited."),
            "date_identified": Column("timestamp", "When a visitor said who they are."),
            "last_active": Column("timestamp", "When they last did anything."),
            "tags": Column("json", "Their tags."),
            "do_not_contact": Column("json", "Channels by which they must not be written to."),
            "fields": Column("json", "All fields by alias, with those of this install alone."),
        },
        key=("id",),
    ),
    cursor="coalesce(date_modified, date_added)",
    look_back=timedelta(days=1),
    full_every=timedelta(days=7),  # nothing tells of a contact that was deleted
)
EMAILS = RecordTable(
    Table(
        "emails",
        {
            "id": Column("bigint", "Mautic's id of the e-mail.", required=True),
            "name": Column("text", "Its name in Mautic."),
            "subject": Column("text", "Its subject."),
            "email_type": Column("text", "list for segments, template for campaigns."),
            "language": Column("text", "Its language."),
            "category": Column("text", "Title of its category."),
            "is_published": Column("bool", "Whether it may be sent."),
            "variant_parent": Column("bigint", "The e-mail of which it is a variant."),
            "sent_count": Column("bigint", "Mautic's own count of mails sent."),
            "read_count": Column("bigint", "Mautic's own count of mails read."),
            "date_added": Column("timestamp", "When it was made."),
            "date_modified": Column("timestamp", "When it was last edited."),
            "publish_up": Column("timestamp", "Not sent before."),
            "publish_down": Column("timestamp", "Not sent after."),
        },
        key=("id",),
    )
)
CAMPAIGNS = RecordTable(
    Table(
        "campaigns",
        {
            "id": Column("bigint", "Mautic's id of the campaign.", required=True),
            "name": Column("text", "Its name."),
            "description": Column("text", "What it is for."),
            "category": Column("text", "Title of its category."),
            "is_published": Column("bool", "Whether it runs."),
            "date_added": Column("timestamp", "When it was made."),
            "date_modified": Column("timestamp", "When it was last edited."),
            "publish_up": Column("timestamp", "Does not run before."),
            "publish_down": Column("timestamp", "Does not run after."),
            "events": Column("json", "Its steps."),
        },
        key=("id",),
    )
)
SEGMENTS = RecordTable(
    Table(
        "segments",
        {
            "id": Column("bigint", "Mautic's id of the segment.", required=True),
            "name": Column("text", "Its name."),
            "alias": Column("text", "Its name in addresses."),
            "description": Column("text", "Who is in it."),
            "is_published": Column("bool", "Whether it is in use."),
            "date_added": Column("timestamp", "When it was made."),
            "date_modified": Column("timestamp", "When it was last edited."),
        },
        key=("id",),
    )
)
EMAIL_STATS = RecordTable(
    Table(
        "email_stats",
        {
            "id": Column("bigint", "Mautic's id of the mail to one contact.", required=True),
            "email_id": Column("bigint", "The e-mail; blank once it was deleted."),
            "lead_id": Column("bigint", "The contact; blank once it was deleted."),
            "list_id": Column("bigint", "The segment it was sent to."),
            "source": Column("text", "What sent it: email, campaign.event."),
            "source_id": Column("bigint", "Which of those."),
            "date_sent": Column("timestamp", "When it was sent.", required=True),
            "is_read": Column("bool", "Whether it was opened."),
            "date_read": Column("timestamp", "When it was first opened."),
            "open_count": Column("bigint", "How often it was opened."),
            "last_opened": Column("timestamp", "When it was last opened."),
            "is_failed": Column("bool", "Whether sending failed."),
            "retry_count": Column("bigint", "How often sending was tried again."),
        },
        key=("id",),
        makes_days_complete=True,
    ),
    cursor="date_sent",
    look_back=RESTATED,
    is_dated=True,
)
PAGE_HITS = RecordTable(
    Table(
        "page_hits",
        {
            "id": Column("bigint", "Mautic's id of the hit.", required=True),
            "email_id": Column("bigint", "The e-mail whose link was clicked."),
            "lead_id": Column("bigint", "The contact who clicked."),
            "date_hit": Column("timestamp", "When.", required=True),
            "url": Column("text", "Where the link leads."),
            "source": Column("text", "What brought the visitor."),
            "source_id": Column("bigint", "Which of those."),
        },
        key=("id",),
        makes_days_complete=True,
    ),
    cursor="date_hit",
    look_back=RESTATED,
    is_dated=True,
)
LEAD_DONOTCONTACT = RecordTable(
    Table(
        "lead_donotcontact",
        {
            "id": Column("bigint", "Mautic's id of the note.", required=True),
            "lead_id": Column("bigint", "The contact."),
            "channel": Column("text", "The channel, such as email."),
            "channel_id": Column("bigint", "The e-mail that led to it, where known."),
            "reason": Column("bigint", "1 unsubscribed, 2 bounced, 3 by hand."),
            "comments": Column("text", "What the mail server or the contact said."),
            "date_added": Column("timestamp", "When."),
        },
        key=("id",),
        makes_days_complete=True,
    )
)
LEAD_LISTS_LEADS = RecordTable(
    Table(
        "lead_lists_leads",
        {
            "leadlist_id": Column("bigint", "The segment.", required=True),
            "lead_id": Column("bigint", "The contact.", required=True),
            "date_added": Column("timestamp", "Since when."),
            "manually_removed": Column("bool", "Taken out by hand: no member."),
            "manually_added": Column("bool", "Put in by hand."),
        },
        key=("leadlist_id", "lead_id"),
    )
)


SOURCE = RecordSource(
    name="mautic",
    tables=(
        CONTACTS,
        EMAILS,
        CAMPAIGNS,
        SEGMENTS,
        EMAIL_STATS,
        PAGE_HITS,
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
