"""One instance does something, another learns of it."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from streaming.event import START, Event
from streaming.log import (
    Fenced,
    Hole,
    Idempotency,
    Lease,
    RunRequest,
    SessionNotFound,
    StoreFull,
    StoreUnavailable,
)
from streaming.redis_keys import UNFINISHED, log_key, session_keys
from streaming.redis_store import RedisStore, open_redis
from tests.redis_server import RedisServer
from tests.streaming.facts import tokens

ASK = RunRequest("chat", "How much is it?")


class Delivered:
    """What a store delivered, to be waited for."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self._more = asyncio.Event()

    def __call__(self, session_id: str, events: Sequence[Event]) -> None:
        self.events += events
        self._more.set()

    async def until(self, count: int) -> list[Event]:
        async with asyncio.timeout(60):
            while len(self.events) < count:
                self._more.clear()
                await self._more.wait()
        return self.events


async def test_what_one_instance_appends_is_delivered_in_order_by_another(
    here: RedisStore, there: RedisStore, lease: Lease
) -> None:
    delivered = Delivered()
    await there.attach(lease.session_id, delivered)
    events = tokens(lease, 50, ended=True)
    for event in events:
        await here.append(lease.session_id, [event])
    assert await delivered.until(len(events)) == events


async def test_a_cancellation_asked_of_one_instance_is_told_to_the_holder(
    here: RedisStore, there: RedisStore, lease: Lease
) -> None:
    told: asyncio.Queue[str] = asyncio.Queue()
    here.on_cancel = told.put_nowait
    await there.request_cancel(lease.run.run_id, "", "user")
    assert await asyncio.wait_for(told.get(), 60) == lease.run.run_id


async def test_a_cancellation_whose_message_is_lost_comes_with_the_next_append(
    here: RedisStore, there: RedisStore, lease: Lease, redis: RedisServer
) -> None:
    events = tokens(lease, 5)
    with redis.client() as client:
        client.hset(session_keys(lease.session_id)[0], "cancel", "user")  # as a script whose message got lost leaves it
    told: list[str] = []
    here.on_cancel = told.append
    await here.append(lease.session_id, events[:2])
    await here.append(lease.session_id, events[2:])
    assert told == [lease.run.run_id]


async def test_a_session_deleted_on_one_instance_is_gone_on_the_other(
    here: RedisStore, there: RedisStore, lease: Lease
) -> None:
    deleted: asyncio.Queue[str] = asyncio.Queue()
    told: asyncio.Queue[str] = asyncio.Queue()
    here.on_cancel, here.on_delete = told.put_nowait, deleted.put_nowait
    await here.attach(lease.session_id, Delivered())
    await there.delete_session(lease.session_id, "")
    assert await asyncio.wait_for(deleted.get(), 60) == lease.session_id
    assert await asyncio.wait_for(told.get(), 60) == lease.run.run_id
    with pytest.raises(SessionNotFound):
        await here.append(lease.session_id, tokens(lease, 1))
    with pytest.raises(SessionNotFound):
        await here.renew(lease)


async def test_one_idempotency_key_sent_fifty_times_to_two_instances_is_one_run(
    here: RedisStore, there: RedisStore
) -> None:
    session_id = (await here.create_session("")).session_id
    key = Idempotency("k", "digest")
    stores = [here, there] * 25
    runs = await asyncio.gather(*[store.submit(session_id, "", ASK, idempotency=key) for store in stores])
    assert len({run.run_id for run, _ in runs}) == 1
    assert [new for _, new in runs].count(True) == 1
    assert len(await here.runs(session_id)) == 1


async def test_a_claim_whose_answer_was_lost_is_the_same_claim_when_made_again(here: RedisStore) -> None:
    session_id = (await here.create_session("")).session_id
    await here.submit(session_id, "", ASK)
    lease = await here.claim(session_id)
    assert lease is not None
    leases = here._leases
    (held,) = leases._held.values()
    assert held.lease == lease
    with_token = leases._unanswered
    script = leases._pipe.script

    def lose(*arguments: object) -> "asyncio.Future[object]":
        with_token_before = with_token[session_id]
        future: asyncio.Future[object] = asyncio.get_running_loop().create_future()
        assert with_token_before
        future.set_exception(StoreUnavailable("the answer was lost"))
        script(*arguments)  # type: ignore[arg-type]
        return future

    await here.release(lease)
    leases._pipe.script = lose  # type: ignore[method-assign, assignment]
    with pytest.raises(StoreUnavailable):
        await here.claim(session_id)
    leases._pipe.script = script  # type: ignore[method-assign]
    again = await here.claim(session_id)
    assert again is not None
    assert (again.attempt, again.run.lost) == (2, 0)


async def test_a_claim_that_a_broken_line_sent_twice_is_one_claim(here: RedisStore) -> None:
    session_id = (await here.create_session("")).session_id
    await here.submit(session_id, "", ASK)
    pipe = here._leases._pipe
    script = pipe.script

    async def twice(*arguments: Any) -> Any:
        await script(*arguments)
        return await script(*arguments)

    pipe.script = twice  # type: ignore[method-assign, assignment] - as a client does that sends a command again
    lease = await here.claim(session_id)
    assert lease is not None
    assert (lease.attempt, lease.run.lost) == (1, 0)


