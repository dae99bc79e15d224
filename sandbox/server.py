"""The sandbox's server: every service under its prefix, and what steers them from outside."""

import json
from collections.abc import Callable
from typing import Self

import click
from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from sandbox.data import ACCOUNTS
from sandbox.everflow import Everflow
from sandbox.google_sheets.service import GoogleSheets
from sandbox.http import Server
from sandbox.mautic.service import Mautic
from sandbox.music.lake import Lake
from sandbox.posthog.service import Posthog
from sandbox.redtrack import Redtrack
from sandbox.resend import Resend
from sandbox.s3 import S3Exports
from sandbox.s3_auth import ACCESS_KEY, SECRET_KEY
from sandbox.service import Service, answer, keys_of
from sandbox.slack import Slack
from sandbox.twilio import Twilio


class Sandbox:
    """All services on one port of this machine; a context manager."""

    def __init__(self, port: int = 0, host: str = "127.0.0.1") -> None:
        self.music = Lake()
        self.everflow = Everflow()
        self.redtrack = Redtrack()
        self.posthog = Posthog()
        self.mautic = Mautic()
        self.google_sheets = GoogleSheets()
        self.slack = Slack()
        self.resend = Resend()
        self.twilio = Twilio()
        self.messaging = (self.slack, self.resend, self.twilio)
        sources = (self.everflow, self.redtrack, self.posthog, self.mautic, self.google_sheets)
        self.services: dict[str, Service] = {s.name: s for s in (*sources, *self.messaging)}
        self.s3_exports = S3Exports(host, port + 1 if port else 0)
        self._server = Server(self._app(), host, port)

    @property
    def origin(self) -> str:
        """What all addresses begin with, but the bucket's."""
        return self._server.url

    def url(self, service: str) -> str:
        """The base URL of a service, or the endpoint of the bucket."""
        if service == self.s3_exports.name:
            return self.s3_exports.url
        return f"{self.origin}/{self.services[service].name}"

    def environ(self, service: str, account: str = "713") -> dict[str, str]:
        """The variables that point an account's client at a service."""
        if service == self.music.name:
            return self.music.environ()
        return self._every()[service].environ(self.url(service), account)

    def service_account(self, account: str = "713") -> dict[str, str]:
        """The JSON key file of a Google service account."""
        return self.google_sheets.service_account(account, self.url("google_sheets"))

    def __enter__(self) -> Self:
        self._server.start()
        return self

    def __exit__(self, *_: object) -> None:
        for service in self.services.values():
            service.closing.set()
        self.s3_exports.close()
        self.music.close()
        self._server.stop()

    def wait(self) -> None:
        """Stay until interrupted."""
        self._server.wait()

    def _every(self) -> dict[str, Service | S3Exports]:
        return {**self.services, self.s3_exports.name: self.s3_exports}

    def _app(self) -> Flask:
        app = Flask(__name__)
        for service in self.services.values():
            app.register_blueprint(service.blueprint())
        app.add_url_rule("/_sandbox/google_sheets/key/<account>", view_func=self._key_file)
        app.add_url_rule("/_sandbox/messages", view_func=self._messages)
        steering = "/_sandbox/<service>/<any(faults,restate):what>"
        app.add_url_rule(steering, view_func=self._steer, methods=["POST", "DELETE"])
        app.register_error_handler(HTTPException, _http_error)
        return app

    def _key_file(self, account: str) -> Response:
        if account not in ACCOUNTS:
            return answer({"error": f"no account {account!r}"}, 404)
        return answer(self.service_account(account))

    def _messages(self) -> Response:
        """What was accepted of messages, by service."""
        accepted = {service.name: service.messages for service in self.messaging}
        return Response(json.dumps(accepted, default=str, indent=1), mimetype="application/json")

    def _steer(self, service: str, what: str) -> Response:
        """Switch a fault on or restate something, or with DELETE undo all of either."""
        try:
            body = json.loads(request.get_data() or b"{}")
            if what == "faults":
                faults = self._every()[service].faults
                faults.clear() if request.method == "DELETE" else faults.on(**body)
            else:
                restated = self.services[service]
                restated.reset() if request.method == "DELETE" else restated.restate(**body)
        except (KeyError, TypeError, ValueError) as error:
            return answer({"error": str(error)}, 400)
        return answer({"ok": True})


def serve(port: int, tell: Callable[[Sandbox], None] = lambda _: None) -> None:
    """Run the sandbox until interrupted; `tell` is called once it answers."""
    with Sandbox(port) as sandbox:
        click.echo("SignalRoom sandbox. All its data is made, not real.")
        keys = {name: ", ".join(keys_of(name)) for name in sandbox.services}
        keys["mautic"] += "; the secret of each is the id with -secret behind"
        keys["twilio"] += " are its auth tokens"
        keys["google_sheets"] = "GET /_sandbox/google_sheets/key/713 and .../key/cti, whole files"
        for name, key in keys.items():
            click.echo(f"{name:<13} {sandbox.url(name)}   keys: {key}")
        s3 = sandbox.s3_exports
        click.echo(
            f"{s3.name:<13} {s3.url}   bucket: {s3.bucket}, keys: {ACCESS_KEY} / {SECRET_KEY}"
        )
        click.echo(f"What was sent as messages: {sandbox.origin}/_sandbox/messages")
        tell(sandbox)
        click.echo("Stop it with Ctrl-C.")
        try:
            sandbox.wait()
        except KeyboardInterrupt:
            click.echo("Stopped.")


def _http_error(error: HTTPException) -> Response:
    return answer({"error": error.description}, error.code or 500)
