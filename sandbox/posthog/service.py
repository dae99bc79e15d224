"""PostHog's private API: events by HogQL, and the lists of persons, feature flags and experiments.

The key is a Bearer's. Every refusal has the four keys type, code, detail and attr, but what stands
before PostHog (502 and up) answers in HTML.
"""

import json
from collections.abc import Callable, Sequence
from typing import Any

from flask import Blueprint, Response, g, request

from sandbox.data import ACCOUNTS
from sandbox.facts import Facts
from sandbox.faults import Faults
from sandbox.posthog.data import PROJECT_IDS, Record
from sandbox.posthog.faults import POSTHOG_FAULTS
from sandbox.posthog.hogql import HogQLError, parse
from sandbox.posthog.lists import event_page, older, page_of
from sandbox.posthog.project import Project
from sandbox.posthog.query import ASYNC, REFRESH, Queries
from sandbox.service import Limit, RefusedError, Service, answer, fault, keys_of

_SCOPES = {"feature_flags": "feature_flag:read", "experiments": "experiment:read"}
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
    restate: Callable[..., None]

    def __init__(self) -> None:
        super().__init__(Facts(lambda _: (), (), (), ("", "")))  # it has no hours to add up
        self.faults = Faults(self.name, POSTHOG_FAULTS)
        self.projects = {account: Project(account) for account in ACCOUNTS}
        self.queries = {name: Queries(p, self.now) for name, p in self.projects.items()}
        self.restate, self.reset = self._restate, self._reset
        self.limits = {
            "query_minute": Limit(240, 60, self.now),
            "query_hour": Limit(2_400, 3_600, self.now),
            "analytics_minute": Limit(240, 60, self.now),
            "analytics_hour": Limit(1_200, 3_600, self.now),
            "crud_minute": Limit(480, 60, self.now),
            "crud_hour": Limit(4_800, 3_600, self.now),
        }

    def environ(self, url: str, account: str) -> dict[str, str]:
        return {
            "POSTHOG_HOST": url,
            "POSTHOG_API_KEY": f"sandbox-posthog-{account}",
            "POSTHOG_PROJECT_ID": str(PROJECT_IDS[account]),
        }

    def add(self, what: str, *, account: str = "713", **fields: Any) -> list[Record]:
        """Add `events`, or one of `persons`, `feature_flags` or `experiments`."""
        return self._project(account).add(what, **fields)

    def serve(self, events: int, timestamps: int, *, account: str = "713") -> None:
        """Have so many events on so many timestamps, in place of the made ones."""
        self._project(account).serve(events, timestamps)

    def _restate(self, verb: str, *, account: str = "713", **fields: Any) -> None:
        """`add`, `set` (by `id`) or `remove` (by `id`, events also by `day`), or `serve` events.

        `what` is restated, events unless it is given: persons, feature_flags or experiments.
        """
        project, what = self._project(account), str(fields.pop("what", "events"))
        if verb == "add":
            project.add(what, **fields)
        elif verb in ("set", "remove") and not {"id", "day"} & fields.keys():
            raise ValueError("name by its id what to change or to remove")
        elif verb == "set":
            project.change(what, str(fields.pop("id")), **fields)
        elif verb == "remove" and what == "events" and "day" in fields:
            project.remove_day(fields["day"])
        elif verb == "remove":
            project.remove(what, str(fields["id"]))
        elif verb == "serve":
            project.serve(int(fields["events"]), int(fields["timestamps"]))
        else:
            raise ValueError(f"no restatement {verb!r}; there are: add, set, remove, serve")

    def _reset(self) -> None:
        for account, project in self.projects.items():
            project.reset()
            self.queries[account].forget()

    def _project(self, account: str) -> Project:
        if account not in self.projects:
            raise ValueError(f"no account {account!r}; there are: {', '.join(self.projects)}")
        return self.projects[account]

    def add_routes(self, routes: Blueprint) -> None:
        for kind in ("projects", "environments"):
            root = f"/api/{kind}/<project>/"
            for path, view, methods in (
                ("", self.project, ("GET",)),
                ("query/", self.query, ("POST",)),
                ("query/<id_>/", self.query_status, ("GET", "DELETE")),
                ("events/", self.events, ("GET",)),
                ("persons/", self.persons, ("GET",)),
                ("persons/<id_>/", self.persons, ("GET",)),
            ):
                routes.add_url_rule(
                    root + path, f"{kind}/{path}", view_func=view, methods=list(methods)
                )
        root = "/api/projects/<project>/<any(feature_flags,experiments):name>/"
        routes.add_url_rule(root, view_func=self.records)
        routes.add_url_rule(f"{root}<id_>/", "record", view_func=self.records)
        routes.add_url_rule("/<path:path>", view_func=_nowhere, methods=["GET", "POST"])

    def account_of_request(self) -> str:
        given = request.headers.get("Authorization", "")
        if not given:
            detail = "Authentication credentials were not provided."
            raise PosthogError(401, "authentication_error", "not_authenticated", detail)
        account = keys_of(self.name).get(given.removeprefix("Bearer "))
        if account is None or not given.startswith("Bearer "):
            raise _wrong_key()
        asked = (request.view_args or {}).get("project", "@current")
        if asked != "@current" and asked not in map(str, PROJECT_IDS.values()):
            raise _not_found("Project not found.")
        if asked not in ("@current", str(PROJECT_IDS[account])):
            detail = "You don't have access to the project."
            raise PosthogError(403, "authentication_error", "permission_denied", detail)
        return account

    def keep_limits(self) -> None:
        path = request.path
        kind = "query" if "/query/" in path else "crud"
        if path.rstrip("/").endswith(("/events", "/persons")):
            kind = "analytics"
        for window in ("minute", "hour"):
            limit = self.limits[f"{kind}_{window}"]
            if not limit.take():
                raise _throttled(limit.seconds_left)
        if fault("missing_scope"):
            detail = f"API key missing required scope '{_scope()}'"
            raise PosthogError(403, "authentication_error", "permission_denied", detail)
        if fault("project_gone"):
            raise _not_found("Project not found.")
        if fault("invalid_key"):
            raise _wrong_key()

    def project(self, **_: str) -> Response:
        project = self._asked()
        return answer({"id": project.id, "name": project.name, "timezone": project.timezone})

    def query(self, **_: str) -> Response:
        text, refresh = _query_of_body()
        if fault("busy"):
            detail = "Exceeded maximum concurrency limit: 3 for key: api_query"
            raise PosthogError(429, "throttled_error", "throttled", detail, after=1)
        queries = self.queries[g.account]
        try:
            understood = parse(text, self._asked().timezone)
            timed_out = fault("query_timeout")
            if timed_out and understood.rows > int(str(timed_out["rows"])):
                raise PosthogError(504, "server_error", "error", _TIMED_OUT)
            state = queries.state(text, refresh)
            if refresh in ASYNC and not state.is_cached:
                return answer(queries.start(text, state), 202)
            return Response(queries.written(text, state, g.faults), mimetype="application/json")
        except HogQLError as error:
            raise PosthogError(400, "validation_error", error.code, error.detail) from None

    def query_status(self, id_: str, **_: str) -> Response:
        queries = self.queries[g.account]
        if request.method == "DELETE":
            return answer({"message": "Query cancelled" if queries.cancel(id_) else "not found"})
        status = queries.poll(id_, g.faults)
        if status is None:
            raise _not_found(f"Query {id_} not found for team {self._asked().id}")
        done = status["query_status"]
        return answer(status, 200 if isinstance(done, dict) and done["complete"] else 202)

    def events(self, **_: str) -> Response:
        """The list that PostHog means to remove; it loses events, see sandbox/posthog/lists.py."""
        try:
            return answer(event_page(self._asked().log, self.now()))
        except ValueError as error:
            raise PosthogError(400, "validation_error", "invalid_input", str(error)) from None

    def persons(self, id_: str | None = None, **_: str) -> Response:
        """Newest first; a full page has a next one even where nothing follows, and no count."""
        listed = self._asked().listed("persons")
        return self._one(listed, id_) if id_ else answer(page_of(listed, counted=False))

    def records(self, name: str, id_: str | None = None, **_: str) -> Response:
        """Flags or experiments; archived experiments only where they are asked for."""
        listed = [older(record) for record in self._asked().listed(name)]
        if id_:
            return self._one(listed, id_)
        if name == "experiments":
            archived = request.args.get("archived") == "true"
            listed = [record for record in listed if record["archived"] is archived]
        elif (active := request.args.get("active")) in ("true", "false"):
            listed = [record for record in listed if record["active"] is (active == "true")]
        if search := request.args.get("search"):
            listed = [record for record in listed if search in f"{record['name']}"]
        return answer(page_of(listed, counted=True))

    @staticmethod
    def _one(records: Sequence[Record], id_: str) -> Response:
        for record in records:
            if str(record["id"]) == id_:
                return answer(record)
        raise _not_found("Not found.")

    def _asked(self) -> Project:
        return self.projects[g.account]

    def _finish(self, response: Response) -> Response:
        """Leave an answer of many rows as the stream that it is, unless it has to be cut."""
        if response.is_streamed and not (fault("truncated_json") or fault("body_cut_off")):
            g.asked.status = response.status_code
            return response
        return super()._finish(response)

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
    after = int(refused.headers.get("Retry-After", "0"))
    if refused.status == 429:
        return _throttled(after)
    if refused.status == 500:
        return PosthogError(500, "server_error", "error", "A server error occurred.")
    return PosthogError(refused.status, "server_error", "html", "Bad Gateway")


