"""The measured side of `memory`: holds idle readers. Prints its port; each line of input is answered with its memory."""

import asyncio
import gc
import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import uvicorn
import uvloop
from sse_starlette import EventSourceResponse
from starlette.applications import Starlette
from starlette.routing import Route, WebSocketRoute
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket

from server import logs
from server.app import Application
from server.protocols import StreamHttpProtocol, StreamWebSocketProtocol
from server.settings import Settings
from server.socket import Socket
from server.stream import EventStream
from streaming.event import START
from streaming.fanout import Fanout
from streaming.pulse import Pulse
from streaming.reader import open_reader
from streaming.sqlite import open_sqlite

HELLO = b"event: hello\ndata: {}\n\n"


def resident() -> int:
    """Bytes of memory that this process holds."""
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE")


async def bare(scope: Scope, receive: Receive, send: Send) -> None:
    """An ASGI application that opens a stream, and waits."""
    if scope["type"] == "lifespan":
        return
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/event-stream")]})
    await send({"type": "http.response.body", "body": HELLO, "more_body": True})
    await receive()
    await asyncio.get_running_loop().create_future()


async def sse_starlette(request):  # type: ignore[no-untyped-def]
    """sse-starlette as it comes."""

    async def events():  # type: ignore[no-untyped-def]
        yield HELLO
        await asyncio.get_running_loop().create_future()

    return EventSourceResponse(events())


async def starlette_socket(socket: WebSocket) -> None:
    """Starlette's WebSocket, waiting for its client."""
    await socket.accept()
    await socket.send_text("hello")
    await socket.receive_text()


async def main(kind: str) -> None:
    """Serve the kind of reader named."""
    logs.configure(Settings(log_level="error"))
    with TemporaryDirectory() as folder:
        async with open_sqlite(Path(folder) / "sessions.db") as store:
            fanout, pulse = Fanout(store), Pulse()
            session_id = (await store.create_session("")).session_id
            beating = asyncio.ensure_future(pulse.run())

            async def events(request):  # type: ignore[no-untyped-def]
                return EventStream(store, session_id, open_reader(fanout, pulse, session_id, START))

            house = type("House", (), {"store": store, "fanout": fanout, "pulse": pulse})()

            class Door:
                async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
                    await receive()
                    await send({"type": "websocket.accept"})
                    await Socket(house, scope, receive, send).serve()

            apps = {
                "bare": bare,
                "sse-starlette": Starlette(routes=[Route("/", sse_starlette)]),
                "starlette-ws": Starlette(routes=[WebSocketRoute("/", starlette_socket)]),
                "ours": Application(routes=[Route("/", events)]),
                "ours-ws": Application(routes=[WebSocketRoute("/", Door())]),
            }
            config = uvicorn.Config(
                apps[kind],
                port=0,
                http=StreamHttpProtocol if kind.startswith("ours") else "httptools",
                ws=StreamWebSocketProtocol if kind.startswith("ours") else "websockets-sansio",
                ws_per_message_deflate=False,
                lifespan="off",
                log_level="error",
                access_log=False,
                backlog=4096,
            )
            server = uvicorn.Server(config)
            serving = asyncio.ensure_future(server.serve())
            while not server.started:
                await asyncio.sleep(0.01)
            print(server.servers[0].sockets[0].getsockname()[1], session_id, flush=True)
            while await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline):
                print(resident(), flush=True)
            serving.cancel()
            beating.cancel()


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1]))
