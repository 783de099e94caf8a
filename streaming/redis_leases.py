"""Who may write, in Redis: leases, and putting back what Redis lost of the runs that are held here."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from streaming.log import EARLIER, LEASE, Fenced, Lease, Run, SessionNotFound, StoreUnavailable
from streaming.redis_index import Unfinished
from streaming.redis_keys import session_keys
from streaming.redis_ledger_scripts import CLAIM, RELEASE, RENEW
from streaming.redis_pipe import Pipe
from streaming.redis_runs import fields_of, run_from
from streaming.redis_scripts import RESTORE

LEASE_MS = int(LEASE * 1000)

KEPT_APPENDS = 10_000
"""Appends of a session that are kept, beside the active run's; older runs are known by their endings alone."""


@dataclass(slots=True)
class Held:
    """A lease of this process, and what it takes to put its session back."""

    lease: Lease
    owner: str
    created_at: str
    cancelled: bool = False


class Leases:
    """The leases of this process. `now` gives the scripts' time, `ttl` is a session's in milliseconds."""

    def __init__(self, pipe: Pipe, unfinished: Unfinished, now: Callable[[], str], ttl: int) -> None:
        self.holder = uuid.uuid4().hex
        self._pipe = pipe
        self._unfinished = unfinished
        self._now = now
        self._ttl = ttl
        self._held: dict[str, Held] = {}
        self._unanswered: dict[str, str] = {}

    async def claim(self, session_id: str) -> Lease | None:
        """As the ledger promises. A claim whose answer was lost is found again by its token."""
        token = uuid.uuid4().hex
        earlier = self._unanswered.get(session_id, "")
        self._unanswered[session_id] = token
        arguments = (self._now(), LEASE_MS, self._ttl, self.holder, token, earlier, KEPT_APPENDS, self._ttl, EARLIER)
        try:
            reply = await self._pipe.script(CLAIM, session_keys(session_id), *arguments)
        except StoreUnavailable:
            if earlier:
                self._unanswered[session_id] = earlier
            raise
        del self._unanswered[session_id]
        if not reply:
            return None
        generation, owner, created_at, fields, before = reply
        runs = tuple(run_from(session_id, each) for each in before)
        lease = Lease(session_id, run_from(session_id, fields), int(generation), runs)
        self._held[session_id] = Held(lease, owner.decode(), created_at.decode())
        return lease

    async def renew(self, lease: Lease) -> Run:
        """As the ledger promises."""
        keys = session_keys(lease.session_id)
        arguments = (self._now(), LEASE_MS, self._ttl, lease.generation, self.holder, lease.run.run_id)
        reply = await self._pipe.script(RENEW, keys, *arguments)
        if reply[0] == b"lost":
            await self.restore(lease.session_id, lease.generation)
            reply = await self._pipe.script(RENEW, keys, *arguments)
        self.refused(lease.session_id, lease.generation, reply)
        return run_from(lease.session_id, reply[1])

    async def release(self, lease: Lease) -> None:
        """As the ledger promises."""
        arguments = (lease.generation, self.holder, lease.run.run_id)
        reply = await self._pipe.script(RELEASE, session_keys(lease.session_id), *arguments)
        self.refused(lease.session_id, lease.generation, reply)
        self._held.pop(lease.session_id, None)
        await self._unfinished.enter(lease.session_id)

    def refused(self, session_id: str, generation: int, reply: list[Any]) -> None:
        """Raises Fenced or SessionNotFound where the reply says so; the lease is no more then."""
        if reply[0] == b"ok":
            return
        self.ended(session_id, generation)
        if reply[0] == b"gone":
            raise SessionNotFound("the session was deleted")
        newer = f"generation {reply[1].decode()}" if len(reply) > 1 else "another generation"
        raise Fenced(f"{newer} writes now, {generation} no longer may")

    def ended(self, session_id: str, generation: int) -> None:
        """The lease of this generation is over."""
        held = self._held.get(session_id)
        if held is not None and held.lease.generation == generation:
            del self._held[session_id]

    def cancelled(self, session_id: str, generation: int) -> str | None:
        """The id of the held run, the first time that it is asked for."""
        held = self._held.get(session_id)
        if held is None or held.cancelled or held.lease.generation != generation:
            return None
        held.cancelled = True
        return held.lease.run.run_id

    async def restore(self, session_id: str, generation: int) -> None:
        """Put back the session and its run after Redis lost them. Raises Fenced, SessionNotFound."""
        held = self._held.get(session_id)
        if held is None or held.lease.generation != generation:
            raise SessionNotFound("the session is gone")
        run = held.lease.run
        await self._unfinished.enter(session_id)
        reply = await self._pipe.script(
            RESTORE,
            session_keys(session_id),
            self._now(),
            LEASE_MS,
            self._ttl,
            generation,
            self.holder,
            held.owner,
            held.created_at,
            run.run_id,
            *fields_of(run),
        )
        self.refused(session_id, generation, reply)
