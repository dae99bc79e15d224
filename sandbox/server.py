"""The sandbox's server: every service under its prefix, and the routes that steer them."""

import json
from dataclasses import asdict
from threading import Thread
from typing import Self

import click
from flask import Blueprint, Flask, Response, request
from werkzeug.exceptions import HTTPException
from werkzeug.serving import WSGIRequestHandler, make_server

from sandbox.everflow import Everflow
from sandbox.redtrack import Redtrack
from sandbox.service import Service, answer, keys_of


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: object) -> None:
        """Write nothing: each service keeps its own log of requests."""


class Sandbox:
    """All services on one port of this machine; a context manager."""

    def __init__(self, port: int = 0, host: str = "127.0.0.1") -> None:
        self.everflow = Everflow()
        self.redtrack = Redtrack()
        self.services: dict[str, Service] = {s.name: s for s in (self.everflow, self.redtrack)}
        self._server = make_server(host, port, self._app(), threaded=True, request_handler=_Quiet)
        self._base = f"http://{host}:{self._server.server_port}"
        self._thread = Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    def url(self, service: str) -> str:
        """The base URL of a service."""
        return f"{self._base}/{self.services[service].name}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        for service in self.services.values():
            service.closing.set()
        self._server.shutdown()
        self._server.server_close()

    def wait(self) -> None:
        """Stay until interrupted."""
        self._thread.join()

    def _app(self) -> Flask:
        app = Flask(__name__)
        for service in self.services.values():
            app.register_blueprint(service.blueprint())
            app.register_blueprint(_steering(service))
        app.add_url_rule("/_sandbox/health", view_func=self._health)
        app.register_error_handler(HTTPException, _http_error)
        return app

    def _health(self) -> Response:
        return answer({"ok": True, "services": list(self.services), "data": "made, not real"})


def serve(port: int) -> None:
    """Run the sandbox until interrupted."""
    with Sandbox(port) as sandbox:
        click.echo("SignalRoom sandbox. All its data is made, not real.")
        for name in sandbox.services:
            click.echo(f"{name:<9} {sandbox.url(name)}   keys: {', '.join(keys_of(name))}")
        click.echo("Stop it with Ctrl-C.")
        try:
            sandbox.wait()
        except KeyboardInterrupt:
            click.echo("Stopped.")


def _steering(service: Service) -> Blueprint:
    """The control routes of one service, for tests in another process."""
    routes = Blueprint(f"steer_{service.name}", __name__, url_prefix=f"/_sandbox/{service.name}")

    @routes.errorhandler(ValueError)
    @routes.errorhandler(TypeError)
    def refuse(error: Exception) -> Response:
        return answer({"error": str(error)}, 400)

    @routes.get("/faults")
    def faults() -> Response:
        return answer(
            {
                "on": service.faults.all_on(),
                "known": {name: asdict(f) for name, f in service.faults.known.items()},
            }
        )

    @routes.post("/faults")
    def switch_on() -> Response:
        service.faults.on(**_json())
        return answer({"on": service.faults.all_on()})

    @routes.delete("/faults")
    def clear() -> Response:
        service.faults.clear()
        return answer({"on": {}})

    @routes.post("/restate")
    def restate() -> Response:
        service.restate(**_json())
        return answer({"ok": True})

    @routes.delete("/restate")
    def reset() -> Response:
        service.reset()
        return answer({"ok": True})

    @routes.post("/limits")
    def limits() -> Response:
        for name, limit in _json().items():
            if name not in service.limits:
                raise ValueError(f"no limit {name!r}; there are: {', '.join(service.limits)}")
            service.limits[name].limit = int(limit)
        return answer({name: limit.limit for name, limit in service.limits.items()})

    @routes.get("/requests")
    def requests() -> Response:
        return answer([asdict(asked) for asked in service.requests])

    @routes.delete("/requests")
    def forget() -> Response:
        service.requests.clear()
        return answer([])

    return routes


def _json() -> dict[str, str]:
    body = json.loads(request.get_data() or b"null")
    if not isinstance(body, dict):
        raise ValueError("the body must be a JSON object")
    return body


def _http_error(error: HTTPException) -> Response:
    return answer({"error": error.description}, error.code or 500)
