"""GET /metrics, for Prometheus."""

import asyncio

from prometheus_client import CONTENT_TYPE_LATEST
from starlette.requests import Request
from starlette.responses import Response

from server.house import House
from streaming.log import StoreError


async def metrics(request: Request) -> Response:
    """Everything that is counted. A store that is away leaves its figures as they were, and is counted itself."""
    house: House = request.app.state.house
    try:
        census = await house.store.census(house.settings.active_for)
        house.now.active_sessions, house.now.unfinished = census.active_sessions, census.unfinished
    except StoreError as error:
        house.metrics.store_errors.labels(type(error).__name__).inc()
    shown = await asyncio.to_thread(house.shown.show)
    return Response(shown, headers={"Content-Type": CONTENT_TYPE_LATEST, "Cache-Control": "no-store"})
