"""POST /api/v1/ask: a question, answered with exactly the chunks that the answer rests on."""

from typing import Any
from uuid import NAMESPACE_URL, uuid5

import orjson
from starlette.requests import Request
from starlette.responses import Response

from server.chat import JSON, accepted, ended_well, events_of, events_url
from server.house import House
from server.identity import caller_in
from server.opening import beginning
from server.requests import prefers_async, read_json, wants_events
from server.stream import event_stream
from server.submitting import submit
from server.v1.conversation import session_of
from server.v1.schemas import AskRequest, AskResponse, AskSource
from streaming.event import Event
from streaming.log import RunRequest


async def ask(request: Request) -> Response:
    """Take in a question and answer it, or stream its events. Raises what the error table knows."""
    house: House = request.app.state.house
    body, _ = await read_json(request, AskRequest)
    caller = caller_in(request.scope)
    session_id, named = await session_of(house, caller, request, body.session_id)
    options = {"user_id": body.user_id} if body.user_id is not None else {}
    key = request.headers.get("idempotency-key")
    asked = RunRequest("ask", body.query, options=options)
    run = await submit(house, caller, session_id, asked, idempotency_key=key, named=named)
    if not named:
        request.state.session_id = run.session_id
    if prefers_async(request):
        headers = {"Preference-Applied": "respond-async", "Location": events_url(run)}
        return Response(accepted(run).model_dump_json(), 202, headers, JSON)
    after = await beginning(house.runs, house.store, run, caller.owner)
    if wants_events(request):
        return event_stream(house, request.scope, session_id, after, run.run_id)
    return Response(answer(run.run_id, await events_of(house, run, after)), media_type=JSON)


def answer(run_id: str, events: list[Event]) -> bytes:
    """A run's events as an AskResponse. Raises DoorError when the run failed or was cancelled."""
    run = ended_well(events)
    return (
        AskResponse(
            response_id=str(uuid5(NAMESPACE_URL, f"orchestratai:response:{run_id}")),
            answer=run["text"],
            sources=cited(run),
            query_id=run_id,
            timestamp=orjson.loads(events[-1].body)["timestamp"],
            confidence_score=run["confidence"],
        )
        .model_dump_json()
        .encode()
    )


def cited(run: dict[str, Any]) -> tuple[AskSource, ...]:
    """The sources whose markers were released into the answer, in the order of the markers."""
    marked = sorted((source for source in run["sources"] if source.get("marker")), key=lambda each: each["marker"])
    return tuple(AskSource(**{name: source[name] for name in AskSource.model_fields}) for source in marked)
