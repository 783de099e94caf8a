"""uvicorn as we run it: lean protocols, no deflate, and a shutdown that tells the streams first."""

import asyncio
import os
import signal
import socket
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING

import structlog
import uvicorn
from starlette.applications import Starlette

from server.protocols import StreamHttpProtocol, StreamWebSocketProtocol
from server.settings import Settings

log = structlog.get_logger(__name__)

if TYPE_CHECKING:
    from server.house import House

PERIOD = 0.1
"""Seconds between two looks at whether the end is wanted at once."""

FEW_FILES = 1024
"""Open files, below which a server is told of that it has few: a few hundred streams need more."""

WS_LIMIT = 2 * 1024 * 1024
USER_TIMEOUT_MS = 30_000


class Server(uvicorn.Server):
    """Drains before it closes: stock uvicorn would wait for open streams before anyone could tell them to leave."""

    def __init__(self, config: uvicorn.Config, app: Starlette, on_ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._app = app
        self._on_ready = on_ready
        self._impatient = False

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._on_ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            # A proxy keeps connections open, and would go on sending questions over them, to be refused.
            if isinstance(connection, StreamHttpProtocol):
                connection.shutdown()
        house: House = self._app.state.house
        draining = asyncio.ensure_future(house.drain())
        while not (await asyncio.wait((draining,), timeout=PERIOD))[0]:
            if self._impatient:
                await house.runs.drain(0.0)
        await draining
        await super().shutdown(sockets)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Told to end. Told so twice with Ctrl-C, it hands over at once what runs; uvicorn would leave all open."""
        # Whatever signal follows: a parent of workers passes SIGTERM on after the terminal's own.
        self._impatient |= self.should_exit and sig == signal.SIGINT
        super().handle_exit(sig, frame)
        self.force_exit = False

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Also a terminal that closes is a reason to drain, unless that is to be ignored (nohup)."""
        with super().capture_signals():
            hangs_up = threading.current_thread() is threading.main_thread() and takes_hangup()
            if hangs_up:
                signal.signal(signal.SIGHUP, self.handle_exit)
            try:
                yield
            finally:
                if hangs_up:
                    signal.signal(signal.SIGHUP, signal.SIG_DFL)


def takes_hangup() -> bool:
    """Whether a terminal that closes would end this process."""
    return os.name == "posix" and signal.getsignal(signal.SIGHUP) is signal.SIG_DFL


def allow_many_files() -> None:
    """As many open connections as the system lets this process have: the usual soft limit is 1,024."""
    if os.name == "posix":
        import resource

        _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        if 0 <= hard < FEW_FILES:
            log.warning(
                "few files may be open: each stream is one, and clients beyond are turned away unanswered;"
                " raise the limit (ulimit -n, LimitNOFILE)",
                limit=hard,
            )


def bind(settings: Settings) -> socket.socket:
    """A listening socket. Raises OSError when the address cannot be had."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, USER_TIMEOUT_MS)
    try:
        listener.bind((settings.host, settings.port))
    except OSError:
        listener.close()
        raise
    listener.set_inheritable(True)
    return listener


def server_of(app: Starlette, on_ready: Callable[[], None]) -> Server:
    """The application's server; it listens once run."""
    allow_many_files()
    config = uvicorn.Config(
        app,
        loop="uvloop" if os.name == "posix" else "asyncio",
        http=StreamHttpProtocol,
        ws=StreamWebSocketProtocol,
        ws_max_size=WS_LIMIT,
        ws_per_message_deflate=False,
        ws_ping_interval=20.0,
        ws_ping_timeout=20.0,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=5,
        timeout_keep_alive=75,
        lifespan="on",
    )
    return Server(config, app, on_ready)
