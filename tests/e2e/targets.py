"""What the tests run against: the server in a thread of this process, or as a process that can be killed."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from server.app import create_app
from server.house import House, open_house
from server.serve import Server, bind, server_of
from server.settings import Settings
from tests.model_server import ModelServer, model_server

START = 240.0
"""Seconds that a start may take on a busy machine."""

UNLIMITED: dict[str, Any] = {"rate_limit_per_ip": 0, "streams_per_client": 0, "runs_per_client": 0}
"""All the tests' clients have one address: 0 lifts the limits."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Model:
    """The model's server, in a thread with an event loop of its own."""

    def __init__(self, server: ModelServer, loop: asyncio.AbstractEventLoop) -> None:
        self._server = server
        self._loop = loop
        self.url = server.url

    def next(self, *behaviours: str) -> None:
        """The next answers are streamed so; those after them quote their first source."""
        self._loop.call_soon_threadsafe(self._server.told.clear)
        self._server.queue.clear()
        self._server.queue.extend(behaviours)

    def end(self) -> None:
        """Answers `until=told` may end now."""
        self._loop.call_soon_threadsafe(self._server.told.set)

    def aside(self, behaviour: str | None) -> None:
        """All but streamed completions are answered so, until told otherwise."""
        self._server.aside = behaviour

    @property
    def requests(self) -> list[Any]:
        return self._server.requests


@contextmanager
def running_model(
    opening: Callable[[], AbstractAsyncContextManager[ModelServer]] = model_server,
) -> Iterator[Model]:
    ready: list[tuple[ModelServer, asyncio.AbstractEventLoop, asyncio.Event]] = []
    started = threading.Event()

    async def main() -> None:
        async with opening() as server:
            stop = asyncio.Event()
            ready.append((server, asyncio.get_running_loop(), stop))
            started.set()
            await stop.wait()

    thread = threading.Thread(target=lambda: asyncio.run(main()), name="model")
    thread.start()
    assert started.wait(START)
    server, loop, stop = ready[0]
    try:
        yield Model(server, loop)
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(START)


@dataclass
class Target:
    """One or several instances of the product that serve the same sessions, and the model they ask."""

    urls: tuple[str, ...]
    model: Model


@dataclass
class Embedded:
    """A server in a thread of this process: its house can be looked into, and coverage sees it."""

    url: str
    house: House
    server: Server
    thread: threading.Thread

    def stop(self) -> None:
        """As SIGTERM does."""
        self.server.should_exit = True
        self.thread.join(START)
        assert not self.thread.is_alive(), "the server does not end"


@contextmanager
def embedded(
    data_dir: Path, *, send_buffer: int | None = None, opened: dict[str, Any] | None = None, **settings: Any
) -> Iterator[Embedded]:
    """The server in a thread; `send_buffer` limits the bytes that the kernel takes for a connection.

    `opened` is what else its house is opened with.
    """
    given = Settings(_env_file=None, data_dir=data_dir, port=0, **UNLIMITED | settings)  # type: ignore[call-arg]
    listener = bind(given)
    if send_buffer is not None:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, send_buffer)
    given = given.model_copy(update={"port": listener.getsockname()[1]})
    ready = threading.Event()
    app = create_app(lambda: open_house(given, **opened or {}))
    server = server_of(app, ready.set)
    thread = threading.Thread(target=server.run, args=([listener],), name="server")
    thread.start()
    try:
        assert ready.wait(START), "the server does not start"
        running = Embedded(given.url, app.state.house, server, thread)
        yield running
    finally:
        server.should_exit = True
        thread.join(START)
        listener.close()  # a server that was stopped while it started has not


@dataclass
class Process:
    """`orchestratai serve` as a process, on a port and DATA_DIR that it keeps over its lives."""

    data_dir: Path
    environment: dict[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    _running: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        assert self._running is not None
        return self._running.pid

    @property
    def log(self) -> Path:
        return self.data_dir.parent / f"{self.port}.log"

    def start(self) -> None:
        """Start, and wait until it is ready."""
        kept = {
            name: value
            for name, value in os.environ.items()
            if name in ("PATH", "HOME", "LANG", "TMPDIR", "PYTHONPATH")
        }
        kept |= {name.upper(): str(value) for name, value in UNLIMITED.items()}
        environment = {**kept, "DATA_DIR": str(self.data_dir), "PORT": str(self.port), **self.environment}
        command = [str(Path(sys.executable).parent / "orchestratai"), "serve"]
        with self.log.open("ab") as log:
            self._running = subprocess.Popen(command, env=environment, stdout=log, stderr=log, cwd=self.data_dir.parent)
        wait_for(self._is_ready, START, lambda: f"it does not start:\n{self.log.read_text()}")

    def _is_ready(self) -> bool:
        assert self._running is not None
        assert self._running.poll() is None, self.log.read_text()
        try:
            return httpx.get(f"{self.url}/ready", trust_env=False, timeout=2).status_code == 200
        except httpx.TransportError:
            return False

    def kill(self) -> None:
        """As the kernel or a power cut would, but for the disk."""
        self.signal(signal.SIGKILL)
        self.wait()

    def signal(self, number: signal.Signals) -> None:
        assert self._running is not None
        self._running.send_signal(number)

    def wait(self, timeout: float = START) -> int:
        """Its exit status."""
        assert self._running is not None
        return self._running.wait(timeout)

    def running(self) -> bool:
        return self._running is not None and self._running.poll() is None

    def memory(self) -> int:
        """Resident bytes."""
        pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")

    def close(self) -> None:
        if self.running():
            self.kill()


def wait_for(fact: Callable[[], bool], seconds: float, otherwise: Callable[[], str]) -> None:
    """Until the fact is true; looks often."""
    deadline = time.monotonic() + seconds
    while not fact():
        assert time.monotonic() < deadline, otherwise()
        time.sleep(0.01)


async def come_true(fact: Callable[[], bool], otherwise: str, seconds: float = START) -> None:
    """Until the fact is true; looks often, and lets the others work."""
    deadline = time.monotonic() + seconds
    while not fact():
        assert time.monotonic() < deadline, otherwise
        await asyncio.sleep(0.01)
