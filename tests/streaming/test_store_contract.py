"""What every store promises, of the log and of the ledger."""

import asyncio

import pytest

from streaming.event import START
from streaming.log import (
    Fenced,
    Hole,
    Idempotency,
    IdempotencyConflict,
    Lease,
    QueueFull,
    RunNotFound,
    RunRequest,
    SessionBusy,
    SessionNotFound,
    Store,
)
from tests.streaming.conftest import Clock
from tests.streaming.facts import tokens

ASK = RunRequest("chat", "How much is it?", "billing", {"depth": 2})


async def test_what_was_appended_is_read_in_order_from_any_cursor(store: Store, lease: Lease) -> None:
    events = tokens(lease, 20, ended=True)
    for part in (events[:1], events[1:7], events[7:]):
        await store.append(lease.session_id, part)
    for position, event in enumerate(events):
        assert await store.read(lease.session_id, event.id) == events[position + 1 :]
    assert await store.read(lease.session_id, START) == events
    assert await store.top(lease.session_id) == events[-1].id


async def test_a_page_is_bounded_and_the_next_one_goes_on(store: Store, lease: Lease) -> None:
    events = tokens(lease, 500)
    for start in range(0, len(events), 50):
        await store.append(lease.session_id, events[start : start + 50])
    first = await store.read(lease.session_id, START, limit=100)
    assert 100 <= len(first) <= 150
    rest = await store.read(lease.session_id, first[-1].id, limit=1000)
    assert first + rest == events


async def test_appending_the_same_events_again_changes_nothing(store: Store, lease: Lease) -> None:
    events = tokens(lease, 5)
    await store.append(lease.session_id, events[:4])
    await store.append(lease.session_id, events[:4])
    await store.append(lease.session_id, events[2:])
    assert await store.read(lease.session_id, START) == events


async def test_a_hole_is_refused_and_named(store: Store, lease: Lease) -> None:
    events = tokens(lease, 5)
    await store.append(lease.session_id, events[:2])
    with pytest.raises(Hole) as refused:
        await store.append(lease.session_id, events[4:])
    assert refused.value.expected == 3
    assert await store.read(lease.session_id, START) == events[:2]


async def test_a_writer_that_lost_its_lease_is_refused(store: Store, lease: Lease, clock: Clock) -> None:
    events = tokens(lease, 5)
    await store.append(lease.session_id, events[:2])
    await store.release(lease)
    newer = await store.claim(lease.session_id)
    assert newer is not None
    assert newer.generation > lease.generation
    with pytest.raises(Fenced):
        await store.append(lease.session_id, events[2:])
    with pytest.raises(Fenced):
        await store.renew(lease)
    await store.append(lease.session_id, tokens(newer, 1))
    assert len(await store.read(lease.session_id, START)) == 4


async def test_has_knows_stored_events_alone(store: Store, lease: Lease) -> None:
    events = tokens(lease, 3)
    await store.append(lease.session_id, events)
    generation, last = events[-1].id
    assert await store.has(lease.session_id, START)
    assert await store.has(lease.session_id, events[1].id)
    assert not await store.has(lease.session_id, (generation, last + 1))
    assert not await store.has(lease.session_id, (generation + 1, 1))
    assert not await store.has(lease.session_id, (generation - 1, 1))


async def test_appends_are_delivered_once_attached_and_after_they_can_be_read(store: Store, lease: Lease) -> None:
    delivered: asyncio.Queue[tuple[str, object]] = asyncio.Queue()
    events = tokens(lease, 3)
    await store.append(lease.session_id, events[:1])
    top = await store.attach(lease.session_id, lambda session_id, got: delivered.put_nowait((session_id, list(got))))
    assert top == events[0].id
    await store.append(lease.session_id, events[1:3])
    session_id, got = await asyncio.wait_for(delivered.get(), 60)
    if got == events[:1]:  # a Cluster's nodes may hear of it only now
        session_id, got = await asyncio.wait_for(delivered.get(), 60)
    assert session_id == lease.session_id
    assert got == events[1:3]
    await store.detach(lease.session_id)
    await store.append(lease.session_id, events[3:])
    assert await store.read(lease.session_id, START) == events
    assert delivered.empty()


