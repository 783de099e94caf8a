"""Whether the server lives, is ready, and is healthy."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from server.errors import SHUTTING_DOWN, DoorError
from server.house import House
from server.schemas import Health
from server.version import VERSION
from streaming.event import iso


async def health(request: Request) -> Response:
    """The contract's health check. Raises StoreUnavailable when no session could be served."""
    house: House = request.app.state.house
    await house.store.check()
    body = Health(status="healthy", version=VERSION, timestamp=iso(house.clock()))
    return Response(body.model_dump_json(), media_type="application/json", headers={"Cache-Control": "no-store"})


async def live(request: Request) -> Response:
    """The event loop turns."""
    return JSONResponse({"status": "live"})


async def ready(request: Request) -> Response:
    """Send new clients here. Raises DoorError while shutting down, StoreUnavailable without a store."""
    house: House = request.app.state.house
    if not house.ready:
        raise DoorError(SHUTTING_DOWN, "This instance is shutting down.")
    await house.store.check()
    return JSONResponse({"status": "ready"})
