"""A reader that comes back gets exactly the rest, whatever it had, over either transport, before and after the end."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.e2e.clients import Client, Stream, bodies, ended
from tests.e2e.targets import Target

TRANSPORTS = ["sse", "websocket"]


@asynccontextmanager
async def reading(client: Client, transport: str, session_id: str, after: str | None) -> AsyncIterator[Stream]:
    if transport == "sse":
        async with client.events(session_id, last=after) as stream:
            yield stream
    else:
        async with client.socket() as socket:
            await socket.follow(session_id, after)
            yield socket


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_every_position_of_a_recorded_run_brings_exactly_the_rest(client: Client, transport: str) -> None:
    session_id = await client.session()
    await client.chat(session_id, "How do refunds work?")
    await client.chat(session_id)
    log = await client.kept(session_id)
    cursors = ["0-0", *(str(frame.id) for frame in log)]
    if transport == "sse":
        for position, cursor in enumerate(cursors):
            async with client.events(session_id, last=cursor) as stream:
                frames = await stream.until("live")
            assert frames[0].data == {"recovered": True, "top": log[-1].id}
            assert bodies(frames) == bodies(log[position:]), cursor
    else:
        async with client.socket() as socket:
            for position, cursor in enumerate(cursors):
                await asyncio.sleep(0.05)  # a client that follows faster is taken for a flood
                await socket.follow(session_id, cursor)
                frames = await socket.until("live")
                assert frames[0].data == {"recovered": True, "top": log[-1].id}
                assert bodies(frames) == bodies(log[position:]), cursor


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_every_position_of_a_run_that_goes_on_brings_exactly_the_rest(
    client: Client, target: Target, transport: str
) -> None:
    """Each event is the cursor of a reader that comes at once and stays to the end."""
    session_id = await client.session()
    target.model.next("paced?rate=40&tokens=60")
    await client.start(session_id)

    async def rest(cursor: str) -> list[bytes]:
        async with reading(client, transport, session_id, cursor) as stream:
            return bodies(await stream.until(ended))

    readers: dict[str, asyncio.Task[list[bytes]]] = {}
    async with client.events(session_id, after="0-0") as first:
        while True:
            frame = await first.next()
            assert frame is not None
            if frame.is_event:
                if ended(frame):
                    break
                assert frame.id is not None
                readers[frame.id] = asyncio.create_task(rest(frame.id))
    log = await client.kept(session_id)
    assert len(readers) == len(log) - 1
    for position, reader in enumerate(readers.values()):
        assert await reader == bodies(log[position + 1 :])


async def test_ten_readers_that_join_at_random_moments_see_all_of_it(client: Client, target: Target) -> None:
    session_id = await client.session()
    target.model.next("paced?rate=100&tokens=150&until=told")
    seed = random.randrange(2**32)
    chance = random.Random(seed)
    await client.start(session_id)
    joined = 0

    async def join(number: int, delay: float) -> list[bytes]:
        await asyncio.sleep(delay)
        async with reading(client, TRANSPORTS[number % 2], session_id, chance.choice([None, "0-0"])) as stream:
            await stream.until("run.started")
            nonlocal joined
            joined += 1
            if joined == 10:
                target.model.end()
            await stream.until(ended)
            return bodies(stream.seen)

    async with asyncio.TaskGroup() as group:
        readers = [group.create_task(join(number, chance.uniform(0, 1.2))) for number in range(10)]
    log = bodies(await client.kept(session_id))
    for reader in readers:
        assert reader.result() == log, f"seed {seed}"


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_a_reader_that_drops_out_all_the_time_misses_nothing(
    client: Client, target: Target, transport: str
) -> None:
    session_id = await client.session()
    target.model.next("paced?rate=100&tokens=150")
    seed = random.randrange(2**32)
    chance = random.Random(seed)
    await client.start(session_id)
    seen: list[bytes] = []
    cursor: str | None = "0-0"
    done = False
    while not done:
        async with reading(client, transport, session_id, cursor) as stream:
            for _ in range(chance.randrange(1, 20)):
                frame = await stream.next()
                assert frame is not None
                if frame.is_event:
                    seen.append(frame.body)
                    cursor = frame.id
                if done := ended(frame):
                    break
    assert seen == bodies(await client.kept(session_id)), f"seed {seed}"


async def test_a_snapshot_leads_on_without_a_seam(client: Client, target: Target) -> None:
    """A cursor that is gone, in the middle of a run: the snapshot with the events after it is the whole."""
    session_id = await client.session()
    target.model.next("paced?rate=50&tokens=50&until=told")
    run_id = await client.start(session_id)
    async with client.events(session_id, after="0-0") as first:
        await first.until("token")
        async with client.events(session_id, last="1-1") as stream:
            await stream.until("snapshot")
            target.model.end()
            await stream.until(ended)
    frames = stream.seen
    snapshot = frames[1]
    assert snapshot.type == "snapshot"
    state = snapshot.data
    assert [run["run_id"] for run in state["runs"]] == [run_id]
    text = state["runs"][0]["text"] + "".join(frame.data["text"] for frame in frames if frame.type == "token")
    assert text == frames[-1].data["message"]
    log = await client.kept(session_id)
    position = [frame.id for frame in log].index(snapshot.id)
    assert bodies(frames) == bodies(log[position + 1 :])
