"""The socket tells who has a key of each new snapshot, and waits for nobody."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from signalroom.api import keys, sockets
from signalroom.api.app import application
from signalroom.api.front import Message
from signalroom.api.service import Service
from signalroom.api.serving import allow_many_sockets
from signalroom.api.snapshots import publish
from signalroom.api.store import Store
from tests.signalroom.api.served import Served

SOCKETS = 1_000


@asynccontextmanager
async def opened(served: Served, key: str | bytes) -> AsyncIterator[ClientConnection]:
    address = f"{served.url.replace('http', 'ws')}/ws"
    async with connect(address, close_timeout=0, compression=None) as socket:
        await socket.send(key)
        yield socket


async def told(socket: ClientConnection) -> str:
    """The version that it was told, which is all that it is told."""
    said = json.loads(await asyncio.wait_for(socket.recv(), 20))
    assert set(said) == {"snapshot", "published_at"}
    return str(said["snapshot"])


async def closed(socket: ClientConnection) -> int:
    """The code with which it was closed, and nothing was told before."""
    with pytest.raises(ConnectionClosed) as refused:
        await asyncio.wait_for(socket.recv(), 20)
    assert refused.value.rcvd is not None
    return refused.value.rcvd.code


def test_a_thousand_sockets_are_told_of_each_snapshot(served: Served) -> None:
    allow_many_sockets()  # both ends of each are this process's
    key = served.key("713")

    async def run() -> None:
        async with AsyncExitStack() as stack:
            many: list[ClientConnection] = []
            for _ in range(SOCKETS // 100):
                opening = (stack.enter_async_context(opened(served, key)) for _ in range(100))
                many += await asyncio.gather(*opening)
            assert set(await asyncio.gather(*map(told, many))) == {served.version}
            version = await asyncio.to_thread(served.publish)
            assert set(await asyncio.gather(*map(told, many))) == {version}

    asyncio.run(run())


def test_who_reads_nothing_holds_up_nobody_and_is_left(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sockets, "SENDING", 0.5)
    key = served.key()

    async def run() -> None:
        service = Service(Store(served.folder), served.keys, rate=1e6, seconds=1)
        await service.look()
        app = application(service)
        sent: dict[str, list[Message]] = {"slow": [], "quick": []}

        def talk(name: str) -> Any:
            said = [{"type": "websocket.receive", "text": key}, {"type": "websocket.connect"}]

            async def receive() -> Message:
                return said.pop() if said else await asyncio.Future()

            async def send(message: Message) -> None:
                if name == "slow" and message["type"] == "websocket.send":
                    await asyncio.Future()
                sent[name].append(message)

            scope = {"type": "websocket", "path": "/ws", "query_string": b"", "headers": []}
            return asyncio.create_task(app(scope, receive, send))

        talking = [talk(name) for name in sent]
        for number in (1, 2):
            await asyncio.to_thread(publish, served.warehouse, served.folder)
            await service.look()
            while len(sent["quick"]) < 1 + number:
                await asyncio.sleep(0.005)
        assert [m["type"] for m in sent["quick"]] == ["websocket.accept", *["websocket.send"] * 2]
        await asyncio.wait_for(talking[0], 5)
        assert [m["type"] for m in sent["slow"]] == ["websocket.accept", "websocket.close"]
        talking[1].cancel()

    asyncio.run(run())


def test_who_has_no_key_is_told_nothing(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sockets, "FIRST", 0.2)

    async def run() -> None:
        for key in ("", "sr_12345678_x", served.key()[:-1], served.key().encode()):
            async with opened(served, key) as socket:
                assert await closed(socket) == sockets.REFUSED
        async with connect(f"{served.url.replace('http', 'ws')}/ws") as silent:
            assert await closed(silent) == sockets.REFUSED

    asyncio.run(run())


def test_a_revoked_key_ends_its_socket_and_opens_nothing(served: Served) -> None:
    key = keys.create(served.keys, "for a while", ["cti"])
    served.wait_for(lambda: served.service.keys.find(key))

    async def run() -> None:
        async with opened(served, key) as socket:
            await told(socket)
            keys.revoke(served.keys, key.split("_")[1])
            assert await closed(socket) == sockets.REFUSED

    asyncio.run(run())
    assert served.get("/api/leaderboard", key=key).status_code == 401
