"""A reader that nothing discourages: it reconnects wherever somebody answers, and remembers all that it was shown."""

import asyncio
import json
import socket
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import cycle, islice
from typing import Any
from urllib.parse import urlsplit

import httpx
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from tests.chaos.arena import Arena

SILENCE = 5.0
"""Seconds without even a ping after which a connection is given up; the servers ping every second."""

PAUSE = 0.1

Id = tuple[int, int]
START: Id = (0, 0)
ENDINGS = {"run.completed", "run.failed", "run.cancelled"}


def parse(text: str) -> Id:
    generation, _, sequence = text.partition("-")
    return int(generation), int(sequence)


class Gone(Exception):
    """The connection ended, or said nothing for too long."""


@dataclass
class Follower:
    """Follows a session from its beginning to the ending of one run."""

    arena: Arena
    session_id: str
    transport: str
    first: int
    ids: list[Id] = field(default_factory=list)
    types: list[str] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    snapshots: list[Id] = field(default_factory=list)
    connections: int = 0

    async def follow(self, run_id: str) -> None:
        """Until the run's ending has been shown."""
        urls = cycle(instance.url for instance in self.arena.instances)
        for url in islice(urls, self.first, None):
            with suppress(Gone, httpx.TransportError, httpx.StreamError, OSError, WebSocketException):
                self.connections += 1
                frames = {"sse": self._sse, "socket": self._socket, "slow": self._slow}[self.transport](url)
                try:
                    async for frame in frames:
                        if self._take(frame, run_id):
                            return
                finally:
                    await frames.aclose()  # type: ignore[attr-defined]
            await asyncio.sleep(PAUSE)

    @property
    def cursor(self) -> str:
        newest = max([*self.ids[-1:], *self.snapshots[-1:], START])
        return f"{newest[0]}-{newest[1]}"

    def _take(self, frame: dict[str, Any], run_id: str) -> bool:
        kind = frame["type"]
        if kind == "snapshot":
            self.snapshots.append(parse(frame["id"]))
            return any(run["run_id"] == run_id and run["status"] != "running" for run in frame["data"]["runs"])
        if kind == "bye":
            raise Gone(frame["data"]["reason"])
        if kind in ("hello", "live", "ping", "ack"):
            return False
        if kind == "error":
            raise Gone(frame["code"])
        self.ids.append(parse(frame["id"]))
        self.types.append(kind)
        self.events.append({name: value for name, value in frame.items() if name != "ref"})
        self.times.append(time.monotonic())
        return kind in ENDINGS and frame["run_id"] == run_id

    async def _sse(self, url: str) -> AsyncIterator[dict[str, Any]]:
        timeout = httpx.Timeout(SILENCE)
        params = {} if self.connections > 1 and self.ids else {"after": self.cursor}
        headers = {"Last-Event-ID": self.cursor} if not params else {}
        path = f"{url}/api/session/{self.session_id}/events"
        async with (
            httpx.AsyncClient(timeout=timeout, trust_env=False) as client,
            client.stream("GET", path, params=params, headers=headers) as response,
        ):
            if response.status_code != 200:
                raise Gone(str(response.status_code))
            buffer = b""
            async for data in response.aiter_raw():
                buffer += data
                *blocks, buffer = buffer.split(b"\n\n")
                for block in blocks:
                    fields = dict(line.split(b": ", 1) for line in block.split(b"\n"))
                    yield json.loads(fields[b"data"])
            raise Gone("the stream ended")

    async def _slow(self, url: str) -> AsyncIterator[dict[str, Any]]:
        """SSE at 1 KiB a second, from a socket with next to no buffer."""
        address = urlsplit(url)
        with socket.socket() as raw:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
            raw.setblocking(False)
            await asyncio.get_running_loop().sock_connect(raw, (address.hostname, address.port))
            reader, writer = await asyncio.open_connection(sock=raw, limit=1024)
            path = f"/api/session/{self.session_id}/events"
            writer.write(f"GET {path} HTTP/1.1\r\nHost: x\r\nLast-Event-ID: {self.cursor}\r\n\r\n".encode())
            try:
                buffer = b""
                while data := await reader.read(1024):
                    *lines, buffer = (buffer + data).split(b"\n")
                    for line in lines:
                        if line.startswith(b"data: "):
                            yield json.loads(line[6:])
                    await asyncio.sleep(1.0)
            finally:
                writer.transport.abort()
        raise Gone("the stream ended")

    async def _socket(self, url: str) -> AsyncIterator[dict[str, Any]]:
        address = url.replace("http", "ws", 1) + "/api/ws"
        async with connect(address, proxy=None, max_size=None, open_timeout=SILENCE, close_timeout=0.2) as connection:
            await connection.send(
                json.dumps({"type": "follow", "session_id": self.session_id, "after": self.cursor, "ref": "f"})
            )
            while True:
                try:
                    async with asyncio.timeout(SILENCE):
                        text = await connection.recv()
                except TimeoutError:
                    raise Gone("silence") from None
                yield json.loads(text)
