"""What our idle readers are compared with: a bare ASGI stream, sse-starlette, Starlette's socket. Prints its port."""

import asyncio
import sys

import uvicorn
import uvloop
from sse_starlette import EventSourceResponse
from starlette.applications import Starlette
from starlette.routing import Route, WebSocketRoute
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket

HELLO = b"event: hello\ndata: {}\n\n"


async def bare(scope: Scope, receive: Receive, send: Send) -> None:
    """An ASGI application that opens a stream, and waits."""
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
    await socket.send_text("event: hello, much as the others say")
    await socket.receive_text()


APPS = {
    "bare": bare,
    "sse-starlette": Starlette(routes=[Route("/", sse_starlette)]),
    "starlette-ws": Starlette(routes=[WebSocketRoute("/", starlette_socket)]),
}


async def main(kind: str) -> None:
    """Serve the kind of reader named."""
    config = uvicorn.Config(
        APPS[kind],
        port=0,
        http="httptools",
        ws="websockets-sansio",
        ws_per_message_deflate=False,
        lifespan="off",
        log_level="error",
        access_log=False,
    )
    server = uvicorn.Server(config)
    serving = asyncio.ensure_future(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    print(server.servers[0].sockets[0].getsockname()[1], flush=True)
    await serving


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1]))
