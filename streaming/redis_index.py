"""Which sessions have a run that nobody holds: one sorted set for all, healed by whoever looks at it.

The set is in another slot of a Cluster than the sessions, so no script changes both. A session is entered before its
run is submitted, and leaves only once it was found without a run twice, ten seconds apart: no run is without an entry.
"""

import asyncio
from collections.abc import Awaitable, Callable

from streaming.redis_keys import UNFINISHED, session_keys
from streaming.redis_pipe import Pipe
from streaming.redis_scripts import PRELUDE, TIME, Script

GRACE_MS = 10_000
"""Longer than a submission takes to arrive once the session was entered."""

MOST = 500
"""Sessions looked at in one go."""

EMPTY = 0.5
"""Added to the score of a session that was found without a run; entering it anew takes the mark away."""

ENTER = Script(TIME + "return redis.call('ZADD', KEYS[1], milliseconds(ARGV[1]), ARGV[2])")

DUE = Script(
    TIME
    + """
return redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', milliseconds(ARGV[1]), 'WITHSCORES', 'LIMIT', 0, ARGV[2])
"""
)

LOOK = Script(
    PRELUDE
    + """
-- now
local now, held = milliseconds(ARGV[1]), tonumber(redis.call('HGET', META, 'held_until') or 0)
return {redis.call('LLEN', QUEUE), held > now and held - now or 0}
"""
)
"""(unfinished runs, milliseconds for which they are held)."""

LATER = Script(
    TIME
    + """
-- now, then for each session: its id, its score as it was seen, milliseconds to wait (negative: it leaves), its mark
local now = milliseconds(ARGV[1])
for i = 2, #ARGV, 4 do
  if redis.call('ZSCORE', KEYS[1], ARGV[i]) == ARGV[i + 1] then
    local wait = tonumber(ARGV[i + 2])
    if wait < 0 then redis.call('ZREM', KEYS[1], ARGV[i])
    else redis.call('ZADD', KEYS[1], now + wait + tonumber(ARGV[i + 3]), ARGV[i]) end
  end
end
"""
)


class Unfinished:
    """The sessions with a run that may need somebody. `now` gives the scripts' time."""

    def __init__(self, pipe: Pipe, now: Callable[[], str]) -> None:
        self._pipe = pipe
        self._now = now

    def enter(self, session_id: str) -> Awaitable[int]:
        """Let everyone look at the session from now on."""
        return self._pipe.script(ENTER, [UNFINISHED], self._now(), session_id)

    async def free(self) -> list[str]:
        """The sessions with a run that nobody holds; the others are put off, or leave."""
        due = await self._pipe.script(DUE, [UNFINISHED], self._now(), MOST)
        sessions = [session.decode() for session in due[::2]]
        looks = [self._pipe.script(LOOK, session_keys(session), self._now()) for session in sessions]
        free: list[str] = []
        later: list[object] = []
        for session, score, (waiting, held) in zip(sessions, due[1::2], await asyncio.gather(*looks), strict=True):
            if waiting and not held:
                free.append(session)
            elif waiting:
                later += [session, score, held, 0]
            elif float(score) % 1 == EMPTY:
                later += [session, score, -1, 0]
            else:
                later += [session, score, GRACE_MS, EMPTY]
        if later:
            await self._pipe.script(LATER, [UNFINISHED], self._now(), *later)
        return free
