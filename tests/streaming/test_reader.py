"""Readers over a real store: every event once, in order, wherever they begin and whatever was missed on the way."""

import asyncio
from pathlib import Path

import pytest

from streaming.event import START, Event, EventId
from streaming.fanout import Fanout
from streaming.log import Lease, Store
from streaming.pulse import Pulse
from streaming.reader import Reader, Signal
from tests.streaming.facts import tokens


@pytest.fixture
def fanout(store: Store) -> Fanout:
    return Fanout(store)


async def until(reader: Reader, signal: Signal) -> list[Event]:
    """What the reader gets before the signal."""
    got: list[Event] = []
    async with asyncio.timeout(60):
        while True:
            item = await reader.next()
            if isinstance(item, list):
                got += item
            elif item is signal:
                return got


async def collect(fanout: Fanout, session_id: str, after: EventId | None, last: EventId) -> list[Event]:
    """What a reader gets from the cursor to the event `last`."""
    got: list[Event] = []
    async with asyncio.timeout(60), Reader(fanout, Pulse(), session_id, after) as reader:
        while reader.cursor < last:
            item = await reader.next()
            if isinstance(item, list):
                got += item
    return got


async def test_a_reader_from_every_position_gets_exactly_the_rest(store: Store, lease: Lease, fanout: Fanout) -> None:
    events = tokens(lease, 40, ended=True)
    await store.append(lease.session_id, events)
    for position in range(len(events) - 1):
        got = await collect(fanout, lease.session_id, events[position].id, events[-1].id)
        assert got == events[position + 1 :]
    assert await collect(fanout, lease.session_id, START, events[-1].id) == events


async def test_readers_that_join_midway_see_every_event_once(store: Store, lease: Lease, fanout: Fanout) -> None:
    events = tokens(lease, 300, ended=True)
    async with asyncio.TaskGroup() as group:
        readers = []
        for start in range(0, len(events), 7):
            await store.append(lease.session_id, events[start : start + 7])
            after = START if start % 2 else events[start].id
            readers.append((after, group.create_task(collect(fanout, lease.session_id, after, events[-1].id))))
    for after, reader in readers:
        assert reader.result() == [event for event in events if event.id > after]


async def test_a_reader_of_one_run_ends_with_it(store: Store, lease: Lease, fanout: Fanout) -> None:
    events = tokens(lease, 5, ended=True)
    await store.append(lease.session_id, events)
    async with Reader(fanout, Pulse(), lease.session_id, START, lease.run.run_id) as reader:
        assert await until(reader, Signal.END) == events


async def test_a_slow_reader_loses_nothing_and_costs_no_memory(store: Store, lease: Lease, fanout: Fanout) -> None:
    events = tokens(lease, 3000, ended=True)
    async with Reader(fanout, Pulse(), lease.session_id, START) as reader:
        got = await until(reader, Signal.LIVE)
        for start in range(0, len(events), 25):
            await store.append(lease.session_id, events[start : start + 25])
        async with asyncio.timeout(60):
            while reader.cursor < events[-1].id:
                assert len(reader.channel.events) <= 256
                item = await reader.next()
                if isinstance(item, list):
                    got += item
    assert got == events


async def test_what_was_delivered_nowhere_is_found_by_the_periodic_look_at_the_top(
    store: Store, lease: Lease, fanout: Fanout
) -> None:
    events = tokens(lease, 10)
    async with Reader(fanout, Pulse(), lease.session_id, START) as reader:
        await until(reader, Signal.LIVE)
        await store.detach(lease.session_id)
        await store.append(lease.session_id, events)
        reader.channel.note_top(await store.top(lease.session_id))
        async with asyncio.timeout(60):
            assert await reader.next() == events


async def test_a_reader_whose_events_are_gone_is_sent_away(store: Store, lease: Lease, fanout: Fanout) -> None:
    events = tokens(lease, 3)
    async with Reader(fanout, Pulse(), lease.session_id, START) as reader:
        reader.channel.note_top(events[-1].id)
        async with asyncio.timeout(60):
            assert await reader.next() is Signal.BYE
    assert reader.reason == "state_lost"


async def test_draining_sends_readers_away_but_lets_those_stay_who_wait_for_an_answer(
    store: Store, lease: Lease, fanout: Fanout
) -> None:
    session_id = lease.session_id
    events = tokens(lease, 3, ended=True)
    async with (
        Reader(fanout, Pulse(), session_id, START) as watching,
        Reader(fanout, Pulse(), session_id, START, lease.run.run_id) as waiting,
    ):
        waiting.stay()
        fanout.drain()
        assert await until(watching, Signal.BYE) == []
        assert watching.reason == "drain"
        await store.append(session_id, events)
        assert await until(waiting, Signal.END) == events
    async with Reader(fanout, Pulse(), session_id, events[-1].id) as late:
        fanout.end()
        assert await until(late, Signal.BYE) == []


async def test_readers_of_a_deleted_session_leave(store: Store, lease: Lease, fanout: Fanout) -> None:
    store.on_delete = fanout.close_session
    async with Reader(fanout, Pulse(), lease.session_id, START) as reader:
        await store.delete_session(lease.session_id, "")
        await until(reader, Signal.BYE)
        assert reader.reason == "deleted"


async def test_nothing_is_kept_of_a_session_that_nobody_reads(store: Store, lease: Lease, fanout: Fanout) -> None:
    async with Reader(fanout, Pulse(), lease.session_id, None):
        assert lease.session_id in fanout.channels
    assert fanout.channels == {}


async def test_waiting_readers_are_pinged_and_blocked_ones_given_up(
    store: Store, lease: Lease, fanout: Fanout, tmp_path: Path
) -> None:
    pulse = Pulse(period=0.05, blocked=0.05)
    beating = asyncio.create_task(pulse.run())
    given_up = asyncio.Event()
    async with Reader(fanout, pulse, lease.session_id, None) as reader:
        reader.abort = given_up.set
        assert await reader.next() is Signal.LIVE
        async with asyncio.timeout(60):
            await given_up.wait()
            assert await reader.next() is Signal.PING
    assert pulse.members == 0
    beating.cancel()
