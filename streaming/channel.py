"""What this process keeps in memory of one session: its newest events, for all its readers together.

A reader is a cursor. The channel holds every event after its `floor`; a reader whose cursor is before the floor pages
from the store instead. That one rule serves live, late, slow and reconnecting readers, and a hole in what is delivered.
"""

import asyncio
from bisect import bisect_right
from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Protocol

from streaming.event import START, Event, EventId, size
from streaming.events import ENDINGS

MOST_EVENTS = 256
MOST_BYTES = 256 * 1024

_BY_ID = attrgetter("id")


Frame = Callable[[Sequence[Event]], bytes]
"""Events as the bytes that a transport writes."""


class Waiting(Protocol):
    """A reader that has all there is."""

    def push(self, before: EventId, events: list[Event]) -> bool:
        """Hand on at once the events that follow on `before`; False when it cannot, and must be woken."""
        ...

    def wake(self) -> None:
        """Look again."""
        ...


class Channel:
    """The tail of one session's log."""

    __slots__ = (
        "_bytes",
        "_frames",
        "active",
        "bye",
        "events",
        "floor",
        "known",
        "lock",
        "users",
        "waiting",
    )

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.floor: EventId = START
        self.known = False
        self.lock = asyncio.Lock()
        self.active = False
        self.bye: str | None = None
        self.users = 0
        self.waiting: set[Waiting] = set()
        self._bytes = 0
        self._frames: dict[Frame, tuple[EventId, EventId, bytes]] = {}

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
        follows = self.known and self._follows(fresh[0])
        if not follows:
            self._restart((generation, sequence - 1))
        self.known = True
        self.events.extend(fresh)
        self.active = fresh[-1].type not in ENDINGS
        self._bytes += size(fresh)
        if len(self.events) > MOST_EVENTS or self._bytes > MOST_BYTES:
            self._trim()
        if follows:
            self._push(top, list(fresh))
        else:
            self.wake()

    def _push(self, before: EventId, events: list[Event]) -> None:
        for reader in [reader for reader in self.waiting if not reader.push(before, events)]:
            self.waiting.discard(reader)
            reader.wake()

    def _follows(self, event: Event) -> bool:
        """Whether nothing can have been missed before the event: a new generation only follows on a run's ending."""
        generation, sequence = event.id
        if generation == self.top[0]:
            return sequence == self.top[1] + 1
        return sequence == 1 and bool(self.events) and self.events[-1].type in ENDINGS

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

    def framed(self, events: list[Event], frame: Frame) -> bytes:
        """The events in a transport's framing, made once for readers that ask for the same one after the other."""
        first, last = events[0].id, events[-1].id
        made = self._frames.get(frame)
        if made is None or made[1] != last or made[0] != first:
            made = self._frames[frame] = first, last, frame(events)
        return made[2]

    def wake(self) -> None:
        """Let every waiting reader look."""
        waiting, self.waiting = self.waiting, set()
        for reader in waiting:
            reader.wake()

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
