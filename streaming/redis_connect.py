"""Where Redis is: a client for each kind of address, with time limits on everything, and its errors as ours.

redis://host:6379/0                          one server; rediss:// with TLS, unix:///path for a socket
redis+sentinel://host:26379,host:26379/name  the master of that name, asked of the Sentinels
redis+cluster://host:6379,host:6379          a Cluster; rediss+sentinel:// and rediss+cluster:// with TLS
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from hiredis import pack_command
from redis.asyncio import BlockingConnectionPool, ConnectionPool, Redis
from redis.asyncio.cluster import ClusterNode, RedisCluster
from redis.asyncio.connection import AbstractConnection
from redis.asyncio.retry import Retry
from redis.asyncio.sentinel import Sentinel
from redis.backoff import NoBackoff
from redis.exceptions import (
    AskError,
    AuthenticationError,
    ClusterError,
    OutOfMemoryError,
    ReadOnlyError,
    RedisError,
    ResponseError,
    TryAgainError,
)

from streaming.log import StoreError, StoreFull, StoreUnavailable

CONNECT_TIMEOUT = 5.0
"""Seconds; a process that stands still for a while must not lose its Redis by it."""
REPLY_TIMEOUT = 5.0
HEALTH_CHECK = 15.0
POOL = 8

AWAY = ("MISCONF", "NOREPLICAS", "BUSY")
"""Redis' own words for: not now; redis-py has exceptions for the others."""

ELSEWHERE = (ReadOnlyError, ClusterError, AskError, TryAgainError)
"""The server that answered is not, or not yet, the one to ask."""

OPTIONS: dict[str, Any] = {
    "socket_connect_timeout": CONNECT_TIMEOUT,
    "socket_timeout": REPLY_TIMEOUT,
    "socket_keepalive": True,
    "health_check_interval": HEALTH_CHECK,
    "protocol": 2,
}


def no_retry() -> Retry:
    """Retrying is the pipe's and the writer's business: they know what may be sent twice."""
    return Retry(NoBackoff(), 0)


async def _nothing() -> None:
    pass


@dataclass(frozen=True, slots=True)
class Connections:
    """A client for commands; `connect` makes a connection of one's own for what is published.

    `rediscover` is called after a failure: whoever was there may be elsewhere now.
    """

    client: Any
    connect: Callable[[], Awaitable[AbstractConnection]]
    rediscover: Callable[[], Awaitable[None]] = _nothing
    others: Sequence[Any] = ()
    """Clients that are closed with it."""


def _servers(url: SplitResult) -> list[tuple[str, int]]:
    found = []
    for part in url.netloc.rpartition("@")[2].split(","):
        host, _, port = part.rpartition(":") if ":" in part else (part, "", "")
        found.append((host, int(port) if port else 26379 if "sentinel" in url.scheme else 6379))
    return found


def _credentials(url: SplitResult) -> dict[str, Any]:
    given = {"username": url.username, "password": url.password}
    options: dict[str, Any] = {name: unquote(value) for name, value in given.items() if value}
    if url.scheme.startswith("rediss"):
        options["ssl"] = True
    return options


def _packing(kind: type[Any]) -> type[Any]:
    """The connection class with hiredis to encode commands: redis-py's own code costs as much as all the rest."""

    class Packing(kind):  # type: ignore[misc]
        def pack_command(self, *arguments: Any) -> list[bytes]:
            return [pack_command((*arguments[0].split(), *arguments[1:]))]

        def pack_commands(self, commands: Iterable[tuple[Any, ...]]) -> list[bytes]:
            return [b"".join([pack_command((*command[0].split(), *command[1:])) for command in commands])]

    return Packing


def _from(pool: ConnectionPool) -> Callable[[], Awaitable[AbstractConnection]]:
    async def connect() -> AbstractConnection:
        return await _connected(pool.make_connection())  # type: ignore[no-untyped-call]

    return connect


async def _connected(connection: Any) -> AbstractConnection:
    await connection.connect()
    return connection  # type: ignore[no-any-return]


def _one(url: str) -> Connections:
    pool = BlockingConnectionPool.from_url(
        url, max_connections=POOL, timeout=REPLY_TIMEOUT, retry=no_retry(), **OPTIONS
    )
    pool.connection_class = _packing(pool.connection_class)
    return Connections(Redis.from_pool(pool), _from(pool))


def _sentinel(url: str) -> Connections:
    parts = urlsplit(url)
    service, _, db = parts.path.strip("/").partition("/")
    credentials = _credentials(parts)
    own = {"password": dict(parse_qsl(parts.query)).get("sentinel_password")}
    sentinel = Sentinel(  # type: ignore[no-untyped-call]
        _servers(parts),
        sentinel_kwargs={**OPTIONS, **own, "retry": no_retry(), "ssl": "ssl" in credentials},
    )
    client = sentinel.master_for(service or "mymaster", retry=no_retry(), db=int(db or 0), **OPTIONS, **credentials)
    client.connection_pool.connection_class = _packing(client.connection_pool.connection_class)
    return Connections(client, _from(client.connection_pool), others=sentinel.sentinels)


def _cluster(url: str) -> Connections:
    parts = urlsplit(url)
    cluster = RedisCluster(
        startup_nodes=[ClusterNode(host, port) for host, port in _servers(parts)],
        retry=no_retry(),
        **OPTIONS,
        **_credentials(parts),
    )

    async def connect() -> AbstractConnection:
        # What is published on one node of a Cluster reaches the subscribers of all.
        await cluster.initialize()
        node = cluster.get_random_node()
        return await _connected(node.connection_class(**node.connection_kwargs))

    return Connections(cluster, connect, cluster.aclose)


@asynccontextmanager
async def open_connections(url: str) -> AsyncIterator[Connections]:
    """Connections to where the URL says; nothing is connected yet. Raises StoreError for a URL that cannot be read."""
    scheme = url.partition(":")[0]
    opener = _cluster if scheme.endswith("+cluster") else _sentinel if scheme.endswith("+sentinel") else _one
    try:
        connections = opener(url)
    except (ValueError, RedisError) as error:
        raise StoreError(f"REDIS_URL cannot be used: {error}") from error
    try:
        yield connections
    finally:
        for client in (connections.client, *connections.others):
            await client.aclose()


def translate(error: Exception) -> StoreError:
    """Redis' error as ours, saying what to do."""
    if isinstance(error, StoreError):
        return error
    if isinstance(error, OutOfMemoryError) or "OOM command" in str(error):
        return StoreFull("Redis has no memory left: raise maxmemory or shorten SESSION_TTL, then try again")
    if isinstance(error, AuthenticationError):
        return StoreUnavailable(f"Redis refuses the credentials in REDIS_URL: {error}")
    if "No space left" in str(error):
        return StoreFull("Redis cannot write to its disk, which is full: free some space, then try again")
    if isinstance(error, ResponseError) and not isinstance(error, ELSEWHERE) and not str(error).startswith(AWAY):
        return StoreError(f"Redis refuses a command: {error}")
    return StoreUnavailable(f"Redis cannot be reached just now: {error or type(error).__name__}")
