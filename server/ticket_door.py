"""POST /api/session/{id}/ticket: a way in for EventSource and WebSocket, which cannot send a key."""

from starlette.requests import Request
from starlette.responses import Response

from server.errors import FORBIDDEN_ORIGIN, NO_TICKETS, DoorError
from server.house import House
from server.identity import owner_of
from server.origins import OWN, is_own, listed, origin_of
from server.requests import parse_json, read_body
from server.schemas import TicketIssued, TicketRequest
from server.sessions import session_id_of
from streaming.event import iso


async def ticket(request: Request) -> Response:
    """A ticket for the session, bound to the origin of the page that asks, or of the page that the body names.

    Raises DoorError, SessionNotFound.
    """
    house: House = request.app.state.house
    if house.tickets is None:
        raise DoorError(NO_TICKETS, "Tickets need TICKET_SECRET: the same one for all instances that share Redis.")
    body = await read_body(request)
    asked = parse_json(body, TicketRequest) if body else TicketRequest()
    origin = origin_of(request.scope)
    if asked.origin is not None:
        named = OWN if is_own(asked.origin, request.scope) else asked.origin
        if origin not in (OWN, named):
            raise DoorError(FORBIDDEN_ORIGIN, "A page gets tickets for its own origin alone.")
        origin = named
    if not listed(origin, house.settings.allowed_origins):
        raise DoorError(FORBIDDEN_ORIGIN, "That origin is not in ALLOWED_ORIGINS.")
    session = await house.store.session(session_id_of(request), owner_of(request))
    text, issued = house.tickets.issue(session.session_id, session.owner, origin)
    answer = TicketIssued(ticket=text, session_id=session.session_id, expires_at=iso(issued.expires_at))
    headers = {"Cache-Control": "no-store"}
    return Response(answer.model_dump_json(), 201, headers, "application/json")
