"""An operator's examples, learned again as soon as their files change; what cannot be learned leaves all as it was."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

LOOK = 1.0
"""Seconds between two looks at the files."""
AGAIN = 60
"""Looks after which what could not be learned is tried again."""

_log = logging.getLogger(__name__)

State = frozenset[tuple[str, int, int]]
"""The files' names, sizes and times of change."""


@asynccontextmanager
async def following(folder: Path, learn: Callable[[], str], known: State | None = None) -> AsyncIterator[None]:
    """Calls `learn` in a thread, during the block, whenever the example files of a folder are others than `known`.

    Files are read once they have stood still for a look, so that one half written is not learned. What is learned is
    told in the log as `learn` returns it, and so is what it raises: then all must be as it was before.
    """

    async def follow() -> None:
        learned, seen, failed, looks = known, known, None, 0
        while True:
            await asyncio.sleep(LOOK)
            now = await asyncio.to_thread(state_of, folder)
            looks += 1
            if now == seen != learned and (now != failed or looks >= AGAIN):
                looks = 0
                if await _learned(learn):
                    learned, failed = now, None
                else:
                    failed = now
            seen = now

    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(follow())
        try:
            yield
        finally:
            task.cancel()


async def _learned(learn: Callable[[], str]) -> bool:
    """Whether it could."""
    try:
        told = await asyncio.to_thread(learn)
    except Exception as error:  # whatever is wrong with a file or with the disk, the server goes on
        _log.warning("the changed examples are not learned, those from before stay: %s", error)
        return False
    _log.info("examples learned anew: %s", told)
    return True


def state_of(folder: Path) -> State:
    """What the files look like from outside; blocks. Of a folder that is away: nothing."""
    found: set[tuple[str, int, int]] = set()
    try:
        paths = list(folder.glob("*.txt"))
    except OSError:
        paths = []
    for path in paths:
        try:
            status = path.stat()
        except OSError:  # gone since it was listed, or out of reach
            continue
        found.add((path.name, status.st_size, status.st_mtime_ns))
    return frozenset(found)
