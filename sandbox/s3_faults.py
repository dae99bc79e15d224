"""The bad habits of the bucket, and how a request comes to show them.

They are steered as in sandbox/faults.py; `path` is method and path (`GET /<bucket>/<key>`), `match`
is looked for in the query and the Range header.
"""

from collections.abc import Mapping
from functools import partial
from xml.sax.saxutils import escape

from werkzeug.wrappers import Response

from sandbox.faults import Fault, Options

_any = partial(Fault, "s3_exports", "")
_read = partial(Fault, "s3_exports", "GET /sandbox-sticky-713/")
_list = partial(Fault, "s3_exports", "GET /sandbox-sticky-713")

S3_FAULTS: tuple[Fault, ...] = (
    _any("slow", "answers after `seconds`", {"seconds": 5.0}),
    _any("connection_dropped", "closes the connection without an answer"),
    _any("slow_down", "503 SlowDown"),
    _any("server_error", "5xx InternalError: `status`", {"status": 500}),
    _any("forbidden", "403 `code`, as for keys without rights", {"code": "AccessDenied"}),
    _read("missing", "404 for an object that was listed"),
    _read("truncated", "half of the object, as if it were whole"),
    _read("body_cut_off", "half of the announced length, then closed"),
    _read(
        "replaced",
        "another file takes the object's place `when`: before or after this answer; it is `body`, "
        "else the same file with a line end more",
        {"when": "after", "body": None, "times": 1},
    ),
    _list("no_listing", "`status` and `body` instead of a listing", {"status": 200, "body": ""}),
    _list("small_pages", "lists `keys` keys a page", {"keys": 2}),
)


def refusal(status: int, code: str, message: str = "Refused by the sandbox") -> Response:
    """An error as S3 words it."""
    text = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<Error><Code>{code}</Code><Message>{escape(message)}</Message>"
        "<RequestId>SANDBOX</RequestId></Error>"
    )
    return Response(text, status, mimetype="application/xml")


def refused(faults: Mapping[str, Options]) -> Response | None:
    """The faults that answer in place of the bucket."""
    if "slow_down" in faults:
        return refusal(503, "SlowDown", "Please reduce your request rate.")
    if failing := faults.get("server_error"):
        return refusal(int(str(failing["status"])), "InternalError")
    if forbidden := faults.get("forbidden"):
        return refusal(403, str(forbidden["code"]))
    if instead := faults.get("no_listing"):
        return Response(str(instead["body"]), int(str(instead["status"])), mimetype="text/html")
    if "missing" in faults:
        return refusal(404, "NoSuchKey", "The specified key does not exist.")
    return None


def spoil(response: Response, faults: Mapping[str, Options]) -> None:
    """The faults that cut an answer short."""
    if not faults.keys() & {"truncated", "body_cut_off"}:
        return
    body = response.get_data()
    response.set_data(body[: len(body) // 2])
    if "body_cut_off" in faults:
        response.headers["Content-Length"] = str(len(body))
