"""uvicorn as we run it: lean protocols, no deflate, and a shutdown that tells the streams first."""

import os
import socket
from collections.abc import Callable

import uvicorn
from starlette.applications import Starlette

from server.protocols import StreamHttpProtocol, StreamWebSocketProtocol
from server.settings import Settings

WS_LIMIT = 2 * 1024 * 1024
USER_TIMEOUT_MS = 30_000


class Server(uvicorn.Server):
    """Drains before it closes: stock uvicorn would wait for open streams before anyone could tell them to leave."""

    def __init__(self, config: uvicorn.Config, app: Starlette, on_ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._app = app
        self._on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._on_ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        await self._app.state.house.drain()
        await super().shutdown(sockets)


def allow_many_files() -> None:
    """As many open connections as the system lets this process have: the usual soft limit is 1,024."""
    if os.name == "posix":
        import resource

        _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


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
