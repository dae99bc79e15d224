"""PostHog's private API: events by HogQL, and the lists of persons, feature flags and experiments.

The key is a Bearer's. Every refusal has the four keys type, code, detail and attr, but what stands
before PostHog (502 and up) answers in HTML. An answer is kept: the same text gets the old one again
unless `refresh` is force_blocking.
"""

import json
from typing import Any

from flask import Blueprint, Response, g, request

from sandbox.data import ACCOUNTS
from sandbox.faults import Faults
from sandbox.posthog.data import PROJECT_IDS
from sandbox.posthog.events import Feed
from sandbox.posthog.faults import POSTHOG_FAULTS
from sandbox.posthog.hogql import HogQLError, parse
from sandbox.posthog.lists import older, page_of
from sandbox.posthog.project import Project
from sandbox.posthog.query import answer_of
from sandbox.posthog.records import Record
from sandbox.service import Limit, RefusedError, Service, answer, fault, keys_of

FRESH = "force_blocking"
REFRESH = (FRESH, "blocking", "force_cache", None)
_SCOPES = {
    "query": "query:read",
    "persons": "person:read",
    "feature_flags": "feature_flag:read",
    "experiments": "experiment:read",
}
_TIMED_OUT = (
    "Query has hit the max execution time before completing. See our docs for how to improve your "
    "query performance. You may need to materialize."
)


class PosthogError(RefusedError):
    """A refusal in PostHog's own words."""

    def __init__(self, status: int, kind: str, code: str, detail: str, after: int = 0) -> None:
        super().__init__(status, detail, {"Retry-After": str(after)} if after else None)
        self.kind, self.code = kind, code


