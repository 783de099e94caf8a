"""How a stream begins: where its cursor stands, and whether what follows is whole."""

import asyncio
from typing import Any

import orjson

from streaming.control import Hello, HelloData, Snapshot
from streaming.event import START, Event, EventId, MalformedId, format_id, parse_id
from streaming.fold import State, apply, empty, new_run
from streaming.log import Run, RunNotFound, Store
from streaming.reader import Reader
from streaming.runs import Runs


async def open_stream(store: Store, reader: Reader) -> tuple[Hello, Snapshot | None]:
    """The opening frames. A cursor whose own entry is gone is moved to the end, and a snapshot stands for the rest.

    Raises StoreUnavailable.
    """
    session_id, top = reader.session_id, reader.channel.top
    recovered = await _whole(store, session_id, reader.cursor, top)
    hello = Hello(session_id=session_id, data=HelloData(recovered=recovered, top=format_id(top)))
    if recovered:
        return hello, None
    state = await snapshot(store, session_id)
    reader.cursor = _id(state)
    return hello, Snapshot(id=state["last_id"], session_id=session_id, data=state)


def cursor_of(text: str) -> EventId:
    """A client's cursor: the id of an event that it was given, or `0-0`. Raises MalformedId."""
    cursor = parse_id(text)
    if cursor[1] == 0 and cursor != START:
        raise MalformedId(f"{text} is no event's id: their second number counts from 1")
    return cursor


def run_start(run: Run | None, before: EventId) -> EventId:
    """A cursor before the run's first event, given the log's end at a time when the run had not started."""
    return (run.first, 0) if run is not None and run.first else before


async def beginning(runs: Runs, store: Store, run: Run, owner: str) -> EventId:
    """A cursor before the first event of a run that was just submitted. Raises StoreUnavailable."""
    if run.first:
        return (run.first, 0)
    await asyncio.sleep(0)  # a claim that went with the submission is known one step later
    first = runs.first_of(run.run_id)
    if first is not None:
        return (first, 0)
    end = await store.top(run.session_id)
    try:
        # Asked after the end: a run that has not started by now has nothing before it.
        return run_start(await store.run(run.run_id, owner), end)
    except RunNotFound:  # the session was deleted: the reader is told so
        return end


async def _whole(store: Store, session_id: str, cursor: EventId, top: EventId) -> bool:
    """Whether all that follows the cursor is kept. A run's start is (g, 0): no event, and perhaps none follows yet."""
    generation, sequence = cursor
    if sequence or cursor == START:
        return await store.has(session_id, cursor)
    return top < (generation, 1) or await store.has(session_id, (generation, 1))


async def snapshot(store: Store, session_id: str) -> State:
    """The session's state: the fold of the events that are kept, and what the ledger knows of older runs."""
    state = empty()
    cursor: EventId = START
    while page := await store.read(session_id, cursor):
        cursor = page[-1].id
        await asyncio.to_thread(_fold, state, page)
    known = {run["run_id"] for run in state["runs"]}
    older = [_summary(run) for run in await store.runs(session_id) if run.over and run.run_id not in known]
    state["runs"][:0] = older
    return state


def _fold(state: State, page: list[Event]) -> None:
    for event in page:
        apply(state, orjson.loads(event.body))


def _summary(run: Run) -> dict[str, Any]:
    state: State = {"last_id": "0-0", "runs": [new_run(run.run_id)]}
    state["runs"][0].update(kind=run.request.kind, question=run.request.message)
    if run.ending is not None:
        apply(state, orjson.loads(run.ending))
    return state["runs"][0]  # type: ignore[no-any-return]


def _id(state: State) -> EventId:
    generation, _, sequence = state["last_id"].partition("-")
    return int(generation), int(sequence)
