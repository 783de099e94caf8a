"""The HTTP API as OpenAPI 3.1, made from the models that validate requests and shape answers."""

from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from server import schemas
from server.published import STREAM
from server.v1 import schemas as v1
from server.version import VERSION

Json = dict[str, Any]

REQUESTS: tuple[type[BaseModel], ...] = (
    schemas.ChatRequest,
    schemas.TicketRequest,
    v1.AskRequest,
    v1.AgentRunRequest,
)
ANSWERS: tuple[type[BaseModel], ...] = (
    schemas.Accepted,
    schemas.ChatResponse,
    schemas.ErrorResponse,
    schemas.Health,
    schemas.RunView,
    schemas.SessionCreated,
    schemas.SessionView,
    schemas.TicketIssued,
    v1.AgentRunResponse,
    v1.AskResponse,
    v1.FlatError,
    v1.HealthResponse,
)

WRONG = {
    400: "The request does not fit; the message says where.",
    401: "A key is needed, or the one that came is not valid.",
    404: "There is no such thing, or it is another key's.",
    408: "The body did not arrive in time.",
    409: "A run is active, or was cancelled.",
    413: "The body is too large.",
    415: "The body is not declared as JSON.",
    422: "The Idempotency-Key came before, with another request.",
    403: "That origin may not.",
    429: "Too much at once: come back after `Retry-After` seconds.",
    500: "Something went wrong on our side.",
    501: "Not configured here.",
    502: "The model's answer cannot be used.",
    503: "Not just now: come back after `Retry-After` seconds.",
    504: "The model took too long.",
    507: "There is no room left to store anything.",
}
ALWAYS = (401, 429, 500, 503)
BODY = (400, 408, 413, 415)
RUN = (404, 409, 422, 502, 504, 507)


TICKETED: list[Json] = [{"bearer": []}, {"apiKey": []}, {"ticket": []}]


def ref(model: str) -> Json:
    """A reference to a schema."""
    return {"$ref": f"#/components/schemas/{model}"}


def parameter(name: str, where: str, schema: Json, text: str, *, required: bool = False) -> Json:
    """A parameter."""
    return {"name": name, "in": where, "required": required, "schema": schema, "description": text}


SESSION = parameter("session_id", "path", {"type": "string", "format": "uuid"}, "The session's id.", required=True)
RUN_ID = parameter(
    "run_id", "path", {"type": "string", "minLength": 1, "maxLength": 128}, "The run's id.", required=True
)
REQUEST_ID = parameter("X-Request-ID", "header", {"type": "string"}, "Given back in the response; one is made without.")
V1_SESSION = parameter(
    "X-Session-ID",
    "header",
    {"type": "string", "minLength": 1, "maxLength": 128, "pattern": "^[!-~]+$"},
    "The session, where the body names none.",
)
IDEMPOTENCY = parameter(
    "Idempotency-Key",
    "header",
    {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]([ -~]*[!-~])?$"},
    "Sent again with the same request, it is the same run.",
)
PREFER = parameter("Prefer", "header", {"type": "string"}, "`respond-async`: do not wait for the answer.")
HEADERS = {
    "X-Request-ID": {"schema": {"type": "string"}, "description": "The request's id."},
    "X-Session-ID": {"schema": {"type": "string"}, "description": "The session that the answer belongs to, if any."},
}
RETRY_AFTER = {"Retry-After": {"schema": {"type": "integer", "minimum": 1}, "description": "Seconds to wait."}}


EVENT: Json = {
    "type": "object",
    "description": "One event of the stream, by its fields; `data` is one JSON object of the schema StreamFrame.",
    "properties": {
        "id": {"type": "string"},
        "event": {"type": "string"},
        "data": {"type": "string", "contentMediaType": "application/json", "contentSchema": ref("StreamFrame")},
        "retry": {"type": "integer"},
    },
    "required": ["event", "data"],
}
"""As OpenAPI 3.2 and the tools of today describe Server-Sent Events: the schema of each one."""


