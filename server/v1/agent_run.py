"""POST /api/v1/agent/run and GET /api/v1/agent/run/{run_id}: a task, worked on with tools, and how it stands."""

from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from server.chat import JSON, events_of
from server.errors import NO_MODEL, UNKNOWN_TOOL, DoorError
from server.house import House
from server.identity import caller_in
from server.opening import beginning
from server.requests import prefers_async, read_json, wants_events
from server.stream import event_stream
from server.submitting import submit
from server.v1.conversation import session_of
from server.v1.schemas import AgentRunRequest, AgentRunResponse, ToolUse
from streaming.event import Event, EventId, iso
from streaming.fold import fold
from streaming.log import Run, RunNotFound, RunRequest


async def start(request: Request) -> Response:
    """Take in a task; answer with its end, its events, or where to ask for it. Raises what the error table knows."""
    house: House = request.app.state.house
    body, _ = await read_json(request, AgentRunRequest)
    asked = task_of(house, body)
    caller = caller_in(request.scope)
    session_id, named = await session_of(house, caller, request, body.session_id)
    key = request.headers.get("idempotency-key")
    run = await submit(house, caller, session_id, asked, idempotency_key=key, named=named)
    if not named:
        request.state.session_id = run.session_id
    if prefers_async(request):
        headers = {"Preference-Applied": "respond-async", "Location": f"/api/v1/agent/run/{run.run_id}"}
        return Response(await as_it_stands(house, run), 202, headers, JSON)
    after = await beginning(house.runs, house.store, run, caller.owner)
    if wants_events(request):
        return event_stream(house, request.scope, session_id, after, run.run_id)
    return Response(view(house, run, await events_of(house, run, after)), media_type=JSON)


async def show(request: Request) -> Response:
    """A run as it stands. Raises RunNotFound, also for what is no agent run."""
    house: House = request.app.state.house
    run = await house.store.run(request.path_params["run_id"], caller_in(request.scope).owner)
    if run.request.kind != "agent_run":
        raise RunNotFound("no such agent run")
    return Response(await as_it_stands(house, run), media_type=JSON, headers={"Cache-Control": "no-store"})


def task_of(house: House, body: AgentRunRequest) -> RunRequest:
    """The request as a run. Raises DoorError for tools and models that there are not."""
    known = house.agents.tools
    names = list(dict.fromkeys(known if body.tools is None else body.tools))
    unknown = [name for name in names if name not in known]
    if unknown:
        raise DoorError(UNKNOWN_TOOL, f"Unknown tool {unknown[0]!r}; known: {', '.join(sorted(known))}.")
    if body.model is not None and not house.settings.uses_model:
        raise DoorError(NO_MODEL, "No language model is configured: leave `model` out, or set OPENAI_API_KEY.")
    options: dict[str, Any] = {"tools": names}
    if body.input_data is not None:
        options["input_data"] = body.input_data
    if body.model is not None:
        options["model"] = body.model
    return RunRequest("agent_run", body.instructions, options=options)


async def as_it_stands(house: House, run: Run) -> bytes:
    """The run's state from its events so far."""
    events: list[Event] = []
    after: EventId = (run.first, 0)
    while run.first and (page := await house.store.read(run.session_id, after)):
        events += [event for event in page if event.run_id == run.run_id]
        after = page[-1].id
        if run.last is not None and after >= run.last:
            break
    return view(house, run, events)


def view(house: House, run: Run, events: list[Event]) -> bytes:
    """The run's events as an AgentRunResponse."""
    folded = fold(orjson.loads(event.body) for event in events)["runs"]
    state: dict[str, Any] = folded[-1] if folded else {"status": "running", "text": "", "tool_calls": []}
    failure = state.get("error") or {}
    if state["status"] == "cancelled":
        failure = {"message": "The run was cancelled before it was complete.", "code": "run_cancelled"}
    over = state["status"] != "running"
    ended = events[-1].made_at if over else house.clock()
    began = events[0].made_at if events else ended
    calls = [
        ToolUse(**{name: call[name] for name in ToolUse.model_fields if name in call}) for call in state["tool_calls"]
    ]
    return (
        AgentRunResponse(
            run_id=run.run_id,
            status="failed" if failure else "completed" if over else "running",
            output=state["text"],
            timestamp=iso(ended),
            execution_time_ms=round(max(ended - began, 0.0) * 1000, 3),
            tool_calls=tuple(calls),
            error=failure.get("message"),
            error_code=failure["code"].upper() if failure else None,
        )
        .model_dump_json(exclude_none=True)
        .encode()
    )