async def test_an_ending_ends_the_run_and_frees_the_lease(store: Store, lease: Lease) -> None:
    events = tokens(lease, 2, ended=True)
    await store.append(lease.session_id, events)
    run = await store.run(lease.run.run_id, "")
    assert run.over
    assert run.state == "completed"
    assert run.last == events[-1].id
    assert run.ending == events[-1].body
    assert await store.claim(lease.session_id) is None
    await store.submit(lease.session_id, "", ASK)
    assert await store.claim(lease.session_id) is not None


async def test_a_held_session_is_claimed_by_nobody_else_until_the_lease_runs_out(
    store: Store, lease: Lease, clock: Clock
) -> None:
    assert await store.claim(lease.session_id) is None
    assert await store.unfinished() == []
    clock.now += 11
    assert await store.unfinished() == [lease.session_id]
    taken = await store.claim(lease.session_id)
    assert taken is not None
    assert taken.run.run_id == lease.run.run_id
    assert taken.attempt == 2
    assert taken.run.lost == 1
    assert taken.run.first == lease.generation


async def test_a_renewed_lease_lasts(store: Store, lease: Lease, clock: Clock) -> None:
    clock.now += 9
    await store.renew(lease)
    clock.now += 9
    assert await store.claim(lease.session_id) is None


async def test_a_released_run_is_claimed_at_once_and_not_counted_as_lost(store: Store, lease: Lease) -> None:
    await store.release(lease)
    taken = await store.claim(lease.session_id)
    assert taken is not None
    assert (taken.attempt, taken.run.lost) == (2, 0)


async def test_generations_grow_also_when_the_clock_goes_back(store: Store, lease: Lease, clock: Clock) -> None:
    await store.release(lease)
    clock.now -= 3600
    taken = await store.claim(lease.session_id)
    assert taken is not None
    assert taken.generation > lease.generation


async def test_runs_of_a_session_are_claimed_in_the_order_they_came(store: Store) -> None:
    session_id = (await store.create_session("")).session_id
    submitted = [(await store.submit(session_id, "", ASK))[0].run_id for _ in range(3)]
    claimed: list[str] = []
    for _ in submitted:
        lease = await store.claim(session_id)
        assert lease is not None
        assert [(run.run_id, run.state) for run in lease.earlier] == [(run_id, "completed") for run_id in claimed]
        claimed.append(lease.run.run_id)
        await store.append(session_id, tokens(lease, 1, ended=True))
    assert claimed == submitted
    assert [run.run_id for run in await store.runs(session_id)] == submitted
    assert [run.run_id for run in await store.runs(session_id, limit=2)] == submitted[1:]


async def test_a_run_keeps_what_was_asked(store: Store) -> None:
    session_id = (await store.create_session("")).session_id
    run, new = await store.submit(session_id, "", ASK)
    assert new
    assert (await store.run(run.run_id, "")).request == ASK


async def test_a_busy_session_can_refuse_or_interrupt(store: Store, lease: Lease) -> None:
    cancelled: list[str] = []
    store.on_cancel = cancelled.append
    with pytest.raises(SessionBusy):
        await store.submit(lease.session_id, "", ASK, on_busy="reject")
    waiting, _ = await store.submit(lease.session_id, "", ASK)
    latest, _ = await store.submit(lease.session_id, "", ASK, on_busy="interrupt")
    async with asyncio.timeout(60):
        while len(cancelled) < 2:
            await asyncio.sleep(0)
    assert set(cancelled) == {lease.run.run_id, waiting.run_id}
    assert (await store.renew(lease)).cancelled_by == "interrupt"
    assert (await store.run(latest.run_id, "")).cancelled_by is None


