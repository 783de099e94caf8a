"""Answers that all instances share, by agent and key, for a time: four keys an agent, changed by scripts.

`look` is how an instance learns of the others': every change has a number, and one that was dropped leaves its key,
which tells nothing, without its question. Numbers count within an era: after a flush everyone begins anew.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import Any

from streaming.log import StoreError
from streaming.redis_keys import PREFIX
from streaming.redis_pipe import Pipe
from streaming.redis_scripts import TIME, Script

log = logging.getLogger(__name__)

CAPACITY = 4096
"""Answers of one agent; the oldest go first."""

LARGEST = 256 * 1024
"""Bytes of an answer that is kept, at most."""

IDLE_MS = 7 * 86400 * 1000
"""An agent that nobody asks for so long is forgotten with all its answers."""

HEAD = (
    TIME
    + """
-- KEYS: entries (key -> answer, '?'..key -> question), until (by end), order (by number of change), counts
local ENTRIES, UNTIL, ORDER, COUNTS = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local now = milliseconds(ARGV[1])
local function era()
  local found = redis.call('HGET', COUNTS, 'era')
  if found then return found end
  redis.call('HSET', COUNTS, 'era', string.format('%.0f', now), 'number', 0)
  return string.format('%.0f', now)
end
local function gone(key)
  redis.call('HDEL', ENTRIES, key, '?'..key)
  redis.call('ZREM', UNTIL, key)
end
local function expire()
  for _, key in ipairs(redis.call('ZRANGEBYSCORE', UNTIL, '-inf', now, 'LIMIT', 0, 100)) do
    gone(key)
    redis.call('ZREM', ORDER, key)
  end
end
local function changed(key)
  era()
  redis.call('ZADD', ORDER, redis.call('HINCRBY', COUNTS, 'number', 1), key)
end
"""
)

GET = Script(
    HEAD
    + """
-- now, key
local till = redis.call('ZSCORE', UNTIL, ARGV[2])
return till and tonumber(till) > now and redis.call('HGET', ENTRIES, ARGV[2])
"""
)

PUT = Script(
    HEAD
    + """
-- now, key, question, answer, milliseconds, capacity, milliseconds to keep what nobody uses
expire()
redis.call('HSET', ENTRIES, ARGV[2], ARGV[4], '?'..ARGV[2], ARGV[3])
redis.call('ZADD', UNTIL, now + tonumber(ARGV[5]), ARGV[2])
changed(ARGV[2])
for _, key in ipairs(redis.call('ZRANGE', ORDER, 0, -tonumber(ARGV[6]) - 1)) do
  gone(key)
  redis.call('ZREM', ORDER, key)
end
for i = 1, 4 do redis.call('PEXPIRE', KEYS[i], ARGV[7]) end
"""
)

DROP = Script(
    HEAD
    + """
-- now, key
if redis.call('HEXISTS', ENTRIES, ARGV[2]) == 0 then return 0 end
gone(ARGV[2])
changed(ARGV[2])
return 1
"""
)

SINCE = Script(
    HEAD
    + """
-- now, era, number
local current = era()
local after = ARGV[2] == current and ARGV[3] or '0'
local keys = redis.call('ZRANGEBYSCORE', ORDER, '('..after, '+inf', 'LIMIT', 0, 1000, 'WITHSCORES')
local found = {current, keys[#keys] or after}
for i = 1, #keys, 2 do
  table.insert(found, keys[i])
  table.insert(found, redis.call('HGET', ENTRIES, '?'..keys[i]))
end
return found
"""
)
"""(era, number to go on from, then of each change its key and its question, nil for what was dropped)."""

SIZE = Script(
    HEAD
    + """
-- now
expire()
return redis.call('ZCARD', UNTIL)
"""
)

LOOKED_UP = Script(
    HEAD
    + """
-- now, 1 for a hit
return {redis.call('HINCRBY', COUNTS, 'lookups', 1), redis.call('HINCRBY', COUNTS, 'hits', ARGV[2])}
"""
)


class RedisAnswers:
    """Kept in Redis. What cannot be reached is not there: an answer is then made afresh, and not kept."""

    def __init__(self, pipe: Pipe, now: Callable[[], str]) -> None:
        self._pipe = pipe
        self._now = now

    async def get(self, agent: str, key: str) -> bytes | None:
        """The answer under a key, unless its time is over."""
        answer: bytes | None = await self._script(GET, agent, key)
        return answer

    async def put(self, agent: str, key: str, question: str, answer: bytes, ttl: float) -> None:
        """Keeps the answer to a question for `ttl` seconds, in place of the one that was there."""
        if len(answer) <= LARGEST:
            await self._script(PUT, agent, key, question, answer, int(ttl * 1000), CAPACITY, IDLE_MS)

    async def drop(self, agent: str, key: str) -> None:
        """Forgets an answer and its question; no error if there is none."""
        await self._script(DROP, agent, key)

    async def look(
        self, agent: str, key: str, place: str
    ) -> tuple[bytes | None, int, Sequence[tuple[str, str | None]], str]:
        """What `get` gives; the number of answers whose time is not over; and what changed after the place.

        That is (key, question) of what was put, (key, None) of what was dropped, and where to go on. All in one round
        trip, but for many changes.
        """
        answer, size, (changes, place) = await asyncio.gather(
            self.get(agent, key), self._script(SIZE, agent), self._since(agent, place)
        )
        return answer, int(size or 0), changes, place

    async def _since(self, agent: str, place: str) -> tuple[Sequence[tuple[str, str | None]], str]:
        changes: list[tuple[str, str | None]] = []
        while True:
            era, _, number = place.partition("-")
            found = await self._script(SINCE, agent, era, number or 0)
            if not found or len(found) == 2:
                return changes, place
            place = f"{found[0].decode()}-{found[1].decode()}"
            for key, question in zip(found[2::2], found[3::2], strict=True):
                changes.append((key.decode(), None if question is None else question.decode()))

    async def looked_up(self, agent: str, *, hit: bool) -> float:
        """Counts one lookup; the share of lookups that hit, 0..1."""
        found = await self._script(LOOKED_UP, agent, int(hit))
        return found[1] / found[0] if found else 0.0

    async def _script(self, script: Script, agent: str, *arguments: Any) -> Any:
        base = f"{PREFIX}:{{answers:{agent}}}"
        keys = [f"{base}:entries", f"{base}:until", f"{base}:order", f"{base}:counts"]
        try:
            return await self._pipe.script(script, keys, self._now(), *arguments)
        except StoreError as error:
            log.warning("earlier answers cannot be reached", extra={"reason": str(error)})
            return None
