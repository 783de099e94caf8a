"""What clients send and get over HTTP, as models that validate and document."""

import re
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from streaming.events import AgentId, Metrics, RetrievalLog, Source, Unit
from streaming.log import OnBusy, RunState

VISIBLE = r"[^\x00-\x20\x7f-\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff]"
"""A character that is no white space and no control character, spelt so that every dialect reads it alike."""

MEANINGFUL: dict[str, Any] = {"pattern": VISIBLE, "not": {"pattern": r"\x00"}}
"""What `meaningful` asks for, as JSON Schema."""

_VISIBLE = re.compile(VISIBLE)
_FORBIDDEN = re.compile("[\x00\ud800-\udfff]")


def meaningful(text: str) -> str:
    """The text as it is. Raises ValueError where it says nothing, or what cannot be stored."""
    if not _VISIBLE.search(text):
        raise ValueError("must not be blank")
    if _FORBIDDEN.search(text):
        raise ValueError("must not contain NUL or lone surrogates")
    return text


class Wire(BaseModel):
    """Unknown fields are refused: a misspelt one should not pass in silence."""

    model_config = ConfigDict(extra="forbid", frozen=True)


Message = Annotated[
    str,
    Field(min_length=1, max_length=2000, json_schema_extra=MEANINGFUL),
    AfterValidator(meaningful),
]


class ChatRequest(Wire):
    """A message for a session. `agent` asks for one agent; `on_busy` says what happens while a run is active."""

    message: Message
    session_id: UUID
    agent: AgentId | None = None
    on_busy: OnBusy = "enqueue"


class ChatResponse(Wire):
    """The answer: the fold of the run's events."""

    message: str
    agent: AgentId
    confidence: Unit
    logs: tuple[RetrievalLog, ...]
    metrics: Metrics
    agent_status: dict[AgentId, Literal["idle", "routing", "active", "complete"]]
    session_id: str
    run_id: str
    sources: tuple[Source, ...]


class Accepted(Wire):
    """A run was taken in; follow it at `events_url`."""

    run_id: str
    session_id: str
    status: RunState
    events_url: str


class SessionCreated(Wire):
    session_id: str
    created_at: str


class TurnView(Wire):
    """One message and what became of it."""

    run_id: str
    status: RunState
    message: str
    answer: str | None = None
    agent: AgentId | None = None
    created_at: str


class ActiveRun(Wire):
    run_id: str
    message: str
    attempt: int
    events_url: str


class SessionView(Wire):
    """A session as it stands: `cursor` is its newest event's id."""

    session_id: str
    created_at: str
    turns: tuple[TurnView, ...]
    active_run: ActiveRun | None = None
    queued: int
    cursor: str


class ErrorDetails(Wire):
    code: str
    message: str
    timestamp: str
    requestId: str  # noqa: N815 - the wire name of the given contract


class ErrorResponse(Wire):
    """How everything under `/api`, but for `/api/v1`, tells an error."""

    error: ErrorDetails


class TicketRequest(Wire):
    """For which page; by default the one that asks. A server that asks for its page names the page's origin."""

    origin: Annotated[str, Field(min_length=1, max_length=255)] | None = None


class TicketIssued(Wire):
    """Give it as `?ticket=` to the session's events or to the WebSocket, before it expires."""

    ticket: str
    session_id: str
    expires_at: str


class RunView(Wire):
    """A run's state after a cancellation was asked for."""

    run_id: str
    session_id: str
    status: RunState
    cancelling: bool


class Health(Wire):
    status: Literal["healthy"]
    version: str
    timestamp: str