def _throttled(after: int) -> PosthogError:
    expected = f" Expected available in {after} seconds." if after else ""
    detail = f"Request was throttled.{expected}"
    return PosthogError(429, "throttled_error", "throttled", detail, after)


def _wrong_key() -> PosthogError:
    detail = "Personal API key found in request Authorization header is invalid."
    return PosthogError(401, "authentication_error", "authentication_failed", detail)


def _not_found(detail: str) -> PosthogError:
    return PosthogError(404, "invalid_request", "not_found", detail)


def _nowhere(**_: str) -> Response:
    raise _not_found("Endpoint not found.")


def _scope() -> str:
    part = request.path.split("/")[5] if request.path.count("/") > 5 else "project"
    named = {"query": "query:read", "events": "query:read", "persons": "person:read", **_SCOPES}
    return named.get(part, "project:read")


def _query_of_body() -> tuple[str, object]:
    """The HogQL of a request, and whether it may be an old answer."""
    try:
        body = json.loads(request.get_data())
    except ValueError as error:
        detail = f"JSON parse error - {error}"
        raise PosthogError(400, "validation_error", "parse_error", detail) from None
    query = body.get("query") if isinstance(body, dict) else None
    if not isinstance(query, dict) or not isinstance(query.get("query"), str):
        raise PosthogError(400, "validation_error", "required", "query: Field required")
    if query.get("kind") != "HogQLQuery":
        detail = f"query: the sandbox knows the kind HogQLQuery alone, not {query.get('kind')!r}"
        raise PosthogError(400, "validation_error", "invalid_input", detail)
    if body.get("refresh") not in REFRESH:
        raise PosthogError(400, "validation_error", "invalid_input", "refresh: Input should be one")
    return query["query"], body.get("refresh")
