"""The only writer of a session: numbers facts, stores them before anyone sees them, and always writes an ending."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable

from streaming.event import Encoder, Event
from streaming.events import ENDINGS, Model, Output, RunCancelled, RunFailed
from streaming.log import EventLog, Hole, Lease, StoreUnavailable

PATIENCE = 30.0
"""Seconds to go on trying while the store is away."""

KEPT = 2 * 1024 * 1024
"""Bytes of an attempt's events that are kept at most: those not stored yet, and the newest of the stored ones."""

BATCH = 256
"""Events in one append, at most."""

Describe = Callable[[Exception], RunFailed]
"""How an agent's exception is told to the reader."""


class GaveUp(Exception):
    """The store stayed away for too long, or lost more than is kept here: this attempt cannot be written."""


class HandedOver(Exception):
    """This process ends: the attempt was left unfinished, for another process to take."""


class Writer:
    """Writes one attempt at a run. What gathers while an append is in flight is appended together."""

    def __init__(self, log: EventLog, lease: Lease, *, clock: Callable[[], float] = time.time) -> None:
        self._log = log
        self._session_id = lease.session_id
        self._clock = clock
        self._encoder = Encoder(lease.session_id, lease.run.run_id, lease.generation)
        self._kept: list[Event] = []
        self._kept_bytes = 0
        self._stored = 0
        self._more = asyncio.Event()
        self._ended = False
        self._stopped_by: str | None = None
        self._handed_over = False
        self._gatherer: asyncio.Task[None] | None = None

    async def write(self, output: AsyncGenerator[Output, None], describe: Describe, *, timeout: float) -> None:
        """Write all that the agent yields, and an ending: the agent's own, or one for its error, timeout or `stop`.

        `timeout` in seconds bounds the whole attempt. Raises Fenced, SessionNotFound, GaveUp, HandedOver: then the
        run is unfinished.
        """
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._flush())
                group.create_task(self._gather(output, describe, timeout))
        except BaseExceptionGroup as errors:
            raise errors.exceptions[0] from None

    def stop(self, by: str) -> None:
        """End the run as cancelled, unless it has its ending."""
        if self._stopped_by is None:
            self._stopped_by = by
            if self._gatherer is not None:
                self._gatherer.cancel()

    def hand_over(self) -> None:
        """Leave the run unfinished, unless it has its ending."""
        self._handed_over = True
        if self._gatherer is not None:
            self._gatherer.cancel()

    async def _gather(self, output: AsyncGenerator[Output, None], describe: Describe, timeout: float) -> None:
        self._gatherer = asyncio.current_task()
        try:
            async with asyncio.timeout(timeout):
                try:
                    if self._stopped_by is not None or self._handed_over:
                        raise asyncio.CancelledError
                    async for item in output:
                        self._add(item)
                        if self._ended or self._pending_bytes() > KEPT:
                            break
                finally:
                    await output.aclose()
            if not self._ended and self._pending_bytes() > KEPT:
                self._add(
                    RunFailed(code="store_unavailable", message="The answer could not be stored.", retryable=True)
                )
            elif not self._ended:
                self._add(RunFailed(code="internal_error", message="The answer broke off.", retryable=True))
        except TimeoutError:
            message = f"No complete answer within {timeout:.0f} seconds."
            self._end(RunFailed(code="run_timeout", message=message, retryable=True))
        except Exception as error:
            self._end(describe(error))
        except asyncio.CancelledError:
            if self._stopped_by is not None:
                self._end(RunCancelled(by=self._stopped_by))
            elif self._handed_over:
                raise HandedOver from None
            else:
                raise

    def _end(self, ending: Model) -> None:
        if not self._ended:
            self._record(self._encoder.fact(ending, self._clock()))

    def _add(self, item: Output) -> None:
        now = self._clock()
        self._record(self._encoder.token(item, now) if isinstance(item, str) else self._encoder.fact(item, now))

    def _record(self, event: Event) -> None:
        self._kept.append(event)
        self._kept_bytes += len(event.body)
        self._ended = event.type in ENDINGS
        self._more.set()

    def _pending_bytes(self) -> int:
        if self._kept_bytes <= KEPT:
            return 0
        return sum(len(event.body) for event in self._kept if event.id[1] > self._stored)

    async def _flush(self) -> None:
        while not (self._ended and self._stored == self._encoder.sequence):
            await self._more.wait()
            self._more.clear()
            while self._stored < self._encoder.sequence:
                await self._append()

    async def _append(self) -> None:
        """Append what is pending, filling a hole and waiting for an absent store."""
        deadline: float | None = None
        delay = 0.05
        while True:
            start = self._stored + 1 - self._kept[0].id[1]
            batch = self._kept[start : start + BATCH]
            try:
                await self._log.append(self._session_id, batch)
            except Hole as hole:
                if hole.expected < self._kept[0].id[1]:
                    raise GaveUp("the store lost more of this run than is kept here") from hole
                self._stored = hole.expected - 1
            except StoreUnavailable as error:
                now = asyncio.get_running_loop().time()
                deadline = deadline or now + PATIENCE
                if now > deadline:
                    raise GaveUp(f"the store stayed away for {PATIENCE:.0f} s") from error
                await asyncio.sleep(delay)
                delay = min(2 * delay, 1.0)
            else:
                self._stored = batch[-1].id[1]
                self._trim()
                return

    def _trim(self) -> None:
        while self._kept_bytes > KEPT and len(self._kept) > 1 and self._kept[0].id[1] <= self._stored:
            self._kept_bytes -= len(self._kept.pop(0).body)
