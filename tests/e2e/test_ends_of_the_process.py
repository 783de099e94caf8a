"""The process ends: killed in mid-answer, or told to; what a reader saw stays, and every run ends once."""

import asyncio
import os
import random
import signal
from contextlib import suppress

import httpx
import pytest

from tests.e2e.clients import Client, Frame, answer_of, bodies, ended, events, types
from tests.e2e.targets import Model, Process
from tests.e2e.test_contract import assert_error

REPEAT = int(os.environ.get("REPEAT", "6"))
LONG = "paced?rate=50&tokens=100000"
"""Half an hour: the process ends before."""


async def test_killed_at_random_moments_it_finishes_every_run_and_keeps_all_that_was_seen(
    process: Process, model: Model
) -> None:
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    chance = random.Random(seed)
    for _ in range(REPEAT):
        model.next(LONG)
        async with Client([process.url]) as client:
            session_id = await client.session()
            seen: list[Frame] = []
            with suppress(httpx.TransportError):
                async with client.chat_events(session_id) as stream:
                    tokens = chance.randrange(0, 55)
                    while answer_of(seen).count("token") < tokens:  # one event may have several
                        frame = await stream.next()
                        assert frame is not None
                        seen.append(frame)
                    process.kill()
                    while (frame := await stream.next()) is not None:
                        seen.append(frame)
        model.next()
        process.start()
        async with Client([process.url]) as client:
            last = events(seen)[-1].id if events(seen) else "0-0"
            async with client.events(session_id, last=last) as stream:
                assert (await stream.next()).data["recovered"] is True  # type: ignore[union-attr]
                rest = await stream.until(ended)
            log = await client.kept(session_id)
            assert bodies(seen) + bodies(rest) == bodies(log), f"seed {seed}"
            assert types(log).count("run.started") == 1
            attempts = len({str(frame.id).partition("-")[0] for frame in log})
            assert types(log).count("run.restarted") == attempts - 1
            assert [frame.type for frame in log if ended(frame)] == ["run.completed"]
            assert log[-1].data["message"] == answer_of(log)
            shown = (await client.get(f"/api/session/{session_id}")).json()
            assert [turn["status"] for turn in shown["turns"]] == ["completed"]


async def test_a_run_that_is_lost_twice_is_given_up(process: Process, model: Model) -> None:
    async with Client([process.url]) as client:
        session_id = await client.session()
        model.next(LONG, LONG, LONG)
        run_id = await client.start(session_id)
        for _ in range(2):
            async with client.events(session_id) as stream:
                await stream.until("token", count=3)
            process.kill()
            process.start()
        async with client.events(session_id, run=run_id) as stream:
            frames = await stream.rest()
        assert frames[-1].type == "run.failed"
        assert frames[-1].data["code"] == "run_lost"
        assert frames[-1].data["retryable"] is True
        assert sum(map(ended, await client.kept(session_id))) == 1


async def test_messages_that_wait_survive_a_kill(process: Process, model: Model) -> None:
    async with Client([process.url]) as client:
        session_id = await client.session()
        model.next(LONG)
        runs = [await client.start(session_id) for _ in range(3)]
        async with client.events(session_id) as stream:
            await stream.until("token")
        process.kill()
        model.next()
        process.start()
        async with client.events(session_id, after="0-0") as stream:
            frames = await stream.until(ended, count=3)
        assert [frame.json["run_id"] for frame in frames if ended(frame)] == runs


@pytest.mark.parametrize("process", [{"DRAIN_TIMEOUT": "1"}], indirect=True)
async def test_told_to_end_it_says_bye_hands_over_and_goes(process: Process, model: Model) -> None:
    """Its run gets a second."""
    model.next(LONG)
    async with Client([process.url]) as client:
        session_id, idle = await client.session(), await client.session()
        async with (
            client.events(idle) as quiet,
            client.events(session_id) as stream,
            client.socket() as socket,
            client.socket() as silent,
        ):
            await socket.follow(session_id)
            await socket.follow(idle)
            waiting = asyncio.create_task(client.chat(session_id))
            await stream.until("token", count=5)
            await socket.until("token", count=5)
            process.signal(signal.SIGTERM)
            for bye in ((await quiet.rest())[-1], (await stream.rest())[-1], (await socket.rest())[-1]):
                assert bye.type == "bye"
                assert bye.data["reason"] == "drain"
                assert 0 < bye.data["retry_after_ms"] <= 2000
            assert await socket.closed() == 4001
            assert types(socket.seen).count("bye") == 2
            assert await silent.closed() == 4001
            assert_error(await waiting, 503, "shutting_down")
        await asyncio.to_thread(process.wait)
        seen = events(stream.seen)
        model.next()
        process.start()
        async with client.events(session_id, last=seen[-1].id) as stream:
            rest = await stream.until(ended)
        log = await client.kept(session_id)
        assert bodies(seen) + bodies(rest) == bodies(log)
        assert types(log).count("run.restarted") == 1
        assert [frame.type for frame in log if ended(frame)] == ["run.completed"]


@pytest.mark.parametrize("process", [{"DRAIN_TIMEOUT": "600"}], indirect=True)
async def test_told_to_end_while_idle_it_goes_at_once(process: Process) -> None:
    """Not after the ten minutes that runs would get: waiting for its end takes a minute at most."""
    async with Client([process.url]) as client:
        session_id = await client.session()
        async with client.events(session_id) as stream, client.socket() as socket, client.socket() as silent:
            await stream.until("live")
            await socket.follow(session_id)
            await socket.until("live")
            process.signal(signal.SIGTERM)
            assert (await stream.rest())[-1].type == "bye"
            assert (await socket.rest())[-1].type == "bye"
            assert [await each.closed() for each in (socket, silent)] == [4001, 4001]
        await asyncio.to_thread(process.wait)


async def test_a_run_that_ends_within_its_time_is_not_handed_over(process: Process, model: Model) -> None:
    model.next("paced?rate=50&tokens=25&until=told")
    async with Client([process.url]) as client:
        session_id = await client.session()
        async with client.events(session_id) as stream:
            waiting = asyncio.create_task(client.chat(session_id))
            await stream.until("token")
            process.signal(signal.SIGTERM)
            assert (await stream.rest())[-1].data["reason"] == "drain"
            model.end()
            assert (await waiting).status_code == 200
        await asyncio.to_thread(process.wait)
        process.start()
        assert "run.restarted" not in types(await client.kept(session_id))
