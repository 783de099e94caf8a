"""Tasks that run beside a block of code, owned by it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


@asynccontextmanager
async def background() -> AsyncIterator[asyncio.TaskGroup]:
    """A task group; the block ends its tasks. What the block raises comes out as it is, not in an ExceptionGroup."""
    failure: Exception | None = None
    async with asyncio.TaskGroup() as group:
        try:
            yield group
        except Exception as error:
            failure = error
    if failure is not None:
        raise failure
