"""The application: an endpoint for each entry of `ENDPOINTS`, its description, and the socket."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Annotated, Any

from fastapi import FastAPI, Query, Request, WebSocket
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, Response
from starlette.exceptions import HTTPException

from signalroom.api import document
from signalroom.api.endpoints import CLIENT, ENDPOINTS, Endpoint
from signalroom.api.front import Front
from signalroom.api.pages import Page
from signalroom.api.parameters import parameters
from signalroom.api.problems import broken, not_understood, refused
from signalroom.api.service import Service
from signalroom.api.sockets import Sockets
from signalroom.api.store import Snapshot


def application(service: Service) -> Front:
    """The whole API over a service."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await service.look()
        watching = asyncio.create_task(service.watch())
        yield
        watching.cancel()

    app = FastAPI(
        title="SignalRoom",
        openapi_url=None,
        lifespan=lifespan,
        redirect_slashes=False,
        exception_handlers={
            HTTPException: refused,
            RequestValidationError: not_understood,
            Exception: broken,
        },
    )
    for endpoint in ENDPOINTS:
        app.get(
            f"/api/{endpoint.name}",
            operation_id=endpoint.name,
            summary=endpoint.summary,
            responses=document.responses(endpoint),
            openapi_extra={"security": [{document.SCHEME: []}]},
        )(_handler(service, endpoint))

    @app.get(
        "/healthz", operation_id="healthz", summary="What is served.", responses=document.HEALTH
    )
    async def healthz() -> Response:
        snapshot = service.store.current
        if snapshot is None:
            raise HTTPException(503, "nothing is published yet")
        return JSONResponse({"snapshot": snapshot.version, "published_at": snapshot.published_at})

    @app.get("/openapi.json", include_in_schema=False)
    async def openapi() -> Response:
        return JSONResponse(document.openapi(app, service.store.current))

    @app.get("/docs", include_in_schema=False)
    async def docs() -> Response:
        page = document.page(app, service.store.current)
        return HTMLResponse(page, headers={"Content-Security-Policy": document.POLICY})

    sockets = Sockets(service)

    @app.websocket("/ws")
    async def ws(socket: WebSocket) -> None:
        await sockets.serve(socket)

    return Front(app, service)


def _handler(service: Service, endpoint: Endpoint) -> Callable[..., Awaitable[Response]]:
    async def handle(request: Request, asked: Any) -> Response:
        clients: frozenset[str] | None = request.state.clients
        wanted = getattr(asked, CLIENT.name)
        if wanted is not None and clients is not None and wanted not in clients:
            raise HTTPException(403, "the key is not for this client")
        snapshot: Snapshot | None = request.state.snapshot
        if asked.cursor:
            snapshot = service.store.kept(asked.cursor.version)
        if snapshot is None:
            raise HTTPException(410, "the snapshot of this cursor is gone; begin without a cursor")
        page = Page(endpoint, clients, dict(asked), asked.limit, asked.order, asked.cursor)
        rows = await service.store.query(snapshot, *page.statement())
        return Response(page.body(rows, snapshot.version), media_type="application/json")

    handle.__annotations__["asked"] = Annotated[parameters(endpoint), Query()]
    return handle
