"""Everyone who watches a session sees the same bytes, and the REST answer is their fold."""

import asyncio

import pytest

from streaming.fold import fold
from tests.e2e.clients import QUESTION, Client, Stream, bodies, ended, events
from tests.e2e.targets import Target


@pytest.mark.parametrize("behaviour", ["quote", "paced?rate=100&tokens=60", "cites"])
async def test_two_sockets_two_streams_and_the_caller_agree(client: Client, target: Target, behaviour: str) -> None:
    session_id = await client.session()
    async with (
        client.events(session_id) as stream1,
        client.events(session_id) as stream2,
        client.socket() as socket1,
        client.socket() as socket2,
    ):
        await socket1.follow(session_id)
        await socket2.follow(session_id)
        readers: list[Stream] = [stream1, stream2, socket1, socket2]
        for reader in readers[:2]:
            await reader.until("live")
        target.model.next(behaviour)
        answer, *seen = await asyncio.gather(
            client.chat(session_id, QUESTION), *[reader.until(ended) for reader in readers]
        )
    assert answer.status_code == 200, answer.text
    logs = [events(frames) for frames in seen]
    assert [frame.id for frame in logs[0]] == [frame.id for frame in logs[3]]
    assert bodies(logs[0]) == bodies(logs[1]) == bodies(logs[2]) == bodies(logs[3])
    assert bodies(logs[0]) == bodies(await client.kept(session_id))

    run = fold(frame.json for frame in logs[0])["runs"][0]
    assert answer.json() == {
        "message": run["text"],
        "agent": run["agent"],
        "confidence": run["confidence"],
        "logs": run["logs"],
        "metrics": run["metrics"],
        "agent_status": run["agents"],
        "session_id": session_id,
        "run_id": run["run_id"],
        "sources": run["sources"],
    }


async def test_the_events_in_the_response_are_those_of_the_channel(client: Client) -> None:
    session_id = await client.session()
    async with client.events(session_id) as channel:
        await channel.until("live")
        async with client.chat_events(session_id) as own:
            mine = await own.rest()
        assert bodies(mine) == bodies(await channel.until(ended))
