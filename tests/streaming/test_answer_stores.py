"""What every place that keeps the cache's answers promises: this process's memory, SQLite, Redis, a Redis Cluster."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest

from agents.answers import AnswerStore, Changes, MemoryStore
from streaming.redis_store import open_redis
from streaming.sqlite import open_sqlite
from streaming.sqlite_thread import connect
from tests.streaming.conftest import Clock
from tests.streaming.stores import shared_cluster, shared_redis

Opener = Callable[[Path, Clock], AbstractAsyncContextManager[AnswerStore]]
HOUR = 3600.0


@asynccontextmanager
async def _memory(folder: Path, clock: Clock) -> AsyncIterator[AnswerStore]:
    yield MemoryStore(clock=clock)


@asynccontextmanager
async def _sqlite(folder: Path, clock: Clock) -> AsyncIterator[AnswerStore]:
    async with open_sqlite(folder / "sessions.db", clock=clock) as store:
        yield store.answers


@asynccontextmanager
async def _redis(folder: Path, clock: Clock) -> AsyncIterator[AnswerStore]:
    with shared_redis().client() as client:
        client.flushall()
    async with open_redis(shared_redis().url, clock=clock) as store:
        yield store.answers


@asynccontextmanager
async def _cluster(folder: Path, clock: Clock) -> AsyncIterator[AnswerStore]:
    for node in shared_cluster().nodes:
        with node.client() as client:
            client.flushall()
    async with open_redis(shared_cluster().url, clock=clock) as store:
        yield store.answers


STORES: dict[str, Opener] = {"memory": _memory, "sqlite": _sqlite, "redis": _redis, "cluster": _cluster}


async def told(answers: AnswerStore, place: str) -> tuple[Changes, str]:
    """What changed among billing's answers after a place, and where to go on."""
    _, _, changes, place = await answers.look("billing", "", place)
    return changes, place


async def size(answers: AnswerStore, agent: str) -> int:
    """How many answers there are."""
    return (await answers.look(agent, "", ""))[1]


@pytest.fixture(params=STORES)
async def answers(request: pytest.FixtureRequest, tmp_path: Path, clock: Clock) -> AsyncIterator[AnswerStore]:
    async with STORES[request.param](tmp_path, clock) as opened:
        yield opened


async def test_an_answer_is_given_back_as_it_was_put_by_agent_and_key(answers: AnswerStore) -> None:
    assert await answers.get("billing", "k") is None
    await answers.put("billing", "k", "How?", b"\x00one", HOUR)
    assert await answers.get("billing", "k") == b"\x00one"
    assert await answers.get("policy", "k") is None
    await answers.put("billing", "k", "How?", b"two", HOUR)
    assert await answers.get("billing", "k") == b"two"


async def test_an_answer_is_gone_when_its_time_is_over(answers: AnswerStore, clock: Clock) -> None:
    await answers.put("billing", "short", "Soon?", b"s", 10)
    await answers.put("billing", "long", "Later?", b"l", HOUR)
    clock.now += 11
    assert await answers.get("billing", "short") is None
    assert await answers.get("billing", "long") == b"l"
    assert await size(answers, "billing") == 1


async def test_what_was_dropped_is_gone_and_nothing_of_its_question_stays(answers: AnswerStore) -> None:
    await answers.put("billing", "k", "How?", b"one", HOUR)
    _, place = await told(answers, "")
    await answers.drop("billing", "k")
    await answers.drop("billing", "k")
    await answers.drop("billing", "never there")
    assert await answers.get("billing", "k") is None
    changes, _ = await told(answers, place)
    assert list(changes) == [("k", None)]


async def test_changes_are_told_once_in_order_from_any_place(answers: AnswerStore) -> None:
    await answers.put("policy", "other", "Not ours?", b"x", HOUR)
    for key in ("a", "b", "c"):
        await answers.put("billing", key, f"{key}?", b"x", HOUR)
    changes, place = await told(answers, "")
    assert list(changes) == [("a", "a?"), ("b", "b?"), ("c", "c?")]
    assert await told(answers, place) == ([], place)
    await answers.put("billing", "a", "a?", b"y", HOUR)
    await answers.put("billing", "d", "d?", b"y", HOUR)
    assert list((await told(answers, place))[0]) == [("a", "a?"), ("d", "d?")]
    assert [key for key, _ in (await told(answers, ""))[0]] == ["b", "c", "a", "d"]


