"""The process's fan-out: one channel for each session that somebody here reads or writes."""

import time
from collections.abc import Sequence
from contextlib import suppress

from streaming.channel import Channel
from streaming.event import Event
from streaming.log import EventLog, StoreError

LOOK = 1.0
"""Seconds between two looks at the lag: it costs a little, and most deliveries are spared it."""


class Fanout:
    """Delivers what the store has stored to the readers of this process."""

    def __init__(self, log: EventLog) -> None:
        self.log = log
        self.channels: dict[str, Channel] = {}
        self.draining: str | None = None
        self.lag = 0.0
        """Seconds from making an event to delivering it, as last looked at."""
        self._looked = 0.0

    def deliver(self, session_id: str, events: Sequence[Event]) -> None:
        """Called by the store with what it has stored."""
        now = time.time()
        if now - self._looked > LOOK:
            self._looked = now
            self.lag = max(now - events[-1].made_at, 0.0)
        channel = self.channels.get(session_id)
        if channel is not None:
            channel.offer(events)

    async def enter(self, session_id: str) -> Channel:
        """The session's channel, kept up to date until its last user leaves. Raises StoreUnavailable."""
        channel = self.channels.get(session_id)
        if channel is None:
            channel = self.channels[session_id] = Channel()
            channel.bye = self.draining
        channel.users += 1
        try:
            async with channel.lock:
                if not channel.known:
                    channel.note_top(await self.log.attach(session_id, self.deliver))
        except BaseException:
            await self.leave(session_id, channel)
            raise
        return channel

    async def leave(self, session_id: str, channel: Channel) -> None:
        """End one use of a channel that was entered."""
        channel.users -= 1
        if channel.users == 0:
            await self._forget(session_id, channel)

    async def _forget(self, session_id: str, channel: Channel) -> None:
        async with channel.lock:
            if channel.users == 0 and self.channels.get(session_id) is channel:
                channel.known = False
                with suppress(StoreError):
                    await self.log.detach(session_id)
                if channel.users == 0:
                    del self.channels[session_id]

    def close_session(self, session_id: str) -> None:
        """The session was deleted: its readers leave."""
        channel = self.channels.get(session_id)
        if channel is not None:
            channel.say_bye("deleted")

    def lose(self, session_id: str) -> None:
        """Events that were delivered are gone from the store: the session's readers leave, and begin anew."""
        channel = self.channels.pop(session_id, None)
        if channel is not None:
            channel.say_bye("state_lost")

    def drain(self) -> None:
        """This process is about to end: readers leave, and come back elsewhere, but for those who stay."""
        self._dismiss("drain")

    def end(self) -> None:
        """This process ends now: all readers leave."""
        self._dismiss("end")

    def _dismiss(self, reason: str) -> None:
        self.draining = reason
        for channel in list(self.channels.values()):
            channel.say_bye(reason)
