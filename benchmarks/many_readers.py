"""Ten thousand idle readers on one instance over Redis: memory of each, heartbeat on time, an answer meanwhile.

python -m benchmarks.many_readers [--readers 10000]
"""

import argparse
import asyncio
import gc
import os
import resource
import statistics
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
import uvloop

from benchmarks.memory import resident
from tests.redis_server import free_port, redis_server

PERIOD = 15.0
"""Seconds between two pings of an idle reader."""

QUESTION = "How do I get an API key?"
ANSWERS = 20


class Reader(asyncio.Protocol):
    """Counts the pings, and remembers when they came."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.pings: list[float] = []
        self.live = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        transport.write(f"GET {self.path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())

    def data_received(self, data: bytes) -> None:
        if b"event: ping" in data:
            self.pings.append(time.monotonic())
        if b"event: live" in data and not self.live.done():
            self.live.set_result(None)

    def connection_lost(self, error: Exception | None) -> None:
        if not self.live.done():
            self.live.set_exception(ConnectionError("closed"))


async def first_token(client: httpx.AsyncClient, url: str) -> float:
    """Seconds from the question to the answer's first token."""
    session_id = (await client.post(f"{url}/api/session")).json()["session_id"]
    body = {"session_id": session_id, "message": QUESTION}
    begun = time.monotonic()
    async with client.stream("POST", f"{url}/api/chat", json=body, headers={"Accept": "text/event-stream"}) as stream:
        async for line in stream.aiter_lines():
            if line == "event: token":
                return time.monotonic() - begun
    raise AssertionError("no token")


async def main(count: int) -> None:
    resource.setrlimit(resource.RLIMIT_NOFILE, (count + 1000, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with redis_server() as redis, TemporaryDirectory() as folder:
        given = {
            "REDIS_URL": redis.url,
            "DATA_DIR": folder,
            "PORT": str(port),
            "LOG_LEVEL": "warning",
            "RATE_LIMIT_PER_IP": "0",
            "STREAMS_PER_CLIENT": "0",
        }
        program = ("-c", "from server.cli import main; main()", "serve")
        server = await asyncio.create_subprocess_exec(
            sys.executable, *program, env=os.environ | given, stderr=asyncio.subprocess.DEVNULL
        )
        try:
            async with httpx.AsyncClient(trust_env=False, timeout=60) as client:
                await measure(client, url, port, server.pid, count)
        finally:
            server.terminate()
            await server.wait()


async def measure(client: httpx.AsyncClient, url: str, port: int, pid: int, count: int) -> None:
    loop = asyncio.get_running_loop()
    while True:
        try:
            if (await client.get(f"{url}/ready")).status_code == 200:
                break
        except httpx.TransportError:
            await asyncio.sleep(0.1)
    before = [await first_token(client, url) for _ in range(ANSWERS)]
    readers: list[Reader] = []

    async def open_readers(number: int) -> None:
        for _ in range(number):
            session_id = (await client.post(f"{url}/api/session")).json()["session_id"]
            path = f"/api/session/{session_id}/events"
            _, reader = await loop.create_connection(lambda path=path: Reader(path), "127.0.0.1", port)  # type: ignore[misc]
            readers.append(reader)
            await reader.live

    await open_readers(200)
    empty = resident(pid)
    await open_readers(count)
    each = (resident(pid) - empty) / count / 1024
    gc.collect()
    gc.freeze()  # this process's readers: a pause of its own would be told as the server's
    during = [await first_token(client, url) for _ in range(ANSWERS)]
    ticks = os.sysconf("SC_CLK_TCK")
    used = sum(map(int, Path(f"/proc/{pid}/stat").read_text().split()[13:15]))
    await asyncio.sleep(3 * PERIOD + 2)
    load = (sum(map(int, Path(f"/proc/{pid}/stat").read_text().split()[13:15])) - used) / ticks / (3 * PERIOD + 2)
    gaps = [after - a for reader in readers for a, after in zip(reader.pings, reader.pings[1:], strict=False)]
    print(f"{count} idle SSE readers, a session each, over Redis")
    print(f"  memory a reader      {each:.1f} KiB")
    print(f"  processor, idle      {load:.1%} of a core")
    print(f"  pings' distance      {min(gaps):.1f} to {max(gaps):.1f} s, median {statistics.median(gaps):.2f} s")
    print(f"  without a ping       {sum(not reader.pings for reader in readers)}")
    now, without = statistics.median(during) * 1000, statistics.median(before) * 1000
    print(
        f"  first token          p50 {now:.1f}, worst {max(during) * 1000:.1f} ms (p50 without readers {without:.1f})"
    )
    for reader in readers:
        reader.transport.abort()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--readers", type=int, default=10_000)
    uvloop.run(main(parser.parse_args().readers))
