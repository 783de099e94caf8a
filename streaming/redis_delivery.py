"""What this process's readers are shown of Redis' streams: every append in order, also when a message was lost.

Each message names the ids that it brings and the one before them. Where that is not what was delivered last, and after
every interruption, and every few seconds for the tail that nothing follows, the stream itself is read.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable, Sequence

from streaming.event import START, Event, EventId, parse_id, split
from streaming.events import ENDINGS
from streaming.log import Deliver, StoreError
from streaming.redis_keys import log_key, session_keys, session_of_channel
from streaming.redis_listener import Listener
from streaming.redis_message import published
from streaming.redis_pipe import Pipe
from streaming.redis_scripts import TAIL

log = logging.getLogger(__name__)

PERIOD = 5.0
"""Seconds in which the end of every session with a run that is read here is looked at once."""

IDLE_PERIODS = 6
"""A session without a run is looked at once in so many periods: what is missed there shows with the next message."""

SLICES = 20
"""Parts in which that is done, so that no moment has to do it all."""

PAGE = 256

APPENDS = 64
"""Appends that are read in one go: mostly of one to a few events, of 256 at most."""


class Following:
    """A session that is read in this process. `last` is what was delivered; `shown` what is known to exist."""

    __slots__ = ("busy", "catching_up", "deliver", "last", "regressed", "shown")

    def __init__(self, deliver: Deliver) -> None:
        self.deliver = deliver
        self.last: EventId | None = None
        self.shown: EventId = START
        self.busy = False
        self.catching_up = False
        self.regressed = False


class Delivery:
    """Hands the sessions' events on to whoever attached."""

    def __init__(self, pipe: Pipe, listener: Listener, tasks: asyncio.TaskGroup) -> None:
        self._pipe = pipe
        self._listener = listener
        self._tasks = tasks
        self._following: dict[str, Following] = {}
        self.on_delete: Callable[[str], None] = lambda session_id: None
        self.on_lost: Callable[[str], None] = lambda session_id: None

    async def attach(self, session_id: str, deliver: Deliver) -> EventId:
        """From when this returns, the session's appends are delivered. The log's top. Raises StoreUnavailable."""
        following = self._following.get(session_id)
        if following is not None:
            following.deliver = deliver
            tail = await self._pipe.script(TAIL, session_keys(session_id))
            return parse_id(tail[0].decode())
        following = self._following[session_id] = Following(deliver)
        await self._listener.subscribe(log_key(session_id).encode())
        newest, _, deleted, waiting = await self._pipe.script(TAIL, session_keys(session_id))
        top = parse_id(newest.decode())
        following.last = max(following.last or START, top)
        following.busy = following.busy or bool(waiting)
        if deleted and self._following.get(session_id) is following:  # before this process listened
            self.on_delete(session_id)
        return top

    def detach(self, session_id: str) -> None:
        """Deliver no more."""
        if self._following.pop(session_id, None) is not None:
            self._listener.unsubscribe(log_key(session_id).encode())

    def stored(self, session_id: str, events: Sequence[Event]) -> None:
        """This process has stored the events: what comes back of them as a message is not needed."""
        following = self._following.get(session_id)
        if following is None or following.last is None or following.catching_up:
            return
        generation, sequence = events[0].id
        if following.last[0] == generation and sequence <= following.last[1] + 1:
            self._deliver(session_id, following, events)

    def message(self, channel: bytes, payload: bytes) -> None:
        """What was published on a session's channel."""
        session_id = session_of_channel(channel)
        following = self._following.get(session_id)
        if following is None:
            return
        if payload == b"deleted":
            self.on_delete(session_id)
            return
        came = published(payload)
        newest = (came.generation, came.last)
        following.shown = max(following.shown, newest)
        if following.catching_up or (following.last is not None and newest <= following.last):
            return
        known = following.last
        if (
            known is None
            or (known[0] == came.generation and came.first <= known[1] + 1)
            or (came.first == 1 and came.previous == known)
        ):
            self._deliver(session_id, following, came.events())
        elif came.first == 1 and came.previous < known:
            self._lose(session_id)
        else:
            self._catch_up(session_id, following)

    def _deliver(self, session_id: str, following: Following, events: Sequence[Event]) -> None:
        known, last = following.last, events[-1].id
        if known is not None:
            if last <= known:
                return
            if events[0].id <= known:
                events = [event for event in events if event.id > known]
        following.last = last
        following.shown = max(following.shown, last)
        following.regressed = False
        following.busy = events[-1].type not in ENDINGS
        following.deliver(session_id, events)

    def _lose(self, session_id: str) -> None:
        """Events that readers here have seen are gone from Redis."""
        log.warning("events were lost", extra={"session_id": session_id})
        self.detach(session_id)
        self.on_lost(session_id)

    def _catch_up(self, session_id: str, following: Following) -> None:
        if not following.catching_up:
            following.catching_up = True
            self._tasks.create_task(self._read_missed(session_id, following))

    async def _read_missed(self, session_id: str, following: Following) -> None:
        try:
            while self._following.get(session_id) is following and (following.last or START) < following.shown:
                known = following.last or START
                page = await read(self._pipe, session_id, known, PAGE)
                if not page or (page[0].id[1] != (known[1] + 1 if page[0].id[0] == known[0] else 1)):
                    self._lose(session_id)
                    return
                self._deliver(session_id, following, page)
        except StoreError as error:
            log.info("missed events not read yet", extra={"session_id": session_id, "reason": str(error)})
        finally:
            following.catching_up = False

    def connected(self) -> None:
        """The subscriptions stand again: whatever was published meanwhile is missing."""
        self._tasks.create_task(self._look(list(self._following)))

    async def watch(self) -> None:
        """Look at the end of every session now and then, until cancelled."""
        period = 0
        while True:
            period += 1
            idle = period % IDLE_PERIODS == 0
            sessions = [session_id for session_id, following in self._following.items() if idle or following.busy]
            for number in range(SLICES):
                await asyncio.sleep(PERIOD / SLICES)
                await self._look(sessions[number::SLICES])

    async def _look(self, sessions: Iterable[str]) -> None:
        followed = [
            (session_id, self._following[session_id]) for session_id in sessions if session_id in self._following
        ]
        before = [following.last for _, following in followed]
        looks = [self._pipe.script(TAIL, session_keys(session_id)) for session_id, _ in followed]
        tails = await asyncio.gather(*looks, return_exceptions=True)
        for (session_id, following), last, tail in zip(followed, before, tails, strict=True):
            if isinstance(tail, BaseException) or self._following.get(session_id) is not following or last is None:
                continue
            top, exists, deleted = parse_id(tail[0].decode()), tail[1], tail[2]
            following.busy = bool(tail[3])
            if deleted:
                self.on_delete(session_id)
            elif top > (following.last or START):
                following.shown = max(following.shown, top)
                self._catch_up(session_id, following)
            elif top < last or not exists:
                # Once may be a writer that is about to put back what Redis lost.
                if following.regressed:
                    self._lose(session_id)
                following.regressed = following.busy = True


async def read(pipe: Pipe, session_id: str, after: EventId, limit: int) -> list[Event]:
    """The events after the cursor, in order, at most `limit` and the rest of one append.

    An append lies under its last event's id, so the first one after the cursor may hold events before it, too.
    """
    events: list[Event] = []
    since = f"({after[0]}-{after[1]}" if after != START else "-"
    while True:
        found = await pipe.call("XRANGE", log_key(session_id), since, "+", "COUNT", APPENDS)
        for _, fields in found:
            events += [event for event in split(fields[b"e"]) if event.id > after]
            if len(events) >= limit:
                return events
        if len(found) < APPENDS:
            return events
        since = f"({found[-1][0].decode()}"
