"""PostHog: what people did on the pages, who they are, and which flags and experiments they saw.

POST /api/projects/<id>/query/            ->  posthog.events
GET  /api/projects/<id>/persons/          ->  posthog.persons
GET  /api/projects/<id>/feature_flags/    ->  posthog.feature_flags
GET  /api/projects/<id>/experiments/      ->  posthog.experiments

- Events are asked for by HogQL (posthog_events): the list of events loses some.
- Lists are read in full: none can be asked for what changed, and what was deleted is not in them.
- `next` is an address, behind a proxy another host's: only what it asks for is used, so that the
  key goes to POSTHOG_HOST alone.
- Archived experiments come only to those who ask for them.
"""

from collections.abc import Iterator, Mapping
from datetime import time, timedelta
from functools import partial
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from requests import Response

from loaders import clock
from loaders.answers import answer, expect, is_json, parsed, unexpected
from loaders.errors import ApiError, LoadError, TruncatedError
from loaders.http import Api
from loaders.records import RecordSource
from loaders.source import Account, Finding, Setting
from loaders.sources.posthog_events import TooMuchError, event_pages, newest_event
from loaders.table import Column, Page, Rejected, Row, Table
from loaders.windows import Window

LIST_ROWS = 500
TOO_MUCH = (504, 512, 513)  # too long, would be too long, too much memory
# the same with status 400, by the names of ClickHouse's errors
TOO_MUCH_CODES = frozenset(
    {
        "too_many_bytes", "too_many_rows", "too_many_rows_or_bytes", "too_slow", "timeout_exceeded",
        "memory_limit_exceeded", "set_size_limit_exceeded", "query_is_too_large",
    }
)  # fmt: skip
LONE_PAGES = 100  # of a list, without any record in them
# addresses that PostHog gave out earlier or gives to those who send, and where its API is
API_HOSTS = {
    "app.posthog.com": "us.posthog.com",
    "us.i.posthog.com": "us.posthog.com",
    "eu.i.posthog.com": "eu.posthog.com",
}
RECENT = timedelta(days=7)
SCOPES = "query:read, person:read, feature_flag:read, experiment:read and project:read"
ELSEWHERE = "check POSTHOG_HOST"
REMEDIES = {
    401: "check POSTHOG_API_KEY: it has to be a personal key (phx_...)",
    403: f"give POSTHOG_API_KEY the scopes {SCOPES}, and the project POSTHOG_PROJECT_ID",
    404: "check POSTHOG_PROJECT_ID and POSTHOG_HOST",
}

EVENTS = Table(
    "events",
    {
        "uuid": Column("text", required=True),
        "event": Column("text", required=True),
        "distinct_id": Column("text"),
        "person_id": Column("text"),
        "timestamp": Column("timestamp", required=True),
        "properties": Column("json"),
    },
    key=("uuid", "event", "timestamp"),
    own_id="uuid",  # of some senders two events have the same one
    makes_days_complete=True,
    cursor="timestamp",
    look_back=timedelta(days=3),  # what is sent late, and what clocks that are behind have written
    is_dated=True,
    in_order=True,
)
PERSONS = Table(
    "persons",
    {
        "id": Column("text", required=True),
        "name": Column("text"),
        "distinct_ids": Column("json"),
        "properties": Column("json"),
        "is_identified": Column("bool"),
        "created_at": Column("timestamp"),
        "last_seen_at": Column("timestamp"),
    },
    key=("id",),
)
FEATURE_FLAGS = Table(
    "feature_flags",
    {
        "id": Column("bigint", required=True),
        "key": Column("text", required=True),
        "name": Column("text"),
        "active": Column("bool"),
        "filters": Column("json"),
        "rollout_percentage": Column("decimal"),
        "tags": Column("json"),
        "version": Column("bigint"),
        "created_at": Column("timestamp"),
        "updated_at": Column("timestamp"),
    },
    key=("id",),
)
EXPERIMENTS = Table(
    "experiments",
    {
        "id": Column("bigint", required=True),
        "name": Column("text"),
        "description": Column("text"),
        "type": Column("text"),
        "feature_flag_key": Column("text"),
        "start_date": Column("timestamp"),
        "end_date": Column("timestamp"),
        "archived": Column("bool"),
        "conclusion": Column("text"),
        "conclusion_comment": Column("text"),
        "parameters": Column("json"),
        "metrics": Column("json"),
        "created_at": Column("timestamp"),
        "updated_at": Column("timestamp"),
    },
    key=("id",),
)


