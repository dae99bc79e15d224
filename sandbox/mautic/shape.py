"""Rows as Mautic answers them: entities with typed values, rows of stats as text."""

from collections.abc import Sequence

from sandbox.mautic.rows import FIELDS, Row, camel, columns_of

Answered = dict[str, object]

_TIMES = {"date_added", "date_modified", "date_identified", "last_active", "publish_up",
          "publish_down"}  # fmt: skip
_LABELS = {"firstname": "First Name", "lastname": "Last Name", "email": "Email"}
_GROUPS = {"company": "professional"}
_OF_CONTACTS: Answered = {
    "owner": None, "utmtags": [], "preferredProfileImage": "gravatar", "frequencyRules": [],
}  # fmt: skip
_OF_EMAILS: Answered = {
    "fromAddress": "courses@example.com", "fromName": "Sandbox Courses", "replyToAddress": None,
    "bccAddress": None, "useOwnerAsMailer": False,
    "customHtml": "<html><body><p>Made, not real. {unsubscribe_text}</p></body></html>",
    "plainText": None, "template": "blank", "publicPreview": True, "assetAttachments": [],
    "translationParent": None, "translationChildren": [], "unsubscribeForm": None,
    "dynamicContent": [], "headers": [],
}  # fmt: skip
_UTM_TAGS = {"utmSource": "mautic", "utmMedium": "email", "utmName": None, "utmContent": None}


def contact_of(row: Row, silences: Sequence[Row]) -> Answered:
    own = _properties("contacts", row)
    groups: Answered = {
        # PHP knows no empty object: a group without fields is a list.
        group: {
            name: _field(number, name, row[name])
            for number, name in enumerate(FIELDS, 2)
            if _GROUPS.get(name, "core") == group
        }
        or []
        for group in ("core", "social", "personal", "professional")
    }
    groups["all"] = {"id": row["id"], **{name: own.pop(camel(name)) for name in FIELDS}}
    ips: object = []
    if row["_ip"]:
        ips = {str(row["_ip"]): {"ip": row["_ip"], "id": 40 + int(str(row["id"])),
                                 "ipDetails": {"city": "", "country": ""}}}  # fmt: skip
    silenced = [
        {name: s[name] for name in ("id", "reason", "comments", "channel")}
        | {"channelId": s["channel_id"]}
        for s in silences
    ]
    tags = [{"id": n, "tag": tag} for n, tag in enumerate(_tuple(row["_tags"]), 1)]
    own |= {"fields": groups, "ipAddresses": ips, "tags": tags, "doNotContact": silenced}
    return own | _OF_CONTACTS


def email_of(row: Row, mail: Sequence[Row], variants: Sequence[Row]) -> Answered:
    good = [stat for stat in mail if not stat["is_failed"]]
    sent, read = len(good), sum(bool(stat["is_read"]) for stat in good)
    return {
        **_properties("emails", row),
        **_OF_EMAILS,
        # without parameters it is an empty list, as every map of PHP
        "utmTags": [] if row["category"] is None else _UTM_TAGS,
        "preheaderText": row["_preheader"],
        "readCount": read,
        "sentCount": sent,
        "variantStartDate": iso(row["date_added"]) if variants else None,
        "variantSentCount": sent if variants else 0,
        "variantReadCount": read if variants else 0,
        "variantParent": row["variant_parent"] and {"id": row["variant_parent"]},
        "variantChildren": [{"id": variant["id"]} for variant in variants],
        "lists": [{"id": id_} for id_ in _tuple(row["lists"])],
    }


def campaign_of(row: Row) -> Answered:
    events = [dict(event) for event in _tuple(row["_events"]) if isinstance(event, dict)]
    own = _properties("campaigns", row)
    del own["deleted"]
    return own | {
        "events": {str(event["id"]): event for event in events} or [],
        "forms": [],
        "lists": {str(id_): {"id": id_} for id_ in _tuple(row["lists"])} or [],
        "canvasSettings": {"nodes": [], "connections": []} if events else [],
    }


def segment_of(row: Row) -> Answered:
    return _properties("segments", row) | {"filters": list(_tuple(row["_filters"]))}


def stat_of(table: str, row: Row) -> Answered:
    """A row of a table as its driver fetches it: text or null."""
    answered: Answered = {name: _fetched(row[name]) for name in columns_of(table)}
    if table == "email_stats":
        answered["open_details"] = _opens(row)
    return answered


def typed(answered: Answered) -> Answered:
    """The same row from a newer PHP, which fetches numbers as numbers."""
    return {
        name: int(value) if isinstance(value, str) and value.isdecimal() else value
        for name, value in answered.items()
    }


def iso(text: object) -> str | None:
    """A stored time with its offset, as the REST answers have it."""
    return None if text is None else f"{str(text).replace(' ', 'T')}+00:00"


def _properties(table: str, row: Row) -> Answered:
    """The columns of an entity by the names of their properties."""
    return {
        camel(name): iso(row[name]) if name in _TIMES else row[name] for name in columns_of(table)
    }


def _field(number: int, alias: str, value: object) -> Answered:
    return {
        "id": str(number),
        "label": _LABELS.get(alias, alias.replace("_", " ").title()),
        "alias": alias,
        "type": "datetime" if alias == "last_purchase" else "text",
        "group": _GROUPS.get(alias, "core"),
        "object": "lead",
        "is_fixed": "1",
        "value": value,
    }


def _fetched(value: object) -> str | None:
    if value is None:
        return None
    return str(int(value)) if isinstance(value, bool) else str(value)


def _opens(row: Row) -> str:
    """The opens as PHP serializes them."""
    times = [row["date_read"], row["last_opened"]][: int(str(row["open_count"]))]
    agent = "Mozilla/5.0 (sandbox)"
    details = (
        f'i:{n};a:3:{{s:8:"datetime";s:19:"{at}";s:9:"useragent";s:{len(agent)}:"{agent}";'
        's:9:"inBrowser";b:0;}'
        for n, at in enumerate(times)
    )
    return f"a:{len(times)}:{{{''.join(details)}}}"


def _tuple(value: object) -> tuple[object, ...]:
    return value if isinstance(value, tuple) else ()