async def test_a_session_takes_in_a_bounded_number_of_messages(store: Store, lease: Lease) -> None:
    for _ in range(20):
        await store.submit(lease.session_id, "", ASK)
    with pytest.raises(QueueFull):
        await store.submit(lease.session_id, "", ASK)
    assert (await store.session(lease.session_id, "")).queued == 20


async def test_an_idempotency_key_stands_for_one_run(store: Store, lease: Lease) -> None:
    key = Idempotency("k1", "digest")
    runs = await asyncio.gather(
        *[store.submit(lease.session_id, "", ASK, idempotency=key, on_busy="enqueue") for _ in range(10)]
    )
    assert len({run.run_id for run, _ in runs}) == 1
    assert [new for _, new in runs].count(True) == 1
    with pytest.raises(IdempotencyConflict):
        await store.submit(lease.session_id, "", ASK, idempotency=Idempotency("k1", "another"))


async def test_cancelling_is_idempotent_and_told_to_whoever_holds_the_lease(store: Store, lease: Lease) -> None:
    first = await store.request_cancel(lease.run.run_id, "", "user")
    again = await store.request_cancel(lease.run.run_id, "", "somebody")
    assert first.cancelled_by == again.cancelled_by == "user"
    assert (await store.renew(lease)).cancelled_by == "user"
    await store.append(lease.session_id, tokens(lease, 1, ended=True))
    after = await store.request_cancel(lease.run.run_id, "", "user")
    assert after.state == "completed"


async def test_sessions_and_runs_of_another_owner_do_not_exist(store: Store) -> None:
    session_id = (await store.create_session("alice")).session_id
    run, _ = await store.submit(session_id, "alice", ASK)
    with pytest.raises(SessionNotFound):
        await store.session(session_id, "bob")
    with pytest.raises(SessionNotFound):
        await store.submit(session_id, "bob", ASK)
    with pytest.raises(SessionNotFound):
        await store.delete_session(session_id, "bob")
    with pytest.raises(RunNotFound):
        await store.run(run.run_id, "bob")
    with pytest.raises(RunNotFound):
        await store.request_cancel(run.run_id, "bob", "user")
    assert (await store.session(session_id, "alice")).queued == 1


async def test_a_deleted_session_is_gone_with_all_that_was_in_it(store: Store, lease: Lease) -> None:
    deleted: list[str] = []
    store.on_delete = deleted.append
    key = Idempotency("k1", "digest")
    await store.submit(lease.session_id, "", ASK, idempotency=key)
    await store.append(lease.session_id, tokens(lease, 3))
    await store.delete_session(lease.session_id, "")
    async with asyncio.timeout(60):
        while not deleted:
            await asyncio.sleep(0)
    assert deleted == [lease.session_id]
    assert await store.read(lease.session_id, START) == []
    assert await store.runs(lease.session_id) == []
    assert await store.unfinished() == []
    with pytest.raises(SessionNotFound):
        await store.session(lease.session_id, "")
    with pytest.raises(RunNotFound):
        await store.run(lease.run.run_id, "")
    with pytest.raises(SessionNotFound):
        await store.append(lease.session_id, tokens(lease, 5)[4:])
    other = (await store.create_session("")).session_id
    _, new = await store.submit(other, "", ASK, idempotency=key)
    assert new


async def test_attaching_to_a_deleted_session_tells_so(store: Store, lease: Lease) -> None:
    await store.delete_session(lease.session_id, "")
    deleted: list[str] = []
    store.on_delete = deleted.append
    await store.attach(lease.session_id, lambda session_id, events: None)
    assert deleted == [lease.session_id]
    await store.detach(lease.session_id)


async def test_a_session_tells_its_active_run_and_how_many_wait(store: Store, lease: Lease) -> None:
    await store.submit(lease.session_id, "", ASK)
    session = await store.session(lease.session_id, "")
    assert session.active_run is not None
    assert session.active_run.run_id == lease.run.run_id
    assert session.queued == 1


async def test_a_store_that_serves_passes_its_check(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("streaming.redis_store.CHECK", 60.0)  # a slow machine's Redis serves, too
    await store.check()
