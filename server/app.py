"""The Starlette application: which path leads to which door."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager

import structlog
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.types import ASGIApp

from server import chat, health, pages, published, sessions
from server.errors import TABLE, DoorError, nested, problem_of
from server.house import House
from server.middleware import RequestContext
from server.socket import SocketDoor
from streaming.event import iso

log = structlog.get_logger(__name__)

ROUTES = [
    Route("/", pages.root),
    Route("/api/health", health.health),
    Route("/api/session", sessions.create, methods=["POST"]),
    Route("/api/session/{session_id}", sessions.show, methods=["GET"]),
    Route("/api/session/{session_id}", sessions.delete, methods=["DELETE"]),
    Route("/api/session/{session_id}/events", sessions.events, methods=["GET"]),
    Route("/api/chat", chat.chat, methods=["POST"]),
    Route("/api/runs/{run_id}/cancel", sessions.cancel, methods=["POST"]),
    Route("/live", health.live),
    Route("/ready", health.ready),
    Route("/schemas/events.json", published.schemas),
    WebSocketRoute("/api/ws", SocketDoor()),
]


class Application(Starlette):
    """Starlette with the request's context outermost: an internal error carries its request id, too."""

    def build_middleware_stack(self) -> ASGIApp:
        return RequestContext(super().build_middleware_stack())


async def failed(request: Request, error: Exception) -> Response:
    """An exception as the contract's error, with its status. What went wrong inside is told to the log alone."""
    problem, message = problem_of(error)
    if problem.status >= 500:
        log.error("request failed", code=problem.code, request_id=request.state.request_id, exc_info=error)
    house: House = request.app.state.house
    body = nested(problem, message, timestamp=iso(house.clock()), request_id=request.state.request_id)
    headers = dict(getattr(error, "headers", None) or {})
    if problem.retryable and problem.status in (429, 503):
        headers.setdefault("Retry-After", "1")
    return Response(body, problem.status, headers, "application/json")


def create_app(
    open_house: Callable[[], AbstractAsyncContextManager[House]],
    on_failure: Callable[[Exception], None] = lambda error: None,
) -> Starlette:
    """The application; its lifespan opens the house. `on_failure` is told why the house could not be opened."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            try:
                app.state.house = await stack.enter_async_context(open_house())
            except Exception as error:
                on_failure(error)
                raise
            yield

    handled = [*TABLE, DoorError, HTTPException, Exception]
    return Application(
        routes=[*ROUTES, Mount("/demo", pages.Page(pages.demo_folder()))],
        exception_handlers=dict.fromkeys(handled, failed),
        lifespan=lifespan,
    )
