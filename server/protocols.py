"""uvicorn's protocols with two doors more: giving up a client that takes nothing, and writing ready frames at once."""

import asyncio
from collections.abc import Callable
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request
from websockets.protocol import State

from streaming.channel import Frame
from streaming.reader import Reader

ABORT = "orchestratai.abort"
"""scope extension: a function that drops the connection with what it has not taken."""

FRAMES = "orchestratai.frames"
"""scope extension: `websocket.send` may carry `frames`, WebSocket frames as bytes, any number of them."""

WRITE = "orchestratai.write"
"""scope extension: a function that writes bytes in the connection's framing (HTTP chunks, WebSocket frames) at once,
or returns False when the response is not at that point or the client is slow: then `send` is the way."""


GONE = "orchestratai.gone"
"""scope extension: a function that takes what to call when the client goes; saves a task that would wait for that."""


class StreamHttpProtocol(HttpToolsProtocol):
    """HTTP whose scope carries the ABORT, WRITE and GONE extensions, and whose heads arrive in time.

    Slots, because with two attributes more an instance's dictionary no longer shares its keys: 1.5 KiB a connection.
    """

    __slots__ = ("gone", "head_timer")

    head_timeout = 10.0
    """Seconds from connecting, or from a further request's first byte, to the end of its head."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.gone: tuple[Callable[[], None], ...] = ()
        self.head_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self.await_head()

    def await_head(self) -> None:
        """Drop the connection unless a head is complete in time."""
        if self.head_timer is None:
            self.head_timer = self.loop.call_later(self.head_timeout, self.transport.abort)

    def end_wait(self) -> None:
        """The head is complete, or never will be."""
        if self.head_timer is not None:
            self.head_timer.cancel()
            self.head_timer = None

    def on_headers_complete(self) -> None:
        self.end_wait()
        super().on_headers_complete()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.await_head()
        if self.cycle is None or self.cycle.response_complete:
            self.gone = ()
        extensions: Any = {ABORT: self.transport.abort, WRITE: self.write_chunks, GONE: self.when_gone}
        self.scope["extensions"] = extensions

    def when_gone(self, call: Callable[[], None]) -> None:
        """Call this when the connection is lost before the response is complete."""
        self.gone = (*self.gone, call)

    def connection_lost(self, exc: Exception | None) -> None:
        self.end_wait()
        super().connection_lost(exc)
        for call in self.gone:
            call()

    def write_chunks(self, chunks: bytes) -> bool:
        """Write whole HTTP chunks into the running response; False when that cannot be done at once."""
        cycle = self.cycle
        if self.flow.write_paused or cycle.disconnected or cycle.response_complete or not cycle.chunked_encoding:
            return False
        self.transport.write(chunks)
        return True


class StreamWebSocketProtocol(WebSocketsSansIOProtocol):
    """WebSocket whose scope carries the ABORT, FRAMES and WRITE extensions."""

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if hasattr(self, "scope"):
            extensions: Any = {**(self.scope.get("extensions") or {}), ABORT: self.transport.abort, FRAMES: {}}
            extensions[WRITE] = self.write_frames
            self.scope["extensions"] = extensions

    def write_frames(self, frames: bytes) -> bool:
        """Write whole frames; False when that cannot be done at once."""
        if not self.writable.is_set() or self.disconnected or self.conn.state is not State.OPEN:
            return False
        self.transport.write(frames)
        return True

    async def send(self, message: Any) -> None:
        frames = message.get("frames")
        if frames is None:
            await super().send(message)
            return
        await self.writable.wait()
        self.write_frames(frames)


def attach(reader: Reader, scope: Any, frame: Frame) -> bool:
    """Let the reader write to its client at once and give it up, where the server's protocol can.

    True when the protocol will also tell the reader that its client went.
    """
    extensions = scope.get("extensions", {})
    reader.abort = extensions.get(ABORT, reader.abort)
    reader.sink = extensions.get(WRITE)
    reader.frame = frame
    if GONE in extensions:
        extensions[GONE](reader.leave)
    return GONE in extensions
