"""How much is going on in all instances that share a Redis: a sorted set of the sessions used lately."""

from collections.abc import Awaitable, Callable

from streaming.log import Census
from streaming.redis_keys import PREFIX, UNFINISHED
from streaming.redis_pipe import Pipe
from streaming.redis_scripts import TIME, Script

ACTIVE = f"{PREFIX}:active"
"""Sorted set: sessions by the time in milliseconds of their last use."""

KEPT_MS = 24 * 3600 * 1000

TOUCH = Script(
    TIME
    + """
-- now, session, milliseconds to keep
local now = milliseconds(ARGV[1])
redis.call('ZADD', KEYS[1], now, ARGV[2])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - tonumber(ARGV[3]))
"""
)

COUNT = Script(
    TIME
    + """
-- now, milliseconds
return redis.call('ZCOUNT', KEYS[1], milliseconds(ARGV[1]) - tonumber(ARGV[2]), '+inf')
"""
)

SIZE = Script("return redis.call('ZCARD', KEYS[1])")


class RedisCensus:
    """Counts for all. `now` gives the scripts' time."""

    def __init__(self, pipe: Pipe, now: Callable[[], str]) -> None:
        self._pipe = pipe
        self._now = now

    def touch(self, session_id: str) -> Awaitable[None]:
        """The session was used."""
        return self._pipe.script(TOUCH, [ACTIVE], self._now(), session_id, KEPT_MS)

    async def __call__(self, within: float) -> Census:
        """The counts; sessions with a run that is not over stand for their runs, and linger for some seconds."""
        active = await self._pipe.script(COUNT, [ACTIVE], self._now(), int(within * 1000))
        return Census(active, await self._pipe.script(SIZE, [UNFINISHED]))
