"""Sessions: made, looked at, forgotten; their events; and the runs in them stopped."""

import asyncio
from uuid import UUID

import orjson
from starlette.requests import Request
from starlette.responses import Response

from server.chat import JSON, events_url
from server.errors import INVALID, SESSION_NOT_FOUND, DoorError
from server.house import House
from server.identity import owner_of
from server.opening import cursor_of, run_start
from server.schemas import ActiveRun, RunView, SessionCreated, SessionView, TurnView
from server.stream import HEADERS, event_stream
from streaming.event import EventId, format_id, iso
from streaming.log import Run

MOST_RUNS = 200
"""Runs of a session whose questions are forgotten with it: as many as are kept."""


def session_id_of(request: Request) -> str:
    """The path's session id. Raises DoorError when it is not a UUID: then there is no such session either."""
    try:
        session_id = str(UUID(request.path_params["session_id"]))
    except ValueError:
        raise DoorError(SESSION_NOT_FOUND, "No such session: a session id is a UUID.") from None
    request.state.session_id = session_id
    return session_id


async def create(request: Request) -> Response:
    """A new session. The body, if any, is not looked at."""
    house: House = request.app.state.house
    session = await house.store.create_session(owner_of(request))
    request.state.session_id = session.session_id
    body = SessionCreated(session_id=session.session_id, created_at=iso(session.created_at))
    return Response(body.model_dump_json(), 201, {"Location": f"/api/session/{session.session_id}"}, JSON)


async def one(request: Request) -> Response:
    """A session's door: one route for all methods, so that a 405 names them all."""
    return await (delete if request.method == "DELETE" else show)(request)


async def show(request: Request) -> Response:
    """The session as it stands."""
    house: House = request.app.state.house
    session = await house.store.session(session_id_of(request), owner_of(request))
    active = session.active_run
    body = SessionView(
        session_id=session.session_id,
        created_at=iso(session.created_at),
        turns=tuple(_turn(run) for run in await house.store.runs(session.session_id)),
        active_run=None
        if active is None
        else ActiveRun(
            run_id=active.run_id,
            message=active.request.message,
            attempt=active.attempt,
            events_url=events_url(active),
        ),
        queued=session.queued,
        cursor=format_id(await house.store.top(session.session_id)),
    )
    return Response(body.model_dump_json(exclude_none=True), media_type=JSON, headers={"Cache-Control": "no-store"})


def _turn(run: Run) -> TurnView:
    ending = orjson.loads(run.ending)["data"] if run.state == "completed" and run.ending else {}
    return TurnView(
        run_id=run.run_id,
        status=run.state,
        message=run.request.message,
        answer=ending.get("message"),
        agent=ending.get("agent"),
        created_at=iso(run.created_at),
    )


async def delete(request: Request) -> Response:
    """Forget the session and all that was said in it; no cache keeps the answers to its questions either."""
    house: House = request.app.state.house
    session_id = session_id_of(request)
    runs = await house.store.runs(session_id, limit=MOST_RUNS)
    await house.store.delete_session(session_id, owner_of(request))
    asked = {run.request.message for run in runs if run.request.kind != "agent_run"}
    await asyncio.gather(*[house.agents.forget(question) for question in asked])
    return Response(status_code=204)


async def events(request: Request) -> Response:
    """The session's channel, or one run of it. Raises MalformedId for a cursor that is none."""
    house: House = request.app.state.house
    unknown = set(request.query_params) - {"after", "run", "ticket"}
    if unknown:
        raise DoorError(INVALID, f"Unknown parameter {sorted(unknown)[0]!r}; known: after, run, ticket.")
    session_id = session_id_of(request)
    end = await house.store.top(session_id)
    session = await house.store.session(session_id, owner_of(request))
    given = request.headers.get("last-event-id") or request.query_params.get("after")
    after: EventId | None = cursor_of(given) if given else None
    run_id = request.query_params.get("run")
    if run_id is not None:
        run = await house.store.run(run_id, owner_of(request))
        if run.session_id != session.session_id:
            raise DoorError(INVALID, "That run belongs to another session.")
        if run.over and after is not None and run.last is not None and after >= run.last:
            return Response(status_code=204)
        after = after or run_start(run, end)
    elif after is None:
        after = run_start(session.active_run, end)
    if request.method == "HEAD":
        return Response(headers=HEADERS, media_type="text/event-stream")
    return event_stream(house, request.scope, session.session_id, after, run_id)


async def cancel(request: Request) -> Response:
    """Stop a run; asking again changes nothing."""
    house: House = request.app.state.house
    run = await house.store.request_cancel(request.path_params["run_id"], owner_of(request), "user")
    request.state.session_id = run.session_id
    body = RunView(run_id=run.run_id, session_id=run.session_id, status=run.state, cancelling=not run.over)
    return Response(body.model_dump_json(), 200 if run.over else 202, media_type=JSON)
