"""How a stream begins: where its cursor stands, and whether what follows is whole."""

import asyncio
from typing import Any

import orjson

from streaming.control import Hello, HelloData, Snapshot
from streaming.event import START, Event, EventId, format_id
from streaming.fold import State, apply, empty, new_run
from streaming.log import Run, Store
from streaming.reader import Reader


async def open_stream(store: Store, reader: Reader, session_id: str) -> tuple[Hello, Snapshot | None]:
    """The opening frames. A cursor whose own entry is gone is moved to the end, and a snapshot stands for the rest.

    Raises StoreUnavailable.
    """
    recovered = await store.has(session_id, reader.cursor)
    top = reader.channel.top
    hello = Hello(session_id=session_id, data=HelloData(recovered=recovered, top=format_id(top)))
    if recovered:
        return hello, None
    state = await snapshot(store, session_id)
    reader.cursor = _id(state)
    return hello, Snapshot(id=state["last_id"], session_id=session_id, data=state)


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
