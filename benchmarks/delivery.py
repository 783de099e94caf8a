"""CPU of one delivered event, to 200 readers, beside a raw uvloop server that writes the same ready bytes."""

import asyncio
import base64
import os

from benchmarks.processes import line, running, tell
from benchmarks.table import Row

READERS = 200
WAKES = 120


class Sink(asyncio.Protocol):
    """Reads and counts."""

    received = 0

    def data_received(self, data: bytes) -> None:
        Sink.received += len(data)


async def connect(port: int, path: str, websocket: bool) -> asyncio.BaseTransport:
    """One reader."""
    upgrade = ""
    if websocket:
        key = base64.b64encode(os.urandom(16)).decode()
        upgrade = (
            f"connection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: {key}\r\n"
        )
    transport, _ = await asyncio.get_running_loop().create_connection(Sink, "127.0.0.1", port)
    transport.write(f"GET {path} HTTP/1.1\r\nhost: localhost\r\n{upgrade}\r\n".encode())
    return transport


async def cost(kind: str, path: str, per_wake: int) -> float:
    """Microseconds of CPU per delivered event."""
    async with running("benchmarks.delivery_server", kind) as server:
        port = int(await line(server))
        transports = [await connect(port, path, path == "/ws") for _ in range(READERS)]
        await tell(server, "1 20")
        before = Sink.received
        seconds = float(await tell(server, f"{per_wake} {WAKES}"))
        assert Sink.received - before > READERS * WAKES * per_wake * 50, "readers did not get what was delivered"
        for transport in transports:
            transport.close()
    return seconds / (READERS * WAKES * per_wake) * 1e6


async def rows() -> list[Row]:
    """The delivery rows of the table."""
    found = []
    for per_wake, limit in ((8, 2.5), (1, None)):
        raw = await cost("raw", "/", per_wake)
        for path, door in (("/events", "SSE"), ("/ws", "WebSocket")):
            ours = await cost("ours", path, per_wake)
            target = f"≤ {limit} µs and ≤ 2 × raw" if limit else "≤ 2 × raw"
            met = ours <= 2 * raw and (limit is None or ours <= limit)
            found.append(
                Row(
                    f"CPU per delivered event, {READERS} {door} readers, {per_wake} a wake",
                    f"{ours:.2f} µs",
                    f"raw {raw:.2f} µs",
                    ours / raw,
                    target,
                    met,
                    "asyncio's future and task step for each woken reader, ASGI's message dict and uvicorn's chunking",
                )
            )
    return found
