"""Short ways to ask the sandbox's PostHog, as a loader would."""

from typing import Any

import requests

from sandbox.server import Sandbox

KEY = "sandbox-posthog-713"
ID = 71_301
NAMED = "uuid, event, distinct_id, properties, toTimeZone(timestamp, 'UTC') as timestamp"


def get(
    sandbox: Sandbox,
    path: str = "feature_flags/",
    *,
    key: str | None = KEY,
    project: object = ID,
    **params: object,
) -> requests.Response:
    """A GET below the project."""
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    url = f"{sandbox.url('posthog')}/api/projects/{project}/{path}"
    return requests.get(
        url, params={k: str(v) for k, v in params.items()}, headers=headers, timeout=10
    )


def ask(
    sandbox: Sandbox,
    hogql: str = f"select {NAMED} from events order by timestamp, uuid limit 10",
    *,
    refresh: object = "force_blocking",
    key: str = KEY,
    project: object = ID,
) -> requests.Response:
    """A query."""
    body: dict[str, object] = {"query": {"kind": "HogQLQuery", "query": hogql}, "name": "tests"}
    if refresh is not None:
        body["refresh"] = refresh
    return requests.post(
        f"{sandbox.url('posthog')}/api/projects/{project}/query/",
        json=body,
        headers={"Authorization": f"Bearer {key}"},
        timeout=30,
    )


def rows(sandbox: Sandbox, hogql: str, **how: Any) -> list[list[Any]]:
    found: list[list[Any]] = ask(sandbox, hogql, **how).json()["results"]
    return found


def by_keyset(sandbox: Sandbox, *, per: int, order: str = "timestamp, uuid") -> list[str]:
    """The UUIDs of all events, page by page, as the loader should read them."""
    uuids: list[str] = []
    where = ""
    while True:
        page = rows(sandbox, f"select {NAMED} from events {where} order by {order} limit {per}")
        uuids += [row[0] for row in page]
        if len(page) < per:
            return uuids
        uuid, at = page[-1][0], page[-1][4].removesuffix("Z")
        where = f"where (timestamp, uuid) > (toDateTime64('{at}', 6, 'UTC'), toUUID('{uuid}'))"


def by_pages(sandbox: Sandbox, path: str, **params: Any) -> list[dict[str, Any]]:
    """All records of a list, by its `next`."""
    page = get(sandbox, path, **params).json()
    records: list[dict[str, Any]] = page["results"]
    while page["next"]:
        headers = {"Authorization": f"Bearer {KEY}"}
        page = requests.get(page["next"], headers=headers, timeout=10).json()
        records += page["results"]
    return records
