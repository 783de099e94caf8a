"""Interrupts a wait that lasts too long, at next to no cost for the waits that do not.

`asyncio.timeout` costs 4 to 10 µs a wait, more than reading a token. Here one timer is armed, and re-armed only when it
fires and finds that the wait that it was set for is over.
"""

import asyncio


class Watchdog:
    """Guards one wait at a time of one task: `watch` before it, `rest` after it, `close` at the end."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._task: asyncio.Task[object] | None = None
        self._cancelling = 0
        self._due = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._timer_at = 0.0
        self._bit = False

    def watch(self, limit: float) -> None:
        """From now on the current task's wait is cut after `limit` seconds: it raises CancelledError."""
        task = self._task = asyncio.current_task()
        assert task is not None  # noqa: S101 - a coroutine runs in a task
        self._cancelling = task.cancelling()
        self._due = self._loop.time() + limit
        if self._timer is None or self._timer_at > self._due:
            self._arm()

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

    def _arm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer_at = self._due
        self._timer = self._loop.call_at(self._due, self._look)

    def _look(self) -> None:
        self._timer = None
        if self._task is None:
            return
        if self._loop.time() < self._due:
            self._arm()
            return
        self._bit = True
        self._task.cancel()
