"""Sessions whose id the caller gives, and the count of those in use: what every store promises."""

from uuid import uuid4

import pytest

from streaming.event import START
from streaming.log import Census, RunRequest, SessionNotFound, Store
from tests.streaming.conftest import Clock
from tests.streaming.facts import tokens

ASK = RunRequest("ask", "How much is it?")


async def test_an_id_names_one_session_however_often_it_is_made(store: Store) -> None:
    session_id = str(uuid4())
    first = await store.create_session("alice", session_id)
    assert first.session_id == session_id
    await store.submit(session_id, "alice", ASK)
    again = await store.create_session("alice", session_id)
    assert again.created_at == first.created_at
    assert len(await store.runs(session_id)) == 1


async def test_an_id_of_anothers_is_refused(store: Store) -> None:
    session_id = (await store.create_session("alice")).session_id
    with pytest.raises(SessionNotFound):
        await store.create_session("bob", session_id)


async def test_a_session_that_was_deleted_can_be_made_anew_and_is_empty(store: Store) -> None:
    session_id = str(uuid4())
    for _ in range(2):
        await store.create_session("alice", session_id)
        await store.submit(session_id, "alice", ASK)
        lease = await store.claim(session_id)
        assert lease is not None
        events = tokens(lease, 3, ended=True)
        await store.append(session_id, events)
        assert await store.read(session_id, START) == events
        await store.delete_session(session_id, "alice")
    with pytest.raises(SessionNotFound):
        await store.session(session_id, "alice")


async def test_the_census_counts_sessions_used_lately_and_what_is_not_over(store: Store, clock: Clock) -> None:
    before = await store.census(60)
    one = (await store.create_session("")).session_id
    clock.now += 100
    await store.create_session("")
    assert (await store.census(60)).active_sessions == before.active_sessions + 1
    assert (await store.census(600)).active_sessions == before.active_sessions + 2
    await store.submit(one, "", ASK)
    assert await store.census(60) == Census(before.active_sessions + 2, before.unfinished + 1)
