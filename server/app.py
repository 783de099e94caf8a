"""The Starlette application: which path leads to which door."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.types import ASGIApp

from server import chat, docs, health, metrics_door, pages, published, sessions, ticket_door
from server.astray import astray
from server.cors import Cors
from server.errors import TABLE, DoorError
from server.gate import Gate
from server.house import House
from server.middleware import RequestContext
from server.rendering import error_response
from server.socket import SocketDoor
from server.v1 import agent_run, ask, services

ROUTES = [
    Route("/", pages.root),
    Route("/api/health", health.health),
    Route("/api/session", sessions.create, methods=["POST"]),
    Route("/api/session/{session_id}", sessions.one, methods=["GET", "DELETE"]),
    Route("/api/session/{session_id}/events", sessions.events, methods=["GET"]),
    Route("/api/session/{session_id}/ticket", ticket_door.ticket, methods=["POST"]),
    Route("/api/chat", chat.chat, methods=["POST"]),
    Route("/api/runs/{run_id}/cancel", sessions.cancel, methods=["POST"]),
    Route("/api/v1/ask", ask.ask, methods=["POST"]),
    Route("/api/v1/agent/run", agent_run.start, methods=["POST"]),
    Route("/api/v1/agent/run/{run_id}", agent_run.show, methods=["GET"]),
    Route("/api/v1/health", services.health, methods=["GET"]),
    Route("/metrics", metrics_door.metrics),
    Route("/live", health.live),
    Route("/ready", health.ready),
    Route("/schemas/events.json", published.schemas),
    Route("/openapi.json", docs.openapi),
    Route("/asyncapi.json", docs.asyncapi),
    Route("/docs", docs.docs),
    WebSocketRoute("/api/ws", SocketDoor()),
]


class Application(Starlette):
    """Starlette behind the gate, with the request's context outermost: every answer carries its request id.

    Starlette's own stack raises an internal error again once it is answered, and the server then drops the connection
    under the client's next request: here it is handled like every other.
    """

    def build_middleware_stack(self) -> ASGIApp:
        return RequestContext(Cors(Gate(ExceptionMiddleware(self.router, handlers=self.exception_handlers))))


async def failed(request: Request, error: Exception) -> Response:
    """An exception as its contract's error, with its status."""
    house: House = request.app.state.house
    return error_response(house, request.scope, error)


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
    app = Application(
        routes=[*ROUTES, Mount("/demo", pages.Page(pages.demo_folder()))],
        exception_handlers=dict.fromkeys(handled, failed),
        lifespan=lifespan,
    )
    app.router.redirect_slashes = False
    app.router.default = astray
    return app
