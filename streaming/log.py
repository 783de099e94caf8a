"""What a store of sessions promises: the log of events, and the ledger of runs and their leases."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from streaming.event import Event, EventId
from streaming.events import AgentId, RunKind

RunState = Literal["queued", "running", "completed", "failed", "cancelled"]
OnBusy = Literal["enqueue", "reject", "interrupt"]
LEASE = 10.0
"""Seconds for which a lease is held without a renewal."""

QUEUE_LIMIT = 20
"""Messages that may wait in a session while a run is active."""

EARLIER = 50
"""Runs before its own that a lease tells of."""

IDEMPOTENCY_TTL = 24 * 3600.0
"""Seconds for which an idempotency key is remembered."""

Deliver = Callable[[str, Sequence[Event]], None]
"""Called in the event loop with a session's events, in order, once they are stored."""


class StoreError(Exception):
    """A store could not do what was asked."""


class SessionNotFound(StoreError):
    """No such session, or it was deleted, or it is somebody else's."""


class RunNotFound(StoreError):
    """No such run, or it is somebody else's."""


class SessionBusy(StoreError):
    """A run is active and the caller asked to be refused rather than to wait."""


class QueueFull(StoreError):
    """Too many messages wait in this session already."""


class IdempotencyConflict(StoreError):
    """The idempotency key was used before, with another request."""


class Fenced(StoreError):
    """A newer generation holds the session: the caller lost its lease and must stop writing."""


class Hole(StoreError):
    """The events do not follow on what is stored; `expected` is the sequence that is missing first."""

    def __init__(self, expected: int) -> None:
        super().__init__(f"the log ends before sequence {expected}")
        self.expected = expected


class StoreUnavailable(StoreError):
    """The store cannot be reached or is busy for now; the same call may succeed later."""


class StoreFull(StoreUnavailable):
    """There is no room left to store anything."""


class EventLog(Protocol):
    """A session is a log: one writer at a time, any number of readers."""

    async def append(self, session_id: str, events: Sequence[Event]) -> None:
        """Store all the events or none, then deliver them. Their ids follow each other within one generation.

        Idempotent by id: what is stored already is not stored again. An ending among them ends its run and frees
        the session's lease in the same step. Raises Fenced, Hole, SessionNotFound, StoreUnavailable, StoreFull.
        """
        ...

    async def read(self, session_id: str, after: EventId, limit: int = 256) -> list[Event]:
        """The events after the cursor, in order, at most `limit` (one stored block more at the most).

        Empty at the log's end. Raises StoreUnavailable.
        """
        ...

    async def top(self, session_id: str) -> EventId:
        """The newest event's id, START when there is none. Raises StoreUnavailable."""
        ...

    async def has(self, session_id: str, event_id: EventId) -> bool:
        """Whether the event is still kept. START always is. Raises StoreUnavailable."""
        ...

    async def attach(self, session_id: str, deliver: Deliver) -> EventId:
        """From when this returns, the session's appends are delivered, until `detach`; gives the log's `top`.

        What is appended after that was read is delivered, perhaps before this returns. A session that was deleted
        before is told to `on_delete`. Raises StoreUnavailable.
        """
        ...

    async def detach(self, session_id: str) -> None:
        """Deliver the session's appends no more."""
        ...


@dataclass(frozen=True, slots=True)
class RunRequest:
    """What a client wants done. `options` are the agent run's instructions, tools and the like, as JSON."""

    kind: RunKind
    message: str
    agent: AgentId | None = None
    options: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Run:
    """A run as the ledger knows it.

    `first` is the generation of its first attempt, 0 while it waits; `last` the id of its ending; `lost` counts the
    attempts whose process died.
    """

    run_id: str
    session_id: str
    request: RunRequest
    state: RunState
    attempt: int
    first: int
    created_at: float
    cancelled_by: str | None = None
    last: EventId | None = None
    ending: bytes | None = None
    lost: int = 0

    @property
    def over(self) -> bool:
        """Whether the run has its ending."""
        return self.state in ("completed", "failed", "cancelled")


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to write a session's log for one attempt at a run.

    `earlier` are the newest of the session's runs before it, oldest first.
    """

    session_id: str
    run: Run
    generation: int
    earlier: Sequence[Run] = ()

    @property
    def attempt(self) -> int:
        """Counted from 1."""
        return self.run.attempt


@dataclass(frozen=True, slots=True)
class Session:
    """A session as the ledger knows it; times in Unix seconds."""

    session_id: str
    owner: str
    created_at: float
    active_run: Run | None
    queued: int


@dataclass(frozen=True, slots=True)
class Idempotency:
    """The caller's key, scoped to its owner, and a digest of the request that it stands for."""

    key: str
    digest: str


@dataclass(frozen=True, slots=True)
class Census:
    """How much is going on in all instances: sessions used lately, and runs that are not over."""

    active_sessions: int
    unfinished: int


class Ledger(Protocol):
    """Sessions, their runs, and who may write."""

    async def create_session(self, owner: str, session_id: str | None = None) -> Session:
        """A new, empty session; with an id, a UUID, the owner's session of that id, made at its first use.

        Raises SessionNotFound when the id is another owner's, StoreUnavailable, StoreFull.
        """
        ...

    async def session(self, session_id: str, owner: str) -> Session:
        """Raises SessionNotFound, also when it is another owner's."""
        ...

    async def delete_session(self, session_id: str, owner: str) -> None:
        """Forget the session, its events and runs. Raises SessionNotFound."""
        ...

    async def submit(
        self,
        session_id: str,
        owner: str,
        request: RunRequest,
        *,
        on_busy: OnBusy = "enqueue",
        idempotency: Idempotency | None = None,
    ) -> tuple[Run, bool]:
        """Queue a run; (run, True) if it is new, (the earlier run, False) for a repeated idempotency key.

        `interrupt` asks for the cancellation of all that is active or waiting. Raises SessionNotFound, SessionBusy,
        QueueFull, IdempotencyConflict, StoreUnavailable, StoreFull.
        """
        ...

    async def claim(self, session_id: str) -> Lease | None:
        """The lease for the session's oldest unfinished run, unless it is held by another; else None."""
        ...

    async def renew(self, lease: Lease) -> Run:
        """Hold the lease for another period; tells what became of the run. Raises Fenced, SessionNotFound."""
        ...

    async def release(self, lease: Lease) -> None:
        """Give the lease back unfinished, so that another may claim the run at once."""
        ...

    async def unfinished(self) -> list[str]:
        """The sessions with a run that nobody holds."""
        ...

    async def request_cancel(self, run_id: str, owner: str, by: str) -> Run:
        """Note that the run is to stop, and tell who runs it. Idempotent. Raises RunNotFound."""
        ...

    async def run(self, run_id: str, owner: str) -> Run:
        """Raises RunNotFound."""
        ...

    async def runs(self, session_id: str, limit: int = 50) -> list[Run]:
        """The session's newest runs, oldest first."""
        ...

    async def census(self, within: float) -> Census:
        """The counts; a session is active that was made or submitted to `within` so many seconds.

        Raises StoreUnavailable.
        """
        ...


class Store(EventLog, Ledger, Protocol):
    """One place that keeps both, so that an ending and its lease change in one step."""

    on_cancel: Callable[[str], None]
    """Called in the event loop with a run's id when its cancellation is asked for."""

    on_delete: Callable[[str], None]
    """Called in the event loop with a session's id when it is deleted."""

    on_lost: Callable[[str], None]
    """Called in the event loop with a session's id when the store lost events that were delivered already."""

    def check(self) -> Awaitable[None]:
        """Raises StoreUnavailable when it cannot serve."""
        ...
