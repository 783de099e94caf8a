"""Sessions and their runs in Redis: made, submitted to, cancelled, looked at, forgotten."""

import asyncio
import uuid
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from streaming.log import (
    IDEMPOTENCY_TTL,
    QUEUE_LIMIT,
    Idempotency,
    IdempotencyConflict,
    OnBusy,
    QueueFull,
    Run,
    RunNotFound,
    RunRequest,
    Session,
    SessionBusy,
    SessionNotFound,
    StoreFull,
)
from streaming.redis_census import RedisCensus
from streaming.redis_index import Unfinished
from streaming.redis_keys import holder_channel, idempotency_key, new_run_id, session_keys, session_of_run
from streaming.redis_ledger_scripts import CANCEL, CREATE, DELETE, RUN, RUN_LIST, SESSION, SUBMIT
from streaming.redis_pipe import Pipe
from streaming.redis_runs import encoded, run_from
from streaming.redis_scripts import TAIL, Script

RUNS_KEPT = 200
REMEMBERED = 3600
"""Seconds for which a deleted session's id is refused to a writer that does not know yet."""

HOLDERS = holder_channel("")

NOTE = Script("""
-- value, what it is to replace or '', seconds
local found = redis.call('GET', KEYS[1])
if found and found ~= ARGV[2] then return found end
redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[3])
return ARGV[1]
""")
"""What is noted under the key: the value given, unless another was there."""


class Sessions:
    """The ledger without its leases. `now` gives the scripts' time, `ttl` is a session's in milliseconds."""

    def __init__(
        self, pipe: Pipe, unfinished: Unfinished, census: RedisCensus, now: Callable[[], str], ttl: int
    ) -> None:
        self._pipe = pipe
        self._unfinished = unfinished
        self._census = census
        self._now = now
        self._ttl = ttl

    async def create(self, owner: str, session_id: str | None = None) -> Session:
        """A new, empty session, or the owner's of that id."""
        if session_id is not None:
            await self._pipe.script(CREATE, session_keys(session_id), self._now(), self._ttl, owner)
            await self._census.touch(session_id)
            return await self.session(session_id, owner)
        session_id = str(uuid.uuid4())
        await self._census.touch(session_id)
        created = await self._pipe.script(CREATE, session_keys(session_id), self._now(), self._ttl, owner)
        return Session(session_id, owner, created / 1000, None, 0)

    async def session(self, session_id: str, owner: str) -> Session:
        """As the ledger promises. A run that nobody holds is entered for all to see, should its entry be lost."""
        reply = await self._pipe.script(SESSION, session_keys(session_id), self._now(), owner)
        if reply[0] != b"ok":
            raise SessionNotFound("no such session: create one with POST /api/session")
        _, created_at, waiting, free, head = reply
        if free:
            with suppress(StoreFull):  # who only reads is served all the same; the next look enters it
                await self._unfinished.enter(session_id)
        first = run_from(session_id, head) if head is not None else None
        active = first if first is not None and first.state == "running" else None
        return Session(session_id, owner, int(created_at) / 1000, active, waiting - (active is not None))

    async def delete(self, session_id: str, owner: str) -> list[str]:
        """Forget the session; its unfinished runs."""
        arguments = (owner, uuid.uuid4().hex, HOLDERS, REMEMBERED)
        reply = await self._pipe.script(DELETE, session_keys(session_id), *arguments)
        if reply[0] != b"ok":
            raise SessionNotFound("no such session")
        return [run_id.decode() for run_id in reply[1:]]

    async def submit(
        self, session_id: str, owner: str, request: RunRequest, on_busy: OnBusy, idempotency: Idempotency | None
    ) -> tuple[Run, bool, list[str]]:
        """As the ledger promises, and the ids of the runs that were interrupted."""
        run_id = new_run_id(session_id)
        if idempotency is not None:
            run_id = await self._noted(run_id, owner, idempotency)
            earlier = await self._find(run_id, owner)
            if earlier is not None:
                return earlier, False, []
        # Sent together, in this order; the run is only taken in once the session's entry is, too.
        entered, touched = self._unfinished.enter(session_id), self._census.touch(session_id)
        arguments = (owner, run_id, encoded(request), on_busy, QUEUE_LIMIT, RUNS_KEPT, HOLDERS)
        submitted = self._pipe.script(SUBMIT, session_keys(session_id), self._now(), self._ttl, *arguments)
        _, _, reply = await asyncio.gather(entered, touched, submitted)
        match reply[0]:
            case b"new":
                return run_from(session_id, reply[1]), True, [other.decode() for other in reply[2]]
            case b"old":
                return run_from(session_id, reply[1]), False, []
            case b"busy":
                raise SessionBusy("a run is active in this session: wait for its end, or cancel it")
            case b"full":
                raise QueueFull(f"{QUEUE_LIMIT} messages wait in this session already: wait for an answer")
        raise SessionNotFound("no such session: create one with POST /api/session")

    async def _noted(self, run_id: str, owner: str, idempotency: Idempotency) -> str:
        """The run that the key stands for: whoever notes first names it, and all who come submit that same run."""
        key = idempotency_key(owner, idempotency.key)
        value, replaced = f"{run_id} {idempotency.digest}", ""
        while True:
            found: str = (await self._pipe.script(NOTE, [key], value, replaced, int(IDEMPOTENCY_TTL))).decode()
            known, _, digest = found.partition(" ")
            if known == run_id:
                return known
            if not await self._exists(known):
                replaced = found  # its session was deleted, and with it what the key stood for
            elif digest != idempotency.digest:
                raise IdempotencyConflict("this Idempotency-Key came with another request before: make a new one")
            else:
                return known

    async def _exists(self, run_id: str) -> bool:
        """Whether the run's session is there."""
        tail = await self._pipe.script(TAIL, session_keys(session_of_run(run_id) or ""))
        return bool(tail[1])

    async def cancel(self, run_id: str, owner: str, by: str) -> Run:
        """Note that the run is to stop, and tell whoever holds it."""
        session_id = session_of_run(run_id)
        if session_id is not None:
            reply = await self._pipe.script(CANCEL, session_keys(session_id), owner, run_id, by, HOLDERS)
            if reply[0] == b"ok":
                return run_from(session_id, reply[1])
        raise RunNotFound("no such run")

    async def run(self, run_id: str, owner: str) -> Run:
        """Raises RunNotFound."""
        found = await self._find(run_id, owner)
        if found is None:
            raise RunNotFound("no such run")
        return found

    async def _find(self, run_id: str, owner: str) -> Run | None:
        session_id = session_of_run(run_id)
        if session_id is None:
            return None
        fields: list[Any] = await self._pipe.script(RUN, session_keys(session_id), owner, run_id)
        return run_from(session_id, fields) if fields else None

    async def runs(self, session_id: str, limit: int) -> list[Run]:
        """The session's newest runs, oldest first."""
        found = await self._pipe.script(RUN_LIST, session_keys(session_id), limit)
        return [run_from(session_id, fields) for fields in found]
