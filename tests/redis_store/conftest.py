"""Two stores over one Redis, as two instances have them."""

from collections.abc import AsyncIterator, Iterator

import pytest

from streaming.log import Lease, RunRequest
from streaming.redis_store import RedisStore, open_redis
from tests.redis_server import RedisServer, redis_server


@pytest.fixture(scope="session")
def running() -> Iterator[RedisServer]:
    with redis_server() as server:
        yield server


@pytest.fixture
def redis(running: RedisServer) -> RedisServer:
    """An empty Redis."""
    with running.client() as client:
        client.flushall()
        client.config_set("maxmemory", 0)
    return running


@pytest.fixture
async def here(redis: RedisServer) -> AsyncIterator[RedisStore]:
    async with open_redis(redis.url) as store:
        yield store


@pytest.fixture
async def there(redis: RedisServer) -> AsyncIterator[RedisStore]:
    async with open_redis(redis.url) as store:
        yield store


@pytest.fixture
async def lease(here: RedisStore) -> Lease:
    """A run that the first store holds."""
    session = await here.create_session("")
    await here.submit(session.session_id, "", RunRequest("chat", "How much is it?"))
    claimed = await here.claim(session.session_id)
    assert claimed is not None
    return claimed
