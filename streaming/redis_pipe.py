"""Commands to Redis that wait together travel together: the first at once, then what came meanwhile.

A caller may be cancelled; its command is not, so no connection is ever left in the middle of a reply.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from redis.exceptions import ClusterError, NoScriptError
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

from streaming.background import background
from streaming.log import StoreUnavailable
from streaming.redis_connect import Connections, translate
from streaming.redis_scripts import Script

MOST = 512
"""Commands in one round trip, at most."""

LOST = (RedisConnectionError, RedisTimeoutError, ClusterError, OSError)
"""What says that Redis is not where it was."""

Command = tuple[Any, ...]


class Pipe:
    """Sends commands in order. Every command must bear being sent twice: it is, when a connection breaks."""

    def __init__(self, redis: Connections) -> None:
        self._redis = redis
        self._waiting: list[tuple[Command, Script | None, asyncio.Future[Any]]] = []
        self._more = asyncio.Event()
        self._closed = False
        self.failed_at = float("-inf")

    def call(self, *command: Any, script: Script | None = None) -> asyncio.Future[Any]:
        """The command's reply, to be awaited. Raises StoreError, StoreUnavailable, StoreFull."""
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        if self._closed:
            future.set_exception(StoreUnavailable("the store is closed"))
            return future
        self._waiting.append((command, script, future))
        self._more.set()
        return future

    def script(self, script: Script, keys: Sequence[str], *arguments: Any) -> asyncio.Future[Any]:
        """The script's reply, to be awaited. Raises as `call` does."""
        return self.call("EVALSHA", script.sha, len(keys), *keys, *arguments, script=script)

    async def run(self) -> None:
        """Send what comes until the pipe is closed and empty."""
        while not self._closed or self._waiting:
            await self._more.wait()
            self._more.clear()
            while self._waiting:
                batch, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
                for (_, _, future), reply in zip(batch, await self._replies(batch), strict=True):
                    if future.done():
                        continue
                    if isinstance(reply, Exception):
                        future.set_exception(translate(reply))
                    else:
                        future.set_result(reply)

    async def _replies(self, batch: list[tuple[Command, Script | None, asyncio.Future[Any]]]) -> list[Any]:
        replies = await self._send([command for command, _, _ in batch])
        unknown = [number for number, reply in enumerate(replies) if isinstance(reply, NoScriptError)]
        if unknown:
            again = []
            for number in unknown:
                command, script, _ = batch[number]
                again.append(("EVAL", script.source if script else "", *command[2:]))
            for number, reply in zip(unknown, await self._send(again), strict=True):
                replies[number] = reply
        return replies

    async def _send(self, commands: list[Command]) -> list[Any]:
        replies = await self._attempt(commands)
        if any(isinstance(reply, LOST) for reply in replies):
            self.failed_at = asyncio.get_running_loop().time()
            await self._redis.rediscover()
            # An idle connection that Redis closed looks alive until it is used: once more, on a new one.
            if any(isinstance(reply, RedisConnectionError) for reply in replies):
                replies = await self._attempt(commands)
        return replies

    async def _attempt(self, commands: list[Command]) -> list[Any]:
        pipeline = self._redis.client.pipeline(transaction=False)
        for command in commands:
            pipeline.execute_command(*command)
        try:
            replies: list[Any] = await pipeline.execute(raise_on_error=False)
        except Exception as error:  # while a Cluster changes, redis-py raises more than RedisError
            return [error] * len(commands)
        return replies

    def close(self) -> None:
        """Send what waits, then end."""
        self._closed = True
        self._more.set()


@asynccontextmanager
async def open_pipe(redis: Connections) -> AsyncIterator[Pipe]:
    """A pipe that runs inside the block; what waits at its end is still sent."""
    pipe = Pipe(redis)
    async with background() as group:
        group.create_task(pipe.run())
        try:
            yield pipe
        finally:
            pipe.close()
