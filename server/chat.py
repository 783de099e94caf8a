"""POST /api/chat in its three ways: the answer, the run's events in the response, or where to follow it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from server.errors import RUN_CANCELLED, SHUTTING_DOWN, DoorError, run_failed
from server.house import House
from server.identity import caller_in
from server.opening import beginning
from server.requests import prefers_async, read_json, wants_events
from server.schemas import Accepted, ChatRequest, ChatResponse
from server.stream import event_stream
from server.submitting import submit
from streaming.event import Event, EventId
from streaming.fold import fold
from streaming.log import Run, RunRequest, SessionNotFound
from streaming.reader import Reader, Signal

JSON = "application/json"


async def chat(request: Request) -> Response:
    """Take in a message and answer in the way that the caller prefers. Raises what the error table knows."""
    house: House = request.app.state.house
    body, _ = await read_json(request, ChatRequest)
    session_id = str(body.session_id)
    request.state.session_id = session_id
    asked = RunRequest("chat", body.message, body.agent)
    key = request.headers.get("idempotency-key")
    run = await submit(house, caller_in(request.scope), session_id, asked, on_busy=body.on_busy, idempotency_key=key)
    if prefers_async(request):
        return Response(
            accepted(run).model_dump_json(),
            202,
            {"Preference-Applied": "respond-async", "Location": events_url(run)},
            JSON,
        )
    after = await beginning(house.runs, house.store, run, caller_in(request.scope).owner)
    if wants_events(request):
        return event_stream(house, request.scope, session_id, after, run.run_id)
    return Response(answer(session_id, run.run_id, await events_of(house, run, after)), media_type=JSON)


def events_url(run: Run) -> str:
    """Where one run's events are."""
    return f"/api/session/{run.session_id}/events?run={run.run_id}"


def accepted(run: Run) -> Accepted:
    """The answer to `Prefer: respond-async`."""
    return Accepted(run_id=run.run_id, session_id=run.session_id, status=run.state, events_url=events_url(run))


@asynccontextmanager
async def _following(house: House, run: Run, after: EventId) -> AsyncIterator[Reader]:
    async with Reader(house.fanout, house.pulse, run.session_id, after, run.run_id) as reader:
        reader.stay()
        yield reader


async def events_of(house: House, run: Run, after: EventId) -> list[Event]:
    """All events of the run, once it has ended. Raises as `outcome`."""
    async with _following(house, run, after) as reader:
        return await outcome(reader)


async def outcome(reader: Reader) -> list[Event]:
    """All events of the reader's run, to its ending.

    Raises SessionNotFound when the session was deleted meanwhile, DoorError when this instance ends before the run.
    """
    events: list[Event] = []
    while True:
        got = await reader.next()
        if isinstance(got, list):
            events += got
        elif got is Signal.END:
            return events
        elif got is Signal.BYE and reader.reason == "deleted":
            raise SessionNotFound("the session was deleted before the answer was complete")
        elif got is Signal.BYE:
            message = (
                "This instance ended before the answer did; the run goes on elsewhere. Read the session, or ask again."
            )
            raise DoorError(SHUTTING_DOWN, message, {"Retry-After": "1"})


def ended_well(events: list[Event]) -> dict[str, Any]:
    """The fold of a run's events. Raises DoorError when the run failed or was cancelled."""
    run: dict[str, Any] = fold(orjson.loads(event.body) for event in events)["runs"][-1]
    if run["status"] == "failed":
        raise run_failed(run["error"])
    if run["status"] == "cancelled":
        raise DoorError(RUN_CANCELLED, "The run was cancelled before it was complete.")
    return run


def answer(session_id: str, run_id: str, events: list[Event]) -> bytes:
    """A run's events as a ChatResponse. Raises DoorError when the run failed or was cancelled."""
    run = ended_well(events)
    return (
        ChatResponse(
            message=run["text"],
            agent=run["agent"],
            confidence=run["confidence"],
            logs=run["logs"],
            metrics=run["metrics"],
            agent_status=run["agents"],
            session_id=session_id,
            run_id=run_id,
            sources=run["sources"],
        )
        .model_dump_json(exclude_none=True)
        .encode()
    )
