"""Before every door of the API: who is it, may they come in, and not too often. Pure ASGI, nothing per event."""

import re

from starlette.types import ASGIApp, Receive, Scope, Send

from server.errors import TICKET_REFUSED, UNAUTHORIZED, DoorError
from server.house import House
from server.identity import OPEN, Caller
from server.keys import digest_of
from server.origins import origin_of
from server.rendering import error_response
from server.revocation import may_stay

GUARDED = ("/api/", "/metrics")
"""Where these paths begin a key is asked for and requests are counted; the page and its documents are free."""

PUBLIC = frozenset({"/api/health", "/api/v1/health"})
"""Counted, but open without a key: monitors have none."""

SOCKET = "/api/ws"
_EVENTS = re.compile(r"/api/session/([^/]+)/events")
_TICKET = re.compile(rb"(?:^|&)ticket=([^&]*)")


class Gate:
    """Notes the caller in the scope, or answers 401 or 429. A socket is told with a close code by its own door."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket") and scope["path"].startswith(GUARDED):
            house: House = scope["app"].state.house
            try:
                await admit(house, scope)
            except DoorError as error:
                if scope["type"] == "http":
                    await error_response(house, scope, error)(scope, receive, send)
                    return
                scope["state"]["refused"] = error
        await self._app(scope, receive, send)


async def admit(house: House, scope: Scope) -> None:
    """Note the caller in the scope, and count the request. Raises DoorError."""
    address = house.addresses.of(scope)
    try:
        caller = identify(house, scope, address)
    except DoorError:
        await house.rates.count(Caller(OPEN, address))  # guessing keys is limited, too
        raise
    scope["state"]["caller"] = caller
    await house.rates.count(caller)


def identify(house: House, scope: Scope, address: str) -> Caller:
    """Whose request it is. Raises DoorError when a key is needed and none, or a wrong one, came."""
    path: str = scope["path"]
    events = _EVENTS.fullmatch(path)
    ticket = _TICKET.search(scope["query_string"]) if events or path == SOCKET else None
    if ticket is not None:
        return by_ticket(house, scope, address, ticket[1].decode("latin-1"), events and events[1])
    if house.keys.open:
        return Caller(OPEN, address)
    key = presented(scope)
    if key is None:
        if path in PUBLIC:
            return Caller(OPEN, address)
        raise DoorError(UNAUTHORIZED, "A key is needed: Authorization: Bearer <key>, or X-API-Key: <key>.")
    owner = house.keys.owner(key)
    if owner is None:
        raise DoorError(UNAUTHORIZED, "That key is not, or no longer, valid.")
    return Caller(owner, address, key=digest_of(key))


def by_ticket(house: House, scope: Scope, address: str, text: str, session_id: str | None) -> Caller:
    """Whose ticket it is. Raises DoorError; also when its key was revoked since."""
    if house.tickets is None:
        raise DoorError(TICKET_REFUSED, "This server takes no tickets: TICKET_SECRET is not set.")
    ticket = house.tickets.open(text, origin_of(scope))
    if session_id is not None and session_id.lower() != ticket.session_id:
        raise DoorError(TICKET_REFUSED, "The ticket was issued for another session.")
    caller = Caller(ticket.owner, address, ticket.session_id)
    if not may_stay(house.keys, caller):
        raise DoorError(TICKET_REFUSED, "The key that the ticket was issued for is no longer valid.")
    return caller


def presented(scope: Scope) -> str | None:
    """The key that came with a request."""
    headers = dict(scope["headers"])
    scheme, _, value = str(headers.get(b"authorization", b""), "latin-1").partition(" ")
    if scheme.lower() == "bearer" and value.strip():
        return value.strip()
    return str(headers[b"x-api-key"], "latin-1").strip() if b"x-api-key" in headers else None
