"""A reader that takes nothing costs a bounded amount of memory, is let go, and may come back."""

import json
import os
import select
import socket
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from websockets.asyncio.client import connect

from tests.e2e.clients import Client, bodies, ended
from tests.e2e.targets import Embedded, Model, come_true

MIB = 2**20
READERS = 100


def stalled(url: str, request: bytes) -> socket.socket:
    """A connection that has asked, and whose reader then does nothing. Its buffers are small."""
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    host, port = url.removeprefix("http://").split(":")
    connection.connect((host, int(port)))
    connection.sendall(request)
    return connection


def get(session_id: str) -> bytes:
    return f"GET /api/session/{session_id}/events?after=0-0 HTTP/1.1\r\nhost: x\r\n\r\n".encode()


def resident() -> int:
    """Bytes of memory that this process, with the server in it, has."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


async def test_readers_that_take_nothing_are_let_go_and_cost_little(
    serve: Callable[..., Embedded], model: Model
) -> None:
    server = serve(slow_timeout=1.0, heartbeat=0.5, send_buffer=32 * 1024)
    async with Client([server.url]) as client:
        session_id = await client.session()
        model.next("fast?tokens=80000")
        assert (await client.chat(session_id)).status_code == 200
        log = await client.kept(session_id)
        size = sum(len(frame.body) for frame in log)
        before = resident()
        readers = [stalled(server.url, get(session_id)) for _ in range(READERS)]
        await come_true(lambda: all(begun(reader) for reader in readers), "they have not all begun")
        await come_true(lambda: server.house.pulse.members == 0, "the server keeps them")
        assert (await client.get("/live")).status_code == 200
        grown = resident() - before
        print(f"log {size / MIB:.1f} MiB, {READERS} readers: {grown / MIB:.1f} MiB more")
        assert grown < READERS * size / 2

        data = [drained(reader) for reader in readers][0]  # noqa: RUF015 - all are closed
        got = [line[4:].decode() for line in data.replace(b"\r\n", b"\n").split(b"\n") if line.startswith(b"id: ")]
        got = got[:-1]  # the last one may have come without its data
        ids = [frame.id for frame in log]
        assert 0 < len(got) < len(ids)
        assert got == ids[: len(got)]
        async with client.events(session_id, last=got[-1]) as stream:
            frames = await stream.until("live")
        assert frames[0].data["recovered"] is True
        assert bodies(frames) == bodies(log[len(got) :])


async def test_a_slow_socket_is_let_go_and_the_others_go_on(serve: Callable[..., Embedded], model: Model) -> None:
    server = serve(slow_timeout=1.0, heartbeat=0.5, send_buffer=32 * 1024)
    async with Client([server.url]) as client:
        session_id = await client.session()
        model.next("fast?tokens=80000")
        assert (await client.chat(session_id)).status_code == 200
        slow = socket.socket()
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        host, port = server.url.removeprefix("http://").split(":")
        slow.connect((host, int(port)))
        url = server.url.replace("http", "ws", 1) + "/api/ws"
        # A client whose buffers are small and whose application never takes a message.
        connection = await connect(url, sock=slow, max_queue=1, proxy=None, close_timeout=0.1)
        await connection.send(json.dumps({"type": "follow", "session_id": session_id, "after": "0-0"}))
        model.next("paced?rate=100&tokens=300")
        async with client.socket() as lively:
            await lively.follow(session_id)
            await client.start(session_id)
            assert (await lively.until(ended))[-1].type == "run.completed"
        await come_true(lambda: server.house.pulse.members == 0, "the server keeps it")
        await connection.close()


def begun(connection: socket.socket) -> bool:
    """Whether something has arrived."""
    return bool(select.select([connection], [], [], 0)[0])


def drained(connection: socket.socket) -> bytes:
    """What had arrived before the end."""
    data = b""
    with connection, suppress(ConnectionResetError):
        while part := connection.recv(65536):
            data += part
    return data
