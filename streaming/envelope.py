"""The envelope that a fact travels in: the same JSON for the store, SSE and WebSocket, one model for each type."""

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from streaming.events import (
    AgentStatus,
    Cache,
    Citation,
    Documents,
    Model,
    Routing,
    RunCancelled,
    RunCompleted,
    RunFailed,
    RunRestarted,
    RunStarted,
    Token,
    ToolCall,
    ToolResult,
    VectorSearch,
)


class Envelope(Model):
    """One event as stored and sent. `id` is `<generation>-<sequence>`; `timestamp` is ISO 8601 in UTC."""

    id: str = Field(pattern=r"^\d+-\d+$")
    session_id: str
    run_id: str
    timestamp: str


class RunStartedEvent(Envelope):
    type: Literal["run.started"]
    data: RunStarted


class AgentStatusEvent(Envelope):
    type: Literal["agent.status"]
    data: AgentStatus


class RoutingEvent(Envelope):
    type: Literal["routing"]
    data: Routing


class VectorSearchEvent(Envelope):
    type: Literal["vector_search"]
    data: VectorSearch


class CacheEvent(Envelope):
    type: Literal["cache"]
    data: Cache


class DocumentsEvent(Envelope):
    type: Literal["documents"]
    data: Documents


class ToolCallEvent(Envelope):
    type: Literal["tool.call"]
    data: ToolCall


class ToolResultEvent(Envelope):
    type: Literal["tool.result"]
    data: ToolResult


class TokenEvent(Envelope):
    type: Literal["token"]
    data: Token


class CitationEvent(Envelope):
    type: Literal["citation"]
    data: Citation


class RunRestartedEvent(Envelope):
    type: Literal["run.restarted"]
    data: RunRestarted


class RunCompletedEvent(Envelope):
    type: Literal["run.completed"]
    data: RunCompleted


class RunFailedEvent(Envelope):
    type: Literal["run.failed"]
    data: RunFailed


class RunCancelledEvent(Envelope):
    type: Literal["run.cancelled"]
    data: RunCancelled


AnyEvent = Annotated[
    RunStartedEvent
    | AgentStatusEvent
    | RoutingEvent
    | VectorSearchEvent
    | CacheEvent
    | DocumentsEvent
    | ToolCallEvent
    | ToolResultEvent
    | TokenEvent
    | CitationEvent
    | RunRestartedEvent
    | RunCompletedEvent
    | RunFailedEvent
    | RunCancelledEvent,
    Field(discriminator="type"),
]

ANY_EVENT: TypeAdapter[AnyEvent] = TypeAdapter(AnyEvent)
