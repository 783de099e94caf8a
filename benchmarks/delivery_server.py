"""The measured side of `delivery`: our doors, or a raw uvloop server, writing the same events to many readers.

Prints its port; then each line of standard input `<events per wake> <wakes>` is answered with the CPU seconds it took.
"""

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import uvicorn
import uvloop
from starlette.applications import Starlette
from starlette.routing import Route, WebSocketRoute

from server import logs
from server.app import Application
from server.identity import Caller
from server.protocols import StreamHttpProtocol, StreamWebSocketProtocol
from server.settings import Settings
from server.socket import Socket
from server.stream import EventStream
from streaming.event import START, Encoder, Event
from streaming.fanout import Fanout
from streaming.log import RunRequest
from streaming.pulse import Pulse
from streaming.reader import Reader
from streaming.sqlite import open_sqlite

INTERVAL = 0.025
TEXT = " customers"

Deliver = Callable[[list[Event]], Awaitable[None]]


async def commands(deliver: Deliver, encoder: Encoder) -> None:
    """Deliver as told on standard input, and answer with the CPU seconds of this process."""
    loop = asyncio.get_running_loop()
    while text := await loop.run_in_executor(None, sys.stdin.readline):
        per_wake, wakes = map(int, text.split())
        batches = [[encoder.token(TEXT, time.time()) for _ in range(per_wake)] for _ in range(wakes)]
        for batch in batches:
            for event in batch:
                event.sse, event.frame  # noqa: B018 - encoded before the clock starts, as in the raw server
        started = time.process_time()
        for batch in batches:
            await deliver(batch)
            await asyncio.sleep(INTERVAL)
        print(time.process_time() - started, flush=True)


async def raw() -> None:
    """A uvloop server that writes ready bytes: an HTTP chunk for each wake."""
    transports: list[asyncio.Transport] = []

    class Protocol(asyncio.Protocol):
        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            self.transport = transport

        def data_received(self, data: bytes) -> None:
            self.transport.write(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
            transports.append(self.transport)

    async def deliver(events: list[Event]) -> None:
        body = b"".join([event.sse for event in events])
        chunk = b"%x\r\n%b\r\n" % (len(body), body)
        for transport in transports:
            transport.write(chunk)

    server = await asyncio.get_running_loop().create_server(Protocol, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await commands(deliver, Encoder("0" * 36, "0" * 32, 1764000000000))


async def ours() -> None:
    """Our SSE and WebSocket doors, middleware and all; each wake is an append to the SQLite log."""
    settings = Settings(log_level="error")
    logs.configure(settings)
    with TemporaryDirectory() as folder:
        async with open_sqlite(Path(folder) / "sessions.db") as store:
            session_id = (await store.create_session("")).session_id
            await store.submit(session_id, "", RunRequest("chat", "?"))
            lease = await store.claim(session_id)
            assert lease is not None
            encoder = Encoder(session_id, lease.run.run_id, lease.generation)
            fanout, pulse = Fanout(store), Pulse()

            @asynccontextmanager
            async def lifespan(app: Starlette):  # type: ignore[no-untyped-def]
                yield

            async def events(request):  # type: ignore[no-untyped-def]
                return EventStream(store, Reader(fanout, pulse, session_id, START))

            class Door:
                async def __call__(self, scope, receive, send) -> None:  # type: ignore[no-untyped-def]
                    await receive()
                    await send({"type": "websocket.accept"})
                    scope["state"]["caller"] = Caller("", "127.0.0.1")
                    socket = Socket(scope["app"].state.house, scope, receive, send)
                    await socket._pump(Reader(fanout, pulse, session_id, START))

            app = Application(routes=[Route("/events", events), WebSocketRoute("/ws", Door())], lifespan=lifespan)
            app.state.house = type("House", (), {"store": store, "settings": settings, "ready": True})()
            config = uvicorn.Config(
                app,
                port=0,
                http=StreamHttpProtocol,
                ws=StreamWebSocketProtocol,
                ws_per_message_deflate=False,
                log_level="error",
                access_log=False,
            )
            server = uvicorn.Server(config)
            serving = asyncio.ensure_future(server.serve())
            while not server.started:
                await asyncio.sleep(0.01)
            print(server.servers[0].sockets[0].getsockname()[1], flush=True)
            await commands(lambda events: store.append(session_id, events), encoder)
            serving.cancel()


if __name__ == "__main__":
    uvloop.run({"raw": raw, "ours": ours}[sys.argv[1]]())