class Posthog(Service):
    """The fake of us.posthog.com."""

    name = "posthog"

    def __init__(self) -> None:
        super().__init__()
        self.faults = Faults(self.name, POSTHOG_FAULTS)
        self.projects = {account: Project(account) for account in ACCOUNTS}
        self._kept: dict[tuple[str, str], Feed] = {}  # by account and text of the query
        self.limits = {
            "query_minute": Limit(240, 60, self.now),
            "query_hour": Limit(2_400, 3_600, self.now),
            "list_minute": Limit(480, 60, self.now),
            "list_hour": Limit(4_800, 3_600, self.now),
        }

    def environ(self, url: str, account: str) -> dict[str, str]:
        return {
            "POSTHOG_HOST": url,
            "POSTHOG_API_KEY": f"sandbox-posthog-{account}",
            "POSTHOG_PROJECT_ID": str(PROJECT_IDS[account]),
        }

    def add(self, what: str, **fields: Any) -> list[Record]:
        """Add `events` to 713's: so many `times` an `event`, all `at` one time."""
        if what != "events":
            raise ValueError(f"events alone can be added, not {what}")
        return self.projects["713"].add_events(**fields)

    def serve(self, events: int, timestamps: int) -> None:
        """Have so many events on so many timestamps, in place of 713's made ones."""
        self.projects["713"].serve(events, timestamps)

    def restate(self, verb: str, *, what: str = "events", **fields: Any) -> None:
        """`set` or `remove`, by its `id`, an event or a record of 713's; or `serve` events."""
        project = self.projects["713"]
        if verb == "set":
            project.change(what, str(fields.pop("id")), **fields)
        elif verb == "remove":
            project.remove(what, str(fields["id"]))
        elif verb == "serve":
            project.serve(**fields)
        else:
            raise ValueError(f"no restatement {verb!r}; there are: set, remove, serve")

    def reset(self) -> None:
        self._kept.clear()
        for project in self.projects.values():
            project.reset()

    def add_routes(self, routes: Blueprint) -> None:
        root = "/api/projects/<project>/"
        routes.add_url_rule(root, view_func=self.project)
        routes.add_url_rule(f"{root}query/", view_func=self.query, methods=["POST"])
        lists = "<any(persons,feature_flags,experiments):name>"
        routes.add_url_rule(f"{root}{lists}/", view_func=self.records)

    def account_of_request(self) -> str:
        given = request.headers.get("Authorization", "")
        if not given:
            detail = "Authentication credentials were not provided."
            raise PosthogError(401, "authentication_error", "not_authenticated", detail)
        account = keys_of(self.name).get(given.removeprefix("Bearer "))
        if account is None or not given.startswith("Bearer ") or fault("invalid_key"):
            detail = "Personal API key found in request Authorization header is invalid."
            raise PosthogError(401, "authentication_error", "authentication_failed", detail)
        asked = (request.view_args or {})["project"]
        if asked not in map(str, PROJECT_IDS.values()) or fault("project_gone"):
            raise PosthogError(404, "invalid_request", "not_found", "Project not found.")
        if asked != str(PROJECT_IDS[account]):
            detail = "You don't have access to the project."
            raise PosthogError(403, "authentication_error", "permission_denied", detail)
        return account

    def keep_limits(self) -> None:
        asked = request.path.rstrip("/").rpartition("/")[2]
        kind = "query" if asked == "query" else "list"
        for window in ("minute", "hour"):
            limit = self.limits[f"{kind}_{window}"]
            if not limit.take():
                raise _throttled(limit.seconds_left)
        if fault("missing_scope"):
            detail = f"API key missing required scope '{_SCOPES.get(asked, 'project:read')}'"
            raise PosthogError(403, "authentication_error", "permission_denied", detail)

    def project(self, **_: str) -> Response:
        project = self.projects[g.account]
        return answer({"id": project.id, "name": project.name, "timezone": project.timezone})

    def query(self, **_: str) -> Response:
        text, refresh = _query_of_body()
        if fault("busy"):
            detail = "Exceeded maximum concurrency limit: 3 for key: api_query"
            raise PosthogError(429, "throttled_error", "throttled", detail, after=1)
        try:
            query = parse(text)
        except HogQLError as error:
            raise _invalid("hogql_query_error", str(error)) from None
        timed_out = fault("query_timeout")
        if timed_out and query.rows > int(str(timed_out["rows"])):
            raise PosthogError(504, "server_error", "error", _TIMED_OUT)
        if (much := fault("too_many_bytes")) and query.hours > float(str(much["hours"])):
            detail = "Limit for rows or bytes to read exceeded"
            raise PosthogError(400, "validation_error", "too_many_bytes", detail)
        project, key = self.projects[g.account], (g.account, text)
        is_cached = key in self._kept and refresh != FRESH
        log = self._kept[key] if is_cached else project.log
        self._kept[key] = log
        return answer(answer_of(query, text, project, log, g.faults) | {"is_cached": is_cached})

    def records(self, name: str, **_: str) -> Response:
        """A list, newest first; archived experiments only where they are asked for.

        A full page of persons has a next one even where nothing follows, and they are not counted.
        """
        listed = self.projects[g.account].listed(name)
        if name == "persons":
            return answer(page_of(listed, counted=False))
        if name == "experiments":
            archived = request.args.get("archived") == "true"
            listed = [record for record in listed if record["archived"] is archived]
        return answer(page_of([older(record) for record in listed], counted=True))

    @staticmethod
    def _refuse(refused: RefusedError) -> Response:
        if not isinstance(refused, PosthogError):
            refused = _in_own_words(refused)
        if refused.status >= 502 and refused.code == "html":
            page = f"<html><h1>{refused.status} {refused.message}</h1></html>"
            return Response(page, refused.status, mimetype="text/html")
        body = {
            "type": refused.kind, "code": refused.code, "detail": refused.message, "attr": None,
        }  # fmt: skip
        response = answer(body, refused.status)
        response.headers.update(refused.headers)
        return response


def _in_own_words(refused: RefusedError) -> PosthogError:
    """What the manners of all services refuse, as PostHog would."""
    if refused.status == 429:
        return _throttled(int(refused.headers.get("Retry-After", "0")))
    if refused.status == 500:
        return PosthogError(500, "server_error", "error", "A server error occurred.")
    return PosthogError(refused.status, "server_error", "html", "Bad Gateway")


def _throttled(after: int) -> PosthogError:
    expected = f" Expected available in {after} seconds." if after else ""
    detail = f"Request was throttled.{expected}"
    return PosthogError(429, "throttled_error", "throttled", detail, after)


def _invalid(code: str, detail: str) -> PosthogError:
    return PosthogError(400, "validation_error", code, detail)


def _query_of_body() -> tuple[str, str | None]:
    """The HogQL of a request, and whether it may be an old answer."""
    try:
        body = json.loads(request.get_data())
        query, refresh = body["query"], body.get("refresh")
        kind, text = query["kind"], query["query"]
    except (ValueError, TypeError, KeyError) as error:
        raise _invalid("required", f"query: Field required, or no JSON: {error}") from None
    if kind != "HogQLQuery" or not isinstance(text, str) or refresh not in REFRESH:
        raise _invalid("invalid_input", f"the sandbox knows no {kind!r}, refresh {refresh!r}")
    return text, refresh
