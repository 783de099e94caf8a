"""A reader is a cursor in a session's log: from memory where it can, from the store where it must."""

import asyncio
from collections.abc import Callable, Sequence
from enum import Enum
from types import TracebackType
from typing import Self

from streaming.channel import Frame
from streaming.event import Event, EventId
from streaming.events import ENDINGS
from streaming.fanout import Fanout
from streaming.log import StoreUnavailable
from streaming.pulse import Pulse

PATIENCE = 30.0
"""Seconds for which a store that is away is no more than a pause."""

RETRY = 0.25


class Signal(Enum):
    """What a reader is told between events."""

    LIVE = "live"
    """All that was there has been read; what comes now comes as it happens."""
    PING = "ping"
    """Nothing happened for a while: show the client that the connection lives."""
    BYE = "bye"
    """Leave: this process ends, or the session is gone, or events were lost; `reader.reason` says which."""
    END = "end"
    """The one run that the reader follows has ended."""


class Reader:
    """Reads one session, or one run of it, from a cursor on. Used by one task, inside `async with`.

    Without `after` it reads from the log's end; with `run_id`, that run alone and no further than its ending.
    """

    __slots__ = (
        "_after",
        "_ended",
        "_fanout",
        "_live",
        "_ping",
        "_pulse",
        "_stays",
        "_waiter",
        "abort",
        "busy_since",
        "channel",
        "cursor",
        "frame",
        "reason",
        "run_id",
        "session_id",
        "sink",
    )

    def __init__(
        self, fanout: Fanout, pulse: Pulse, session_id: str, after: EventId | None, run_id: str | None = None
    ) -> None:
        self._fanout = fanout
        self._pulse = pulse
        self._waiter: asyncio.Future[None] | None = None
        self._live = False
        self._ping = False
        self._ended = False
        self._stays = False
        self._after = after
        self.session_id = session_id
        self.run_id = run_id
        self.reason = ""
        self.abort: Callable[[], None] = _nothing
        self.sink: Callable[[bytes], bool] | None = None
        self.frame: Frame = _bodies

    async def __aenter__(self) -> Self:
        """Raises StoreUnavailable."""
        self.channel = await self._fanout.enter(self.session_id)
        self.cursor = self.channel.top if self._after is None else self._after
        self.busy_since = asyncio.get_running_loop().time()
        self._pulse.add(self)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pulse.remove(self)
        await self._fanout.leave(self.session_id, self.channel)

    async def next(self) -> list[Event] | Signal:
        """All the events that are there after the cursor, at least one; or a signal."""
        self.busy_since = 0.0
        try:
            while True:
                events = await self._available()
                if events:
                    return events
                if self._ended:
                    return Signal.END
                if self.reason or self._dismissed():
                    return Signal.BYE
                if not self._live:
                    self._live = True
                    return Signal.LIVE
                if self._ping:
                    self._ping = False
                    return Signal.PING
                await self._wait()
        finally:
            self.busy_since = asyncio.get_running_loop().time()

    def _dismissed(self) -> bool:
        bye = self.channel.bye
        if bye is None or (self._stays and bye == "drain"):
            return False
        self.reason = "drain" if bye == "end" else bye
        return True

    def stay(self) -> None:
        """Do not leave when the process begins to drain, only when it ends: the run may yet be completed here."""
        self._stays = True

    def leave(self, reason: str = "gone") -> None:
        """The client went, or must go: make `next` return BYE. For use by another task."""
        self.reason = self.reason or reason
        self.wake()

    def wake(self) -> None:
        """Make a waiting `next` look again."""
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def push(self, before: EventId, events: list[Event]) -> bool:
        """Write the events to the client at once, without waking the reader's task, where that is possible.

        It is when the reader waits, has all that came before, and its `sink` takes bytes without delay: `sink` is
        given the events in the transport's `frame`, and says whether it took them.
        """
        if self.sink is None or self.cursor != before or self._waiter is None or self._waiter.done():
            return False
        if self.run_id is not None and (events[0].run_id != self.run_id or events[-1].type in ENDINGS):
            return False
        if not self.sink(self.channel.framed(events, self.frame)):
            return False
        self.cursor = events[-1].id
        return True

    async def _available(self) -> list[Event]:
        if self._ended or self.reason:
            return []
        while True:
            events = self.channel.since(self.cursor)
            if events is None:
                events = await self._page()
                if events is None or self._lost(events):
                    if not (self.reason or self._dismissed()):
                        self.reason = "state_lost"
                    return []
            if not events:
                return []
            self.cursor = events[-1].id
            mine = events if self.run_id is None else self._of_run(events)
            if mine:
                return mine

    async def _page(self) -> list[Event] | None:
        """A page from the store; None when it stays away for too long, or the reader must leave meanwhile."""
        deadline = asyncio.get_running_loop().time() + PATIENCE
        while True:
            try:
                return await self._fanout.log.read(self.session_id, self.cursor)
            except StoreUnavailable:
                if self.reason or self._dismissed() or asyncio.get_running_loop().time() > deadline:
                    return None
                await asyncio.sleep(RETRY)

    def _lost(self, page: list[Event]) -> bool:
        """Whether what follows the cursor is missing from the store's page."""
        if not page:
            return self.cursor < self.channel.floor
        generation, sequence = page[0].id
        return sequence != (self.cursor[1] + 1 if generation == self.cursor[0] else 1)

    def _of_run(self, events: list[Event]) -> list[Event]:
        mine = [event for event in events if event.run_id == self.run_id]
        self._ended = bool(mine) and mine[-1].type in ENDINGS
        return mine

    async def _wait(self) -> None:
        waiter = self._waiter = asyncio.get_running_loop().create_future()
        self.channel.waiting.add(self)
        try:
            await waiter
        finally:
            self.channel.waiting.discard(self)
            self._waiter = None

    def beat(self, now: float, limit: float, idle: bool) -> None:
        """Called by the pulse: ping a waiting client, and give up one that has taken nothing for `limit` seconds."""
        if self.busy_since:
            if now - self.busy_since > limit:
                self.abort()
        elif self._waiter is not None and not self._waiter.done() and (idle or self.channel.active):
            self._ping = True
            self.wake()


def _nothing() -> None:
    pass


def _bodies(events: Sequence[Event]) -> bytes:
    return b"\n".join([event.body for event in events])
