"""The store for many instances: a Redis stream a session, its ledger beside it, one step for every change.

Each change is one script, at Redis' time, so that no instance's clock or death matters. What Redis lost of a run that
is held here (a flush, a failover's tail) is put back by the run's next append or renewal.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

from streaming.background import background
from streaming.event import START, Event, EventId, format_id, join, parse_id, split
from streaming.events import ENDINGS
from streaming.log import (
    Census,
    Deliver,
    Hole,
    Idempotency,
    Lease,
    OnBusy,
    Run,
    RunRequest,
    Session,
    StoreUnavailable,
)
from streaming.redis_answers import RedisAnswers
from streaming.redis_census import RedisCensus
from streaming.redis_connect import open_connections
from streaming.redis_delivery import Delivery, read
from streaming.redis_index import Unfinished
from streaming.redis_keys import holder_channel, log_key, meta_and_log, session_keys
from streaming.redis_leases import LEASE_MS, Leases
from streaming.redis_listener import Listener
from streaming.redis_pipe import Pipe, open_pipe
from streaming.redis_scripts import APPEND, TAIL, TOKENS
from streaming.redis_sessions import Sessions

SETTLING = 3.0
"""Seconds after Redis was away in which no run is taken over: its holder was cut off like everyone."""

CHECK = 2.0
"""Seconds that Redis may take to answer before it counts as away."""


class RedisStore:
    """EventLog and Ledger over Redis, shared with other processes."""

    def __init__(self, writes: Pipe, reads: Pipe, now: Callable[[], str], ttl: int) -> None:
        self._writes = writes
        self._reads = reads
        self._now = now
        self._ttl = ttl
        self._unfinished = Unfinished(reads, now)
        self._leases = Leases(writes, self._unfinished, now, ttl)
        self._census = RedisCensus(writes, now)
        self._sessions = Sessions(writes, self._unfinished, self._census, now, ttl)
        self.answers = RedisAnswers(reads, now)
        self._delivery: Delivery
        self.on_cancel: Callable[[str], None] = lambda run_id: None
        self.on_delete: Callable[[str], None] = lambda session_id: None
        self.on_lost: Callable[[str], None] = lambda session_id: None

    # ── The log ──────────────────────────────────────────────────────────────────────────────────────────────────

    async def append(self, session_id: str, events: Sequence[Event]) -> None:
        generation, first = events[0].id
        if first > 1 and all(event.type == "token" for event in events):
            what = (generation, first - 1, events[-1].id[1], join(events))
            cancels = await self._writes.script(TOKENS, meta_and_log(session_id), *what)
            if cancels is not None:
                self._delivery.stored(session_id, events)
                self._cancelled(session_id, generation, cancels)
                return
        await self._append(session_id, events)

    async def _append(self, session_id: str, events: Sequence[Event]) -> None:
        generation, first = events[0].id
        ending = events[-1].type in ENDINGS
        state = events[-1].type.removeprefix("run.") if ending else ""
        what = (generation, first, len(events), events[0].run_id, state, join(events))
        keys = session_keys(session_id)
        reply = await self._writes.script(APPEND, keys, self._now(), LEASE_MS, self._ttl, *what)
        if reply[0] == b"lost":
            await self._leases.restore(session_id, generation)
            reply = await self._writes.script(APPEND, keys, self._now(), LEASE_MS, self._ttl, *what)
        if reply[0] == b"hole":
            raise Hole(reply[1])
        self._leases.refused(session_id, generation, reply)
        self._delivery.stored(session_id, events)
        if ending:
            self._leases.ended(session_id, generation)
        else:
            self._cancelled(session_id, generation, reply[1])

    def _cancelled(self, session_id: str, generation: int, by: bytes) -> None:
        run_id = self._leases.cancelled(session_id, generation) if by else None
        if run_id is not None:
            self.on_cancel(run_id)

    async def read(self, session_id: str, after: EventId, limit: int = 256) -> list[Event]:
        return await read(self._reads, session_id, after, limit)

    async def top(self, session_id: str) -> EventId:
        tail = await self._reads.script(TAIL, session_keys(session_id))
        return parse_id(tail[0].decode())

    async def has(self, session_id: str, event_id: EventId) -> bool:
        if event_id == START:
            return True
        found = await self._reads.call("XRANGE", log_key(session_id), format_id(event_id), "+", "COUNT", 1)
        return any(event.id == event_id for _, fields in found for event in split(fields[b"e"]))

    async def attach(self, session_id: str, deliver: Deliver) -> EventId:
        return await self._delivery.attach(session_id, deliver)

    async def detach(self, session_id: str) -> None:
        self._delivery.detach(session_id)

    # ── The ledger ───────────────────────────────────────────────────────────────────────────────────────────────

    async def create_session(self, owner: str, session_id: str | None = None) -> Session:
        return await self._sessions.create(owner, session_id)

    async def session(self, session_id: str, owner: str) -> Session:
        return await self._sessions.session(session_id, owner)

    async def delete_session(self, session_id: str, owner: str) -> None:
        runs = await self._sessions.delete(session_id, owner)
        for run_id in runs:
            self.on_cancel(run_id)
        self._deleted(session_id)

    def _deleted(self, session_id: str) -> None:
        self._delivery.detach(session_id)
        self.on_delete(session_id)

    async def submit(
        self,
        session_id: str,
        owner: str,
        request: RunRequest,
        *,
        on_busy: OnBusy = "enqueue",
        idempotency: Idempotency | None = None,
    ) -> tuple[Run, bool]:
        run, new, interrupted = await self._sessions.submit(session_id, owner, request, on_busy, idempotency)
        for run_id in interrupted:
            self.on_cancel(run_id)
        return run, new

    async def claim(self, session_id: str) -> Lease | None:
        return await self._leases.claim(session_id)

    async def renew(self, lease: Lease) -> Run:
        return await self._leases.renew(lease)

    async def release(self, lease: Lease) -> None:
        await self._leases.release(lease)

    async def unfinished(self) -> list[str]:
        away = max(self._writes.failed_at, self._reads.failed_at)
        if asyncio.get_running_loop().time() - away < SETTLING:
            return []
        return await self._unfinished.free()

    async def request_cancel(self, run_id: str, owner: str, by: str) -> Run:
        run = await self._sessions.cancel(run_id, owner, by)
        if not run.over:
            self.on_cancel(run_id)
        return run

    async def run(self, run_id: str, owner: str) -> Run:
        return await self._sessions.run(run_id, owner)

    async def runs(self, session_id: str, limit: int = 50) -> list[Run]:
        return await self._sessions.runs(session_id, limit)

    async def census(self, within: float) -> Census:
        return await self._census(within)

    async def check(self) -> None:
        try:
            async with asyncio.timeout(CHECK):
                await self._reads.call("PING")
        except TimeoutError:
            raise StoreUnavailable(f"Redis does not answer within {CHECK:.0f} s") from None

    # ── What is published ────────────────────────────────────────────────────────────────────────────────────────

    def deliver_from(self, delivery: Delivery) -> None:
        """Readers are served by this delivery."""
        self._delivery = delivery
        delivery.on_delete = self._deleted
        delivery.on_lost = lambda session_id: self.on_lost(session_id)

    @property
    def channel(self) -> bytes:
        """Where this process is told of its runs' cancellations."""
        return holder_channel(self._leases.holder).encode()

    def told(self, channel: bytes, payload: bytes) -> None:
        """What was published for this process."""
        if channel == self.channel:
            self.on_cancel(payload.decode())
        else:
            self._delivery.message(channel, payload)


@asynccontextmanager
async def open_redis(
    url: str, *, clock: Callable[[], float] | None = None, session_ttl: float = 30 * 86400.0
) -> AsyncIterator[RedisStore]:
    """The store in the Redis that the URL names, which need not be there yet; `check` says whether it is.

    `clock` in Unix seconds stands in for Redis' own. Raises StoreError for a URL that cannot be used.
    """

    def now() -> str:
        return "" if clock is None else str(int(clock() * 1000))

    async with AsyncExitStack() as stack:
        redis = await stack.enter_async_context(open_connections(url))
        writes = await stack.enter_async_context(open_pipe(redis))
        reads = await stack.enter_async_context(open_pipe(redis))
        store = RedisStore(writes, reads, now, max(int(session_ttl * 1000), 3 * LEASE_MS))
        tasks = await stack.enter_async_context(background())
        listener = Listener(redis.connect, store.told, lambda: delivery.connected())
        delivery = Delivery(reads, listener, tasks)
        store.deliver_from(delivery)
        listener.listen(store.channel)
        own = [tasks.create_task(listener.run()), tasks.create_task(delivery.watch())]
        try:
            yield store
        finally:
            listener.close()
            for task in own:
                task.cancel()
