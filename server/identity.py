"""Whose request this is."""

from dataclasses import dataclass, field

from starlette.requests import HTTPConnection
from starlette.types import Scope

OPEN = ""
"""The owner of every session while the server is open: whoever holds a session's unguessable id may use it."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: the name of the key (OPEN without one), the address, and the session that a ticket limits it to."""

    owner: str
    address: str
    session_id: str | None = None
    key: bytes = field(default=b"", repr=False)
    """The digest of the key that came with the request; none with a ticket."""

    @property
    def client(self) -> str:
        """What limits count by: the key, or without one the address."""
        return f"key:{self.owner}" if self.owner else f"ip:{self.address}"


def caller_in(scope: Scope) -> Caller:
    """The caller whom the gate has noted."""
    caller: Caller = scope["state"]["caller"]
    return caller


def owner_of(connection: HTTPConnection) -> str:
    """The owner whose sessions the caller may use."""
    return caller_in(connection.scope).owner
