"""Pages of the sites in ALLOWED_ORIGINS may read what the API answers; those of others may not."""

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from server.house import House
from server.origins import OWN, listed, origin_of

METHODS = "GET, POST, DELETE"
REQUEST_HEADERS = (
    "Authorization, Content-Type, Idempotency-Key, Last-Event-ID, Prefer, X-API-Key, X-Request-ID, X-Session-ID"
)
RESPONSE_HEADERS = "Location, Preference-Applied, Retry-After, X-Request-ID, X-Session-ID"
MAX_AGE = "600"

VARY = (b"vary", b"Origin")
"""Also where no origin was given: a cache may not give that answer to a page that needs the grant."""


class Cors:
    """Answers preflights, and leaves what a page of another site needs for the response's head. Pure ASGI."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            house: House = scope["app"].state.house
            origin, origins = origin_of(scope), house.settings.allowed_origins
            other = origin != OWN
            granted = other and listed(origin, origins)
            if origins:
                scope["state"]["headers"] = [VARY, *(_grant(origin) if granted else ())]
            if other and scope["method"] == "OPTIONS" and b"access-control-request-method" in dict(scope["headers"]):
                await _preflight(granted)(scope, receive, send)
                return
        await self._app(scope, receive, send)


def _grant(origin: str) -> tuple[tuple[bytes, bytes], ...]:
    return (
        (b"access-control-allow-origin", origin.encode("latin-1")),
        (b"access-control-expose-headers", RESPONSE_HEADERS.encode()),
    )


def _preflight(granted: bool) -> Response:
    if not granted:
        return Response("This origin is not in ALLOWED_ORIGINS.", 403, media_type="text/plain")
    allowed = {
        "Access-Control-Allow-Methods": METHODS,
        "Access-Control-Allow-Headers": REQUEST_HEADERS,
        "Access-Control-Max-Age": MAX_AGE,
    }
    return Response(status_code=204, headers=allowed)
