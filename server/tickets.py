"""Tickets: for EventSource and WebSocket, which cannot send a key. Signed, short-lived, for one session and origin."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass

from server.errors import TICKET_REFUSED, DoorError

LONGEST = 1024
"""Characters; what is longer is no ticket."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a ticket says. `origin` is "" for pages of this server; `expires_at` in Unix seconds."""

    session_id: str
    owner: str
    origin: str
    expires_at: float


class Tickets:
    """Issues tickets and opens them. Every instance with the same secret takes them."""

    def __init__(self, secret: bytes, ttl: float, clock: Callable[[], float]) -> None:
        self._secret = secret
        self._ttl = ttl
        self._clock = clock

    def issue(self, session_id: str, owner: str, origin: str) -> tuple[str, Ticket]:
        """A ticket as text, and what it says."""
        ticket = Ticket(session_id, owner, origin, self._clock() + self._ttl)
        said = json.dumps([session_id, owner, origin, ticket.expires_at], separators=(",", ":")).encode()
        return f"{_text(said)}.{_text(self._sign(said))}", ticket

    def open(self, text: str, origin: str) -> Ticket:
        """What the ticket says. Raises DoorError for one that is altered, expired, or from another origin."""
        head, _, tail = text.partition(".")
        try:
            if len(text) > LONGEST:
                raise ValueError
            said, signature = _bytes(head), _bytes(tail)
        except ValueError:
            raise DoorError(TICKET_REFUSED, "That is no ticket.") from None
        if not hmac.compare_digest(signature, self._sign(said)):
            raise DoorError(TICKET_REFUSED, "The ticket was not issued here, or was altered.")
        ticket = Ticket(*json.loads(said))
        if self._clock() >= ticket.expires_at:
            raise DoorError(TICKET_REFUSED, "The ticket has expired: get a new one.")
        if origin != ticket.origin:
            raise DoorError(TICKET_REFUSED, "The ticket was issued for another origin.")
        return ticket

    def _sign(self, said: bytes) -> bytes:
        return hmac.digest(self._secret, b"ticket\0" + said, hashlib.sha256)


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    if _text(data) != text:
        raise ValueError("not the one way to write it")
    return data
