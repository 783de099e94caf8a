"""The process's one subscription connection to Redis: what is published for its readers and its runs."""

import asyncio
import logging
import math
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from redis.asyncio.connection import AbstractConnection
from redis.exceptions import RedisError

from streaming.log import StoreUnavailable

log = logging.getLogger(__name__)

PATIENCE = 5.0
"""Seconds to wait for Redis to confirm a subscription."""

SILENCE = 5.0
"""Seconds between two pings; a connection from which nothing comes for two of them is given up."""

CHANNELS = 1000
"""Channels in one command, at most."""

RETRY_FIRST, RETRY_MOST = 0.05, 1.0


class Listener:
    """Subscriptions that outlive their connection. Commands are queued, and sent by one task that nobody cancels."""

    def __init__(
        self,
        connect: Callable[[], Awaitable[AbstractConnection]],
        on_message: Callable[[bytes, bytes], None],
        on_connected: Callable[[], None],
    ) -> None:
        self._connect = connect
        self._on_message = on_message
        self._on_connected = on_connected
        self._channels: set[bytes] = set()
        self._confirmations: defaultdict[bytes, deque[asyncio.Future[None]]] = defaultdict(deque)
        self._commands: deque[tuple[str, bytes]] = deque()
        self._more = asyncio.Event()
        self._connected = False
        self._unconfirmed: set[bytes] = set()
        self._heard = 0.0
        self._away_since: float | None = None
        self._delay = RETRY_FIRST
        self._closed = False

    async def subscribe(self, channel: bytes) -> None:
        """Returns once Redis has confirmed. Raises StoreUnavailable; the channel is subscribed all the same later."""
        self._channels.add(channel)
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._confirmations[channel].append(future)
        self._command("SUBSCRIBE", channel)
        try:
            async with asyncio.timeout(PATIENCE):
                await future
        except TimeoutError:
            raise StoreUnavailable("Redis does not confirm a subscription just now") from None

    def listen(self, channel: bytes) -> None:
        """Subscribe, without waiting for it."""
        self._channels.add(channel)
        self._command("SUBSCRIBE", channel)

    def unsubscribe(self, channel: bytes) -> None:
        """Nothing more from this channel."""
        self._channels.discard(channel)
        self._command("UNSUBSCRIBE", channel)

    def _command(self, name: str, channel: bytes) -> None:
        if self._connected:
            self._commands.append((name, channel))
            self._more.set()

    async def run(self) -> None:
        """Listen, and connect again after any interruption, until cancelled."""
        while True:
            connection = None
            try:
                connection = await self._connect()
                self._end_if_closed()
                await self._serve(connection)
            except (RedisError, OSError, ExceptionGroup) as error:
                self._end_if_closed()
                if self._away_since is None:
                    self._away_since = asyncio.get_running_loop().time()
                    log.warning("Redis is away", extra={"reason": str(_first(error))})
                await asyncio.sleep(self._delay)
                self._delay = min(2 * self._delay, RETRY_MOST)
            finally:
                self._connected = False
                if connection is not None:
                    await connection.disconnect(nowait=True)

    def close(self) -> None:
        """To be called before `run` is cancelled."""
        self._closed = True

    def _end_if_closed(self) -> None:
        # Python 3.11's wait_for, which redis-py uses, swallows a cancellation that comes with the end of its wait, and
        # TaskGroup leaves `cancelling()` wrong: so a flag of our own tells.
        if self._closed:
            raise asyncio.CancelledError

    async def _serve(self, connection: AbstractConnection) -> None:
        self._commands.clear()
        self._commands.extend(("SUBSCRIBE", channel) for channel in self._channels)
        self._unconfirmed = set(self._channels)
        for channel, waiting in list(self._confirmations.items()):
            # One confirmation is to come for each channel, whatever was asked before.
            merged = [future for future in waiting if not future.done()]
            del self._confirmations[channel]
            if merged and channel in self._channels:
                self._confirmations[channel].append(_all(merged))
        self._connected = True
        self._more.set()
        self._heard = asyncio.get_running_loop().time()
        async with asyncio.TaskGroup() as group:
            group.create_task(self._send(connection))
            group.create_task(self._receive(connection))
            group.create_task(self._ping(connection))

    async def _send(self, connection: AbstractConnection) -> None:
        while True:
            await self._more.wait()
            self._more.clear()
            while self._commands:
                name, channel = self._commands.popleft()
                channels = [channel]
                while self._commands and self._commands[0][0] == name and len(channels) < CHANNELS:
                    channels.append(self._commands.popleft()[1])
                await connection.send_command(name, *channels, check_health=False)
                self._end_if_closed()

    async def _receive(self, connection: AbstractConnection) -> None:
        loop = asyncio.get_running_loop()
        while True:
            message: Any = await connection.read_response(
                timeout=math.inf, disconnect_on_error=False, push_request=True
            )
            self._heard = loop.time()
            if self._away_since is not None:
                # Not before: what takes connections may still serve none (a proxy, a user that may not subscribe).
                log.warning("Redis is back", extra={"after_seconds": round(self._heard - self._away_since, 1)})
                self._away_since = None
            self._delay = RETRY_FIRST
            if not isinstance(message, list):
                continue
            if message[0] == b"message":
                self._on_message(message[1], message[2])
            elif message[0] == b"subscribe":
                self._confirmed(message[1])

    def _confirmed(self, channel: bytes) -> None:
        waiting = self._confirmations.get(channel)
        if waiting:
            future = waiting.popleft()
            if not future.done():
                future.set_result(None)
        if not waiting:
            self._confirmations.pop(channel, None)
        if channel in self._unconfirmed:
            self._unconfirmed.discard(channel)
            if not self._unconfirmed:
                self._on_connected()

    async def _ping(self, connection: AbstractConnection) -> None:
        while True:
            await asyncio.sleep(SILENCE)
            if asyncio.get_running_loop().time() - self._heard > 2 * SILENCE:
                raise ConnectionError("nothing is heard from Redis")
            await connection.send_command("PING", check_health=False)
            self._end_if_closed()


def _all(futures: Sequence[asyncio.Future[None]]) -> asyncio.Future[None]:
    """A future whose result is all the others'."""
    one: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def settle(_: asyncio.Future[None]) -> None:
        for future in futures:
            if not future.done():
                future.set_result(None)

    one.add_done_callback(settle)
    return one


def _first(error: BaseException) -> BaseException:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
