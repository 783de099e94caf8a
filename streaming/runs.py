"""The runs of this process: takes leases, writes runs to their end, and takes over what a dead process left."""

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import aclosing, asynccontextmanager, suppress

from streaming.events import Output, RunCancelled, RunFailed, RunRestarted, RunStarted
from streaming.log import Fenced, Lease, Run, RunNotFound, SessionNotFound, Store, StoreError
from streaming.writer import Describe, GaveUp, HandedOver, Writer

log = logging.getLogger(__name__)

LOST = 2
"""A run whose process died this many times is given up: it may be what kills them."""

RENEWAL = 3.0
"""Seconds between renewals of this process's leases, well within a lease."""

SEARCH = 1.0
"""Seconds between looks for runs that nobody holds."""

Answer = Callable[[Run, Sequence[Run]], AsyncGenerator[Output, None]]
"""What answers a run, given the session's earlier runs, oldest first."""


class Runs:
    """Executes runs. A run belongs to the server: no connection's end touches it."""

    def __init__(
        self,
        store: Store,
        answer: Answer,
        describe: Describe,
        group: asyncio.TaskGroup,
        *,
        timeout: float,
        clock: Callable[[], float],
    ) -> None:
        self._store = store
        self._answer = answer
        self._describe = describe
        self._group = group
        self._timeout = timeout
        self._clock = clock
        self._working: set[str] = set()
        self._again: set[str] = set()
        self._active: dict[str, tuple[Lease, Writer]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._draining = False
        self._handing_over = False
        self._handed_over = 0
        store.on_cancel = self._on_cancel

    @property
    def active(self) -> int:
        """How many runs this process executes now."""
        return len(self._active)

    def first_of(self, run_id: str) -> int | None:
        """The generation of a run's first attempt, where this process executes the run now."""
        held = self._active.get(run_id)
        return held[0].run.first if held is not None else None

    def wake(self, session_id: str) -> None:
        """Look for work in this session, as soon as the caller has made its next call of the store."""
        if self._draining:
            return
        if session_id in self._working:
            self._again.add(session_id)
            return
        self._working.add(session_id)
        task = self._group.create_task(self._work(session_id))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _work(self, session_id: str) -> None:
        try:
            while not self._draining:
                self._again.discard(session_id)
                lease = await self._store.claim(session_id)
                if lease is None:
                    if session_id in self._again:
                        continue
                    return
                await self._execute(lease)
        except StoreError as error:
            log.warning("run postponed", extra={"session_id": session_id, "reason": str(error)})
        except Exception:
            log.exception("run broken off", extra={"session_id": session_id})
        finally:
            self._working.discard(session_id)

    async def _execute(self, lease: Lease) -> None:
        writer = Writer(self._store, lease, clock=self._clock)
        if self._handing_over:
            writer.hand_over()
        self._active[lease.run.run_id] = lease, writer
        try:
            await writer.write(self._output(lease), self._describe, timeout=self._timeout)
        except (Fenced, SessionNotFound) as error:
            log.info("stepped aside", extra={"run_id": lease.run.run_id, "reason": str(error)})
        except GaveUp as error:
            log.error("run abandoned", extra={"run_id": lease.run.run_id, "reason": str(error)})
        except HandedOver:
            self._handed_over += 1
            with suppress(StoreError):
                await self._store.release(lease)
        finally:
            del self._active[lease.run.run_id]

    async def _output(self, lease: Lease) -> AsyncGenerator[Output, None]:
        run = lease.run
        if lease.attempt == 1 or not await self._store.has(lease.session_id, (run.first, 1)):
            yield RunStarted(kind=run.request.kind, message=run.request.message, agent=run.request.agent)
        if lease.attempt > 1:
            reason = "the instance that ran it ended" if run.lost else "the instance that ran it was shut down"
            yield RunRestarted(attempt=lease.attempt, reason=reason)
        if run.cancelled_by is not None:
            yield RunCancelled(by=run.cancelled_by)
            return
        if run.lost >= LOST:
            message = f"The run was lost {run.lost} times with the instance that ran it."
            yield RunFailed(code="run_lost", message=message, retryable=True)
            return
        async with aclosing(self._answer(run, lease.earlier)) as answer:
            async for item in answer:
                yield item

    def _on_cancel(self, run_id: str) -> None:
        if run_id in self._active:
            self._group.create_task(self._renew(run_id))

    async def _renew(self, run_id: str) -> None:
        lease, writer = self._active.get(run_id, (None, None))
        if lease is None or writer is None:
            return
        try:
            run = await self._store.renew(lease)
        except (SessionNotFound, RunNotFound):
            writer.stop("deleted")
        except StoreError as error:
            log.warning("lease not renewed", extra={"run_id": run_id, "reason": str(error)})
        else:
            if run.cancelled_by is not None:
                writer.stop(run.cancelled_by)

    async def _keep(self) -> None:
        """Renew leases, and find runs that nobody holds, until cancelled."""
        renewed = 0.0
        while True:
            now = asyncio.get_running_loop().time()
            if now - renewed >= RENEWAL:
                renewed = now
                await asyncio.gather(*[self._renew(run_id) for run_id in list(self._active)])
            try:
                for session_id in await self._store.unfinished():
                    if session_id not in self._working:
                        self.wake(session_id)
            except StoreError as error:
                log.warning("cannot look for work", extra={"reason": str(error)})
            await asyncio.sleep(SEARCH)

    async def drain(self, grace: float) -> int:
        """Take no more work, let active runs end within `grace` seconds, and hand the rest over: so many.

        Called anew meanwhile, with less grace, it hands over sooner.
        """
        self._draining = True
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=grace)
            self._handing_over = True
            for _, writer in self._active.values():
                writer.hand_over()
            if self._tasks:
                await asyncio.wait(self._tasks)
        return self._handed_over


@asynccontextmanager
async def open_runs(
    store: Store,
    answer: Answer,
    describe: Describe,
    *,
    timeout: float = 300.0,
    clock: Callable[[], float] = time.time,
) -> AsyncIterator[Runs]:
    """Executes runs inside the block; what is active at its end is handed over."""
    async with asyncio.TaskGroup() as group:
        runs = Runs(store, answer, describe, group, timeout=timeout, clock=clock)
        keeper = group.create_task(runs._keep())
        try:
            yield runs
        finally:
            keeper.cancel()
            await runs.drain(0.0)
