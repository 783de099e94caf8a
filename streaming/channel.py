"""What this process keeps in memory of one session: its newest events, for all its readers together.

A reader is a cursor. The channel holds every event after its `floor`; a reader whose cursor is before the floor pages
from the store instead. That one rule serves live, late, slow and reconnecting readers, and a hole in what is delivered.
"""

import asyncio
from bisect import bisect_right
from collections.abc import Sequence
from operator import attrgetter

from streaming.event import START, Event, EventId, size
from streaming.events import ENDINGS

MOST_EVENTS = 256
MOST_BYTES = 256 * 1024

_BY_ID = attrgetter("id")


class Channel:
    """The tail of one session's log."""

    __slots__ = (
        "_bytes",
        "_framed",
        "_framed_span",
        "active",
        "bye",
        "events",
        "floor",
        "known",
        "lock",
        "users",
        "waiters",
    )

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.floor: EventId = START
        self.known = False
        self.lock = asyncio.Lock()
        self.active = False
        self.bye: str | None = None
        self.users = 0
        self.waiters: set[asyncio.Future[None]] = set()
        self._bytes = 0
        self._framed = b""
        self._framed_span: tuple[EventId, EventId] | None = None

    @property
    def top(self) -> EventId:
        """The newest id that the channel knows of."""
        return self.events[-1].id if self.events else self.floor

    def offer(self, events: Sequence[Event]) -> None:
        """Take in stored events and wake the readers. What is known already is dropped; before a hole all is."""
        top = self.top
        fresh = events if not self.known or events[0].id > top else [event for event in events if event.id > top]
        if not fresh:
            return
        generation, sequence = fresh[0].id
        follows = sequence == 1 if generation != top[0] else sequence == top[1] + 1
        if not (self.known and follows):
            self._restart((generation, sequence - 1))
        self.known = True
        self.events.extend(fresh)
        self.active = fresh[-1].type not in ENDINGS
        self._bytes += size(fresh)
        if len(self.events) > MOST_EVENTS or self._bytes > MOST_BYTES:
            self._trim()
        self.wake()

    def note_top(self, top: EventId) -> None:
        """The store's newest id: what was missed on the way is left to be read from the store."""
        if not self.known or top > self.top:
            self._restart(top)
            self.known = True
            self.wake()

    def since(self, after: EventId) -> list[Event] | None:
        """The events after the cursor; None if they must be read from the store."""
        if not self.known or after < self.floor:
            return None
        if not self.events or after >= self.events[-1].id:
            return []
        if after == self.floor:
            return list(self.events)
        return self.events[bisect_right(self.events, after, key=_BY_ID) :]

    def framed(self, events: list[Event]) -> bytes:
        """The events as SSE, made once for readers that ask for the same ones one after the other."""
        span = (events[0].id, events[-1].id)
        if span != self._framed_span:
            self._framed_span = span
            self._framed = b"".join([event.sse for event in events])
        return self._framed

    def wake(self) -> None:
        """Let every waiting reader look."""
        waiters, self.waiters = self.waiters, set()
        for waiter in waiters:
            if not waiter.done():
                waiter.set_result(None)

    def say_bye(self, reason: str) -> None:
        """Tell every reader to leave once it has what there is."""
        self.bye = reason
        self.wake()

    def _restart(self, floor: EventId) -> None:
        self.events.clear()
        self._bytes = 0
        self.floor = floor

    def _trim(self) -> None:
        count, total = 0, self._bytes
        while len(self.events) - count > MOST_EVENTS // 2 or total > MOST_BYTES // 2:
            total -= len(self.events[count].body)
            count += 1
        self.floor = self.events[count - 1].id
        del self.events[:count]
        self._bytes = total
