"""Memory of one idle reader, beside a bare ASGI stream, sse-starlette and Starlette's WebSocket."""

import asyncio
import json
import os
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.delivery import Sink, connect
from benchmarks.first_token import new_session
from benchmarks.processes import line, running
from benchmarks.start import served
from benchmarks.table import Row

READERS = 2000
WARM = 200


def resident(pid: int) -> int:
    """Bytes of memory that the process holds."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE")


async def theirs(kind: str) -> float:
    """KiB of resident memory per idle reader of a server that ours is compared with."""
    async with running("benchmarks.idle_server", kind) as server:
        return await held(int(await line(server)), server.pid, "/", websocket=kind.endswith("ws"))


async def ours(*, websocket: bool) -> float:
    """The same of our real server."""
    with TemporaryDirectory() as folder:
        async with served(Path(folder)) as (port, pid, _):
            session_id = await new_session(port)
            path = "/api/ws" if websocket else f"/api/session/{session_id}/events"
            return await held(port, pid, path, websocket=websocket, follow=session_id if websocket else None)


async def held(port: int, pid: int, path: str, *, websocket: bool, follow: str | None = None) -> float:
    """KiB of resident memory of the process per idle reader, after some that warm it up."""
    transports: list[asyncio.Transport] = []

    async def open_readers(count: int) -> None:
        before = Sink.received
        for _ in range(count):
            transport = await connect(port, path, websocket)
            assert isinstance(transport, asyncio.Transport)
            transports.append(transport)
        while Sink.received < before + count * 100:
            await asyncio.sleep(0.05)
        if follow is not None:
            for transport in transports[-count:]:
                transport.write(masked({"type": "follow", "session_id": follow}))
            while Sink.received < before + count * 400:
                await asyncio.sleep(0.05)
        await asyncio.sleep(1)

    await open_readers(WARM)
    empty = resident(pid)
    await open_readers(READERS)
    full = resident(pid)
    for transport in transports:
        transport.close()
    return (full - empty) / READERS / 1024


def masked(frame: dict[str, str]) -> bytes:
    """A client's text frame, masked with zeros."""
    payload = json.dumps(frame).encode()
    return bytes([0x81, 0x80 | len(payload)]) + bytes(4) + payload


async def rows() -> list[Row]:
    """The memory rows of the table."""
    bare, library, stream = await theirs("bare"), await theirs("sse-starlette"), await ours(websocket=False)
    starlette, socket = await theirs("starlette-ws"), await ours(websocket=True)
    return [
        Row(
            "memory per idle SSE reader",
            f"{stream:.1f} KiB",
            f"bare ASGI {bare:.1f}, sse-starlette {library:.1f} KiB",
            stream / bare,
            "≤ 16 KiB",
            stream <= 16,
            "uvicorn's protocol and request objects, the task with its frames, and the reader",
        ),
        Row(
            "memory per idle WebSocket reader",
            f"{socket:.1f} KiB",
            f"Starlette on sansio {starlette:.1f} KiB",
            socket / starlette,
            "≤ 26 KiB",
            socket <= 26,
            "the second task: one takes the client's frames, one waits for events",
        ),
    ]
