"""How often, and how much at a time: shared by all instances, told truly, and never in the way of what runs."""

import asyncio
import time
from collections import Counter
from collections.abc import Iterator
from itertools import cycle
from typing import Any
from uuid import uuid4

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from server.addresses import Addresses
from server.rates import limits_url
from tests.e2e.clients import Client
from tests.e2e.targets import Embedded, Model, come_true
from tests.redis_server import redis_server
from tests.security.conftest import ALICE, KEYS, visitor
from tests.v1.conftest import Serve

QUESTION = "How do I get an API key?"


@pytest.fixture(scope="module")
def redis() -> Iterator[str]:
    with redis_server() as server:
        yield server.url


async def burst(servers: list[Embedded], count: int, headers: dict[str, str]) -> list[httpx.Response]:
    """So many requests, to each server in turn, some at a time."""
    urls = cycle(server.url for server in servers)
    room = asyncio.Semaphore(20)
    async with httpx.AsyncClient(headers=headers, timeout=60, trust_env=False) as client:

        async def one(url: str) -> httpx.Response:
            async with room:
                return await client.get(f"{url}/api/v1/agent/run/none")

        return list(await asyncio.gather(*(one(next(urls)) for _ in range(count))))


@pytest.mark.parametrize(("headers", "limit"), [({}, 40), (ALICE, 80)], ids=["an address", "a key"])
async def test_150_per_cent_of_the_limit_over_two_instances(
    serve: Serve, redis: str, headers: dict[str, str], limit: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.rates.PATIENCE", 60.0)  # a slow machine's Redis is not away
    keys = {"api_keys": KEYS} if headers else {}
    servers = [serve(redis_url=redis, rate_limit_per_ip=40, rate_limit_per_key=80, **keys) for _ in range(2)]
    responses = await burst(servers, limit + limit // 2, headers)
    statuses = Counter(response.status_code for response in responses)
    assert statuses == {404: limit, 429: limit // 2}
    for response in responses:
        if response.status_code == 429:
            assert 0 < response.json()["retry_after"] <= 60
            assert response.json()["error_code"] == "RATE_LIMIT_EXCEEDED"
    spans = []
    for server in servers:
        asked = time.time()
        (response,) = await burst([server], 1, headers)
        wait = response.json()["retry_after"]
        spans.append((asked + wait - 1, time.time() + wait + 1))
    assert max(begin for begin, _ in spans) < min(end for _, end in spans), "both instances tell the same time"


async def test_after_retry_after_a_request_is_served_again(serve: Serve) -> None:
    server = serve(rate_limit_per_ip=2)
    now = 1000.0
    storage = server.house.rates._limiter.storage
    storage._clock = server.house.rates._clock = lambda: now  # type: ignore[union-attr]
    async with visitor(server.url) as client:
        assert (await client.get("/api/health")).status_code == 200
        now += 20
        assert (await client.get("/api/health")).status_code == 200
        refused = await client.get("/api/health")
        assert refused.status_code == 429
        assert refused.headers["retry-after"] == "40"
        now += 39
        assert (await client.get("/api/health")).status_code == 429
        now += 1.001
        assert (await client.get("/api/health")).status_code == 200
        assert (await client.get("/api/health")).status_code == 429


async def test_a_key_is_counted_apart_from_its_address_and_guesses_count_for_the_address(serve: Serve) -> None:
    server = serve(api_keys=KEYS, rate_limit_per_ip=3, rate_limit_per_key=5)
    async with visitor(server.url) as client:
        guesses = [await client.get("/api/session/x", headers={"X-API-Key": f"guess-{n}-guess"}) for n in range(5)]
        assert [response.status_code for response in guesses] == [401, 401, 401, 429, 429]
        asked = [await client.get("/api/session/x", headers=ALICE) for _ in range(6)]
        assert [response.status_code for response in asked] == [404, 404, 404, 404, 404, 429]
        for path in ("/demo/", "/demo/app.js", "/docs", "/openapi.json", "/live", "/ready"):
            assert (await client.get(path)).status_code == 200, path


def scope(peer: str, *forwarded: str) -> dict[str, Any]:
    return {"client": (peer, 1), "headers": [(b"x-forwarded-for", each.encode()) for each in forwarded]}


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("203.0.113.9", ["198.51.100.1"], "203.0.113.9"),
        ("10.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["1.2.3.4, 198.51.100.1, 10.0.0.2"], "198.51.100.1"),
        ("10.0.0.1", ["1.2.3.4", "198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["nonsense"], "10.0.0.1"),
        ("10.0.0.1", ["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
        ("10.0.0.1", ["198.51.100.1:4711"], "198.51.100.1"),
        ("10.0.0.1", ["[2001:db8::1]:4711"], "2001:db8::/64"),
        ("::ffff:10.0.0.1", ["2001:db8::1%eth0"], "2001:db8::/64"),
        ("10.0.0.1", [], "10.0.0.1"),
        ("", [], "unknown"),
    ],
)
def test_a_forwarded_address_is_believed_from_trusted_proxies_alone(
    peer: str, forwarded: list[str], address: str
) -> None:
    assert Addresses(("10.0.0.0/24",)).of(scope(peer, *forwarded)) == address


def test_every_redis_url_has_its_like_in_limits() -> None:
    assert limits_url("redis://h:1/0") == ("async+redis://h:1/0", {})
    assert limits_url("rediss://h:1/0") == ("async+rediss://h:1/0", {})
    assert limits_url("unix:///run/r.sock") == ("async+redis+unix:///run/r.sock", {})
    assert limits_url("rediss+sentinel://h:1/m") == ("async+redis+sentinel://h:1/m", {"ssl": True})
    assert limits_url("redis+cluster://h:1") == ("async+redis+cluster://h:1", {})


async def test_streams_and_sockets_of_one_client_are_limited(serve: Serve) -> None:
    server = serve(streams_per_client=2)
    async with Client([server.url]) as client:
        session_id = await client.session()
        async with client.events(session_id), client.events(session_id):
            refused = await client.get(f"/api/session/{session_id}/events")
            assert refused.status_code == 429
            assert refused.json()["error"]["code"] == "too_many_streams"
            url = server.url.replace("http", "ws") + "/api/ws"
            async with connect(url, proxy=None), connect(url, proxy=None), connect(url, proxy=None) as third:
                with pytest.raises(ConnectionClosed):
                    await third.recv()
                assert third.close_code == 4029
        await come_true(lambda: not server.house.quotas._open["streams"], otherwise="a stream that ended still counts")
        async with client.events(session_id):
            pass


async def test_unfinished_runs_of_one_client_are_limited(serve: Serve, model: Model) -> None:
    server = serve(runs_per_client=2, openai_model="paced?rate=20&tokens=10&until=told")
    async with Client([server.url]) as client:
        sessions = [await client.session() for _ in range(3)]
        runs = [await client.start(session_id) for session_id in sessions[:2]]
        refused = await client.chat(sessions[2])
        assert refused.status_code == 429
        assert refused.json()["error"]["code"] == "too_many_runs"
        await client.post(f"/api/runs/{runs[0]}/cancel")
        await come_true(lambda: server.house.runs.active == 1, otherwise="the run was not cancelled")
        await client.start(sessions[2])


@pytest.mark.timing
async def test_work_beyond_what_can_be_carried_is_shed_and_running_streams_go_on(serve: Serve) -> None:
    server = serve(max_runs=3, openai_model="paced?rate=20&tokens=20")
    async with Client([server.url]) as client:
        sessions = [await client.session() for _ in range(10)]
        async with client.chat_events(sessions[0]) as stream:
            await stream.until("token")
            await client.start(sessions[1])
            await client.start(sessions[2])
            for session_id in sessions[3:]:
                started = time.perf_counter()
                shed = await client.chat(session_id)
                assert shed.status_code == 503
                assert time.perf_counter() - started < 0.5
                assert shed.json()["error"]["code"] == "overloaded"
                assert int(shed.headers["retry-after"]) >= 1
            await stream.until("run.completed")
        await come_true(lambda: server.house.runs.active == 0, otherwise="the runs did not end")
        await client.start(sessions[3])


async def test_rates_are_not_counted_while_redis_is_away(serve: Serve) -> None:
    path = f"/api/v1/agent/run/{uuid4().hex}{'0' * 16}"
    with redis_server() as redis:
        server = serve(redis_url=redis.url, rate_limit_per_ip=1)
        async with visitor(server.url) as client:
            assert (await client.get(path)).status_code == 404
            assert (await client.get(path)).status_code == 429
            redis.kill()
            server.house.rates._refused.clear()
            gone = await client.get(path)
            assert gone.status_code == 503
            assert gone.json()["error_code"] == "STORE_UNAVAILABLE"
            health = (await client.get("/api/v1/health")).json()
            assert health["status"] == "unhealthy"
            redis.start()
