"""Rows as Mautic answers them: entities with typed values, rows of stats as text."""

from collections.abc import Sequence

from sandbox.mautic.rows import FIELDS, Row, columns_of

_LABELS = {"firstname": "First Name", "lastname": "Last Name", "email": "Email"}
_GROUPS = {"company": "professional"}


def iso(text: object) -> str | None:
    """A stored time with its offset, as the REST answers have it."""
    return None if text is None else f"{str(text).replace(' ', 'T')}+00:00"


def contact_of(row: Row, silences: Sequence[Row]) -> dict[str, object]:
    core = {"id": row["id"], **{name: row[name] for name in FIELDS}}
    groups: dict[str, object] = {
        # PHP knows no empty object: a group without fields is a list.
        group: {
            name: _field(number, name, row[name])
            for number, name in enumerate(FIELDS, 2)
            if _GROUPS.get(name, "core") == group
        }
        or []
        for group in ("core", "social", "personal", "professional")
    }
    ips: object = []
    if row["_ip"]:
        ips = {str(row["_ip"]): {"ip": row["_ip"], "id": 40 + int(str(row["id"])),
                                 "ipDetails": {"city": "", "country": ""}}}  # fmt: skip
    return {
        **_publish(row),
        "id": row["id"],
        "points": row["points"],
        "color": row["color"],
        "fields": groups | {"all": core},
        "lastActive": iso(row["last_active"]),
        "owner": None,
        "ipAddresses": ips,
        "tags": [{"id": n, "tag": tag} for n, tag in enumerate(_tuple(row["_tags"]), 1)],
        "utmtags": [],
        "stage": row["stage"],
        "dateIdentified": iso(row["date_identified"]),
        "preferredProfileImage": "gravatar",
        "doNotContact": [
            {name: s[name] for name in ("id", "reason", "comments", "channel")}
            | {"channelId": s["channel_id"]}
            for s in silences
        ],
        "frequencyRules": [],
    }


def email_of(row: Row, mail: Sequence[Row], variants: Sequence[Row]) -> dict[str, object]:
    good = [stat for stat in mail if not stat["is_failed"]]
    sent, read = len(good), sum(bool(stat["is_read"]) for stat in good)
    return {
        **_publish(row),
        "id": row["id"],
        "name": row["name"],
        "subject": row["subject"],
        "language": row["language"],
        "category": row["category"],
        "fromAddress": "courses@example.com",
        "fromName": "Sandbox Courses",
        "replyToAddress": None,
        "bccAddress": None,
        "useOwnerAsMailer": False,
        # without parameters it is an empty list, as every map of PHP
        "utmTags": [] if row["category"] is None else {"utmSource": "mautic", "utmMedium": "email",
                                                       "utmName": None, "utmContent": None},
        "preheaderText": row["_preheader"],
        "customHtml": "<html><body><p>Made, not real. {unsubscribe_text}</p></body></html>",
        "plainText": None,
        "template": "blank",
        "emailType": row["email_type"],
        "publishUp": iso(row["publish_up"]),
        "publishDown": iso(row["publish_down"]),
        "publicPreview": True,
        "readCount": read,
        "sentCount": sent,
        "revision": row["revision"],
        "assetAttachments": [],
        "variantStartDate": iso(row["date_added"]) if variants else None,
        "variantSentCount": sent if variants else 0,
        "variantReadCount": read if variants else 0,
        "variantParent": row["variant_parent"] and {"id": row["variant_parent"]},
        "variantChildren": [{"id": variant["id"]} for variant in variants],
        "translationParent": None,
        "translationChildren": [],
        "unsubscribeForm": None,
        "dynamicContent": [],
        "lists": [{"id": id_} for id_ in _tuple(row["lists"])],
        "headers": [],
    }  # fmt: skip


def campaign_of(row: Row) -> dict[str, object]:
    events = [dict(event) for event in _tuple(row["_events"]) if isinstance(event, dict)]
    return {
        **_publish(row),
        "id": row["id"],
        "name": row["name"],
        "category": row["category"],
        "description": row["description"],
        "allowRestart": row["allow_restart"],
        "publishUp": iso(row["publish_up"]),
        "publishDown": iso(row["publish_down"]),
        "events": {str(event["id"]): event for event in events} or [],
        "forms": [],
        "lists": {str(id_): {"id": id_} for id_ in _tuple(row["lists"])} or [],
        "canvasSettings": {"nodes": [], "connections": []} if events else [],
    }


def segment_of(row: Row) -> dict[str, object]:
    return {
        **_publish(row),
        "id": row["id"],
        "name": row["name"],
        "publicName": row["public_name"],
        "alias": row["alias"],
        "description": row["description"],
        "category": row["category"],
        "filters": list(_tuple(row["_filters"])),
        "isGlobal": row["is_global"],
        "isPreferenceCenter": row["is_preference_center"],
    }


def stat_of(table: str, row: Row) -> dict[str, object]:
    """A row of a table as its driver fetches it: text or null."""
    answered: dict[str, object] = {name: _fetched(row[name]) for name in columns_of(table)}
    if table == "email_stats":
        answered["open_details"] = _opens(row)
    return answered


def typed(answered: dict[str, object]) -> dict[str, object]:
    """The same row from a newer PHP, which fetches numbers as numbers."""
    return {
        name: int(value) if isinstance(value, str) and value.isdecimal() else value
        for name, value in answered.items()
    }


def _publish(row: Row) -> dict[str, object]:
    return {
        "isPublished": row["is_published"],
        "dateAdded": iso(row["date_added"]),
        "dateModified": iso(row["date_modified"]),
        "createdBy": row["created_by"],
        "createdByUser": row["created_by_user"],
        "modifiedBy": row["modified_by"],
        "modifiedByUser": row["modified_by_user"],
    }


def _field(number: int, alias: str, value: object) -> dict[str, object]:
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