def answer(text: str, model: str | None = None, *, stream: bool = False) -> Json:
    """A response that is no error."""
    content: Json = {} if model is None else {"application/json": {"schema": ref(model)}}
    if stream:
        content["text/event-stream"] = {"schema": EVENT}
    return {"description": text, "headers": HEADERS} | ({"content": content} if content else {})


def operation(
    name: str,
    summary: str,
    answers: dict[int, Json],
    *,
    parameters: tuple[Json, ...] = (),
    body: str | None = None,
    required: bool = True,
    errors: tuple[int, ...] = (),
    error: str = "ErrorResponse",
    public: bool = False,
    ticket: bool = False,
) -> Json:
    """One operation. `errors` are statuses beside those that any request can get."""
    told: Json = {str(status): given for status, given in answers.items()}
    for status in sorted({*errors, *(ALWAYS if not public else (429, 500, 503)), *(BODY if body else ())}):
        headers = HEADERS | (RETRY_AFTER if status in (429, 503) else {})
        told[str(status)] = {
            "description": WRONG[status],
            "headers": headers,
            "content": {"application/json": {"schema": ref(error)}},
        }
    made: Json = {
        "operationId": name,
        "summary": summary,
        "parameters": [*parameters, REQUEST_ID],
        "responses": told,
    }
    if body is not None:
        made["requestBody"] = {"required": required, "content": {"application/json": {"schema": ref(body)}}}
    if public:
        made["security"] = []
    if ticket:
        made["security"] = TICKETED
    return made


def plain(name: str, summary: str, media_type: str, *, public: bool = True) -> Json:
    """A document that is served as it is."""
    made = operation(name, summary, {200: answer(summary)}, public=public)
    made["responses"]["200"]["content"] = {media_type: {"schema": {}}}
    return made


def paths() -> Json:
    """Every path with its operations."""
    asking = (IDEMPOTENCY, PREFER)
    cursor = {"type": "string", "pattern": r"^(0-0|[0-9]{1,18}-[1-9][0-9]{0,17})$"}
    return {
        "/api/health": {"get": operation("health", "Health check", {200: answer("Healthy.", "Health")}, public=True)},
        "/api/session": {
            "post": operation(
                "createSession", "Create new session", {201: answer("The session.", "SessionCreated")}, errors=(507,)
            )
        },
        "/api/session/{session_id}": {
            "parameters": [SESSION],
            "get": operation(
                "showSession", "The session as it stands", {200: answer("It.", "SessionView")}, errors=(404,)
            ),
            "delete": operation("deleteSession", "Forget the session", {204: answer("Forgotten.")}, errors=(404, 507)),
        },
        "/api/session/{session_id}/events": {
            "parameters": [SESSION],
            "get": operation(
                "sessionEvents",
                "The session's events, as they happen",
                {200: answer("The stream.", stream=True), 204: answer("The run is over, and all of it was given.")},
                parameters=(
                    parameter("Last-Event-ID", "header", cursor, "Go on after this event; wins over `after`."),
                    parameter("after", "query", cursor, "Go on after this event; `0-0` is everything."),
                    parameter("run", "query", {"type": "string", "maxLength": 128}, "That run alone, and end with it."),
                ),
                errors=(400, 404),
                ticket=True,
            ),
        },
        "/api/session/{session_id}/ticket": {
            "parameters": [SESSION],
            "post": operation(
                "issueTicket",
                "A short-lived way in for EventSource and WebSocket",
                {201: answer("The ticket.", "TicketIssued")},
                body="TicketRequest",
                required=False,
                errors=(403, 404, 501),
            ),
        },
        "/api/chat": {
            "post": operation(
                "chat",
                "Send chat message",
                {200: answer("The answer.", "ChatResponse", stream=True), 202: answer("Taken in.", "Accepted")},
                parameters=asking,
                body="ChatRequest",
                errors=RUN,
            )
        },
        "/api/runs/{run_id}/cancel": {
            "parameters": [RUN_ID],
            "post": operation(
                "cancelRun",
                "Stop a run",
                {200: answer("It was over already.", "RunView"), 202: answer("It is being stopped.", "RunView")},
                errors=(404, 507),
            ),
        },
        "/api/v1/ask": {
            "post": operation(
                "ask",
                "Ask a question, and get the answer with its sources",
                {200: answer("The answer.", "AskResponse", stream=True), 202: answer("Taken in.", "Accepted")},
                parameters=(*asking, V1_SESSION),
                body="AskRequest",
                errors=RUN,
                error="FlatError",
            )
        },
        "/api/v1/health": {
            "get": operation(
                "serviceHealth",
                "The service and what it needs",
                {200: answer("How it is.", "HealthResponse")},
                public=True,
                error="FlatError",
            )
        },
        "/api/v1/agent/run": {
            "post": operation(
                "runAgent",
                "Have an agent carry out instructions with tools",
                {
                    200: answer("The run at its end.", "AgentRunResponse", stream=True),
                    202: answer("The run, under way.", "AgentRunResponse"),
                },
                parameters=(*asking, V1_SESSION),
                body="AgentRunRequest",
                errors=RUN,
                error="FlatError",
            )
        },
        "/api/v1/agent/run/{run_id}": {
            "parameters": [RUN_ID],
            "get": operation(
                "showAgentRun",
                "A run as it stands",
                {200: answer("It.", "AgentRunResponse")},
                errors=(404,),
                error="FlatError",
            ),
        },
        "/live": {"get": plain("live", "The process lives", "application/json")},
        "/ready": {"get": plain("ready", "The process takes new work", "application/json")},
        "/metrics": {"get": plain("metrics", "Counters for Prometheus", "text/plain", public=False)},
        "/schemas/events.json": {"get": plain("eventSchemas", "All events as JSON Schema", "application/schema+json")},
        "/openapi.json": {"get": plain("openapi", "This document", "application/json")},
        "/asyncapi.json": {"get": plain("asyncapi", "The streams as AsyncAPI", "application/json")},
    }


