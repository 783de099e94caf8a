"""One heartbeat for all readers of the process, spread out so that no moment has to serve them all."""

import asyncio
import logging
from typing import Protocol

log = logging.getLogger(__name__)

PERIOD = 5.0
"""Seconds between two beats for a reader whose session has an active run."""

IDLE_BEATS = 3
"""An idle session's readers are pinged every this many beats."""

BLOCKED = 20.0
"""Seconds after which a client that takes nothing is given up."""

SLOTS = 50


class Beating(Protocol):
    """What has a heartbeat."""

    def beat(self, now: float, limit: float, idle: bool) -> None:
        """`idle` says that also a reader of an idle session is to ping now; `limit` in seconds."""
        ...


class Pulse:
    """Beats for each of its members once a period, a fiftieth of them at a time."""

    def __init__(self, *, period: float = PERIOD, blocked: float = BLOCKED) -> None:
        self._period = period
        self._blocked = blocked
        self._slots: list[set[Beating]] = [set() for _ in range(SLOTS)]
        self._next = 0

    def add(self, member: Beating) -> None:
        """The member has a heartbeat from now on."""
        self._slots[self._next].add(member)
        self._next = (self._next + 1) % SLOTS

    def remove(self, member: Beating) -> None:
        """The member has none any more."""
        for slot in self._slots:
            slot.discard(member)

    @property
    def members(self) -> int:
        """How many have a heartbeat now."""
        return sum(len(slot) for slot in self._slots)

    async def run(self) -> None:
        """Beat until cancelled."""
        loop = asyncio.get_running_loop()
        beat = 0
        while True:
            beat += 1
            for slot in self._slots:
                await asyncio.sleep(self._period / SLOTS)
                now = loop.time()
                for member in tuple(slot):
                    try:
                        member.beat(now, self._blocked, beat % IDLE_BEATS == 0)
                    except Exception:
                        log.exception("a heartbeat failed")  # one reader's trouble is not the others'
