"""How busy this process is, so that it refuses new work early rather than let all work become slow."""

import asyncio
from collections.abc import Callable

from server.errors import OVERLOADED, DoorError

PERIOD = 0.1
"""Seconds between two looks at the event loop."""

LATE = 0.5
"""Seconds by which the loop may typically be late: far beyond what MAX_RUNS should ever let it come to."""

WEIGHT = 0.2
"""Of the newest look in the typical lateness: four bad looks count, one does not."""

WORST = 2 * LATE
"""A look counts as no later than this: a process that was stopped for a while, or moved, is not busy afterwards."""

RETRY_AFTER = 2.0


class Load:
    """Admits runs up to `most` at a time, and none while the event loop is late. `active` counts those under way."""

    def __init__(self, most: int, active: Callable[[], int]) -> None:
        self._most = most
        self._active = active
        self._entering = 0
        self.lateness = 0.0
        """Seconds by which the event loop is late, smoothed."""
        self.shed = 0
        """How often work was refused."""

    def admit(self) -> None:
        """Whether another run may start. Raises DoorError."""
        if self._active() + self._entering >= self._most:
            self._refuse("This instance works on as many runs as it can.")
        if self.lateness > LATE:
            self._refuse("This instance is too busy just now.")

    def _refuse(self, why: str) -> None:
        self.shed += 1
        raise DoorError(OVERLOADED, f"{why} Try again in a moment.", retry_after=RETRY_AFTER)

    def __enter__(self) -> None:
        """A run is being taken in, and counts until it is under way. Raises DoorError."""
        self.admit()
        self._entering += 1

    def __exit__(self, *_: object) -> None:
        self._entering -= 1

    async def watch(self) -> None:
        """Look at the event loop until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + PERIOD
            await asyncio.sleep(PERIOD)
            self.looked(loop.time() - due)

    def looked(self, late: float) -> None:
        """Take in one look, so many seconds late."""
        self.lateness += WEIGHT * (min(max(late, 0.0), WORST) - self.lateness)
