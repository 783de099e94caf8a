"""The stores under contract: a new one joins by one line in STORES."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

from streaming.log import Store
from streaming.sqlite import open_sqlite

Clock = Callable[[], float]
Opener = Callable[[Path, Clock], AbstractAsyncContextManager[Store]]


@asynccontextmanager
async def _sqlite(folder: Path, clock: Clock) -> AsyncIterator[Store]:
    async with open_sqlite(folder / "sessions.db", clock=clock) as store:
        yield store


STORES: dict[str, Opener] = {"sqlite": _sqlite}
