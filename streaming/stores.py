"""Which store a URL means; the driver is imported when one is opened."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Literal

from streaming.log import StoreError

if TYPE_CHECKING:
    from streaming.redis_store import RedisStore

SCHEMES: dict[str, Literal["redis"]] = {
    "redis": "redis",
    "rediss": "redis",
    "unix": "redis",
    "redis+sentinel": "redis",
    "rediss+sentinel": "redis",
    "redis+cluster": "redis",
    "rediss+cluster": "redis",
}


def check_url(url: str) -> str:
    """The URL as it is. Raises StoreError for a scheme that nobody knows."""
    scheme = url.partition(":")[0]
    if scheme not in SCHEMES:
        raise StoreError(f"REDIS_URL has scheme {scheme!r}; known: {', '.join(SCHEMES)}")
    return url


@asynccontextmanager
async def open_store(url: str, *, session_ttl: float) -> AsyncIterator["RedisStore"]:
    """The store that the URL names. Raises StoreError for a URL that cannot be used."""
    match SCHEMES[check_url(url).partition(":")[0]]:
        case "redis":
            from streaming.redis_store import open_redis

            async with open_redis(url, session_ttl=session_ttl) as store:
                yield store
