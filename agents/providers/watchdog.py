"""Interrupts a wait that lasts too long, at next to no cost for the waits that do not.

`asyncio.timeout` costs 4 to 10 µs a wait, more than reading a token. Here one timer is armed, and re-armed only when it
fires and finds that the wait that it was set for is over.

A process that stood still (stopped, swapped out, starved of its processor) finds its timers due before it has looked at
its sockets, where the answer may lie since long. So it looks several times within a limit, and a look that is itself
late counts for nothing: its delay is given back, and at least one more look, in time, must find that the wait goes on.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

LOOKS = 4
"""Looks within a limit: of a standstill at most a limit's fourth is held against who is waited for."""
LATE = 0.1
"""Seconds by which a look may be late before this process is taken to have stood still."""


class Watchdog:
    """Guards one wait at a time of one task: `watch` before it, `rest` after it, `close` at the end."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._task: asyncio.Task[object] | None = None
        self._cancelling = 0
        self._due = 0.0
        self._between = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._timer_at = 0.0
        self._bit = False

    def watch(self, limit: float) -> None:
        """From now on the current task's wait is cut after `limit` seconds: it raises CancelledError."""
        task = self._task = asyncio.current_task()
        assert task is not None  # noqa: S101 - a coroutine runs in a task
        self._cancelling = task.cancelling()
        now = self._loop.time()
        self._due = now + limit
        self._between = limit / LOOKS
        if self._timer is None or self._timer_at > self._due:
            self._arm(now)

    def rest(self) -> None:
        """The wait is over."""
        self._task = None

    def expired(self) -> bool:
        """Whether the CancelledError just caught is this watchdog's; if so it is taken back from the task."""
        if not self._bit:
            return False
        self._bit = False
        task = asyncio.current_task()
        return task is not None and task.uncancel() <= self._cancelling

    def close(self) -> None:
        """Stop the timer."""
        self._task = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _arm(self, now: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer_at = min(self._due, now + self._between)
        self._timer = self._loop.call_at(self._timer_at, self._look)

    def _look(self) -> None:
        self._timer = None
        if self._task is None:
            return
        now = self._loop.time()
        late = now - self._timer_at
        if late > LATE:
            self._due = max(self._due + late, now + self._between)
        if now < self._due:
            self._arm(now)
            return
        self._bit = True
        self._task.cancel()


@contextmanager
def patience(limit: float) -> Iterator[None]:
    """Raises TimeoutError where what is done here takes longer than so many seconds, as `asyncio.timeout` does."""
    watchdog = Watchdog()
    watchdog.watch(limit)
    try:
        yield
    except asyncio.CancelledError:
        if watchdog.expired():
            raise TimeoutError from None
        raise
    finally:
        watchdog.close()