async def test_a_flushed_session_is_put_back_by_its_writer_and_nothing_is_lost(
    here: RedisStore, there: RedisStore, lease: Lease, redis: RedisServer
) -> None:
    delivered = Delivered()
    await there.attach(lease.session_id, delivered)
    events = tokens(lease, 6, ended=True)
    await here.append(lease.session_id, events[:4])
    await delivered.until(4)
    with redis.client() as client:
        client.flushall()
    with pytest.raises(Hole) as hole:
        await here.append(lease.session_id, events[4:6])
    assert hole.value.expected == 1
    await here.append(lease.session_id, events)
    assert await there.read(lease.session_id, START) == events
    assert await delivered.until(len(events)) == events
    assert (await there.run(lease.run.run_id, "")).state == "completed"


async def test_after_a_flush_a_newer_writer_still_has_a_greater_generation(
    here: RedisStore, lease: Lease, redis: RedisServer
) -> None:
    with redis.client() as client:
        client.flushall()
    await here.renew(lease)
    await here.release(lease)
    newer = await here.claim(lease.session_id)
    assert newer is not None
    assert newer.generation > lease.generation
    with pytest.raises(Fenced):
        await here.append(lease.session_id, tokens(lease, 1))


async def test_messages_lost_on_the_way_are_read_from_the_stream(
    here: RedisStore, there: RedisStore, lease: Lease, redis: RedisServer
) -> None:
    delivered = Delivered()
    await there.attach(lease.session_id, delivered)
    events = tokens(lease, 3)
    await here.append(lease.session_id, events[:1])
    await delivered.until(1)
    with redis.client() as client:  # the connection's end loses what is published until it is back
        client.execute_command("CLIENT", "KILL", "TYPE", "pubsub")
    await here.append(lease.session_id, events[1:])
    assert await delivered.until(len(events)) == events


async def test_events_that_were_delivered_and_then_lost_are_told_of(
    here: RedisStore, there: RedisStore, lease: Lease, redis: RedisServer
) -> None:
    lost: asyncio.Queue[str] = asyncio.Queue()
    there.on_lost = lost.put_nowait
    delivered = Delivered()
    await there.attach(lease.session_id, delivered)
    await here.append(lease.session_id, tokens(lease, 3))
    await delivered.until(4)
    with redis.client() as client:
        client.flushall()
    assert await asyncio.wait_for(lost.get(), 60) == lease.session_id


async def test_old_runs_go_whole_and_the_active_one_stays(
    here: RedisStore, redis: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("streaming.redis_leases.KEPT_APPENDS", 25)
    session_id = (await here.create_session("")).session_id
    firsts = []
    for _ in range(6):
        await here.submit(session_id, "", ASK)
        lease = await here.claim(session_id)
        assert lease is not None
        firsts.append(lease.generation)
        for event in tokens(lease, 8, ended=True):
            await here.append(session_id, [event])
    kept = await here.read(session_id, START, limit=1000)
    assert kept[0].id == (firsts[3], 1)
    assert len(kept) == 30
    assert len(await here.runs(session_id)) == 6


async def test_a_session_leaves_the_index_once_it_was_found_done_twice(
    redis: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1_764_000_000.0
    async with open_redis(redis.url, clock=lambda: now) as store:
        session_id = (await store.create_session("")).session_id
        await store.submit(session_id, "", ASK)
        assert await store.unfinished() == [session_id]
        lease = await store.claim(session_id)
        assert lease is not None
        await store.append(session_id, tokens(lease, 1, ended=True))
        with redis.client() as client:
            for seconds, left in ((1, 1), (5, 1), (12, 0)):
                now += seconds
                assert await store.unfinished() == []
                assert client.zcard(UNFINISHED) == left


async def test_a_run_whose_index_entry_was_lost_is_found_when_its_session_is_looked_at(
    here: RedisStore, redis: RedisServer
) -> None:
    session_id = (await here.create_session("")).session_id
    await here.submit(session_id, "", ASK)
    with redis.client() as client:
        client.delete(UNFINISHED)
    assert await here.unfinished() == []
    await here.session(session_id, "")
    assert await here.unfinished() == [session_id]


async def test_a_full_redis_is_told_as_such(here: RedisStore, lease: Lease, redis: RedisServer) -> None:
    with redis.client() as client:
        client.config_set("maxmemory", 1)
    with pytest.raises(StoreFull):
        await here.append(lease.session_id, tokens(lease, 1))
    with redis.client() as client:
        client.config_set("maxmemory", 0)
    await here.append(lease.session_id, tokens(lease, 1))


async def test_a_full_redis_still_shows_a_session_whose_run_nobody_holds(here: RedisStore, redis: RedisServer) -> None:
    session_id = (await here.create_session("")).session_id
    await here.submit(session_id, "", RunRequest("chat", "How much is it?"))
    with redis.client() as client:
        client.config_set("maxmemory", 1)
    assert (await here.session(session_id, "")).queued == 1
    assert await here.read(session_id, START) == []


async def test_a_sessions_keys_all_end_with_it(here: RedisStore, lease: Lease, redis: RedisServer) -> None:
    await here.append(lease.session_id, tokens(lease, 1, ended=True))
    with redis.client() as client:
        keys = [key for key in client.scan_iter() if lease.session_id.encode() in key]
        assert log_key(lease.session_id).encode() in keys
        assert all(client.ttl(key) > 29 * 86400 for key in keys)


async def test_a_redis_that_is_away_is_told_and_found_again(redis: RedisServer) -> None:
    async with open_redis("redis://127.0.0.1:1/0") as store:
        with pytest.raises(StoreUnavailable):
            await store.check()
        with pytest.raises(StoreUnavailable):
            await store.create_session("")
