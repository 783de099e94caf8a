"""What clients of `/api/v1` send and get. Unknown fields of requests are ignored, as that contract's clients expect."""

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from server.schemas import MEANINGFUL, VISIBLE, Message, meaningful
from streaming.events import Unit

DEPTH = 20
"""How deeply objects and lists may be nested in `input_data`."""


class Request(BaseModel):
    """A request; unknown fields are ignored."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class Answer(BaseModel):
    """A response; it has its documented fields and no others."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _shallow(value: dict[str, Any] | None) -> dict[str, Any] | None:
    level: list[Any] = [value]
    for _ in range(DEPTH + 1):
        level = [
            part
            for each in level
            if isinstance(each, dict | list)
            for part in (each.values() if isinstance(each, dict) else each)
        ]
    if level:
        raise ValueError(f"must not be nested more than {DEPTH} deep")
    return value


_CONTROL = r"[\x00-\x1f\x7f]"


def _one_line(text: str) -> str:
    if re.search(_CONTROL, text):
        raise ValueError("must not contain control characters")
    return meaningful(text)


Name = Annotated[
    str,
    Field(min_length=1, max_length=128, json_schema_extra={"pattern": VISIBLE, "not": {"pattern": _CONTROL}}),
    AfterValidator(_one_line),
]
"""A name of the caller's own: any string of one line."""


class AskRequest(Request):
    """A question. `session_id` is any string of the caller's; its first use begins the session."""

    query: Message
    session_id: Name | None = None
    user_id: Name | None = None


class AskSource(Answer):
    """A chunk that the answer rests on; `position` counts the document's chunks from 0."""

    chunk_id: str
    content: str
    url: str
    position: int = Field(ge=0)
    relevance_score: Unit


class AskResponse(Answer):
    """An answer with exactly the chunks that it cites, in the order of its markers `[n]`."""

    response_id: str
    answer: str
    sources: tuple[AskSource, ...]
    query_id: str
    timestamp: str
    confidence_score: Unit


Instructions = Annotated[
    str,
    Field(min_length=1, max_length=8000, json_schema_extra=MEANINGFUL),
    AfterValidator(meaningful),
]


class AgentRunRequest(Request):
    """What an agent is to do. `tools` are the only ones that it may use; without the field, all of them."""

    instructions: Instructions
    input_data: Annotated[dict[str, Any] | None, AfterValidator(_shallow)] = None
    session_id: Name | None = None
    tools: Annotated[list[Annotated[str, Field(max_length=64)]], Field(max_length=32)] | None = None
    model: Name | None = None


class ToolUse(Answer):
    """One call: `output` is there once the tool has returned, and holds `error` where it failed."""

    tool_name: str
    input: dict[str, Any]
    output: dict[str, Any] | None = None


class AgentRunResponse(Answer):
    """A run as it stands; `error` and `error_code` say why one failed, and `output` is what it wrote until then."""

    run_id: str
    status: Literal["running", "completed", "failed"]
    output: str
    timestamp: str
    execution_time_ms: float = Field(ge=0)
    tool_calls: tuple[ToolUse, ...]
    error: str | None = None
    error_code: str | None = None


Status = Literal["available", "unavailable", "not_configured"]


class Service(Answer):
    """What a recent probe found; `response_time_ms` is how long it took, 0 where nothing was asked."""

    status: Status
    response_time_ms: float = Field(ge=0)
    detail: str | None = None


class Services(Answer):
    """The services that a question may need."""

    openai: Service
    qdrant: Service
    cohere: Service


class Details(Answer):
    """`active_sessions`: those used lately, in all instances."""

    uptime_seconds: float = Field(ge=0)
    active_sessions: int = Field(ge=0)
    version: str


class HealthResponse(Answer):
    """healthy; degraded: answers are slower or worse; unhealthy: no question can be answered."""

    status: Literal["healthy", "degraded", "unhealthy"]
    timestamp: str
    services: Services
    details: Details
    detail: str | None = None


class FlatError(Answer):
    """An error; `timestamp` with what is our fault (5xx), `retry_after` in seconds and `detail` with 429."""

    error: str
    error_code: str
    timestamp: str | None = None
    retry_after: float | None = None
    detail: str | None = None
