"""Memory of one idle reader, beside a bare ASGI stream, sse-starlette and Starlette's WebSocket."""

import asyncio
import json

from benchmarks.delivery import Sink, connect
from benchmarks.processes import line, running, tell
from benchmarks.table import Row

READERS = 2000
WARM = 200


async def cost(kind: str) -> float:
    """KiB of resident memory per idle reader."""
    websocket = kind.endswith("ws")
    async with running("benchmarks.idle_server", kind) as server:
        port, session_id = (await line(server)).split()
        transports: list[asyncio.Transport] = []

        async def open_readers(count: int) -> None:
            before = Sink.received
            for _ in range(count):
                transport = await connect(int(port), "/", websocket)
                assert isinstance(transport, asyncio.Transport)
                transports.append(transport)
            if kind == "ours-ws":
                await asyncio.sleep(1)
                for transport in transports[-count:]:
                    transport.write(masked({"type": "follow", "session_id": session_id}))
            while Sink.received < before + count * 40:
                await asyncio.sleep(0.05)
            await asyncio.sleep(1)

        await open_readers(WARM)
        empty = int(await tell(server, "memory"))
        await open_readers(READERS)
        full = int(await tell(server, "memory"))
        for transport in transports:
            transport.close()
    return (full - empty) / READERS / 1024


def masked(frame: dict[str, str]) -> bytes:
    """A client's text frame, masked with zeros."""
    payload = json.dumps(frame).encode()
    return bytes([0x81, 0x80 | len(payload)]) + bytes(4) + payload


async def rows() -> list[Row]:
    """The memory rows of the table."""
    bare, theirs, ours = await cost("bare"), await cost("sse-starlette"), await cost("ours")
    socket, our_socket = await cost("starlette-ws"), await cost("ours-ws")
    return [
        Row(
            "memory per idle SSE reader",
            f"{ours:.1f} KiB",
            f"bare ASGI {bare:.1f}, sse-starlette {theirs:.1f} KiB",
            ours / bare,
            "≤ 16 KiB",
            ours <= 16,
            "the task that listens for the client's leaving, Starlette's request and the middlewares' frames",
        ),
        Row(
            "memory per idle WebSocket reader",
            f"{our_socket:.1f} KiB",
            f"Starlette on sansio {socket:.1f} KiB",
            our_socket / socket,
            "≤ 26 KiB",
            our_socket <= 26,
            "the second task: one takes the client's frames, one waits for events",
        ),
    ]
