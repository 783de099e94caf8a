"""What travels on the WebSocket beside events and control frames."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, TypeAdapter

from server.schemas import Message, Wire
from streaming.events import AgentId
from streaming.log import OnBusy, RunState

Ref = Annotated[str, Field(min_length=1, max_length=128)]


class Follow(Wire):
    """Send the session's events after the cursor; without one, from the active run or the log's end."""

    type: Literal["follow"]
    session_id: UUID
    after: Annotated[str, Field(max_length=40)] | None = None
    ref: Ref | None = None


class Unfollow(Wire):
    type: Literal["unfollow"]
    session_id: UUID
    ref: Ref | None = None


class Send(Wire):
    """Ask something. `idempotency_key`: sent again, it is the same run."""

    type: Literal["send"]
    session_id: UUID
    message: Message
    agent: AgentId | None = None
    idempotency_key: Annotated[str, Field(min_length=1, max_length=255)] | None = None
    on_busy: OnBusy = "enqueue"
    ref: Ref | None = None


class Cancel(Wire):
    type: Literal["cancel"]
    run_id: Annotated[str, Field(min_length=1, max_length=64)]
    ref: Ref | None = None


class Pong(Wire):
    type: Literal["pong"]
    ref: Ref | None = None


ClientFrame = Annotated[Follow | Unfollow | Send | Cancel | Pong, Field(discriminator="type")]
CLIENT_FRAME: TypeAdapter[ClientFrame] = TypeAdapter(ClientFrame)


class Ack(Wire):
    """What was asked for is under way; `ref` is the client's own."""

    type: Literal["ack"] = "ack"
    session_id: str
    run_id: str | None = None
    status: RunState | Literal["following", "unfollowed", "cancelling"]
    ref: str | None = None


class Error(Wire):
    """What was asked for cannot be done."""

    type: Literal["error"] = "error"
    code: str
    message: str
    retryable: bool
    session_id: str | None = None
    ref: str | None = None
