"""The S3 bucket of a client's order files: moto's S3, on a port of its own.

moto is imported, and the bucket filled, when the bucket is first asked for: most tests never do.
moto keeps its state in the process; an account number of its own keeps every bucket apart, though
all have the same name.
"""

import socket
import time
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import md5
from itertools import count
from threading import Event, RLock
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from werkzeug.wrappers import Request, Response

from sandbox.faults import Faults, Options
from sandbox.http import Server
from sandbox.order_files import OrderFile, demo_files
from sandbox.s3_auth import ACCESS_KEY, SECRET_KEY, unauthorised
from sandbox.s3_faults import S3_FAULTS, refused, spoil
from sandbox.service import Asked

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

BUCKET = "sandbox-sticky-713"
_ACCOUNTS = count(713_000_000_000)


class S3Exports:
    """The bucket, what was asked of it, and its faults."""

    name = "s3_exports"
    bucket = BUCKET

    def __init__(self, host: str, port: int) -> None:
        self.faults = Faults(self.name, S3_FAULTS)
        self.requests: list[Asked] = []
        self.closing = Event()
        self._address = (host, port)
        self._account = str(next(_ACCOUNTS))
        self._files: dict[str, OrderFile] = {}
        self._server: Server | None = None
        self._lock = RLock()

    @property
    def url(self) -> str:
        """The endpoint; asking for it opens it."""
        return self._open().url

    def environ(self, url: str, account: str) -> dict[str, str]:  # noqa: ARG002  # it has one
        return {
            "S3_BUCKET_NAME": self.bucket,
            "AWS_ENDPOINT_URL": url,
            "AWS_ACCESS_KEY_ID": ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
        }

    def list(self, prefix: str = "") -> list[str]:
        """The keys in the bucket."""
        self._open()
        with self._lock:
            keys = _backend(self._account).get_bucket(BUCKET).keys
            return sorted(key for key in keys if key.startswith(prefix))

    def file(self, key: str) -> OrderFile:
        """A file as it stands, and the rows that a reader should find in it."""
        self._open()
        with self._lock:
            stored = _backend(self._account).get_object(BUCKET, key)
            if stored is None:
                raise ValueError(f"there is no file {key!r}")
            unknown = OrderFile(key, b"", stored.last_modified.replace(tzinfo=UTC), {})
            return replace(self._files.get(key, unknown), body=stored.value)

    def put(self, key: str, body: bytes, modified: datetime | None = None) -> None:
        """Put a file there, or another in its place."""
        self.put_file(OrderFile(key, body, modified or datetime.now(UTC), {}))

    def put_file(self, file: OrderFile) -> None:
        """Put a file there of which the rows are known."""
        self._open()
        with self._lock:
            self._forget(file.key)
            etag = md5(file.body, usedforsecurity=False).hexdigest()
            stored = _backend(self._account).put_object(BUCKET, file.key, file.body, etag=etag)
            stored.last_modified = file.modified.astimezone(UTC).replace(tzinfo=None)
            self._files[file.key] = replace(file, body=b"")  # moto has it

    def resend(self, key: str, body: bytes) -> None:
        """Send a file again, an hour later."""
        with self._lock:
            self.put(key, body, self.file(key).modified + timedelta(hours=1))

    def remove(self, key: str) -> None:
        """Take a file away."""
        with self._lock:
            self.file(key)
            self._forget(key)

    def empty(self) -> None:
        """Take every file away."""
        for key in self.list():
            self.remove(key)

    def reset(self) -> None:
        """Have the demo's files and nothing else."""
        self.empty()
        self._fill()

    def close(self) -> None:
        self.closing.set()
        with self._lock:
            if self._server is not None:
                self._server.stop()
                self.empty()

    def _open(self) -> Server:
        with self._lock:
            if self._server is None:
                self._make_bucket()
                self._server = Server(self._answer, *self._address)
                self._server.start()
                self._fill()
            return self._server

    def _make_bucket(self) -> None:
        from moto.s3.models import s3_backends

        _backend(self._account).create_bucket(BUCKET, "us-east-1")
        # The register that keeps a name unique over all accounts must not know it: the next
        # sandbox of this process has a bucket of the same name.
        s3_backends.bucket_accounts.pop(BUCKET)

    def _fill(self) -> None:
        for file in demo_files():
            self.put_file(file)

    def _forget(self, key: str) -> None:
        from moto.s3.models import FakeKey

        self._files.pop(key, None)
        stored = _backend(self._account).get_object(BUCKET, key)
        if stored is not None:
            _backend(self._account).delete_object(BUCKET, key)
            stored.dispose()
            tracked: list[object] = vars(FakeKey)["instances_tracked"]  # kept until moto's reset
            tracked.remove(stored)

    def _answer(self, environ: "WSGIEnvironment", start: "StartResponse") -> Iterable[bytes]:
        request = Request(environ)
        between = request.headers.get("Range", "")
        query = request.query_string.decode()
        asked = Asked(
            request.method, request.path, request.args.to_dict(), between, None, time.time()
        )
        self.requests.append(asked)
        faults = self.faults.for_request(f"{request.method} {request.path}", query + between)
        if slow := faults.get("slow"):
            self.closing.wait(float(str(slow["seconds"])))
        if "connection_dropped" in faults:
            connection: socket.socket = environ["werkzeug.socket"]
            connection.shutdown(socket.SHUT_RDWR)
            return []
        response = unauthorised(request) or refused(faults) or self._served(request, faults)
        asked.status = response.status_code
        spoil(response, faults)
        return response(environ, start)

    def _served(self, request: Request, faults: dict[str, Options]) -> Response:
        """moto's answer; the lock lets no file change in the middle of it."""
        environ = request.environ
        environ["HTTP_X_MOTO_ACCOUNT_ID"] = self._account
        if pages := faults.get("small_pages"):
            asked = request.args.to_dict() | {"max-keys": str(pages["keys"])}
            environ["QUERY_STRING"] = urlencode(asked)
        replaced = faults.get("replaced", {})
        key = request.path.removeprefix(f"/{BUCKET}/")
        with self._lock:
            if replaced.get("when") == "before":
                self._replace(key, replaced)
            response = Response.from_app(_moto(), environ, buffered=True)
            if replaced.get("when") == "after":
                self._replace(key, replaced)
        return response

    def _replace(self, key: str, replaced: Options) -> None:
        body = replaced["body"]
        self.resend(key, self.file(key).body + b"\n" if body is None else str(body).encode())


@cache
def _moto() -> "WSGIApplication":
    """moto's S3 without its other services; one serves every account."""
    from moto.moto_server.werkzeug_app import create_backend_app

    return create_backend_app("s3")


def _backend(account: str) -> Any:
    """What moto keeps of an account."""
    from moto.s3.models import s3_backends

    return s3_backends[account]["aws"]
