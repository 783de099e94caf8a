"""The stores under contract: a new one joins by one line in STORES."""

import atexit
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, ExitStack, asynccontextmanager
from functools import cache
from pathlib import Path

from streaming.log import Store
from streaming.redis_store import open_redis
from streaming.sqlite import open_sqlite
from tests.redis_server import RedisCluster, RedisServer, redis_cluster, redis_server

Clock = Callable[[], float]
Opener = Callable[[Path, Clock], AbstractAsyncContextManager[Store]]

_servers = ExitStack()
atexit.register(_servers.close)


@cache
def shared_redis() -> RedisServer:
    """One server for all the tests of this process; each begins with an empty one."""
    return _servers.enter_context(redis_server())


@cache
def shared_cluster() -> RedisCluster:
    return _servers.enter_context(redis_cluster())


@asynccontextmanager
async def _sqlite(folder: Path, clock: Clock) -> AsyncIterator[Store]:
    async with open_sqlite(folder / "sessions.db", clock=clock) as store:
        yield store


@asynccontextmanager
async def _redis(folder: Path, clock: Clock) -> AsyncIterator[Store]:
    server = shared_redis()
    with server.client() as client:
        client.flushall()
    async with open_redis(server.url, clock=clock) as store:
        yield store


@asynccontextmanager
async def _cluster(folder: Path, clock: Clock) -> AsyncIterator[Store]:
    cluster = shared_cluster()
    for node in cluster.nodes:
        with node.client() as client:
            client.flushall()
    async with open_redis(cluster.url, clock=clock) as store:
        yield store


STORES: dict[str, Opener] = {"sqlite": _sqlite, "redis": _redis, "cluster": _cluster}