async def test_lookups_are_counted(answers: AnswerStore) -> None:
    await answers.put("billing", "k", "How?", b"one", HOUR)
    assert await answers.looked_up("billing", hit=False) == 0.0
    assert await answers.looked_up("billing", hit=True) == 0.5
    assert await answers.looked_up("policy", hit=True) == 1.0
    assert await size(answers, "billing") == 1
    assert await size(answers, "policy") == 0


async def test_the_oldest_answers_fall_out(
    answers: AnswerStore, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    for module in ("redis_answers", "sqlite_answers"):
        monkeypatch.setattr(f"streaming.{module}.CAPACITY", 3)
    if isinstance(answers, MemoryStore):
        answers = MemoryStore(capacity=3)
    for key in ("a", "b", "c", "d", "e"):
        await answers.put("billing", key, f"{key}?", b"x", HOUR)
    assert [await answers.get("billing", key) for key in ("b", "c", "d", "e")] == [None, b"x", b"x", b"x"]
    assert [key for key, _ in (await told(answers, ""))[0]] == ["c", "d", "e"]


async def test_answers_in_the_file_outlive_the_process_and_come_to_an_older_file(tmp_path: Path, clock: Clock) -> None:
    path = tmp_path / "sessions.db"
    async with open_sqlite(path, clock=clock) as store:
        await store.answers.put("billing", "k", "How?", b"one", HOUR)
    async with open_sqlite(path, clock=clock) as store:
        assert await store.answers.get("billing", "k") == b"one"
        assert (await told(store.answers, ""))[0] == [("k", "How?")]
    connection = connect(path)  # as version 1 left it
    connection.executescript("DROP TABLE answers; PRAGMA user_version=1")
    connection.close()
    async with open_sqlite(path, clock=clock) as store:
        await store.answers.put("billing", "k", "How?", b"two", HOUR)
        assert await store.answers.get("billing", "k") == b"two"


async def test_expired_answers_leave_the_file_with_the_purge(tmp_path: Path, clock: Clock) -> None:
    async with open_sqlite(tmp_path / "sessions.db", clock=clock) as store:
        await store.answers.put("billing", "k", "How?", b"one", HOUR)
        clock.now += 3 * 86400
        await store.purge()
        assert (await told(store.answers, ""))[0] == []


async def test_many_instances_put_and_learn_at_once() -> None:
    with shared_redis().client() as client:
        client.flushall()
    async with open_redis(shared_redis().url) as here, open_redis(shared_redis().url) as there:
        stores = (here.answers, there.answers)
        await asyncio.gather(*[stores[n % 2].put("billing", f"{n}", f"{n}?", b"x", HOUR) for n in range(1500)])
        for store in stores:
            changes, _ = await told(store, "")
            assert len(changes) == len(dict(changes)) == 1500
        with shared_redis().client() as client:
            assert all(client.ttl(key) > 0 for key in client.scan_iter("*{answers:billing}*"))


async def test_after_a_flush_every_instance_begins_anew() -> None:
    async with open_redis(shared_redis().url) as store:
        await store.answers.put("billing", "a", "a?", b"x", HOUR)
        await store.answers.put("billing", "b", "b?", b"x", HOUR)
        _, place = await told(store.answers, "")
        with shared_redis().client() as client:
            client.flushall()
        assert (await told(store.answers, place))[0] == []
        await store.answers.put("billing", "c", "c?", b"x", HOUR)
        assert (await told(store.answers, place))[0] == [("c", "c?")]


async def test_a_redis_that_is_away_has_no_answers_and_breaks_nothing() -> None:
    async with open_redis("redis://127.0.0.1:1/0") as store:
        await store.answers.put("billing", "a", "a?", b"x", HOUR)
        await store.answers.drop("billing", "a")
        assert await store.answers.get("billing", "a") is None
        assert await told(store.answers, "7-3") == ([], "7-3")
        assert await store.answers.looked_up("billing", hit=False) == 0.0
        assert await size(store.answers, "billing") == 0
