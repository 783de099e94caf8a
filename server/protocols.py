"""uvicorn's protocols with two doors more: giving up a client that takes nothing, and writing ready frames at once."""

from collections.abc import Callable
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request
from websockets.protocol import State

ABORT = "orchestratai.abort"
"""scope extension: a function that drops the connection with what it has not taken."""

FRAMES = "orchestratai.frames"
"""scope extension: `websocket.send` may carry `frames`, WebSocket frames as bytes, any number of them."""


class StreamHttpProtocol(HttpToolsProtocol):
    """HTTP whose scope carries the ABORT extension."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        extensions: Any = {ABORT: self.transport.abort}
        self.scope["extensions"] = extensions


class StreamWebSocketProtocol(WebSocketsSansIOProtocol):
    """WebSocket whose scope carries the ABORT and FRAMES extensions."""

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if hasattr(self, "scope"):
            extensions: Any = {**(self.scope.get("extensions") or {}), ABORT: self.transport.abort, FRAMES: {}}
            self.scope["extensions"] = extensions

    async def send(self, message: Any) -> None:
        frames = message.get("frames")
        if frames is None:
            await super().send(message)
            return
        await self.writable.wait()
        if not self.disconnected and self.conn.state is State.OPEN:
            self.transport.write(frames)


def abort_of(scope: Any) -> Callable[[], None]:
    """The connection's abort, or nothing to call under another server."""
    abort: Callable[[], None] = scope.get("extensions", {}).get(ABORT, lambda: None)
    return abort
