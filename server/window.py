"""Where `limits` counts when there is one process: the times of the last requests of each client, in memory."""

import time
from collections import deque
from collections.abc import Callable

from limits.aio.storage import MovingWindowSupport, Storage

SWEEP = 30.0
"""Seconds between looks for clients who have gone. `limits`' own memory starts a task and a thread for each hit."""


class WindowMemory(Storage, MovingWindowSupport):
    """A moving window for each key; times in Unix seconds."""

    STORAGE_SCHEME = None

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        super().__init__(wrap_exceptions=False)
        self._clock = clock
        self._hits: dict[str, tuple[int, deque[float]]] = {}
        self._swept = clock()

    @property
    def base_exceptions(self) -> type[Exception]:
        return ValueError

    async def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        now = self._clock()
        if now - self._swept > SWEEP:
            self._sweep(now)
        _, hits = self._hits.setdefault(key, (expiry, deque()))
        _expire(hits, now - expiry)
        if len(hits) + amount > limit:
            return False
        hits.extend([now] * amount)
        return True

    async def get_moving_window(self, key: str, limit: int, expiry: int) -> tuple[float, int]:
        now = self._clock()
        _, hits = self._hits.get(key, (expiry, deque()))
        _expire(hits, now - expiry)
        return (hits[0], len(hits)) if hits else (now, 0)

    def _sweep(self, now: float) -> None:
        self._swept = now
        for key, (expiry, hits) in list(self._hits.items()):
            _expire(hits, now - expiry)
            if not hits:
                del self._hits[key]

    async def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        raise NotImplementedError("counts moving windows only")

    async def get(self, key: str) -> int:
        raise NotImplementedError("counts moving windows only")

    async def get_expiry(self, key: str) -> float:
        raise NotImplementedError("counts moving windows only")

    async def check(self) -> bool:
        return True

    async def reset(self) -> int | None:
        count = len(self._hits)
        self._hits.clear()
        return count

    async def clear(self, key: str) -> None:
        self._hits.pop(key, None)


def _expire(hits: deque[float], before: float) -> None:
    while hits and hits[0] <= before:
        hits.popleft()
