"""Redis goes and comes back: the log says so once each, and no request fills it with its trace."""

import asyncio
import logging
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest
from structlog.testing import capture_logs

from streaming.redis_store import open_redis
from tests.e2e.targets import come_true, embedded
from tests.redis_server import RedisServer, redis_server


@pytest.fixture
def passing() -> Iterator[RedisServer]:
    """A Redis of the test's own, which may be killed."""
    with redis_server() as server:
        yield server


def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.message for record in caplog.records if record.name == "streaming.redis_listener"]


async def test_that_it_went_and_that_it_is_back_is_logged_once(
    passing: RedisServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    async with open_redis(passing.url) as store:
        session_id = (await store.create_session("")).session_id
        await store.attach(session_id, lambda *_: None)  # returns once the subscription is confirmed
        passing.kill()
        await come_true(lambda: lines(caplog) == ["Redis is away"], "its absence is not told")
        for _ in range(3):
            with suppress(Exception):
                await store.check()
        await asyncio.to_thread(passing.start)
        await come_true(lambda: "Redis is back" in lines(caplog), "its return is not told")
    assert lines(caplog) == ["Redis is away", "Redis is back"]


async def test_a_redis_that_takes_connections_and_serves_none_is_away_once(
    passing: RedisServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    with passing.client() as redis:
        redis.execute_command("ACL", "SETUSER", "app", "on", ">secret", "~*", "&*", "+@all", "-subscribe")

        def refused() -> int:
            return sum(int(line["count"]) for line in redis.acl_log() if line["object"] == "subscribe")

        async with open_redis(passing.url.replace("://", "://app:secret@")):
            await come_true(lambda: refused() >= 3, "it does not try again")
            assert lines(caplog) == ["Redis is away"]
            redis.execute_command("ACL", "SETUSER", "app", "+subscribe")
            await come_true(lambda: lines(caplog) == ["Redis is away", "Redis is back"], "its return is not told")


async def test_a_request_that_redis_failed_is_a_warning_without_a_trace_and_an_error_when_redis_is_full(
    passing: RedisServer, tmp_path: Path
) -> None:
    with embedded(tmp_path / "data", redis_url=passing.url) as server, capture_logs() as logged:

        def told(fits: Callable[[str], bool]) -> list[tuple[str, str]]:
            failed = [line for line in logged if line["event"] == "request failed"]
            assert not any("exc_info" in line for line in failed)
            return [(line["log_level"], line["code"]) for line in failed if fits(line["reason"])]

        async with httpx.AsyncClient(base_url=server.url, trust_env=False, timeout=60) as client:
            with passing.client() as redis:
                redis.config_set("maxmemory", 1)
            assert (await client.post("/api/session")).status_code == 507
            passing.kill()
            assert (await client.post("/api/session")).status_code == 503
        assert told(lambda reason: "memory" in reason) == [("error", "store_full")]
        assert told(lambda reason: "reached" in reason) == [("warning", "store_unavailable")]