class Posthog:
    """One project."""

    def __init__(self, account: Account) -> None:
        self.account = account
        key, host = account.settings["api_key"], api_host(account.settings["host"])
        if not account.settings["project_id"].isdecimal():  # it may be the key, put in its place
            raise LoadError("POSTHOG_PROJECT_ID is not a number")
        self.project = f"/api/projects/{account.settings['project_id']}/"
        opened = partial(
            Api,
            "posthog",
            host,
            variable="POSTHOG_HOST",
            secrets=(key,),
            headers={"Authorization": f"Bearer {key}"},
            remedies=REMEDIES,
        )
        self.lists, self.queries = opened(), opened(passthrough=(*TOO_MUCH, 400))

    def read(self, table: Table, window: Window) -> Iterator[Page]:
        if table is EVENTS:
            yield from event_pages(self._ask, window)
            return
        yield from self._list(table)
        if table is EXPERIMENTS:
            yield from self._list(table, archived="true")

    def examine(self) -> Iterator[Finding]:
        project = _object(self.lists.get(self.project), name=str)
        yield Finding("ok", f"posthog: project {project['name']!r} is reachable")
        zone = project.get("timezone")
        if zone not in (None, self.account.timezone):
            yield Finding(
                "warn",
                f"posthog: the project is in {zone}, the client in {self.account.timezone}: its "
                "own pages show other days",
            )
        for table in (PERSONS, FEATURE_FLAGS, EXPERIMENTS):
            _object(self.lists.get(f"{self.project}{table.name}/", {"limit": 1}), results=list)
        now = clock.now()
        newest = newest_event(self._ask, now - RECENT)
        if newest is None:
            yield Finding("warn", f"posthog: no event for {RECENT.days} days")
        elif newest > now + timedelta(hours=1):
            yield Finding(
                "warn", f"posthog: the newest event is of {newest:%Y-%m-%d}: a clock is ahead"
            )

    def _ask(self, hogql: str) -> list[Row]:
        """What a query answers, never from PostHog's cache, by the names of its columns."""
        response = self.queries.post(
            f"{self.project}query/",
            json={
                "query": {"kind": "HogQLQuery", "query": hogql},
                "name": "signalroom",
                "refresh": "force_blocking",
            },
        )
        code = _code(response) if response.status_code == 400 else ""
        if response.status_code in TOO_MUCH or code in TOO_MUCH_CODES:
            said = f"HTTP {response.status_code} {code}".rstrip()
            raise TooMuchError(
                f"posthog: {said} even for the smallest query; PostHog is slow, try again later"
            )
        if not response.ok:
            raise self.queries.refusal(response)
        body = _object(response, columns=list, results=list)
        columns = body["columns"]
        try:
            return [dict(zip(columns, row, strict=True)) for row in body["results"]]
        except (TypeError, ValueError):
            raise ApiError(
                "posthog: query/: rows and columns of the response differ in number"
            ) from None

    def _list(self, table: Table, **asked: str) -> Iterator[Page]:
        """All pages of a list; ApiError where one leads nowhere."""
        path = f"{self.project}{table.name}/"
        params: Mapping[str, Any] = {"limit": LIST_ROWS, **asked}
        passed: set[str] = set()
        before: list[Any] = []
        lone = read = 0
        while True:
            body = _object(self.lists.get(path, params), results=list)
            records, link = body["results"], body.get("next")
            origin = " ".join([table.name, *(f"{name}={value}" for name, value in params.items())])
            yield _records(table, origin, records)
            read += len(records)
            if not link:
                if isinstance(count := body.get("count"), int) and read < count:  # of all pages
                    raise TruncatedError(f"posthog: {origin}: got {read:,} of {count:,} records")
                return
            lone = 0 if records else lone + 1  # one without records may lead on
            if link in passed or (records and records == before) or lone > LONE_PAGES:
                raise ApiError(f"posthog: {origin}: the next page holds nothing new")
            passed.add(link)
            params, before = dict(parse_qsl(urlsplit(link).query)), records


def api_host(host: str) -> str:
    """Where the API is, by what people write: without https://, with a path, the old address."""
    if not {".", ":"} & set(host):  # the same
        raise LoadError("POSTHOG_HOST is not the address of a host", "see .env.example")
    parts = urlsplit(host if "://" in host else f"https://{host}")
    named = API_HOSTS.get(parts.netloc.lower())
    return (
        f"https://{named}" if named else f"{parts.scheme}://{parts.netloc}{parts.path}".rstrip("/")
    )


def _code(response: Response) -> str:
    """The code of an error."""
    body = parsed(response) if is_json(response) else None
    return str(body.get("code")).lower() if isinstance(body, dict) else ""


def _object(response: Response, **promised: type) -> dict[str, Any]:
    """An answer, which has what is promised by name and kind."""
    where = f"posthog: {urlsplit(response.url).path}"
    body = expect(dict, answer(response, ELSEWHERE), where, ELSEWHERE)
    for name, kind in promised.items():
        if not isinstance(body.get(name), kind):
            raise unexpected(name, body, where, ELSEWHERE)
    return body


def _records(table: Table, origin: str, records: list[Any]) -> Page:
    """The records by our names; older servers lack some of them."""
    rows, rejected = [], []
    for line, record in enumerate(records, start=1):
        if isinstance(record, dict):
            rows.append({name: record.get(name) for name in table.columns})
        else:
            rejected.append(Rejected(origin, line, "no object", record))
    return Page(origin, rows, rejected)


SOURCE = RecordSource(
    name="posthog",
    tables=(EVENTS, PERSONS, FEATURE_FLAGS, EXPERIMENTS),
    settings=(
        Setting("api_key"),
        Setting("project_id", names_account=True),
        Setting("host", "https://us.posthog.com"),
    ),
    closes_at=time(3),
    open=Posthog,
)
