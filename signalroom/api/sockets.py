"""`/ws`: the key as the first message, and then the newest snapshot, whenever there is another.

Nothing waits in a queue: who reads slowly misses what is no longer the newest, and holds up nobody.
"""

import asyncio
from contextlib import suppress

from fastapi import WebSocket, WebSocketDisconnect

from signalroom.api.service import Service

FIRST = 5.0  # seconds in which the key must come
SENDING = 10.0  # seconds that a message may take
REFUSED, TRY_LATER = 1008, 1013  # RFC 6455: policy violation, try again later
MOST = 5_000  # sockets at once


class Sockets:
    """The sockets that are open."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._open = 0

    async def serve(self, socket: WebSocket) -> None:
        """One socket until either side ends it."""
        await socket.accept()
        if self._open >= MOST:
            await socket.close(TRY_LATER)
            return
        self._open += 1
        try:
            await self._talk(socket)
        except (WebSocketDisconnect, TimeoutError):
            with suppress(RuntimeError, WebSocketDisconnect):  # it is closed
                await socket.close(REFUSED)
        finally:
            self._open -= 1

    async def _talk(self, socket: WebSocket) -> None:
        async with asyncio.timeout(FIRST):
            first = await socket.receive()
        if first["type"] == "websocket.disconnect":
            return
        secret = first.get("text") or ""
        key = self._service.keys.find(secret)
        if key and self._service.limiter.wait(key.key_id):
            await socket.close(TRY_LATER, "this key asks too much")
            return
        listening = asyncio.create_task(_until_closed(socket))
        try:
            await self._tell(socket, secret, listening)
        finally:
            listening.cancel()

    async def _tell(self, socket: WebSocket, secret: str, listening: asyncio.Task[None]) -> None:
        """Tell the newest snapshot as long as the key holds and the other side is there."""
        said = ""
        while self._service.keys.find(secret):
            news, snapshot = self._service.news, self._service.store.current
            if snapshot and snapshot.version != said:
                said = snapshot.version
                async with asyncio.timeout(SENDING):
                    await socket.send_json(
                        {"snapshot": said, "published_at": snapshot.published_at}
                    )
            waiting = asyncio.create_task(news.wait())
            await asyncio.wait({listening, waiting}, return_when=asyncio.FIRST_COMPLETED)
            waiting.cancel()
            if listening.done():
                return
        await socket.close(REFUSED, "no such key")


async def _until_closed(socket: WebSocket) -> None:
    """Take what is sent, which means nothing, until the other side leaves."""
    while (await socket.receive())["type"] != "websocket.disconnect":
        pass