def components() -> Json:
    """The models' schemas, and the ways to show a key."""
    models: list[tuple[type[BaseModel], JsonSchemaMode]] = [(model, "validation") for model in REQUESTS]
    models += [(model, "serialization") for model in ANSWERS]
    template = "#/components/schemas/{model}"
    _, found = models_json_schema(models, ref_template=template)
    frame = STREAM.json_schema(mode="serialization", ref_template=template)
    return {
        "schemas": frame.pop("$defs") | found["$defs"] | {"StreamFrame": frame},
        "securitySchemes": {
            "bearer": {"type": "http", "scheme": "bearer", "description": "Authorization: Bearer <key>"},
            "apiKey": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
            "ticket": {
                "type": "apiKey",
                "in": "query",
                "name": "ticket",
                "description": "In place of a key, for this session, from `POST …/ticket`: what EventSource can send.",
            },
        },
    }


def document(*, keys: bool, tools: Iterable[str], model: bool) -> Json:
    """The whole document. `keys`: this server asks for one; `tools` are those of agent runs; `model`: it has one."""
    made: Json = {
        "openapi": "3.1.0",
        "info": {
            "title": "OrchestratAI API",
            "version": VERSION,
            "description": "Answers customers' questions from a company's own documents, live. `/api/v1` is the "
            "Retrieval-Enabled Agent Service over the same agents and sessions; its errors are flat. "
            "The WebSocket `/api/ws`, and what streams carry, is described in `/asyncapi.json`.",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "paths": paths(),
        "components": components(),
        "security": [{"bearer": []}, {"apiKey": []}] if keys else [],
    }
    task = made["components"]["schemas"]["AgentRunRequest"]["properties"]
    task["tools"]["anyOf"][0]["items"] = {"type": "string", "enum": sorted(tools)}
    if not model:
        task["model"] = {"type": "null", "description": "No model is configured here."}
    if not keys:
        for path in made["paths"].values():
            for told in path.values():
                if isinstance(told, dict) and told.pop("security", None) != TICKETED:
                    told["responses"].pop("401", None)
    return made
