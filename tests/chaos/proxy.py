"""A TCP proxy between an instance and Redis that delays what Redis answers, or loses one published message."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

MESSAGE = b"*3\r\n$7\r\nmessage\r\n"


def split_reply(buffer: bytes) -> int:
    """Length of the first whole reply in the buffer, 0 while there is none (RESP2)."""
    end = buffer.find(b"\r\n")
    if end < 0:
        return 0
    kind, number = buffer[:1], buffer[1:end]
    length = end + 2
    if kind == b"$":
        length += int(number) + 2 if int(number) >= 0 else 0
        return length if len(buffer) >= length else 0
    if kind == b"*":
        for _ in range(max(0, int(number))):
            part = split_reply(buffer[length:])
            if not part:
                return 0
            length += part
    return length


@dataclass
class Faults:
    """What the proxy does from now on. `drop` names a part of the message to lose, once; `dropped` counts."""

    delay: float = 0.0
    drop: bytes = b""
    dropped: int = 0


class Proxy:
    """Listens on a port of its own and talks to Redis' port."""

    def __init__(self, target: int) -> None:
        self.faults = Faults()
        self.port = 0
        self._target = target
        self._connections: set[asyncio.StreamWriter] = set()

    async def serve(self, ready: threading.Event, stop: asyncio.Event) -> None:
        server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        ready.set()
        async with server:
            await stop.wait()
            for writer in list(self._connections):
                writer.transport.abort()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            upstream, to_redis = await asyncio.open_connection("127.0.0.1", self._target)
        except OSError:
            writer.transport.abort()
            return
        self._connections |= {writer, to_redis}
        try:
            with suppress(OSError):
                await asyncio.wait(
                    [
                        asyncio.ensure_future(self._copy(reader, to_redis)),
                        asyncio.ensure_future(self._replies(upstream, writer)),
                    ],
                    return_when=asyncio.FIRST_COMPLETED,
                )
        finally:
            self._connections -= {writer, to_redis}
            writer.transport.abort()
            to_redis.transport.abort()

    async def _copy(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()

    async def _replies(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        buffer = b""
        with suppress(OSError):
            while data := await reader.read(65536):
                if self.faults.delay:
                    await asyncio.sleep(self.faults.delay)
                buffer += data
                passed = []
                while length := split_reply(buffer):
                    reply, buffer = buffer[:length], buffer[length:]
                    if self.faults.drop and reply.startswith(MESSAGE) and self.faults.drop in reply:
                        self.faults.drop = b""
                        self.faults.dropped += 1
                    else:
                        passed.append(reply)
                writer.write(b"".join(passed))
                await writer.drain()


@contextmanager
def proxies(target: int, count: int) -> Iterator[list[Proxy]]:
    """Proxies to Redis' port, in a thread of their own."""
    opened = [Proxy(target) for _ in range(count)]
    ready = [threading.Event() for _ in opened]
    begun: list[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = []

    async def main() -> None:
        stop = asyncio.Event()
        begun.append((asyncio.get_running_loop(), stop))
        async with asyncio.TaskGroup() as group:
            for proxy, event in zip(opened, ready, strict=True):
                group.create_task(proxy.serve(event, stop))

    thread = threading.Thread(target=lambda: asyncio.run(main()), name="proxies")
    thread.start()
    for event in ready:
        assert event.wait(10)
    try:
        yield opened
    finally:
        begun[0][0].call_soon_threadsafe(begun[0][1].set)
        thread.join(10)
