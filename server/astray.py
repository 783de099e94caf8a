"""Where no route leads: a slash too many or too few is told by a redirect, all else is not found."""

from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Match
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocketClose


async def astray(scope: Scope, receive: Receive, send: Send) -> None:
    """The router's last resort. Raises HTTPException.

    Starlette's own redirect names scheme and host as this process sees them: behind a proxy that ends TLS it sends
    clients, with their keys, to plain HTTP.
    """
    if scope["type"] == "websocket":
        await WebSocketClose()(scope, receive, send)
        return
    path = neighbour(scope)
    if path is None:
        raise HTTPException(404)
    query = scope["query_string"].decode("latin-1")
    await Response(status_code=307, headers={"Location": quote(path) + (f"?{query}" if query else "")})(
        scope, receive, send
    )


def neighbour(scope: Scope) -> str | None:
    """The path without its last slash, or with one, where a route has that."""
    path: str = scope["path"]
    other = path.rstrip("/") if path.endswith("/") else f"{path}/"
    routes = scope["app"].routes
    return other if any(route.matches({**scope, "path": other})[0] is not Match.NONE for route in routes) else None
